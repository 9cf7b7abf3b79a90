-- name: ask
-- What somebody wants that a second has to approve.
INSERT INTO approvals (id, code, what, args, state, asked_by, channel, address, asked_at, expires_at)
VALUES (:id, :code, :what, :args, 'asked', :asked_by, :channel, :address, :asked_at, :expires_at)

-- name: lapses
-- The message that says that nobody approved in time.
UPDATE approvals SET lapse_id = :lapse_id WHERE id = :id

-- name: waiting
-- What waits to be approved, oldest first.
SELECT a.*, COALESCE(p.name, '') AS asker FROM approvals a LEFT JOIN people p ON p.id = a.asked_by
WHERE a.state = 'asked' AND a.expires_at > :now ORDER BY a.asked_at, a.id

-- name: by_code
-- One of them, whatever became of it.
SELECT a.*, COALESCE(p.name, '') AS asker, COALESCE(d.name, '') AS decider FROM approvals a
LEFT JOIN people p ON p.id = a.asked_by LEFT JOIN people d ON d.id = a.decided_by
WHERE a.code = :code

-- name: decide
-- Approved or refused, once.
UPDATE approvals SET state = :state, decided_by = :decided_by, decided_at = :now
WHERE id = :id AND state = 'asked' AND expires_at > :now

-- name: expire
-- What nobody decided in time.
UPDATE approvals SET state = 'expired' WHERE state = 'asked' AND expires_at <= :now

-- name: same
-- The same, asked for already.
SELECT code FROM approvals WHERE what = :what AND args = :args AND state = 'asked' AND expires_at > :now LIMIT 1
