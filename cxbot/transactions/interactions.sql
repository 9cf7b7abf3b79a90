-- name: get
-- One interaction.
SELECT * FROM interactions WHERE id = :id

-- name: by_source
-- An interaction by the id its source has for it.
SELECT * FROM interactions WHERE source = :source AND source_id = :source_id

-- name: lock
-- Holds an interaction until the commit, and gives the row as it now stands.
UPDATE interactions SET version = version + 1 WHERE id = :id RETURNING *

-- name: insert
-- Something happened; nothing is inserted where the source's id is known already.
INSERT INTO interactions (id, source, source_id, body, person_id, touchpoint, stage, outcome, team_id, agent, reference,
                          attributes, happened_at, reopened_at, created_at)
VALUES (:id, :source, :source_id, :body, :person_id, :touchpoint, :stage, :outcome, :team_id, :agent, :reference,
        :attributes, :happened_at, :reopened_at, :created_at)
ON CONFLICT (source, source_id) DO NOTHING

-- name: resolved_again
-- A reopened interaction came to an end once more.
UPDATE interactions SET body = :body, person_id = :person_id, touchpoint = :touchpoint, stage = :stage,
       outcome = :outcome, team_id = :team_id, agent = :agent, reference = :reference, attributes = :attributes,
       happened_at = :happened_at, reopened_at = 0
WHERE id = :id

-- name: reopened
-- The interaction is not over after all.
UPDATE interactions SET reopened_at = :now WHERE id = :id

-- name: team
-- The team an interaction names, by id or by name.
SELECT id FROM teams WHERE (id = :team OR name = :team) AND archived_at = 0 ORDER BY CASE WHEN id = :team THEN 0 ELSE 1 END, id LIMIT 1

-- name: latest_invitation
-- The newest invitation about an interaction.
SELECT id, state, reason FROM invitations WHERE interaction_id = :interaction_id ORDER BY created_at DESC, id DESC LIMIT 1

-- name: record
-- What the source was answered, kept so that a repeat is answered the same.
INSERT INTO events (id, subject_id, actor_id, kind, args, happened_at)
VALUES (:id, :subject_id, '', :kind, :args, :happened_at)

-- name: answered
-- What the source was answered so far, newest first.
SELECT id, kind, args, happened_at FROM events
WHERE subject_id = :interaction_id AND kind IN ('taken', 'reopened') ORDER BY happened_at DESC, id DESC

-- name: lately
-- When something happened to a person, since a moment.
SELECT happened_at FROM interactions WHERE person_id = :person_id AND happened_at >= :since

-- name: newest
-- What happened to a person last.
SELECT * FROM interactions WHERE person_id = :person_id ORDER BY happened_at DESC, id DESC LIMIT 1
