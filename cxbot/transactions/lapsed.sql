-- name: old_dialogues
-- A form that was left half filled in.
SELECT 1 AS found FROM dialogues WHERE lapses_at < :before LIMIT 1

-- name: dialogues
-- All of those.
DELETE FROM dialogues WHERE lapses_at < :before

-- name: old_command_turns
-- What might have been said next to a command.
SELECT 1 AS found FROM command_turns WHERE lapses_at < :before LIMIT 1

-- name: command_turns
-- All of those.
DELETE FROM command_turns WHERE lapses_at < :before

-- name: old_survey_previews
-- A survey that was tried out.
SELECT 1 AS found FROM survey_previews WHERE lapses_at < :before LIMIT 1

-- name: survey_previews
-- All of those.
DELETE FROM survey_previews WHERE lapses_at < :before
