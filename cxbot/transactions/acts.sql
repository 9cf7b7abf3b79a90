-- name: latest
-- What somebody did in a time, newest first; not what they did as a customer, about their own case or their consent.
SELECT e.id, e.subject_id, e.actor_id, e.kind, e.args, e.happened_at, COALESCE(p.name, e.actor_id) AS actor,
       COALESCE(s.name, '') AS subject, COALESCE(t.name, '') AS team, COALESCE(d.name, '') AS cadence,
       COALESCE(c.id, '') AS case_id, COALESCE(c.code, n.code, i.code, '') AS code
FROM events e
LEFT JOIN people p ON p.id = e.actor_id
LEFT JOIN people s ON s.id = e.subject_id
LEFT JOIN teams t ON t.id = e.subject_id
LEFT JOIN cadences d ON d.id = e.subject_id
LEFT JOIN cases c ON c.id = e.subject_id
LEFT JOIN incidents n ON n.id = e.subject_id
LEFT JOIN improvements i ON i.id = e.subject_id
WHERE e.happened_at >= :since AND e.happened_at <= :until AND e.actor_id <> '' AND e.actor_id = :actor_id
  AND (c.id IS NULL OR c.person_id <> e.actor_id)
  AND NOT (e.kind IN ('opted_out', 'opted_in') AND e.subject_id = e.actor_id)
ORDER BY e.happened_at DESC, e.id DESC LIMIT :most
