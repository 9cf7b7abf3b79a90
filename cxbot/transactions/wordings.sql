-- name: dispositions
-- What became of those who were asked in each wording of a version.
SELECT i.variant, i.state AS invitation_state, COALESCE(r.state, '') AS response_state, COUNT(*) AS n
FROM invitations i LEFT JOIN responses r ON r.id = i.response_id AND i.response_id <> ''
WHERE i.survey = :survey AND i.survey_version = :version AND i.variant <> '' AND i.state <> 'waiting'
GROUP BY i.variant, i.state, COALESCE(r.state, '')

-- name: scores
-- How often each score was given in each wording of a version.
SELECT variant, score, COUNT(*) AS n FROM responses
WHERE survey = :survey AND survey_version = :version AND variant <> '' AND score IS NOT NULL AND via <> 'again'
GROUP BY variant, score
