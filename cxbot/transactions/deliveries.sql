-- name: note_unreachable
-- The surveys that wait for an answer at an address that cannot be written to have ended.
SELECT * FROM invitations WHERE person_id = :person_id AND state = 'asked' AND channel = :channel AND address = :address

-- name: original
-- The message a row takes the place of, or stands under.
SELECT id, platform_id, state, channel, address FROM outbox WHERE id = :id
