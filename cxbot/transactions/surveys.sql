-- name: live
-- The live version of a survey.
SELECT s.survey, s.version, s.paused, v.body, COALESCE(t.starts_at, 0) AS starts_at,
       COALESCE(t.archived_at, 0) AS archived_at
FROM surveys s
JOIN survey_versions v ON v.survey = s.survey AND v.version = s.version
LEFT JOIN survey_states t ON t.survey = s.survey
WHERE s.survey = :survey

-- name: all_live
-- The live version of every survey.
SELECT s.survey, s.version, s.paused, v.body, COALESCE(t.starts_at, 0) AS starts_at,
       COALESCE(t.archived_at, 0) AS archived_at
FROM surveys s
JOIN survey_versions v ON v.survey = s.survey AND v.version = s.version
LEFT JOIN survey_states t ON t.survey = s.survey
ORDER BY s.survey

-- name: at
-- One version of a survey.
SELECT body FROM survey_versions WHERE survey = :survey AND version = :version

-- name: versions
-- The history of a survey, newest first.
SELECT version, created_by, created_at FROM survey_versions WHERE survey = :survey ORDER BY version DESC

-- name: reserve
-- A place for a survey that may be new; version 0 is no version.
INSERT INTO surveys (survey, version) VALUES (:survey, 0) ON CONFLICT (survey) DO NOTHING

-- name: hold
-- Holds the survey until the commit, and gives the row as it now stands.
UPDATE surveys SET paused = paused WHERE survey = :survey RETURNING *

-- name: add_version
-- A version; it never changes.
INSERT INTO survey_versions (survey, version, body, created_by, created_at)
VALUES (:survey, :version, :body, :created_by, :created_at)

-- name: set_live
-- Makes a version the live one.
UPDATE surveys SET version = :version, seed = :seed, edited_at = :edited_at WHERE survey = :survey

-- name: set_paused
-- Pauses or resumes; touches nothing where it is so already.
UPDATE surveys SET paused = :paused WHERE survey = :survey AND paused <> :paused

-- name: record
-- A line in the history of a survey.
INSERT INTO events (id, subject_id, actor_id, kind, args, happened_at)
VALUES (:id, :subject_id, :actor_id, :kind, :args, :happened_at)

-- name: set_archived
-- Archives a survey, or brings it back (0).
INSERT INTO survey_states (survey, archived_at) VALUES (:survey, :archived_at)
ON CONFLICT (survey) DO UPDATE SET archived_at = :archived_at

-- name: set_start
-- From when on a survey asks (0: at once).
INSERT INTO survey_states (survey, starts_at) VALUES (:survey, :starts_at)
ON CONFLICT (survey) DO UPDATE SET starts_at = :starts_at

-- name: state
-- From when on a survey asks, and whether it is archived.
SELECT starts_at, archived_at FROM survey_states WHERE survey = :survey

-- name: history
-- What was done to a survey, newest first, each with the name of who did it.
SELECT e.id, e.kind, e.args, e.actor_id, e.happened_at, COALESCE(p.name, '') AS actor FROM events e
LEFT JOIN people p ON p.id = e.actor_id
WHERE e.subject_id = :subject_id ORDER BY e.happened_at DESC, e.id DESC LIMIT :most
