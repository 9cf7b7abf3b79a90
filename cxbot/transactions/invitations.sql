-- name: insert
-- One survey meant for one person about one interaction, in whichever state the gates left it.
INSERT INTO invitations (id, interaction_id, person_id, survey, survey_version, metric, kind, state, reason, language,
                         due_at, ended_at, created_at, variant, run_id)
VALUES (:id, :interaction_id, :person_id, :survey, :survey_version, :metric, :kind, :state, :reason, :language,
        :due_at, :ended_at, :created_at, :variant, :run_id)

-- name: get
-- One invitation.
SELECT * FROM invitations WHERE id = :id

-- name: open_of_person
-- The one survey this person has open.
SELECT * FROM invitations WHERE person_id = :person_id AND state || '' = 'asked'

-- name: latest_of_person
-- The survey this person was asked last, open or ended.
SELECT * FROM invitations WHERE person_id = :person_id AND asked_at > 0 ORDER BY asked_at DESC, id DESC LIMIT 1

-- name: waiting_of_person
-- What is still to be asked of this person.
SELECT * FROM invitations WHERE person_id = :person_id AND state || '' = 'waiting'

-- name: unanswered_of_interaction
-- Invitations about an interaction to which nobody has answered yet.
SELECT * FROM invitations WHERE interaction_id = :interaction_id AND state || '' IN ('waiting', 'asked') AND response_id = ''

-- name: contact_history
-- When this person was asked last: at all, in a transactional survey, in a relationship survey of this metric.
SELECT COALESCE(MAX(asked_at), 0) AS last_any,
       COALESCE(MAX(CASE WHEN kind = 'transactional' THEN asked_at ELSE 0 END), 0) AS last_transactional,
       COALESCE(MAX(CASE WHEN kind = 'relationship' AND metric = :metric THEN asked_at ELSE 0 END), 0) AS last_relationship,
       COALESCE(MAX(CASE WHEN state = 'asked' THEN 1 ELSE 0 END), 0) AS open_survey
FROM invitations WHERE person_id = :person_id AND asked_at > 0 AND id <> :except_id AND state <> 'retracted'

-- name: asked
-- The first question is on its way.
UPDATE invitations SET state = 'asked', reason = '', channel = :channel, address = :address, language = :language,
       progress = :progress, asked_at = :asked_at, expires_at = :expires_at, due_at = :due_at, version = version + 1
WHERE id = :id AND state || '' = 'waiting'

-- name: wait
-- Not now: looked at again at due_at.
UPDATE invitations SET due_at = :due_at, reason = :reason WHERE id = :id AND state || '' IN ('waiting', 'asked')

-- name: progressed
-- How far the conversation has come.
UPDATE invitations SET progress = :progress, response_id = :response_id, due_at = :due_at, expires_at = :expires_at,
       version = version + 1
WHERE id = :id AND state || '' = 'asked'

-- name: nudged
-- One more reminder has been sent.
UPDATE invitations SET nudges = nudges + 1, due_at = :due_at WHERE id = :id AND state || '' = 'asked'

-- name: end
-- The invitation has ended, whichever way.
UPDATE invitations SET state = :state, reason = :reason, ended_at = :ended_at, due_at = 0, version = version + 1
WHERE id = :id AND state || '' IN ('waiting', 'asked')

-- name: forget_person
-- An anonymous survey keeps nobody's name once it has ended.
UPDATE invitations SET person_id = '', interaction_id = '', channel = '', address = '', progress = '', response_id = ''
WHERE id = :id

-- name: due
-- Invitations at which to look now.
SELECT id, due_at FROM invitations WHERE state IN ('waiting', 'asked') AND due_at <= :now ORDER BY due_at, id LIMIT :most

-- name: earliest_due
-- When to look at the next invitation.
SELECT MIN(due_at) AS due_at FROM invitations WHERE state IN ('waiting', 'asked')

-- name: decide
-- Records what the bot did not do, and why.
INSERT INTO decisions (id, person_id, interaction_id, invitation_id, survey, what, reason, detail, decided_at)
VALUES (:id, :person_id, :interaction_id, :invitation_id, :survey, :what, :reason, :detail, :decided_at)

-- name: look_at
-- When to look at an invitation next, where what is due could not be done.
UPDATE invitations SET due_at = :due_at WHERE id = :id AND state || '' IN ('waiting', 'asked')
