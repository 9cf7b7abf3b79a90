-- name: begin
-- Notes a request by the id its caller gave it; no row is touched where that came before.
INSERT INTO case_requests (caller, id, body, case_id, made_at) VALUES (:caller, :id, :body, :case_id, :made_at)
ON CONFLICT (caller, id) DO NOTHING

-- name: get
-- What came of a request.
SELECT body, case_id, event FROM case_requests WHERE caller = :caller AND id = :id

-- name: done
-- What came of a request, for its repeats.
UPDATE case_requests SET event = :event WHERE caller = :caller AND id = :id

-- name: forget
-- A request that was refused did nothing: its id may be used again.
DELETE FROM case_requests WHERE caller = :caller AND id = :id
