-- name: of_person
-- Improvements that somebody was not told of because nothing reached them, and that were done since then.
SELECT c.improvement_id, c.person_id, c.case_id, c.complained_at, c.row_id, c.state
FROM improvement_customers c
JOIN improvements i ON i.id = c.improvement_id
LEFT JOIN outbox o ON o.id = c.row_id AND c.row_id <> ''
WHERE c.person_id = :person_id AND i.state = 'done' AND i.done_at > :since AND i.tell_state IN ('going', 'over')
  AND (c.state = 'not_told' AND c.reason IN ('no_address', 'unreachable')
       OR c.state = 'told' AND (o.state = 'dropped' OR o.state = 'dead' AND EXISTS (
           SELECT 1 FROM decisions d
           WHERE d.person_id = c.person_id AND d.what = 'unreachable' AND d.decided_at >= o.created_at)))
ORDER BY c.improvement_id

-- name: take
-- It is said after all; no row where it has been taken up otherwise since it was read.
UPDATE improvement_customers SET state = 'told', reason = '', row_id = ''
WHERE improvement_id = :improvement_id AND person_id = :person_id AND state = :state AND row_id = :row_id

-- name: complained_since
-- A case of this person about the same that began after it was done.
SELECT id FROM cases WHERE person_id = :person_id AND team_id = :team_id AND begun_at > :done_at AND state <> 'dismissed'
  AND (CAST(:touchpoint AS TEXT) = '' OR touchpoint = :touchpoint) LIMIT 1
