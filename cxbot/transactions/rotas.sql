-- name: get
-- The rotation of a team.
SELECT * FROM rotas WHERE team_id = :team_id

-- name: set
-- Who takes over from whom, from now on.
INSERT INTO rotas (team_id, people, since, weeks, earlier) VALUES (:team_id, :people, :since, :weeks, :earlier)
ON CONFLICT (team_id) DO UPDATE
SET people = excluded.people, since = excluded.since, weeks = excluded.weeks, earlier = excluded.earlier

-- name: end
-- A team without a rotation.
DELETE FROM rotas WHERE team_id = :team_id

-- name: covers
-- Who covers in a team, now or later: what a calendar says before what was typed, the oldest first.
SELECT * FROM covers WHERE team_id = :team_id AND until_at > :now
ORDER BY CASE WHEN source = '' THEN 1 ELSE 0 END, id

-- name: cover
-- Somebody covers.
INSERT INTO covers (id, team_id, person_id, from_at, until_at, source)
VALUES (:id, :team_id, :person_id, :from_at, :until_at, :source)

-- name: covers_from
-- Who covers in a team by a calendar.
SELECT * FROM covers WHERE team_id = :team_id AND source = :source ORDER BY from_at, id

-- name: uncover
-- A calendar does not say so any more.
DELETE FROM covers WHERE id = :id

-- name: away
-- When those who work in a team are away, now or later.
SELECT a.* FROM absences a JOIN members m ON m.person_id = a.person_id
WHERE (m.team_id = :team_id OR m.team_id = '') AND a.until_at > :now ORDER BY a.from_at, a.id

-- name: absences_of
-- When somebody is away, now or later.
SELECT * FROM absences WHERE person_id = :person_id AND until_at > :now ORDER BY from_at, id

-- name: leave
-- Somebody is away.
INSERT INTO absences (id, person_id, from_at, until_at, reason, source, planned_until)
VALUES (:id, :person_id, :from_at, :until_at, :reason, :source, :planned_until)

-- name: replace
-- Somebody's absence is typed anew: the one before ends now.
UPDATE absences SET until_at = :now
WHERE person_id = :person_id AND source = '' AND from_at >= :earliest AND from_at <= :start AND until_at > :start

-- name: ahead
-- What somebody typed that has not begun.
SELECT * FROM absences WHERE person_id = :person_id AND source = '' AND from_at > :now AND until_at > :now
ORDER BY from_at, id

-- name: back
-- Somebody is back: what is going on ends now.
UPDATE absences SET until_at = :now WHERE person_id = :person_id AND from_at <= :now AND until_at > :now

-- name: absences_from
-- Who is away by a calendar.
SELECT * FROM absences WHERE source = :source ORDER BY from_at, id

-- name: forget
-- A calendar does not say so any more.
DELETE FROM absences WHERE id = :id

-- name: owned
-- The open cases somebody has.
SELECT id, code, team_id FROM cases WHERE owner_id = :person_id AND state = 'claimed' ORDER BY promised_at, id

-- name: load
-- How many open cases each of a team has.
SELECT owner_id, COUNT(*) AS n FROM cases WHERE state = 'claimed' AND owner_id <> '' GROUP BY owner_id
