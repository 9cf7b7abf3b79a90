-- name: cases_without_timer
-- Cases being worked at which nobody will look.
SELECT * FROM cases WHERE state IN ('open', 'claimed', 'resolved') AND due_at = 0 ORDER BY due_at, id LIMIT :most

-- name: cases_due
-- Cases at which somebody should have looked, or will within the time a step that failed is put off.
SELECT * FROM cases WHERE state IN ('open', 'claimed', 'resolved') AND due_at > 0 AND due_at <= :soon
ORDER BY due_at, id LIMIT :most

-- name: cases_later
-- Cases at which somebody will look later, from one of them on.
SELECT * FROM cases WHERE state IN ('open', 'claimed', 'resolved') AND due_at > 0 AND due_at >= :due_at
  AND (due_at > :due_at OR id > :id)
ORDER BY due_at, id LIMIT :most

-- name: invitations_late
-- Invitations at which nobody looked in time, and open ones that should have ended.
SELECT id FROM invitations
WHERE state IN ('waiting', 'asked') AND due_at <= :soon
  AND (due_at <= :late OR (state = 'asked' AND expires_at > 0 AND expires_at <= :late))
ORDER BY due_at, id LIMIT :most

-- name: messages_stuck
-- Messages in flight whose worker is gone, and which nobody gave back to the queue.
SELECT id FROM outbox WHERE state = 'sending' AND lease_until <= :late ORDER BY lease_until LIMIT :most

-- name: messages_held_for_ever
-- Messages that are held and that nothing will ever drop.
SELECT id FROM outbox WHERE state = 'held' AND expires_at = 0 ORDER BY expires_at, id LIMIT :most

-- name: end_hold
-- From when on a message that is held is no longer said.
UPDATE outbox SET expires_at = :expires_at WHERE id = :id AND state || '' = 'held' AND expires_at = 0

-- name: answers_since
-- What was answered from one response on, oldest first.
SELECT id, person_id, invitation_id, survey, survey_version, touchpoint, band, via, started_at FROM responses
WHERE started_at >= :since AND started_at <= :until AND (started_at > :since OR id > :id)
ORDER BY started_at, id LIMIT :most

-- name: case_or_reason
-- A case that came of a response or was open for the same when it came, or the recorded reason why there is none.
SELECT c.id FROM cases c WHERE c.response_id = :response_id
UNION ALL
SELECT c.id FROM cases c WHERE c.person_id = :person_id AND c.cause = :cause AND (c.closed_at = 0 OR c.closed_at >= :started_at)
UNION ALL
SELECT d.id FROM decisions d WHERE d.person_id = :person_id AND d.what = 'no_case' AND d.invitation_id = :invitation_id
LIMIT 1

-- name: state
-- What the last look found, and how far it came.
SELECT value FROM channel_state WHERE channel = 'audit' AND name = 'state'

-- name: hold
-- The same, held until the commit: one look at a time writes down what it found.
INSERT INTO channel_state (channel, name, value) VALUES ('audit', 'state', '{}')
ON CONFLICT (channel, name) DO UPDATE SET value = channel_state.value
RETURNING value
