-- name: insert
-- A response begins with its first answer.
INSERT INTO responses (id, invitation_id, interaction_id, person_id, survey, survey_version, metric, touchpoint, team_id,
                       channel, language, score, band, state, via, late, started_at, completed_at, variant)
VALUES (:id, :invitation_id, :interaction_id, :person_id, :survey, :survey_version, :metric, :touchpoint, :team_id,
        :channel, :language, CAST(:score AS INTEGER), :band, :state, :via, :late, :started_at, :completed_at, :variant)

-- name: get
-- One response.
SELECT * FROM responses WHERE id = :id

-- name: update
-- What the response says so far.
UPDATE responses SET score = CAST(:score AS INTEGER), band = :band, state = :state, completed_at = :completed_at WHERE id = :id

-- name: answer
-- One answer, given or changed.
INSERT INTO answers (response_id, question, kind, value, words, answered_at)
VALUES (:response_id, :question, :kind, :value, :words, :answered_at)
ON CONFLICT (response_id, question) DO UPDATE
SET value = excluded.value, words = excluded.words, answered_at = excluded.answered_at

-- name: answers
-- All answers of a response, in the order they were given.
SELECT question, kind, value, words, answered_at FROM answers WHERE response_id = :response_id ORDER BY answered_at, question

-- name: forget_answer
-- An answer that a changed branch no longer asks for.
DELETE FROM answers WHERE response_id = :response_id AND question = :question

-- name: latest_of_person
-- The scores this person gave before, newest first.
SELECT score, metric, started_at FROM responses
WHERE person_id = :person_id AND id <> :except_id AND score IS NOT NULL ORDER BY started_at DESC, id DESC LIMIT :most

-- name: of_person
-- What this person answered, newest first.
SELECT id, survey, survey_version, started_at FROM responses
WHERE person_id = :person_id ORDER BY started_at DESC, id DESC LIMIT :most

-- name: last_score
-- The score this person gave last, of a metric, but for one response.
SELECT score FROM responses
WHERE person_id = :person_id AND metric = :metric AND id <> :except_id AND score IS NOT NULL AND via <> 'again'
ORDER BY started_at DESC, id DESC LIMIT 1
