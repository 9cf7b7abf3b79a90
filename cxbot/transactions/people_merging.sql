-- name: set_apart
-- Why two are not made one without an admin: one system knows them by two ids, or one of them has a role.
SELECT 1 AS apart FROM addresses a JOIN addresses b ON b.channel = a.channel AND b.address <> a.address
WHERE a.person_id = :one AND b.person_id = :other AND a.channel LIKE 'id:%'
UNION ALL
SELECT 1 AS apart FROM members WHERE person_id IN (:one, :other)
LIMIT 1

-- name: extent
-- How much there is of a person.
SELECT (SELECT COUNT(*) FROM interactions WHERE person_id = :person_id) AS interactions,
       (SELECT COUNT(*) FROM invitations WHERE person_id = :person_id AND asked_at > 0) AS surveys,
       (SELECT COUNT(*) FROM responses WHERE person_id = :person_id) AS responses,
       (SELECT COUNT(*) FROM cases WHERE person_id = :person_id) AS cases,
       (SELECT COALESCE(MAX(asked_at), 0) FROM invitations WHERE person_id = :person_id AND asked_at > 0) AS asked_at

-- name: give_addresses
-- One person's addresses are another's.
UPDATE addresses SET person_id = :new WHERE person_id = :old

-- name: give_interactions
-- So is what happened to them,
UPDATE interactions SET person_id = :new WHERE person_id = :old

-- name: give_invitations
-- what they were asked,
UPDATE invitations SET person_id = :new WHERE person_id = :old

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
UPDATE outbox SET person_id = :new WHERE channel = :channel AND address = :address AND person_id = :old

-- name: give_files
-- what they sent,
UPDATE files SET person_id = :new WHERE person_id = :old

-- name: give_follow_ups
-- what they are asked again about,
UPDATE follow_ups SET person_id = :new WHERE person_id = :old

-- name: give_events
-- their history, with what they said themselves,
UPDATE events SET subject_id = :new, actor_id = CASE WHEN actor_id = :old THEN :new ELSE actor_id END
WHERE subject_id = :old

-- name: give_grants
-- what they were given,
UPDATE grants SET person_id = :new WHERE person_id = :old

-- name: give_cases
-- and their cases.
UPDATE cases SET person_id = :new WHERE person_id = :old

-- name: untold
-- Of what they are told of improvements, what was said counts,
DELETE FROM improvement_customers WHERE person_id = :new AND state <> 'told' AND improvement_id IN (
    SELECT improvement_id FROM improvement_customers WHERE person_id = :old AND state = 'told')

-- name: improvements
-- what only one of them is told is the other's,
UPDATE improvement_customers SET person_id = :new WHERE person_id = :old AND improvement_id NOT IN (
    SELECT improvement_id FROM improvement_customers WHERE person_id = :new)

-- name: told_twice
-- and nothing is said twice.
DELETE FROM improvement_customers WHERE person_id = :old
-- name: give_absences
-- When they are away,
UPDATE absences SET person_id = :new WHERE person_id = :old

-- name: give_covers
-- for whom they stand in,
UPDATE covers SET person_id = :new WHERE person_id = :old

-- name: give_turns
-- and when they are on call.
UPDATE rotas SET people = REPLACE(people, :old, :new), earlier = REPLACE(earlier, :old, :new)

-- name: leave_teams
-- An entry that was given up has no role.
DELETE FROM members WHERE person_id = :person_id

-- name: give_owned
-- The cases a colleague works are theirs under their other entry,
UPDATE cases SET owner_id = :new WHERE owner_id = :old

-- name: give_owned_improvements
-- and so are the improvements they work on,
UPDATE improvements SET owner_id = :new WHERE owner_id = :old

-- name: give_told_improvements
-- with what they tell customers of them,
UPDATE improvements SET tell_by = :new WHERE tell_by = :old

-- name: give_steps
-- the steps they have taken,
UPDATE case_steps SET actor_id = :new WHERE actor_id = :old

-- name: give_storms
-- the storms they are working,
UPDATE incidents SET work = REPLACE(work, :old, :new) WHERE work LIKE '%' || :old || '%'

-- name: give_cadences
-- the cadences they made,
UPDATE cadences SET created_by = :new WHERE created_by = :old

-- name: give_drafts
-- the surveys they are writing,
UPDATE survey_drafts SET author_id = CASE WHEN author_id = :old THEN :new ELSE author_id END,
       changed_by = CASE WHEN changed_by = :old THEN :new ELSE changed_by END
WHERE author_id = :old OR changed_by = :old

-- name: give_versions
-- those they have published,
UPDATE survey_versions SET created_by = :new WHERE created_by = :old

-- name: give_changes
-- and all they did, which they may take back: nothing of it is older than the entry.
UPDATE events SET actor_id = :new WHERE actor_id <> '' AND actor_id = :old AND happened_at >= :since

-- name: give_proposals
-- What they proposed of a survey, which they may not approve themselves, and what they decided.
UPDATE survey_proposals SET proposer_id = CASE WHEN proposer_id = :old THEN :new ELSE proposer_id END,
       decided_by = CASE WHEN decided_by = :old THEN :new ELSE decided_by END
WHERE proposer_id = :old OR decided_by = :old

-- name: give_team_policies
-- and so is what comes to them in the end,
UPDATE teams SET policy = REPLACE(policy, :old, :new) WHERE policy LIKE '%' || :old || '%'

-- name: give_case_policies
-- in cases that are open too,
UPDATE cases SET policy = REPLACE(policy, :old, :new)
WHERE state IN ('open', 'claimed', 'resolved') AND policy LIKE '%' || :old || '%'

-- name: give_codes
-- codes that were made for them,
UPDATE pairing_codes SET person_id = :new WHERE person_id = :old

-- name: give_made_codes
-- those they made,
UPDATE pairing_codes SET maker_id = :new WHERE maker_id = :old

-- name: give_asked_grants
-- the goodwill they asked for, which they may not approve themselves,
UPDATE grants SET asked_by = :new WHERE asked_by = :old

-- name: give_decided_grants
-- and what they decided on.
UPDATE grants SET decided_by = :new WHERE decided_by = :old

-- name: newest_clocks
-- When they did something last, and when they were told who asks: the later of two.
UPDATE people SET acted_at = CASE WHEN acted_at < :acted_at THEN :acted_at ELSE acted_at END,
       introduced_at = CASE WHEN introduced_at < :introduced_at THEN :introduced_at ELSE introduced_at END
WHERE id = :id

-- name: give_up
-- An entry keeps its name, for the history names it, and whatever was given up for it before goes along.
UPDATE people SET merged_into = :new, segment = '', value = 0, vip = 0, attributes = '{}', version = version + 1
WHERE id = :old OR (merged_into <> '' AND merged_into = :old)

-- name: give_asked
-- What a colleague asked to have approved, or was asked about,
UPDATE approvals SET asked_by = CASE WHEN asked_by = :old THEN :new ELSE asked_by END, args = REPLACE(args, :old, :new)
WHERE asked_by = :old OR args LIKE '%' || :old || '%'

-- name: give_decided
-- what they decided,
UPDATE approvals SET decided_by = :new WHERE decided_by = :old

-- name: give_forgotten
-- and whom they had forgotten.
UPDATE forgotten SET asked_by = CASE WHEN asked_by = :old THEN :new ELSE asked_by END,
       approved_by = CASE WHEN approved_by = :old THEN :new ELSE approved_by END
WHERE asked_by = :old OR approved_by = :old
