-- name: unasked
-- Surveys asked at an address of which nothing has arrived yet and nothing was answered.
SELECT * FROM invitations i WHERE i.person_id = :person_id AND i.state = 'asked' AND i.channel = :channel
  AND i.address = :address AND i.response_id = ''
  AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.invitation_id = i.id AND o.state = 'sent')

-- name: back_to_waiting
-- It is to be asked again at once, by all the rules.
UPDATE invitations SET state = 'waiting', channel = '', address = '', due_at = 0, asked_at = 0, expires_at = 0
WHERE id = :id

-- name: unsent
-- What has not left for an address goes to where it is now, in the language that is known now ('' leaves it).
UPDATE outbox SET address = :new, language = CASE WHEN :language = '' THEN language ELSE :language END
WHERE channel = :channel AND address = :old AND state IN ('queued', 'sending', 'held')

-- name: expects
-- What was asked last moves along; the address is there already.
UPDATE addresses SET
    expects = COALESCE((SELECT o.expects FROM addresses o WHERE o.channel = :channel AND o.address = :old), ''),
    expects_until = COALESCE((SELECT o.expects_until FROM addresses o WHERE o.channel = :channel AND o.address = :old), 0)
WHERE channel = :channel AND address = :new AND expects = ''

-- name: move_cases
-- The customers of these cases are written to under the other name.
UPDATE cases SET address = :new WHERE channel = :channel AND address = :old

-- name: move_invitations
-- So are those who were asked there.
UPDATE invitations SET address = :new WHERE channel = :channel AND address = :old

-- name: give_addresses
-- One person's addresses are another's.
UPDATE addresses SET person_id = :new WHERE person_id = :old

-- name: give_interactions
-- So is what happened to them,
UPDATE interactions SET person_id = :new WHERE person_id = :old

-- name: give_invitations
-- what they were asked, but for a second open survey,
UPDATE invitations SET person_id = :new WHERE person_id = :old
  AND (state <> 'asked' OR NOT EXISTS (SELECT 1 FROM invitations i WHERE i.person_id = :new AND i.state = 'asked'))

-- name: give_responses
-- what they answered,
UPDATE responses SET person_id = :new WHERE person_id = :old

-- name: give_remarks
-- what they said,
UPDATE remarks SET person_id = :new WHERE person_id = :old

-- name: give_decisions
-- what was not done about them,
UPDATE decisions SET person_id = :new WHERE person_id = :old

-- name: give_outbox
-- what is said to them,
UPDATE outbox SET person_id = :new WHERE person_id = :old

-- name: give_cases
-- their cases, but for a second one about the same,
UPDATE cases SET person_id = :new WHERE person_id = :old
  AND (state NOT IN ('open', 'claimed', 'resolved') OR NOT EXISTS (
       SELECT 1 FROM cases c WHERE c.person_id = :new AND c.cause = cases.cause
       AND c.state IN ('open', 'claimed', 'resolved')))

-- name: give_members
-- and their roles, but for a second one in a team.
UPDATE members SET person_id = :new WHERE person_id = :old
  AND NOT EXISTS (SELECT 1 FROM members m WHERE m.person_id = :new AND m.team_id = members.team_id)
