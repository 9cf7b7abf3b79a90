-- name: cases
-- Cases of a time, newest last; of one team where it is named.
SELECT id, team_id, owner_id, severity, cause, root_cause, state, opened_at, first_contact_at, resolved_at, confirm, reopened,
       told_words, untold
FROM cases WHERE opened_at >= :since AND opened_at <= :now AND (CAST(:team_id AS TEXT) = '' OR team_id = :team_id)
ORDER BY opened_at, id LIMIT :most

-- name: owners
-- Who had each of them, or resolved it.
SELECT DISTINCT e.subject_id, e.actor_id, e.args, e.kind FROM events e JOIN cases c ON c.id = e.subject_id
WHERE c.opened_at >= :since AND c.opened_at <= :now AND (CAST(:team_id AS TEXT) = '' OR c.team_id = :team_id)
  AND e.kind IN ('claimed', 'handed_over', 'resolved')
