-- name: add
-- A person's own words, or something they sent, kept with what it belongs to.
INSERT INTO remarks (id, person_id, response_id, case_id, words, media, said_at)
VALUES (:id, :person_id, :response_id, :case_id, :words, :media, :said_at)

-- name: of_response
-- What a person said beside a survey, oldest first.
SELECT * FROM remarks WHERE response_id = :response_id ORDER BY said_at, id

-- name: before_answers
-- What a person wrote to a survey before they answered it, oldest first; not what went to another case.
SELECT words FROM remarks
WHERE person_id = :person_id AND said_at >= :since AND response_id = '' AND words <> ''
  AND (case_id = '' OR case_id = :case_id)
ORDER BY said_at, id

-- name: of_case
-- What a person said about a case, oldest first.
SELECT * FROM remarks WHERE case_id = :case_id ORDER BY said_at, id

-- name: give_to_case
-- What this person said lately, beside a survey or before it, belongs to the case that came of it.
UPDATE remarks SET case_id = :case_id WHERE person_id = :person_id AND said_at >= :since AND case_id = ''
