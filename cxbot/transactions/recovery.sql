-- name: cases
-- Cases of a time, newest last; of one team where it is named.
SELECT id, team_id, owner_id, severity, cause, root_cause, state, opened_at, first_contact_at, resolved_at, confirm, reopened,
       told_words, untold
FROM cases WHERE opened_at >= :since AND opened_at < :until AND (CAST(:team_id AS TEXT) = '' OR team_id = :team_id)
ORDER BY opened_at, id LIMIT :most

-- name: owners
-- What tells who had each of them, or resolved it, oldest first; and what of it was undone.
SELECT e.subject_id, e.actor_id, e.args, e.kind FROM events e JOIN cases c ON c.id = e.subject_id
WHERE c.opened_at >= :since AND c.opened_at < :until AND (CAST(:team_id AS TEXT) = '' OR c.team_id = :team_id)
  AND e.kind IN ('assigned', 'claimed', 'handed_over', 'resolved', 'undone')
ORDER BY e.happened_at, e.id
