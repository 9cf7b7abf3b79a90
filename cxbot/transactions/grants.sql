-- name: insert
-- Goodwill for a customer: granted within the budget, or asked for beyond it.
INSERT INTO grants (id, case_id, person_id, team_id, amount, currency, reason, told, state, asked_by, asked_at, decided_by,
                    decided_at, due_at)
VALUES (:id, :case_id, :person_id, :team_id, :amount, :currency, :reason, :told, :state, :asked_by, :asked_at, :decided_by,
        :decided_at, :due_at)

-- name: get
-- One grant.
SELECT * FROM grants WHERE id = :id

-- name: hold
-- Holds a grant until the commit, and gives the row as it now stands.
UPDATE grants SET version = version + 1 WHERE id = :id RETURNING *

-- name: asked_where
-- The messages that ask for the approval.
UPDATE grants SET row_ids = :row_ids WHERE id = :id

-- name: decide
-- What became of it, once.
UPDATE grants SET state = :state, decided_by = :decided_by, decided_at = :decided_at, due_at = 0
WHERE id = :id AND state = 'asked'

-- name: of_person
-- What a person was given since, in a currency.
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM grants
WHERE person_id = :person_id AND currency = :currency AND state = 'granted' AND decided_at > :since

-- name: of_team
-- What a team gave in a time, in a currency.
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM grants
WHERE team_id = :team_id AND currency = :currency AND state = 'granted' AND decided_at >= :since AND decided_at < :until

-- name: of_case
-- What was given and asked for in a case, oldest first.
SELECT id, amount, currency,
       CASE WHEN state = 'refused' AND decided_by = asked_by THEN 'withdrawn' ELSE state END AS state
FROM grants WHERE case_id = :case_id ORDER BY asked_at, id

-- name: counts
-- What became of the grants of a team in a time: those decided by then, and those that still wait.
SELECT g.shown AS state, g.currency, COUNT(*) AS n, CAST(SUM(g.amount) AS BIGINT) AS amount FROM (
    SELECT CASE WHEN state = 'refused' AND decided_by = asked_by THEN 'withdrawn' ELSE state END AS shown,
           currency, amount
    FROM grants WHERE team_id = :team_id
     AND ((state = 'asked' AND asked_at < :until) OR (decided_at >= :since AND decided_at < :until))
) g GROUP BY g.shown, g.currency ORDER BY g.currency, g.shown

-- name: listed
-- The newest grants of a team in a time, each with its case and the names of who asked and decided.
SELECT g.id, g.amount, g.currency, g.reason, g.asked_at, g.decided_at, g.due_at, c.code, COALESCE(p.name, '') AS person_name,
       CASE WHEN g.state = 'refused' AND g.decided_by = g.asked_by THEN 'withdrawn' ELSE g.state END AS state,
       COALESCE(a.name, '') AS asked_name, COALESCE(d.name, '') AS decided_name
FROM grants g JOIN cases c ON c.id = g.case_id LEFT JOIN people p ON p.id = g.person_id
LEFT JOIN people a ON a.id = g.asked_by LEFT JOIN people d ON d.id = g.decided_by
WHERE g.team_id = :team_id
  AND ((g.state = 'asked' AND g.asked_at < :until) OR (g.decided_at >= :since AND g.decided_at < :until))
ORDER BY g.asked_at DESC, g.id DESC LIMIT :most

-- name: waiting
-- What waits for somebody's approval in a case.
SELECT * FROM grants WHERE case_id = :case_id AND state = 'asked' ORDER BY asked_at, id

-- name: record
-- Everything that was given and asked for in a case, oldest first, with the names of who asked and decided.
SELECT g.id, g.amount, g.currency, g.reason, g.asked_at, g.decided_at, g.due_at,
       CASE WHEN g.state = 'refused' AND g.decided_by = g.asked_by THEN 'withdrawn' ELSE g.state END AS state,
       COALESCE(a.name, '') AS asked_name, COALESCE(d.name, '') AS decided_name
FROM grants g LEFT JOIN people a ON a.id = g.asked_by LEFT JOIN people d ON d.id = g.decided_by
WHERE g.case_id = :case_id ORDER BY g.asked_at, g.id

-- name: due
-- Grants on which nobody decided in time.
SELECT id, due_at FROM grants WHERE state = 'asked' AND due_at <= :now ORDER BY due_at, id LIMIT :most

-- name: earliest_due
-- When the next of them lapses.
SELECT MIN(due_at) AS due_at FROM grants WHERE state = 'asked'

-- name: look_at
-- When to look again at one that could not be closed.
UPDATE grants SET due_at = :due_at WHERE id = :id
