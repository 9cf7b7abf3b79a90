-- name: line
-- The line in a case's thread that quotes a message to the customer.
SELECT id, channel, address, language, key, args, order_key, thread_of FROM outbox
WHERE case_id = :case_id AND key = 'case.replied' AND replaces = '' AND args LIKE :message LIMIT 1
