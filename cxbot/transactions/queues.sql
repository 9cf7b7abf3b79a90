-- name: messages
-- What waits, by channel and cause. Materialized, for grouping by channel would tempt SQLite to walk every message.
WITH unfinished AS MATERIALIZED (
    SELECT channel, state, due_at, expires_at, reason, created_at FROM outbox
    WHERE state IN ('queued', 'sending', 'held')),
told AS (
    SELECT channel, created_at,
           CASE WHEN state = 'held' THEN 'held' WHEN state = 'sending' THEN 'sending' WHEN due_at > :now THEN 'later'
                WHEN reason <> '' THEN 'again' ELSE 'turn' END AS why,
           CASE WHEN state = 'held' OR (state = 'queued' AND due_at <= :now) THEN reason ELSE '' END AS reason,
           CASE WHEN state = 'held' THEN expires_at WHEN due_at > :now THEN due_at ELSE 0 END AS until
    FROM unfinished WHERE CAST(:channel AS TEXT) = '' OR channel = :channel)
SELECT channel, why, reason, COUNT(*) AS n, MIN(created_at) AS since,
       MIN(CASE WHEN until > 0 THEN until END) AS until
FROM told GROUP BY channel, why, reason ORDER BY channel, why, reason

-- name: surveys
-- Surveys that wait to be asked, by reason.
SELECT reason, COUNT(*) AS n, MIN(due_at) AS until FROM invitations WHERE state = 'waiting' GROUP BY reason ORDER BY reason

-- name: channel
-- Whether anything is known of a channel.
SELECT channel FROM addresses WHERE channel = :channel
UNION ALL SELECT channel FROM outbox WHERE channel = :channel LIMIT 1
