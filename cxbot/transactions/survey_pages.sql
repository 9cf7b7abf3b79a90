-- name: times_again
-- How often an invitation was answered besides the one answer that counts.
SELECT COUNT(*) AS n FROM responses WHERE invitation_id = :invitation_id AND via = 'again'

-- name: first_response
-- The answer to an invitation that counts.
SELECT id FROM responses WHERE invitation_id = :invitation_id AND via <> 'again' ORDER BY started_at, id LIMIT 1
