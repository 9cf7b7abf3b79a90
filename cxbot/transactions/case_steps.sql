-- name: of_case
-- The steps of a case in order, with the name of who ticked each.
SELECT s.step, s.number, s.playbook, s.version, s.state, s.actor_id, s.at, COALESCE(p.name, '') AS actor_name
FROM case_steps s LEFT JOIN people p ON p.id = s.actor_id
WHERE s.case_id = :case_id ORDER BY s.number, s.step

-- name: add
-- A step of a case, open.
INSERT INTO case_steps (case_id, step, number, playbook, version) VALUES (:case_id, :step, :number, :playbook, :version)

-- name: put
-- Where in the list a step stands.
UPDATE case_steps SET number = :number WHERE case_id = :case_id AND step = :step AND number <> :number

-- name: set
-- Ticks a step, or opens it again; touches nothing where it is so already.
UPDATE case_steps SET state = :state, actor_id = :actor_id, at = :at
WHERE case_id = :case_id AND step = :step AND state <> :state

-- name: clear
-- Takes the steps of a case away, as long as nobody has touched one.
DELETE FROM case_steps WHERE case_id = :case_id AND at = 0
