-- name: cases
-- The cases of a person, newest first.
SELECT * FROM cases WHERE person_id = :person_id ORDER BY opened_at DESC, id DESC LIMIT :most
