-- name: note_unreachable
-- The surveys that wait for an answer at an address that cannot be written to have ended.
SELECT * FROM invitations WHERE person_id = :person_id AND state = 'asked' AND channel = :channel AND address = :address

-- name: original
-- The message a row takes the place of, or stands under.
SELECT platform_id, case_id, invitation_id FROM outbox WHERE id = :id

-- name: replacement_of_case
-- What stands in the place of a message that was refused itself.
SELECT platform_id FROM outbox WHERE case_id = :case_id AND replaces = :id AND state = 'sent' ORDER BY sent_at DESC LIMIT 1

-- name: replacement_of_invitation
-- What stands in the place of a question that was refused itself.
SELECT platform_id FROM outbox WHERE invitation_id = :invitation_id AND replaces = :id AND state = 'sent'
ORDER BY sent_at DESC LIMIT 1

-- name: said_as
-- The words of a message by the platform's id of it.
SELECT words FROM outbox WHERE channel = :channel AND address = :address AND platform_id = :platform_id
ORDER BY sent_at DESC LIMIT 1

-- name: failed_after_all
-- A message that was taken and did not arrive.
UPDATE outbox SET state = 'dead', reason = :reason
WHERE channel = :channel AND address = :address AND platform_id = :platform_id AND state = 'sent' RETURNING *
