-- name: schedule
-- The first opening of a team that has none yet.
INSERT INTO openings (team_id, due_at) VALUES (:team_id, :due_at) ON CONFLICT (team_id) DO NOTHING

-- name: due
-- Teams that begin their day now.
SELECT team_id AS id, due_at FROM openings WHERE due_at <= :now ORDER BY due_at, team_id LIMIT :most

-- name: earliest_due
-- When the next team begins its day.
SELECT MIN(due_at) AS due_at FROM openings

-- name: get
-- The opening of a team.
SELECT * FROM openings WHERE team_id = :team_id

-- name: write
-- The next one.
UPDATE openings SET due_at = :due_at, last_at = :last_at WHERE team_id = :team_id

-- name: look_at
-- Looks at it later.
UPDATE openings SET due_at = :due_at WHERE team_id = :id

-- name: to_do
-- The team's open cases, the most urgent first.
SELECT c.*, COALESCE(p.name, '') AS person_name, COALESCE(o.name, '') AS owner_name
FROM cases c LEFT JOIN people p ON p.id = c.person_id LEFT JOIN people o ON o.id = c.owner_id
WHERE c.team_id = :team_id AND c.state IN ('open', 'claimed') ORDER BY c.promised_at, c.id LIMIT 500

-- name: confirmed
-- How many customers said since then that it is fixed.
SELECT COUNT(*) AS n FROM cases WHERE team_id = :team_id AND confirm = 'yes' AND closed_at > :since

-- name: best
-- The best scores of the team since then that came with words.
SELECT r.id, r.score, r.survey, r.survey_version, r.person_id, i.agent
FROM responses r LEFT JOIN interactions i ON i.id = r.interaction_id
WHERE r.team_id = :team_id AND r.state = 'complete' AND r.started_at > :since AND r.score IS NOT NULL
ORDER BY r.started_at DESC, r.id DESC LIMIT 200
