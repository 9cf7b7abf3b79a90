-- name: add
-- Somebody who had complained of it, once: who was told already stays so, unless the message never left.
INSERT INTO improvement_customers (improvement_id, person_id, state, reason, case_id, complained_at, due_at)
VALUES (:improvement_id, :person_id, 'waiting', :reason, :case_id, :complained_at, :due_at)
ON CONFLICT (improvement_id, person_id) DO UPDATE
SET state = 'waiting', reason = excluded.reason, due_at = excluded.due_at
WHERE improvement_customers.state = 'not_told' OR EXISTS (
    SELECT 1 FROM outbox o
    WHERE o.id = improvement_customers.row_id AND improvement_customers.row_id <> '' AND o.state = 'dropped'
)

-- name: known
-- Who has been told of it, or is to be; whoever's message never left has not been.
SELECT c.person_id, CASE WHEN c.state = 'told' AND o.state = 'dropped' THEN 'not_told' ELSE c.state END AS state
FROM improvement_customers c LEFT JOIN outbox o ON o.id = c.row_id AND c.row_id <> ''
WHERE c.improvement_id = :improvement_id

-- name: waiting
-- The next people to be told.
SELECT * FROM improvement_customers WHERE improvement_id = :improvement_id AND state = 'waiting' AND due_at <= :now
ORDER BY due_at, person_id LIMIT :most

-- name: next
-- When the next one is to be told; nothing where nobody waits.
SELECT MIN(due_at) AS due_at FROM improvement_customers WHERE improvement_id = :improvement_id AND state = 'waiting'

-- name: decide
-- What became of telling one person.
UPDATE improvement_customers SET state = :state, reason = :reason, row_id = :row_id, due_at = :due_at, decided_at = :now
WHERE improvement_id = :improvement_id AND person_id = :person_id

-- name: forget_waiting
-- Nobody was told yet, and nobody is to be.
DELETE FROM improvement_customers WHERE improvement_id = :improvement_id AND state = 'waiting'

-- name: unsent
-- Who is told by a message that has not left yet.
SELECT c.person_id, c.row_id, c.case_id FROM improvement_customers c JOIN outbox o ON o.id = c.row_id
WHERE c.improvement_id = :improvement_id AND c.state = 'told' AND o.state IN ('queued', 'held')
ORDER BY c.person_id LIMIT :most

-- name: counts
-- How many were told, are held back by their channel, wait or are not told, and why.
SELECT CASE WHEN c.state <> 'told' THEN c.state WHEN o.state = 'held' THEN 'held'
            WHEN o.state IN ('dropped', 'dead', 'cancelled') THEN 'not_told' ELSE 'told' END AS state,
       CASE WHEN c.state <> 'told' THEN c.reason WHEN o.state = 'dropped' THEN 'expired'
            WHEN o.state = 'dead' THEN 'dead'
            WHEN o.state = 'cancelled' THEN o.reason ELSE '' END AS reason,
       COUNT(*) AS n
FROM improvement_customers c LEFT JOIN outbox o ON o.id = c.row_id AND c.row_id <> ''
WHERE c.improvement_id = :improvement_id
GROUP BY CASE WHEN c.state <> 'told' THEN c.state WHEN o.state = 'held' THEN 'held'
            WHEN o.state IN ('dropped', 'dead', 'cancelled') THEN 'not_told' ELSE 'told' END,
       CASE WHEN c.state <> 'told' THEN c.reason WHEN o.state = 'dropped' THEN 'expired'
            WHEN o.state = 'dead' THEN 'dead'
            WHEN o.state = 'cancelled' THEN o.reason ELSE '' END

-- name: open_about_it
-- An open case of this person about the same.
SELECT id FROM cases WHERE person_id = :person_id AND state IN ('open', 'claimed') AND team_id = :team_id
  AND (CAST(:touchpoint AS TEXT) = '' OR touchpoint = :touchpoint) LIMIT 1

-- name: unsent_to
-- What one person is told and has not left yet.
SELECT c.improvement_id, c.person_id, c.row_id, c.case_id FROM improvement_customers c JOIN outbox o ON o.id = c.row_id
WHERE c.person_id = :person_id AND c.state = 'told' AND o.state IN ('queued', 'held') ORDER BY c.improvement_id
