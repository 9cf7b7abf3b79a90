-- name: last
-- When a colleague last wrote to this person about a case being worked, and when the person said something about one;
-- about a resolved one, since it was.
SELECT COALESCE(MAX(e.happened_at), 0) AS written_at,
       COALESCE((SELECT MAX(r.said_at) FROM remarks r JOIN cases d ON d.id = r.case_id
                 WHERE d.person_id = :person_id AND d.state IN ('open', 'claimed', 'resolved')
                   AND r.said_at > d.resolved_at), 0) AS said_at
FROM cases c JOIN events e ON e.subject_id = c.id AND e.kind = 'replied'
WHERE c.person_id = :person_id AND c.state IN ('open', 'claimed', 'resolved') AND e.happened_at > c.resolved_at

-- name: noted_since
-- Whether somebody's own words have been acknowledged there since.
SELECT id FROM outbox
WHERE channel = :channel AND address = :address AND key = 'customer.noted' AND created_at >= :since LIMIT 1
