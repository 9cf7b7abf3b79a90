-- name: live
-- The live version of a survey.
SELECT s.survey, s.version, s.paused, v.body FROM surveys s
JOIN survey_versions v ON v.survey = s.survey AND v.version = s.version
WHERE s.survey = :survey

-- name: all_live
-- The live version of every survey.
SELECT s.survey, s.version, s.paused, v.body FROM surveys s
JOIN survey_versions v ON v.survey = s.survey AND v.version = s.version
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
