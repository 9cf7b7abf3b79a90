-- name: insert
-- A case: somebody is unhappy, a team is responsible, a clock runs.
INSERT INTO cases (id, code, person_id, team_id, interaction_id, response_id, cause, state, severity, reasons, score, scale,
                   touchpoint, channel, address, language, policy, opened_at, begun_at, promised_at)
VALUES (:id, :code, :person_id, :team_id, :interaction_id, :response_id, :cause, 'open', :severity, :reasons,
        CAST(:score AS INTEGER), :scale, :touchpoint, :channel, :address, :language, :policy, :opened_at, :opened_at, :promised_at)

-- name: lock
-- Locks a case for the rest of the transaction.
UPDATE cases SET version = version + 1 WHERE id = :id

-- name: get
-- One case.
SELECT * FROM cases WHERE id = :id

-- name: by_code
-- One case by the number people say.
SELECT * FROM cases WHERE code = :code

-- name: active_of_cause
-- The one case that is being worked for this person and cause.
SELECT * FROM cases WHERE person_id = :person_id AND cause = :cause AND state IN ('open', 'claimed', 'resolved')

-- name: of_response
-- The newest case that came of a response, in whatever state it is.
SELECT * FROM cases WHERE response_id = :response_id ORDER BY opened_at DESC, id DESC LIMIT 1

-- name: active_of_person
-- What is being worked for this person, newest first.
SELECT * FROM cases WHERE person_id = :person_id AND state IN ('open', 'claimed', 'resolved') ORDER BY opened_at DESC, id DESC

-- name: earlier
-- How many cases this person had in a time, except one.
SELECT COUNT(*) AS n FROM cases
WHERE person_id = :person_id AND id <> :except_id AND opened_at >= :since AND state <> 'dismissed'

-- name: write
-- Every column an action, a step or an undo may set.
UPDATE cases SET state = :state, severity = :severity, reasons = :reasons, score = CAST(:score AS INTEGER), scale = :scale,
       team_id = :team_id, policy = :policy, interaction_id = :interaction_id, response_id = :response_id, owner_id = :owner_id,
       card_id = :card_id, opened_at = :opened_at, begun_at = :begun_at, promised_at = :promised_at, due_at = :due_at, reminders = :reminders,
       escalations = :escalations, snoozed_until = :snoozed_until, snooze_reason = :snooze_reason, claimed_at = :claimed_at,
       contacted_at = :contacted_at, first_contact_at = :first_contact_at,
       resolved_at = :resolved_at, closed_at = :closed_at, root_cause = :root_cause,
       done_words = :done_words, told_words = :told_words, confirm = :confirm, confirm_asked_at = :confirm_asked_at,
       ending = :ending, merged_into = :merged_into, reopened = :reopened, undo = :undo, undo_until = :undo_until,
       window_until = :window_until, window_told = :window_told, callback_at = :callback_at, broken_at = :broken_at,
       callback_remind_at = :callback_remind_at, alert_at = :alert_at, untold = :untold,
       version = version + 1
WHERE id = :id

-- name: due
-- Cases at which to look now.
SELECT id, due_at FROM cases WHERE state IN ('open', 'claimed', 'resolved') AND due_at > 0 AND due_at <= :now
ORDER BY due_at, id LIMIT :most

-- name: earliest_due
-- When to look at the next case.
SELECT MIN(due_at) AS due_at FROM cases WHERE state IN ('open', 'claimed', 'resolved') AND due_at > 0

-- name: event
-- What was done to a case, by whom.
INSERT INTO events (id, subject_id, actor_id, kind, args, happened_at)
VALUES (:id, :subject_id, :actor_id, :kind, :args, :happened_at)

-- name: worked
-- Cases being worked, of a team or an owner or all, most urgent first.
SELECT c.*, COALESCE(p.name, '') AS person_name, COALESCE(o.name, '') AS owner_name
FROM cases c LEFT JOIN people p ON p.id = c.person_id LEFT JOIN people o ON o.id = c.owner_id
WHERE c.state IN ('open', 'claimed') AND (:team_id = '' OR c.team_id = :team_id) AND (:owner_id = '' OR c.owner_id = :owner_id)
ORDER BY c.promised_at, c.id LIMIT :most

-- name: awaiting_word
-- The case of a person, asked about at an address, that still waits for their word whether it is fixed.
SELECT id, confirm_asked_at FROM cases
WHERE person_id = :person_id AND channel = :channel AND address = :address AND state = 'resolved' AND confirm = 'asked'
ORDER BY confirm_asked_at DESC, id DESC LIMIT 1

-- name: others_of_person
-- Other cases of the same person into which one could be merged.
SELECT id, code, opened_at FROM cases
WHERE person_id = :person_id AND id <> :except_id AND state IN ('open', 'claimed') ORDER BY opened_at DESC

-- name: look_at
-- When to look at a case next, where what is due cannot be done yet.
UPDATE cases SET due_at = :due_at WHERE id = :id

-- name: last_event
-- The newest event of a kind in the history of a case, with the name of who acted.
SELECT e.happened_at, e.actor_id, COALESCE(p.name, '') AS actor_name
FROM events e LEFT JOIN people p ON p.id = e.actor_id
WHERE e.subject_id = :subject_id AND e.kind = :kind ORDER BY e.happened_at DESC, e.id DESC LIMIT 1

-- name: put_into
-- The storm a case belongs to.
UPDATE cases SET incident_id = :incident_id WHERE id = :id

-- name: active_at
-- What is being worked for somebody who writes there.
SELECT id FROM cases WHERE channel = :channel AND address = :address AND state IN ('open', 'claimed', 'resolved')

-- name: unkept
-- The oldest promise to a person that has passed without anybody coming back to them.
SELECT MIN(promised_at) AS promised_at FROM cases
WHERE person_id = :person_id AND state IN ('open', 'claimed') AND contacted_at = 0 AND promised_at < :now

-- name: untold
-- Resolved cases whose customer has not been told what was done, of a team where it is named, the oldest first.
SELECT c.id, c.code, c.severity, c.score, c.scale, c.promised_at, c.snoozed_until, c.untold, c.resolved_at, c.team_id,
       COALESCE(p.name, '') AS person_name, COALESCE(o.name, '') AS owner_name
FROM cases c LEFT JOIN people p ON p.id = c.person_id LEFT JOIN people o ON o.id = c.owner_id
WHERE c.untold <> '' AND c.state IN ('resolved', 'closed') AND (CAST(:team_id AS TEXT) = '' OR c.team_id = :team_id)
ORDER BY c.resolved_at, c.id LIMIT :most

-- name: done_last
-- What a colleague did last to a case.
SELECT kind FROM events
WHERE subject_id = :subject_id AND actor_id <> '' AND actor_id <> :person_id AND kind <> 'undone'
ORDER BY happened_at DESC, id DESC LIMIT 1

-- name: being_told
-- How many resolutions are on their way to the customer, of a team where it is named.
SELECT COUNT(*) AS n FROM cases c JOIN outbox o ON o.case_id = c.id
WHERE c.state IN ('resolved', 'closed') AND c.untold = '' AND (CAST(:team_id AS TEXT) = '' OR c.team_id = :team_id)
  AND o.key = 'customer.resolved' AND o.state IN ('queued', 'sending', 'held')
