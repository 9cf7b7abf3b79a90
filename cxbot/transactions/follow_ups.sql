-- name: insert
-- Somebody is followed from now on; nothing is inserted where they already are by this cadence.
INSERT INTO follow_ups (id, cadence_id, person_id, interaction_id, state, begun_at, due_at)
VALUES (:id, :cadence_id, :person_id, :interaction_id, 'following', :begun_at, :due_at)
ON CONFLICT (cadence_id, person_id) WHERE state = 'following' DO NOTHING

-- name: get
-- One of them.
SELECT * FROM follow_ups WHERE id = :id

-- name: write
-- How far it has come.
UPDATE follow_ups SET state = :state, reason = :reason, times = :times, due_at = :due_at, ended_at = :ended_at WHERE id = :id

-- name: end_all
-- The cadence was stopped.
UPDATE follow_ups SET state = 'ended', reason = :reason, due_at = 0, ended_at = :now
WHERE cadence_id = :cadence_id AND state = 'following'

-- name: replied
-- Whether somebody has answered the survey since.
SELECT 1 AS found FROM responses
WHERE person_id = :person_id AND survey = :survey AND started_at >= :since LIMIT 1

-- name: has_case
-- Whether they have had a case since, or still have one.
SELECT 1 AS found FROM cases
WHERE person_id = :person_id AND (opened_at >= :since OR state IN ('open', 'claimed')) LIMIT 1

-- name: overdue
-- Those of a cadence that was paused whose time came meanwhile.
SELECT id, person_id FROM follow_ups WHERE cadence_id = :cadence_id AND state = 'following' AND due_at <= :now ORDER BY due_at, id

-- name: counts
-- How many there are, by reason of their end.
SELECT reason, COUNT(*) AS n FROM follow_ups WHERE cadence_id = :cadence_id GROUP BY reason

-- name: due
-- Those to ask now; of a cadence that rests nobody is.
SELECT f.id, f.due_at FROM follow_ups f JOIN cadences c ON c.id = f.cadence_id
WHERE f.state = 'following' AND f.due_at <= :now AND c.state = 'running' ORDER BY f.due_at, f.id LIMIT :most

-- name: earliest_due
-- When the next one is to be asked.
SELECT MIN(f.due_at) AS due_at FROM follow_ups f JOIN cadences c ON c.id = f.cadence_id
WHERE f.state = 'following' AND c.state = 'running'

-- name: look_at
-- Looks at it later.
UPDATE follow_ups SET due_at = :due_at WHERE id = :id

-- name: end_twins
-- Of two entries that are one person only one is followed.
UPDATE follow_ups SET state = 'ended', reason = 'merged', due_at = 0, ended_at = :now
WHERE person_id = :old AND state = 'following' AND EXISTS (
    SELECT 1 FROM follow_ups o WHERE o.person_id = :new AND o.cadence_id = follow_ups.cadence_id AND o.state = 'following')
