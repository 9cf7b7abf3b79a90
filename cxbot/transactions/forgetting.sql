-- name: colleagues
-- Who has a role anywhere.
SELECT DISTINCT person_id FROM members

-- name: outbox_naming
-- Messages in which something is said.
SELECT id, person_id, case_id, args, words FROM outbox
WHERE LOWER(args) LIKE LOWER(CAST(:part AS TEXT)) ESCAPE '!' OR LOWER(words) LIKE LOWER(CAST(:part AS TEXT)) ESCAPE '!'

-- name: inbox_naming
-- What came in and says something, with who sent it.
SELECT i.channel, i.id, i.words, i.receipt, COALESCE(a.person_id, '') AS person_id FROM inbox i
LEFT JOIN addresses a ON a.channel = i.channel AND a.address = i.sender
WHERE LOWER(i.words) LIKE LOWER(CAST(:part AS TEXT)) ESCAPE '!' OR LOWER(i.receipt) LIKE LOWER(CAST(:part AS TEXT)) ESCAPE '!'

-- name: events_naming
-- Lines of anybody's history that say something.
SELECT id, args FROM events WHERE LOWER(args) LIKE LOWER(CAST(:part AS TEXT)) ESCAPE '!'

-- name: states_naming
-- What a channel remembers of an address.
SELECT channel, name FROM channel_state
WHERE LOWER(name) LIKE LOWER(CAST(:part AS TEXT)) ESCAPE '!' OR LOWER(value) LIKE LOWER(CAST(:part AS TEXT)) ESCAPE '!'

-- name: dialogues_naming
-- Forms in which something is said.
SELECT channel, address, form, given FROM dialogues
WHERE LOWER(form) LIKE LOWER(CAST(:part AS TEXT)) ESCAPE '!' OR LOWER(given) LIKE LOWER(CAST(:part AS TEXT)) ESCAPE '!'

-- name: turns_naming
-- Answers that may be followed up in which something is said.
SELECT channel, place, sender, kind, body FROM command_turns WHERE LOWER(body) LIKE LOWER(CAST(:part AS TEXT)) ESCAPE '!'

-- name: people
-- Somebody of whom nothing is known any more and to whom nothing is said; the id stays, for the numbers.
UPDATE people SET name = '', name_folded = '', language = '', time_zone = '', segment = '', value = 0, vip = 0,
       attributes = '{}', opted_out = 'all', introduced_at = 0, acted_at = 0, version = version + 1
WHERE id = :id OR merged_into = :id

-- name: addresses
-- Whoever writes from there is somebody new.
DELETE FROM addresses WHERE person_id = :id

-- name: interactions
-- What happened stays, with its time and place in the journey.
UPDATE interactions SET source_id = id, body = '{}', reference = '', attributes = '{}' WHERE person_id = :id

-- name: invitations
-- What was asked stays.
UPDATE invitations SET address = '', progress = '' WHERE person_id = :id

-- name: answers
-- Scores and choices stay; words do not.
UPDATE answers SET words = '', value = CASE WHEN kind = 'text' THEN '""' ELSE value END
WHERE response_id IN (SELECT id FROM responses WHERE person_id = :id)

-- name: remarks
-- What they said.
DELETE FROM remarks WHERE person_id = :id

-- name: decisions
-- What was not done about them stays, with its reason.
UPDATE decisions SET detail = '{}' WHERE person_id = :id

-- name: cases
-- That there was a case stays, with its times, team and cause.
UPDATE cases SET reasons = '[]', summary = '', address = '', done_words = '', told_words = '', snooze_reason = '',
       undo = '', undo_until = 0
WHERE person_id = :id

-- name: all_cases
-- Every case they had.
SELECT * FROM cases WHERE person_id = :id ORDER BY id

-- name: events_of
-- The history of a person or a case.
SELECT id, args FROM events WHERE subject_id = :id

-- name: event
-- One line of it, without words.
UPDATE events SET args = :args WHERE id = :id

-- name: inbox
-- What they wrote in their own conversation.
UPDATE inbox SET place = '', sender = '', words = '', receipt = '' WHERE channel = :channel AND place = :address

-- name: inbox_elsewhere
-- What came from them anywhere, and what their platform calls by their address; found beforehand, for it is a long look.
SELECT id, CASE WHEN place = :address THEN 1 ELSE 0 END AS at_home, CASE WHEN id LIKE :part ESCAPE '!' THEN 1 ELSE 0 END AS named
FROM inbox WHERE channel = :channel AND (sender = :address OR id LIKE :part ESCAPE '!')

-- name: inbox_sent
-- What they wrote where others write too.
UPDATE inbox SET sender = '', words = '', receipt = '' WHERE channel = :channel AND id = :id

