-- name: of_case
-- The cards of a case that were asked for and can be seen or still will be, newest first.
SELECT id, channel, address, language, only_for FROM outbox
WHERE case_id = :case_id AND key = :key AND replaces = '' AND state IN ('queued', 'sending', 'sent', 'held')
ORDER BY created_at DESC, id DESC LIMIT :most
