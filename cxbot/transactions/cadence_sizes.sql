-- name: started
-- The number that was wanted; nothing is held any more.
INSERT INTO cadence_sizes (cadence_id, asked, seconded) VALUES (:cadence_id, :asked, :seconded)
ON CONFLICT (cadence_id) DO UPDATE SET
    asked = excluded.asked, seconded = excluded.seconded, found = 0, held_at = 0, code = ''

-- name: get
-- The number that was wanted of a cadence.
SELECT * FROM cadence_sizes WHERE cadence_id = :cadence_id

-- name: hold
-- It has outgrown that number, and waits.
UPDATE cadence_sizes SET found = :found, held_at = :now, code = '' WHERE cadence_id = :cadence_id

-- name: set_code
-- The code under which an approval was asked for.
UPDATE cadence_sizes SET code = :code, found = :found WHERE cadence_id = :cadence_id

-- name: release
-- It does not wait any more.
UPDATE cadence_sizes SET found = 0, held_at = 0, code = '' WHERE cadence_id = :cadence_id

-- name: held
-- What waits because it has outgrown its number, longest first.
SELECT s.*, c.name, c.survey, c.plan FROM cadence_sizes s JOIN cadences c ON c.id = s.cadence_id
WHERE s.held_at > 0 AND c.state = 'paused' ORDER BY s.held_at, c.name

-- name: held_of
-- The same of one cadence.
SELECT s.*, c.name, c.survey, c.plan FROM cadence_sizes s JOIN cadences c ON c.id = s.cadence_id
WHERE s.held_at > 0 AND c.state = 'paused' AND c.id = :cadence_id

-- name: starter
-- Who started a cadence last.
SELECT actor_id FROM events WHERE subject_id = :cadence_id AND kind = 'cadence.started'
ORDER BY happened_at DESC, id DESC LIMIT 1
