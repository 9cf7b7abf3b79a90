-- name: all
-- What could not be said, newest first, with the number of the case it is about.
SELECT o.id, o.channel, o.address, o.key, o.kind, o.reason, o.created_at, COALESCE(c.code, '') AS code
FROM outbox o LEFT JOIN cases c ON c.id = o.case_id
WHERE o.state = 'dead' AND (CAST(:channel AS TEXT) = '' OR o.channel = :channel)
  AND (CAST(:until AS BIGINT) = 0 OR o.created_at <= :until)
ORDER BY o.created_at DESC, o.id DESC LIMIT :most

-- name: put_back
-- A dead letter is to be said again; how often it was tried before no longer counts.
UPDATE outbox SET state = 'queued', due_at = :due_at, retry_at = 0, attempts = 0, reason = '', worker = '', lease_until = 0
WHERE id = :id AND state || '' = 'dead'
