-- name: changes
-- What people changed in a time, newest first: kinds with a dot, and those of people's own history that colleagues do.
SELECT e.id, e.subject_id, e.actor_id, e.kind, e.args, e.happened_at, COALESCE(p.name, e.actor_id) AS actor,
       COALESCE(s.name, '') AS subject, COALESCE(t.name, '') AS team,
       COALESCE(d.name, '') AS cadence
FROM events e
LEFT JOIN people p ON p.id = e.actor_id
LEFT JOIN people s ON s.id = e.subject_id
LEFT JOIN teams t ON t.id = e.subject_id
LEFT JOIN cadences d ON d.id = e.subject_id
WHERE e.happened_at >= :since AND e.happened_at <= :until AND e.actor_id <> ''
  AND (CAST(:actor AS TEXT) = '' OR e.actor_id = :actor)
  AND (e.kind LIKE '%.%' OR (e.kind IN ('merged', 'paired', 'pairing_code_made', 'opted_out', 'opted_in')
                             AND e.actor_id <> e.subject_id))
  AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = e.subject_id)
ORDER BY e.happened_at DESC, e.id DESC LIMIT :most

-- name: said_since
-- Whether anybody else has said since what a person wants, be it the same again.
SELECT 1 AS found FROM events
WHERE subject_id = :subject_id AND kind IN ('opted_out', 'opted_in') AND actor_id <> :actor_id
  AND (happened_at > :at OR (happened_at = :at AND id > :id))
LIMIT 1

-- name: one
-- One change, as `changes` has it.
SELECT e.id, e.subject_id, e.actor_id, e.kind, e.args, e.happened_at, COALESCE(p.name, e.actor_id) AS actor,
       COALESCE(s.name, '') AS subject, COALESCE(t.name, '') AS team, COALESCE(d.name, '') AS cadence
FROM events e LEFT JOIN people p ON p.id = e.actor_id LEFT JOIN people s ON s.id = e.subject_id
LEFT JOIN teams t ON t.id = e.subject_id LEFT JOIN cadences d ON d.id = e.subject_id
WHERE e.id = :id
