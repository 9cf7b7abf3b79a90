-- name: begin
-- A form is asked from now on; one that was being asked there is left.
INSERT INTO dialogues (channel, address, id, form, given, lapses_at)
VALUES (:channel, :address, :id, :form, :given, :lapses_at)
ON CONFLICT (channel, address) DO UPDATE SET
    version = dialogues.version + 1, id = excluded.id, form = excluded.form, given = excluded.given,
    lapses_at = excluded.lapses_at

-- name: hold
-- Holds what is being asked at an address until the commit, and gives it as it now stands.
UPDATE dialogues SET version = version + 1 WHERE channel = :channel AND address = :address RETURNING *

-- name: give
-- What has been given so far; it lapses later for it.
UPDATE dialogues SET given = :given, lapses_at = :lapses_at WHERE channel = :channel AND address = :address AND id = :id

-- name: end
-- It was sent or left.
DELETE FROM dialogues WHERE channel = :channel AND address = :address AND id = :id
