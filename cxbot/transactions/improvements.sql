-- name: insert
-- Something is to be changed.
INSERT INTO improvements (id, code, team_id, cause, touchpoint, title, state, owner_id, done_by, told, created_at)
VALUES (:id, :code, :team_id, :cause, :touchpoint, :title, 'proposed', :owner_id, :done_by, :told, :created_at)

-- name: get
-- One improvement.
SELECT * FROM improvements WHERE id = :id

-- name: by_code
-- One improvement by the number people say.
SELECT * FROM improvements WHERE code = :code

-- name: lock
-- Holds the improvement until the commit.
UPDATE improvements SET version = version + 1 WHERE id = :id RETURNING *

-- name: write
-- What has changed of an improvement.
UPDATE improvements SET touchpoint = :touchpoint, title = :title, state = :state, reason = :reason, owner_id = :owner_id,
       done_by = :done_by, told = :told, card_id = :card_id, started_at = :started_at, done_at = :done_at,
       reminders = :reminders, remind_at = :remind_at, compare_at = :compare_at, tell_state = :tell_state,
       tell_by = :tell_by, tell_from = :tell_from, tell_at = :tell_at, due_at = :due_at
WHERE id = :id

-- name: due
-- Improvements to look at now.
SELECT id, due_at FROM improvements WHERE due_at > 0 AND due_at <= :now ORDER BY due_at, id LIMIT :most

-- name: earliest_due
-- When the next one is to be looked at.
SELECT MIN(due_at) AS due_at FROM improvements WHERE due_at > 0

-- name: look_at
-- Looks at it later.
UPDATE improvements SET due_at = :due_at WHERE id = :id

-- name: listed
-- Improvements of a team, or all, those being worked on first, by their date.
SELECT i.*, COALESCE(p.name, '') AS owner_name FROM improvements i LEFT JOIN people p ON p.id = i.owner_id
WHERE (CAST(:team_id AS TEXT) = '' OR i.team_id = :team_id)
  AND (CAST(:state AS TEXT) = '' OR i.state = :state)
ORDER BY CASE WHEN i.state IN ('proposed', 'planned', 'doing') THEN 0 ELSE 1 END, i.done_by, i.id LIMIT :most

-- name: at_work
-- What is being changed because of each cause, of a team or everywhere.
SELECT cause, code, state FROM improvements
WHERE state IN ('proposed', 'planned', 'doing') AND (CAST(:team_id AS TEXT) = '' OR team_id = :team_id)
ORDER BY done_by, id

-- name: scores
-- How often each score was given in a span of days, at a touchpoint or by a team.
SELECT survey, version, metric, score, SUM(n) AS n FROM rollups
WHERE day >= :first AND day <= :last AND (CAST(:touchpoint AS TEXT) = '' OR touchpoint = :touchpoint)
  AND (CAST(:team_id AS TEXT) = '' OR team_id = :team_id)
GROUP BY survey, version, metric, score HAVING SUM(n) > 0 ORDER BY metric, survey, version, score
