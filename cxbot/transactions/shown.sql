-- name: message
-- The message that a link names.
SELECT * FROM outbox WHERE id = :id AND person_id <> ''

-- name: since
-- What else was said to the same customer about the same case since, or is to be said by now.
SELECT * FROM outbox
WHERE case_id = :case_id AND case_id <> '' AND channel = :channel AND address = :address AND person_id = :person_id
  AND created_at >= :since AND due_at <= :now AND replaces = '' AND state IN ('queued', 'sending', 'held', 'sent')
ORDER BY created_at, id LIMIT 20
