-- name: invitation
-- Whose survey this is, and whether it is open.
SELECT i.person_id, i.interaction_id, i.response_id, i.expires_at, x.touchpoint, x.team_id
FROM invitations i JOIN addresses a ON a.person_id = i.person_id JOIN interactions x ON x.id = i.interaction_id
WHERE i.id = :id AND i.state = 'asked' AND a.channel = :channel AND a.address = :address

-- name: open_of_address
-- The survey that is open at an address.
SELECT i.id, i.person_id, i.interaction_id, i.response_id, i.expires_at, x.touchpoint, x.team_id
FROM addresses a JOIN invitations i ON i.person_id = a.person_id AND i.state = 'asked'
JOIN interactions x ON x.id = i.interaction_id
WHERE a.channel = :channel AND a.address = :address

-- name: see
-- The message, once.
INSERT INTO inbox (channel, id, place, sender, kind, words, received_at, arrived_at)
VALUES (:channel, :id, :address, :address, :kind, :words, :now, :now) ON CONFLICT (channel, id) DO NOTHING

-- name: lock
-- The person, held.
UPDATE people SET version = version + 1 WHERE id = :id

-- name: acted
-- When the person acted last.
UPDATE people SET acted_at = :now WHERE id = :id

-- name: response
-- A response begins.
INSERT INTO responses (id, invitation_id, interaction_id, person_id, survey, survey_version, metric, touchpoint, team_id,
                       channel, language, score, band, state, via, late, started_at, completed_at)
VALUES (:id, :invitation_id, :interaction_id, :person_id, 'csat', 1, 'csat', :touchpoint, :team_id,
        :channel, 'en', NULL, '', 'partial', 'chat', 0, :now, 0)

-- name: answer
-- One answer.
INSERT INTO answers (response_id, question, kind, value, words, answered_at)
VALUES (:response_id, :question, :kind, :value, '', :now)

-- name: scored
-- What the response says so far.
UPDATE responses SET score = :score, band = :band, state = 'partial', completed_at = 0 WHERE id = :id

-- name: completed
-- The response is complete.
UPDATE responses SET state = 'complete', completed_at = :now WHERE id = :id

-- name: progressed
-- How far the conversation has come.
UPDATE invitations SET progress = :progress, response_id = :response_id, due_at = :due_at, version = version + 1 WHERE id = :id

-- name: ended
-- The survey is over.
UPDATE invitations SET state = 'done', ended_at = :now, due_at = 0, version = version + 1 WHERE id = :id

-- name: next_seq
-- The next place in a conversation's order.
INSERT INTO sequences (order_key, seq) VALUES (:order_key, 1)
ON CONFLICT (order_key) DO UPDATE SET seq = sequences.seq + 1 RETURNING seq

-- name: say
-- A message that is to be said.
INSERT INTO outbox (id, channel, address, order_key, seq, kind, key, args, language, person_id, case_id, invitation_id,
                    replaces, state, due_at, expires_at, created_at)
VALUES (:id, :channel, :address, :order_key, :seq, :kind, :key, :args, 'en', :person_id, :case_id, :invitation_id,
        :replaces, 'queued', :now, 0, :now)

-- name: case
-- A case.
INSERT INTO cases (id, code, person_id, team_id, interaction_id, response_id, cause, state, severity, reasons, score, scale,
                   touchpoint, channel, address, language, policy, opened_at, promised_at)
VALUES (:id, :code, :person_id, :team_id, :interaction_id, :response_id, :touchpoint, 'open', 'high', :reasons, :score, '1-5',
        :touchpoint, :channel, :address, 'en', :policy, :now, :promised_at)

-- name: case_due
-- When to look at the case.
UPDATE cases SET due_at = :due_at, card_id = :card_id, version = version + 1 WHERE id = :id

-- name: event
-- What was done to the case.
INSERT INTO events (id, subject_id, actor_id, kind, args, happened_at)
VALUES (:id, :subject_id, :actor_id, 'opened', '{"severity": "high", "cause": "ticket"}', :now)
