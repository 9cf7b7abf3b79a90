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
