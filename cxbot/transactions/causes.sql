-- name: cases
-- Cases of a time with the survey they came of, the newest first; of one team or touchpoint where it is named.
SELECT c.id, c.person_id, c.state, c.root_cause, c.response_id, c.begun_at AS opened_at, c.opened_at AS first_at,
       COALESCE(r.survey, '') AS survey, COALESCE(r.survey_version, 0) AS survey_version
FROM cases c LEFT JOIN responses r ON r.id = c.response_id AND c.response_id <> ''
WHERE c.begun_at >= :since AND c.begun_at <= :until AND c.state <> 'merged'
  AND (CAST(:team_id AS TEXT) = '' OR c.team_id = :team_id)
  AND (CAST(:touchpoint AS TEXT) = '' OR c.touchpoint = :touchpoint)
ORDER BY c.begun_at DESC, c.id DESC LIMIT :most

-- name: touchpoint_exists
-- Whether anything was ever answered about a touchpoint.
SELECT touchpoint FROM rollups WHERE touchpoint = :touchpoint LIMIT 1

-- name: chosen
-- What people chose among options in a time, the newest first; a case that was given to another team takes it along.
SELECT r.id, r.person_id, r.survey, r.survey_version, r.started_at, a.question, a.value, COALESCE(k.state, '') AS case_state
FROM responses r JOIN answers a ON a.response_id = r.id
LEFT JOIN cases k ON k.response_id = r.id
WHERE r.started_at >= :since AND r.started_at <= :until AND r.person_id <> '' AND r.via <> 'again'
  AND a.kind IN ('one_of', 'several_of')
  AND (CAST(:team_id AS TEXT) = '' OR COALESCE(k.team_id, r.team_id) = :team_id)
  AND (CAST(:touchpoint AS TEXT) = '' OR r.touchpoint = :touchpoint)
ORDER BY r.started_at DESC, r.id DESC LIMIT :most

-- name: first_contact
-- When the team first got in touch about the case of a response; nothing where it did not yet.
SELECT MIN(e.happened_at) AS at FROM events e JOIN cases c ON c.id = e.subject_id
WHERE (c.id = :case_id OR (c.response_id = :response_id AND c.response_id <> ''))
  AND e.kind IN ('contacted', 'replied', 'resolved')
