-- name: improvements
-- Improvements of which a reminder, a comparison or telling is overdue, or that nobody will look at in time.
SELECT id, code AS which,
       CASE WHEN due_at = 0 OR due_at > :soon OR (state IN ('proposed', 'planned', 'doing') AND remind_at = 0)
                 OR (tell_state IN ('going', 'stopping') AND tell_at = 0) THEN 1 ELSE 0 END AS mend
FROM improvements
WHERE (due_at > 0 AND due_at <= :late) OR (remind_at > 0 AND remind_at <= :late)
   OR (compare_at > 0 AND compare_at <= :late) OR (tell_at > 0 AND tell_at <= :late)
   OR (due_at = 0 AND (remind_at > 0 OR compare_at > 0 OR tell_at > 0))
   OR (state IN ('proposed', 'planned', 'doing') AND remind_at = 0)
   OR (tell_state IN ('going', 'stopping') AND tell_at = 0)
ORDER BY due_at, id LIMIT :most

-- name: cadences
-- Running cadences at which nobody looked in time, or nobody will though a run goes on or a date is set.
SELECT c.id, c.name AS which, CASE WHEN c.due_at = 0 OR c.due_at > :soon THEN 1 ELSE 0 END AS mend
FROM cadences c
LEFT JOIN cadence_runs r ON r.cadence_id = c.id AND r.state IN ('gathering', 'asking')
     AND r.number = (SELECT MAX(l.number) FROM cadence_runs l WHERE l.cadence_id = c.id)
WHERE c.state = 'running' AND (
    (c.due_at > 0 AND c.due_at <= :late)
    OR (c.due_at = 0 AND (c.next_at > 0 OR (r.id IS NOT NULL AND c.touchpoint = '')))
    OR (c.due_at > :soon AND r.state = 'gathering')
    OR (c.due_at > :late AND c.next_at > 0 AND c.next_at <= :late AND r.id IS NULL))
ORDER BY c.due_at, c.id LIMIT :most

-- name: follow_ups
-- Those of running cadences whom nobody asked again in time.
SELECT f.id, c.name AS which, 0 AS mend FROM follow_ups f JOIN cadences c ON c.id = f.cadence_id
WHERE f.state = 'following' AND f.due_at <= :late AND c.state = 'running' ORDER BY f.due_at, f.id LIMIT :most

-- name: grants
-- Goodwill that waits for an approval and should have lapsed.
SELECT g.id, c.code AS which, 0 AS mend FROM grants g JOIN cases c ON c.id = g.case_id
WHERE g.state = 'asked' AND g.due_at <= :late ORDER BY g.due_at, g.id LIMIT :most

-- name: openings
-- Teams whose day was not begun in time, and those that have no beginning where others have one.
SELECT t.id, t.name AS which, CASE WHEN o.team_id IS NULL THEN 1 ELSE 0 END AS mend
FROM teams t LEFT JOIN openings o ON o.team_id = t.id
WHERE o.due_at <= :late OR (o.team_id IS NULL AND t.archived_at = 0 AND EXISTS (SELECT 1 FROM openings))
ORDER BY t.id LIMIT :most

-- name: incidents
-- Storms at which nobody looked in time, or nobody will though they go on or something is being done to all.
SELECT id, code AS which, CASE WHEN due_at = 0 THEN 1 ELSE 0 END AS mend FROM incidents
WHERE (due_at > 0 AND due_at <= :late) OR (due_at = 0 AND (state = 'open' OR work <> ''))
ORDER BY due_at, id LIMIT :most

-- name: put_off_improvement
-- An improvement, and when it is looked at next.
SELECT id, code AS which, due_at FROM improvements WHERE id = :id

-- name: put_off_cadence
-- A running cadence, and when it is looked at next.
SELECT id, name AS which, due_at FROM cadences WHERE id = :id AND state = 'running'

-- name: put_off_follow_up
-- Somebody who is being followed, and when they are asked next.
SELECT f.id, c.name AS which, f.due_at FROM follow_ups f JOIN cadences c ON c.id = f.cadence_id
WHERE f.id = :id AND f.state = 'following'

-- name: put_off_grant
-- Goodwill that waits, and when it lapses.
SELECT g.id, c.code AS which, g.due_at FROM grants g JOIN cases c ON c.id = g.case_id
WHERE g.id = :id AND g.state = 'asked'

-- name: put_off_opening
-- A team, and when its day begins next.
SELECT t.id, t.name AS which, o.due_at FROM openings o JOIN teams t ON t.id = o.team_id WHERE o.team_id = :id

-- name: put_off_incident
-- A storm, and when it is looked at next.
SELECT id, code AS which, due_at FROM incidents WHERE id = :id

-- name: put_off_invitation
-- A survey that is asked or waits to be, and when it is looked at next.
SELECT id, id AS which, due_at FROM invitations WHERE id = :id AND state IN ('waiting', 'asked')

-- name: failing
-- Which steps have failed lately, since when, and until when they are put off.
SELECT value FROM channel_state WHERE channel = 'audit' AND name = 'put_off'

-- name: hold_failing
-- The same, held until the commit.
INSERT INTO channel_state (channel, name, value) VALUES ('audit', 'put_off', '{}')
ON CONFLICT (channel, name) DO UPDATE SET value = channel_state.value
RETURNING value
