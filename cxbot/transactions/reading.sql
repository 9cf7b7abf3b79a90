-- name: invitations
-- Invitations after a place in time, with the interaction they are about. An anonymous response is not named.
SELECT v.*, COALESCE(i.source, '') AS source, COALESCE(i.source_id, '') AS source_id,
       COALESCE(i.touchpoint, '') AS touchpoint, COALESCE(i.team_id, '') AS team,
       CASE WHEN EXISTS (SELECT 1 FROM responses r WHERE r.id = v.response_id AND r.person_id <> '')
            THEN v.response_id ELSE '' END AS response_id
FROM invitations v LEFT JOIN interactions i ON i.id = v.interaction_id
WHERE (v.created_at, v.id) > (:after_time, :after_id) AND v.created_at >= :since AND v.created_at < :until
  AND (CAST(:state AS TEXT) = '' OR v.state = :state)
  AND (CAST(:touchpoint AS TEXT) = '' OR i.touchpoint = :touchpoint)
  AND (CAST(:team AS TEXT) = '' OR i.team_id = :team)
ORDER BY v.created_at, v.id LIMIT :most

-- name: invitation
-- One invitation, with the interaction it is about.
SELECT v.*, COALESCE(i.source, '') AS source, COALESCE(i.source_id, '') AS source_id,
       COALESCE(i.touchpoint, '') AS touchpoint, COALESCE(i.team_id, '') AS team,
       CASE WHEN EXISTS (SELECT 1 FROM responses r WHERE r.id = v.response_id AND r.person_id <> '')
            THEN v.response_id ELSE '' END AS response_id
FROM invitations v LEFT JOIN interactions i ON i.id = v.interaction_id
WHERE v.id = :id

-- name: responses
-- Responses after a place in time. An anonymous one has no person and is never shown by itself.
SELECT r.*, r.team_id AS team, COALESCE(i.source, '') AS source, COALESCE(i.source_id, '') AS source_id
FROM responses r LEFT JOIN interactions i ON i.id = r.interaction_id
WHERE (r.started_at, r.id) > (:after_time, :after_id) AND r.started_at >= :since AND r.started_at < :until
  AND r.person_id <> ''
  AND (CAST(:state AS TEXT) = '' OR r.state = :state)
  AND (CAST(:touchpoint AS TEXT) = '' OR r.touchpoint = :touchpoint)
  AND (CAST(:team AS TEXT) = '' OR r.team_id = :team)
ORDER BY r.started_at, r.id LIMIT :most

-- name: response
-- One response, unless it is anonymous.
SELECT r.*, r.team_id AS team, COALESCE(i.source, '') AS source, COALESCE(i.source_id, '') AS source_id
FROM responses r LEFT JOIN interactions i ON i.id = r.interaction_id
WHERE r.id = :id AND r.person_id <> ''

-- name: answers
-- The answers of a response, in the order they were given.
SELECT question, kind, value, words, answered_at FROM answers WHERE response_id = :response_id ORDER BY answered_at, question

-- name: questions
-- Every question there are answers to.
SELECT DISTINCT question FROM answers ORDER BY question

-- name: cases
-- Cases after a place in time, with the interaction they come from.
SELECT c.*, c.team_id AS team, COALESCE(i.source, '') AS source, COALESCE(i.source_id, '') AS source_id
FROM cases c LEFT JOIN interactions i ON i.id = c.interaction_id
WHERE (c.opened_at, c.id) > (:after_time, :after_id) AND c.opened_at >= :since AND c.opened_at < :until
  AND (CAST(:state AS TEXT) = '' OR c.state = :state)
  AND (CAST(:touchpoint AS TEXT) = '' OR c.touchpoint = :touchpoint)
  AND (CAST(:team AS TEXT) = '' OR c.team_id = :team)
ORDER BY c.opened_at, c.id LIMIT :most

-- name: case
-- One case, by its id or by the number the customer was told.
SELECT c.*, c.team_id AS team, COALESCE(i.source, '') AS source, COALESCE(i.source_id, '') AS source_id
FROM cases c LEFT JOIN interactions i ON i.id = c.interaction_id
WHERE c.id = :id OR c.code = :id
