-- name: insert
-- A draft; nothing is inserted where the name is taken.
INSERT INTO cadences (id, name, survey, touchpoint, plan, state, created_by, created_at)
VALUES (:id, :name, :survey, :touchpoint, :plan, 'draft', :created_by, :created_at)
ON CONFLICT (name) DO NOTHING

-- name: get
-- One cadence.
SELECT * FROM cadences WHERE id = :id

-- name: named
-- A cadence by its name.
SELECT * FROM cadences WHERE name = :name

-- name: all
-- Every cadence.
SELECT * FROM cadences ORDER BY name

-- name: lock
-- Holds a cadence until the commit, and gives the row as it now stands.
UPDATE cadences SET version = version + 1 WHERE id = :id RETURNING *

-- name: write
-- What has changed of a cadence.
UPDATE cadences SET state = :state, next_at = :next_at, due_at = :due_at WHERE id = :id

-- name: set_plan
-- The plan as it is from its start on.
UPDATE cadences SET plan = :plan WHERE id = :id

-- name: change
-- What a cadence is to be from now on.
UPDATE cadences SET name = :name, survey = :survey, touchpoint = :touchpoint, plan = :plan, next_at = :next_at,
       due_at = :due_at
WHERE id = :id

-- name: audience
-- People of an audience by id, so many at once. Who is asked about the company as an employer is a colleague, who is
-- asked anything else is not.
SELECT p.* FROM people p
WHERE p.id > :after AND p.merged_into = ''
  AND (CAST(:segment AS TEXT) = '' OR p.segment = :segment)
  AND (CAST(:language AS TEXT) = '' OR p.language = :language)
  AND (CAST(:value AS BIGINT) = 0 OR p.value >= :value)
  AND (CAST(:vip AS INTEGER) = 0 OR p.vip = 1)
  AND (CAST(:touchpoint AS TEXT) = '' OR EXISTS (
        SELECT 1 FROM interactions x WHERE x.person_id = p.id AND x.touchpoint = :touchpoint
          AND x.source <> 'cadence' AND x.happened_at >= :since))
  AND (CAST(:channel AS TEXT) = '' OR EXISTS (
        SELECT 1 FROM addresses a WHERE a.person_id = p.id AND a.channel = :channel))
  AND CAST(:staff AS INTEGER) = CASE WHEN EXISTS (SELECT 1 FROM members m WHERE m.person_id = p.id) THEN 1 ELSE 0 END
ORDER BY p.id LIMIT :most

-- name: belongs
-- The same of one person.
SELECT p.* FROM people p
WHERE p.id = :person_id AND p.merged_into = ''
  AND (CAST(:segment AS TEXT) = '' OR p.segment = :segment)
  AND (CAST(:language AS TEXT) = '' OR p.language = :language)
  AND (CAST(:value AS BIGINT) = 0 OR p.value >= :value)
  AND (CAST(:vip AS INTEGER) = 0 OR p.vip = 1)
  AND (CAST(:touchpoint AS TEXT) = '' OR EXISTS (
        SELECT 1 FROM interactions x WHERE x.person_id = p.id AND x.touchpoint = :touchpoint
          AND x.source <> 'cadence' AND x.happened_at >= :since))
  AND (CAST(:channel AS TEXT) = '' OR EXISTS (
        SELECT 1 FROM addresses a WHERE a.person_id = p.id AND a.channel = :channel))
  AND CAST(:staff AS INTEGER) = CASE WHEN EXISTS (SELECT 1 FROM members m WHERE m.person_id = p.id) THEN 1 ELSE 0 END

-- name: following
-- Cadences that follow what happens at a touchpoint.
SELECT * FROM cadences WHERE state = 'running' AND touchpoint = :touchpoint AND touchpoint <> '' ORDER BY id

-- name: due
-- Cadences to look at now.
SELECT id, due_at FROM cadences WHERE state = 'running' AND due_at > 0 AND due_at <= :now ORDER BY due_at, id LIMIT :most

-- name: earliest_due
-- When the next one is to be looked at.
SELECT MIN(due_at) AS due_at FROM cadences WHERE state = 'running' AND due_at > 0

-- name: look_at
-- Looks at it later.
UPDATE cadences SET due_at = :due_at WHERE id = :id

-- name: record
-- A line in the history of a cadence.
INSERT INTO events (id, subject_id, actor_id, kind, args, happened_at)
VALUES (:id, :subject_id, :actor_id, :kind, :args, :happened_at)
