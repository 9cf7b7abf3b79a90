-- name: interactions
-- What happened at a touchpoint in a time, oldest first, with what of the person bears on asking them.
SELECT i.id, i.person_id, i.touchpoint, i.stage, i.outcome, i.body, i.happened_at, i.created_at, p.opted_out
FROM interactions i JOIN people p ON p.id = i.person_id
WHERE i.created_at >= :since AND i.created_at < :until AND i.touchpoint = :touchpoint
ORDER BY i.created_at, i.id LIMIT :most

-- name: asked
-- What the people of these interactions were asked, oldest first.
SELECT v.person_id, v.survey, v.metric, v.kind, v.asked_at, v.ended_at, v.expires_at, v.interaction_id FROM invitations v
WHERE v.asked_at >= :asked_since AND v.asked_at < :until AND v.state <> 'retracted' AND v.person_id IN (
    SELECT i.person_id FROM interactions i
    WHERE i.created_at >= :since AND i.created_at < :until AND i.touchpoint = :touchpoint)
ORDER BY v.asked_at, v.id

-- name: scores
-- The scores that were given about interactions of a touchpoint in a time.
SELECT r.interaction_id, r.metric, r.score FROM responses r JOIN interactions i ON i.id = r.interaction_id
WHERE i.created_at >= :since AND i.created_at < :until AND i.touchpoint = :touchpoint AND r.score IS NOT NULL
ORDER BY r.started_at, r.id

-- name: consents
-- When somebody stopped or began again to take surveys.
SELECT subject_id, kind, args, happened_at FROM events
WHERE kind IN ('opted_out', 'opted_in') AND happened_at >= :since ORDER BY happened_at, id
