-- name: begin
-- Somebody tries a survey out.
INSERT INTO survey_previews (id, channel, address, body, language, progress, lapses_at)
VALUES (:id, :channel, :address, :body, :language, :progress, :lapses_at)

-- name: get
-- One try, open or over.
SELECT * FROM survey_previews WHERE id = :id

-- name: open_at
-- What is being tried out at an address.
SELECT * FROM survey_previews WHERE channel = :channel AND address = :address AND lapses_at > :now
ORDER BY lapses_at DESC, id DESC LIMIT 1

-- name: progressed
-- How far a try has come; over where it lapses now.
UPDATE survey_previews SET progress = :progress, lapses_at = :lapses_at WHERE id = :id

-- name: end_at
-- What was being tried out at an address is over.
UPDATE survey_previews SET lapses_at = :now WHERE channel = :channel AND address = :address AND lapses_at > :now

-- name: forget
-- Tries that are long over.
DELETE FROM survey_previews WHERE channel = :channel AND address = :address AND lapses_at < :before
