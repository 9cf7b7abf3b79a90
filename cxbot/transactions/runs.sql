-- name: hold
-- Holds a run until the commit.
UPDATE cadence_runs SET version = version + 1 WHERE id = :id

-- name: state
-- The state of the cadence a run is of.
SELECT c.state FROM cadence_runs r JOIN cadences c ON c.id = r.cadence_id WHERE r.id = :id

-- name: plan
-- The plan of the cadence a run is of, as it is now.
SELECT c.plan FROM cadence_runs r JOIN cadences c ON c.id = r.cadence_id WHERE r.id = :id

-- name: take_room
-- A place for one more in this minute, else in the first that has one; gives the minute.
INSERT INTO send_rates (name, minute, taken) VALUES (:name, :minute, 1)
ON CONFLICT (name) DO UPDATE SET
    taken = CASE WHEN send_rates.minute >= excluded.minute AND send_rates.taken < :most
                 THEN send_rates.taken + 1 ELSE 1 END,
    minute = CASE WHEN send_rates.minute < excluded.minute THEN excluded.minute
                  WHEN send_rates.taken < :most THEN send_rates.minute ELSE send_rates.minute + 1 END
RETURNING minute

-- name: last_place
-- The newest moment for which somebody has a place.
SELECT COALESCE(MAX(due_at), 0) AS due_at FROM invitations WHERE run_id <> '' AND state = 'waiting' AND reason = :reason

-- name: give_back
-- The places after a minute are free again.
UPDATE send_rates SET minute = :minute, taken = :taken WHERE name = :name AND minute > :minute

-- name: insert
-- A run begins.
INSERT INTO cadence_runs (id, cadence_id, number, state, begun_at, line_at, plan, survey)
VALUES (:id, :cadence_id, :number, :state, :begun_at, :begun_at, :plan, :survey)

-- name: latest
-- The newest run of a cadence.
SELECT * FROM cadence_runs WHERE cadence_id = :cadence_id ORDER BY number DESC LIMIT 1

-- name: write
-- How far a run has come.
UPDATE cadence_runs SET state = :state, after_id = :after_id, lined_up = :lined_up, ended_at = :ended_at, version = version + 1
WHERE id = :id

-- name: line_up
-- The line begins anew: everybody in it got a new turn.
UPDATE cadence_runs SET lined_up = :lined_up, line_at = :line_at WHERE cadence_id = :cadence_id AND state IN ('gathering', 'asking')

-- name: hold_all
-- Holds every run of a cadence until the commit.
UPDATE cadence_runs SET version = version + 1 WHERE cadence_id = :cadence_id

-- name: end_all
-- The runs of a cadence that was stopped.
UPDATE cadence_runs SET state = 'ended', ended_at = :now WHERE cadence_id = :cadence_id AND state IN ('gathering', 'asking')

-- name: waiting
-- Those of a cadence who are still to be asked, in the order of their turn.
SELECT i.* FROM cadence_runs r JOIN invitations i ON i.run_id = r.id AND i.run_id <> ''
WHERE r.cadence_id = :cadence_id AND i.state = 'waiting' ORDER BY i.due_at, i.id

-- name: put_back
-- Nobody of them is asked before the cadence goes on.
UPDATE invitations SET due_at = :due_at, reason = :reason
WHERE state = 'waiting' AND run_id <> '' AND run_id IN (SELECT id FROM cadence_runs WHERE cadence_id = :cadence_id)

-- name: unsent
-- Those whose question has not left yet, and who have answered nothing.
SELECT i.* FROM cadence_runs r JOIN invitations i ON i.run_id = r.id AND i.run_id <> ''
WHERE r.cadence_id = :cadence_id AND i.state = 'asked' AND i.response_id = ''
  AND EXISTS (SELECT 1 FROM outbox o WHERE o.invitation_id = i.id AND o.state IN ('queued', 'held'))
  AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.invitation_id = i.id AND o.kind = 'question' AND o.state IN ('sent', 'sending'))
ORDER BY i.id

-- name: unsent_nudges
-- Reminders that have not left yet, of those who have answered nothing.
SELECT o.id, o.invitation_id FROM cadence_runs r
JOIN invitations i ON i.run_id = r.id AND i.run_id <> ''
JOIN outbox o ON o.invitation_id = i.id
WHERE r.cadence_id = :cadence_id AND i.state = 'asked' AND i.response_id = '' AND o.state IN ('queued', 'held')

-- name: ask_again
-- Somebody whose question was taken back in time is asked when the cadence goes on, as if they had not been yet.
UPDATE invitations SET state = 'waiting', reason = :reason, channel = '', address = '', progress = '', nudges = 0,
       asked_at = 0, expires_at = 0, due_at = :due_at, version = version + 1
WHERE id = :id AND state || '' = 'asked' AND response_id = ''

-- name: turn
-- When somebody's turn is.
UPDATE invitations SET due_at = :due_at, reason = 'turn' WHERE id = :id AND state || '' = 'waiting'

-- name: counts
-- What became of those of a run: by state and reason, how many were asked, have begun to answer, and when the last turn is.
SELECT state, reason, COUNT(*) AS n,
       SUM(CASE WHEN asked_at > 0 THEN 1 ELSE 0 END) AS asked,
       SUM(CASE WHEN response_id <> '' OR state = 'done' THEN 1 ELSE 0 END) AS answered,
       MAX(CASE WHEN state = 'waiting' THEN due_at ELSE 0 END) AS last_at
FROM invitations WHERE run_id = :run_id AND run_id <> '' GROUP BY state, reason

-- name: still_to_ask
-- How many of a run are still to be asked, and when the last turn is.
SELECT COUNT(*) AS n, COALESCE(MAX(due_at), 0) AS last_at FROM invitations
WHERE run_id = :run_id AND run_id <> '' AND state = 'waiting'
