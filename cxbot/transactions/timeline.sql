-- name: interactions
-- What happened to a person, newest first.
SELECT id, id AS interaction_id, touchpoint, stage, outcome, team_id, agent, reference, happened_at FROM interactions
WHERE person_id = :person_id ORDER BY happened_at DESC, id DESC LIMIT :most

-- name: invitations
-- What a person was or will be asked, newest first, each with the team of what it is about.
SELECT i.id, i.survey, i.survey_version, i.state, i.reason, i.channel, i.interaction_id, i.asked_at, i.ended_at, i.created_at,
       x.team_id, x.touchpoint
FROM invitations i LEFT JOIN interactions x ON x.id = i.interaction_id
WHERE i.person_id = :person_id ORDER BY i.asked_at DESC, i.id DESC LIMIT :most

-- name: answers
-- What a person answered, newest first.
SELECT id, survey, survey_version, interaction_id, team_id, touchpoint, score, started_at FROM responses
WHERE person_id = :person_id ORDER BY started_at DESC, id DESC LIMIT :most

-- name: decisions
-- What was decided about a person, newest first, each with the team of what it is about.
SELECT d.id, d.survey, d.what, d.reason, d.detail, d.interaction_id, d.decided_at, x.team_id, x.touchpoint
FROM decisions d LEFT JOIN interactions x ON x.id = d.interaction_id
WHERE d.person_id = :person_id ORDER BY d.decided_at DESC, d.id DESC LIMIT :most

-- name: events
-- What was done to a case or a person, newest first, with the name of who did it.
SELECT e.id, e.kind, e.args, e.happened_at, COALESCE(p.name, '') AS actor FROM events e
LEFT JOIN people p ON p.id = e.actor_id
WHERE e.subject_id = :subject_id ORDER BY e.happened_at DESC, e.id DESC LIMIT :most

-- name: messages
-- What was said to a person at their addresses, newest first, without what only took the place of something.
SELECT o.id, o.channel, o.kind, o.key, o.args, o.state, o.reason, o.words, o.case_id, o.created_at, o.shown_at,
       COALESCE(i.interaction_id, '') AS interaction_id, COALESCE(i.survey, '') AS survey,
       COALESCE(i.survey_version, 0) AS survey_version, x.team_id, x.touchpoint
FROM addresses a
JOIN outbox o ON o.channel = a.channel AND o.address = a.address
LEFT JOIN invitations i ON i.id = o.invitation_id
LEFT JOIN interactions x ON x.id = i.interaction_id
WHERE a.person_id = :person_id AND o.person_id = :person_id AND o.replaces = '' AND o.state <> 'superseded'
ORDER BY o.created_at DESC, o.id DESC LIMIT :most

-- name: remarks
-- What a person said in words of their own, newest first, each with the team of the survey it was said beside.
SELECT r.id, r.case_id, r.words, r.media, r.said_at, COALESCE(s.interaction_id, '') AS interaction_id, s.team_id, s.touchpoint
FROM remarks r LEFT JOIN responses s ON s.id = r.response_id
WHERE r.person_id = :person_id ORDER BY r.said_at DESC, r.id DESC LIMIT :most