-- name: inbox_by_id
-- A message that is called by their address.
DELETE FROM inbox WHERE channel = :channel AND id = :id

-- name: inbox_words
-- What somebody else wrote about them.
UPDATE inbox SET words = '', receipt = '' WHERE channel = :channel AND id = :id

-- name: outbox
-- What was or would be said to them. What is in flight is noted no more, for its words would be.
UPDATE outbox SET address = '', order_key = id, only_for = '', args = '{}', words = '', reason = 'forgotten', expires_at = 0,
       state = CASE WHEN state IN ('queued', 'held', 'sending') THEN 'cancelled' ELSE state END
WHERE channel = :channel AND address = :address

-- name: outbox_own
-- Everything that was or will be said to them, also at addresses they no longer have; a long look.
SELECT id FROM outbox WHERE person_id = :id

-- name: outbox_of_person
-- One message to them.
UPDATE outbox SET address = '', order_key = id, only_for = '', args = '{}', words = '', reason = 'forgotten', expires_at = 0,
       state = CASE WHEN state IN ('queued', 'held', 'sending') THEN 'cancelled' ELSE state END
WHERE id = :id AND address <> ''

-- name: outbox_of_case
-- What was or would be said to a team about a case of theirs; the card itself is drawn anew.
UPDATE outbox SET args = '{}', words = '', reason = 'forgotten', expires_at = 0,
       state = CASE WHEN state IN ('queued', 'held', 'sending') THEN 'cancelled' ELSE state END
WHERE case_id = :case_id

-- name: message
-- One message, to read it.
SELECT id, state, args FROM outbox WHERE id = :id

-- name: message_words
-- One message without what it said of them.
UPDATE outbox SET args = :args, words = '' WHERE id = :id

-- name: grants
-- What they were given for the trouble stays as a figure, without why and what they were told.
UPDATE grants SET reason = '', told = '' WHERE person_id = :id

-- name: command_turns
-- What they may have said next to a command.
DELETE FROM command_turns WHERE channel = :channel AND sender = :address

-- name: survey_previews
-- A survey they were trying out.
DELETE FROM survey_previews WHERE channel = :channel AND address = :address

-- name: absences
-- When they were away, and why.
DELETE FROM absences WHERE person_id = :id

-- name: covers
-- When they were on call for others.
DELETE FROM covers WHERE person_id = :id

-- name: approvals
-- Where they heard what became of what they asked for; what still waits is asked no more.
UPDATE approvals SET address = '', state = CASE WHEN state = 'asked' THEN 'expired' ELSE state END WHERE asked_by = :id

-- name: survey_proposals
-- The same of surveys.
UPDATE survey_proposals SET address = '', state = CASE WHEN state = 'open' THEN 'withdrawn' ELSE state END
WHERE proposer_id = :id

-- name: pairing_codes
-- Where they were told of a code; nobody uses one any more that they made, or that was for them.
UPDATE pairing_codes SET address = CASE WHEN maker_id = :id THEN '' ELSE address END,
       expires_at = CASE WHEN used_at = 0 THEN 0 ELSE expires_at END
WHERE maker_id = :id OR person_id = :id

-- name: command_counts
-- How many commands came from there.
DELETE FROM command_counts WHERE channel = :channel AND address = :address

-- name: follow_ups
-- That they are to be asked again.
DELETE FROM follow_ups WHERE person_id = :id

-- name: files
-- The files they sent.
DELETE FROM files WHERE person_id = :id

-- name: dialogues
-- Forms they were being asked, or that name them.
DELETE FROM dialogues WHERE channel = :channel AND address = :address

-- name: allowances
-- How much might still be sent to them.
DELETE FROM allowances WHERE channel = :channel AND address = :address

-- name: pairing_tries
-- How often they tried a code.
DELETE FROM pairing_tries WHERE channel = :channel AND address = :address

-- name: sequences
-- The order of what was said to them.
DELETE FROM sequences WHERE order_key = :order_key

-- name: state
-- What a channel remembers by their address.
DELETE FROM channel_state WHERE channel = :channel AND name = :name

-- name: receive
-- The receipt.
INSERT INTO forgotten (code, counts, asked_by, approved_by, forgotten_at)
VALUES (:code, :counts, :asked_by, :approved_by, :forgotten_at)

-- name: receipt
-- One receipt, with the names of the colleagues.
SELECT f.*, COALESCE(a.name, '') AS asker, COALESCE(b.name, '') AS approver FROM forgotten f
LEFT JOIN people a ON a.id = f.asked_by LEFT JOIN people b ON b.id = f.approved_by
WHERE f.code = :code
