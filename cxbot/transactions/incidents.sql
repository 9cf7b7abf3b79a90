-- name: lately
-- How many cases of a cause a team has had since then and not dealt with.
SELECT COUNT(*) AS n FROM cases
WHERE team_id = :team_id AND state IN ('open', 'claimed') AND opened_at >= :since AND cause = :cause

-- name: open_of
-- The storm that goes on, if one does.
SELECT * FROM incidents WHERE team_id = :team_id AND cause = :cause AND state = 'open'

-- name: get
-- One incident.
SELECT * FROM incidents WHERE id = :id

-- name: by_code
-- One incident by its number.
SELECT * FROM incidents WHERE code = :code

-- name: all_open
-- Every storm that goes on, the newest first; of one team where it is named.
SELECT * FROM incidents WHERE state = 'open' AND (CAST(:team_id AS TEXT) = '' OR team_id = :team_id)
ORDER BY opened_at DESC, id DESC

-- name: lock
-- Holds the incident until the commit.
UPDATE incidents SET version = version + 1 WHERE id = :id RETURNING *

-- name: insert
-- A storm begins.
INSERT INTO incidents (id, code, team_id, cause, state, opened_at, last_at, due_at)
VALUES (:id, :code, :team_id, :cause, 'open', :now, :now, :due_at)

-- name: gather
-- The cases that made it one.
UPDATE cases SET incident_id = :incident_id, alert_at = 0
WHERE team_id = :team_id AND state IN ('open', 'claimed') AND opened_at >= :since AND cause = :cause AND incident_id = ''

-- name: write
-- What has changed of an incident.
UPDATE incidents SET state = :state, card_id = :card_id, last_at = :last_at, drawn_at = :drawn_at,
       reminded_at = :reminded_at, due_at = :due_at, work = :work
WHERE id = :id

-- name: counts
-- Its cases by state, the graver severities apart, and how many are past their promise.
SELECT state, severity, COUNT(*) AS n,
       SUM(CASE WHEN state IN ('open', 'claimed') AND (broken_at > 0 OR contacted_at = 0 AND promised_at < :now) THEN 1 ELSE 0 END) AS late,
       MIN(CASE WHEN state IN ('open', 'claimed') AND contacted_at = 0 THEN promised_at END) AS promised_at
FROM cases WHERE incident_id = :id GROUP BY state, severity

-- name: to_work
-- Its next cases on which something is to be done, in the order of their ids.
SELECT id, language FROM cases WHERE incident_id = :id AND state IN ('open', 'claimed') AND id > :after ORDER BY id LIMIT :most

-- name: languages
-- How many of those who would be told read which language.
SELECT language, COUNT(*) AS n FROM cases WHERE incident_id = :id AND state IN ('open', 'claimed')
GROUP BY language ORDER BY n DESC, language

-- name: promised
-- How many of its customers were promised to hear from us in that time, those included who have not.
SELECT COUNT(*) AS n FROM cases
WHERE incident_id = :id AND (callback_at BETWEEN :since AND :until OR broken_at BETWEEN :since AND :until)

-- name: said_since
-- Something that was said of it lately.
SELECT id FROM outbox WHERE order_key = :id AND key = :key AND created_at > :since LIMIT 1

-- name: some
-- What customers wrote last in it.
SELECT r.words FROM remarks r JOIN cases c ON c.id = r.case_id WHERE c.incident_id = :id AND r.words <> ''
ORDER BY r.said_at DESC LIMIT 3

-- name: waiting_card
-- Whether the card is to be drawn anew already.
SELECT id FROM outbox WHERE order_key = :id AND state = 'queued' AND replaces = :card_id LIMIT 1

-- name: due
-- Incidents to look at now.
SELECT id, due_at FROM incidents WHERE due_at > 0 AND due_at <= :now ORDER BY due_at, id LIMIT :most

-- name: earliest_due
-- When the next one is to be looked at.
SELECT MIN(due_at) AS due_at FROM incidents WHERE due_at > 0

-- name: look_at
-- Looks at it later.
UPDATE incidents SET due_at = :due_at WHERE id = :id

-- name: sample
-- One of its cases that somebody would be told about, in a language where one is named.
SELECT * FROM cases
WHERE incident_id = :id AND state IN ('open', 'claimed') AND (CAST(:language AS TEXT) = '' OR language = :language)
ORDER BY id LIMIT 1
