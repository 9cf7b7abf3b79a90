-- name: queue
-- What waits to be said, by channel and state; `oldest` is since when the oldest row could have left.
-- Materialized, for grouping by channel would tempt SQLite to walk every message ever sent.
WITH unfinished AS MATERIALIZED (SELECT channel, state, due_at FROM outbox WHERE state IN ('queued', 'sending', 'held'))
SELECT channel, state, COUNT(*) AS n, MIN(CASE WHEN due_at <= :now THEN due_at END) AS oldest
FROM unfinished GROUP BY channel, state

-- name: dead
-- What could not be said, by channel.
WITH gone AS MATERIALIZED (SELECT channel FROM outbox WHERE state = 'dead')
SELECT channel, COUNT(*) AS n FROM gone GROUP BY channel

-- name: cases
-- Cases by state, and how many of them nobody has dealt with by the time the customer was promised.
SELECT state, COUNT(*) AS n,
       SUM(CASE WHEN state IN ('open', 'claimed') AND (broken_at > 0 OR contacted_at = 0 AND promised_at > 0 AND promised_at < :now)
                THEN 1 ELSE 0 END) AS overdue
FROM cases GROUP BY state

-- name: answers
-- Scored answers ever counted, by survey.
SELECT survey, SUM(n) AS n FROM rollups GROUP BY survey

-- name: due_case
-- Since when the oldest case waits to be looked at.
SELECT MIN(due_at) AS since FROM cases
WHERE state IN ('open', 'claimed', 'resolved') AND due_at > 0 AND due_at <= :now

-- name: due_invitation
-- Since when the oldest invitation waits to be looked at.
SELECT MIN(due_at) AS since FROM invitations WHERE state IN ('waiting', 'asked') AND due_at > 0 AND due_at <= :now

-- name: alive
-- Whether the store answers at all.
SELECT 1 AS one

-- name: next_message
-- When the next message may leave that may not yet.
SELECT MIN(due_at) AS due_at FROM outbox WHERE state = 'queued' AND due_at > :now

-- name: next_case
-- When the next case is to be looked at.
SELECT MIN(due_at) AS due_at FROM cases WHERE state IN ('open', 'claimed', 'resolved') AND due_at > :now

-- name: next_invitation
-- When the next invitation is to be looked at.
SELECT MIN(due_at) AS due_at FROM invitations WHERE state IN ('waiting', 'asked') AND due_at > :now

-- name: in_flight
-- Whether a worker has a message in flight.
SELECT id FROM outbox WHERE state = 'sending' AND worker = :worker LIMIT 1

-- name: next_incident
-- When the next incident is to be looked at.
SELECT MIN(due_at) AS due_at FROM incidents WHERE due_at > :now

-- name: next_opening
-- When the next team begins its day.
SELECT MIN(due_at) AS due_at FROM openings WHERE due_at > :now

-- name: next_cadence
-- When the next cadence is to be looked at.
SELECT MIN(due_at) AS due_at FROM cadences WHERE state = 'running' AND due_at > :now

-- name: next_follow_up
-- When somebody is to be asked again.
SELECT MIN(f.due_at) AS due_at FROM follow_ups f JOIN cadences c ON c.id = f.cadence_id
WHERE f.state = 'following' AND c.state = 'running' AND f.due_at > :now

-- name: next_grant
-- When goodwill that waits for an approval lapses next.
SELECT MIN(due_at) AS due_at FROM grants WHERE state = 'asked' AND due_at > :now

-- name: next_improvement
-- When the next improvement is to be looked at.
SELECT MIN(due_at) AS due_at FROM improvements WHERE due_at > :now

-- name: due_incident
-- Since when the oldest storm waits to be looked at.
SELECT MIN(due_at) AS since FROM incidents WHERE due_at > 0 AND due_at <= :now

-- name: due_opening
-- Since when the beginning of a team's day waits.
SELECT MIN(due_at) AS since FROM openings WHERE due_at <= :now

-- name: due_cadence
-- Since when the oldest cadence waits to be looked at.
SELECT MIN(due_at) AS since FROM cadences WHERE state = 'running' AND due_at > 0 AND due_at <= :now

-- name: due_follow_up
-- Since when somebody waits to be asked again.
SELECT MIN(f.due_at) AS since FROM follow_ups f JOIN cadences c ON c.id = f.cadence_id
WHERE f.state = 'following' AND c.state = 'running' AND f.due_at <= :now

-- name: due_grant
-- Since when goodwill that nobody decided on waits to lapse.
SELECT MIN(due_at) AS since FROM grants WHERE state = 'asked' AND due_at <= :now

-- name: due_improvement
-- Since when the oldest improvement waits to be looked at.
SELECT MIN(due_at) AS since FROM improvements WHERE due_at > 0 AND due_at <= :now
