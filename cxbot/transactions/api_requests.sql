-- name: begin
-- Notes a request by the id its caller gave it; no row is touched where that came before.
INSERT INTO case_requests (caller, id, body, case_id, made_at) VALUES (:caller, :id, :body, :case_id, :made_at)
ON CONFLICT (caller, id) DO NOTHING

-- name: get
-- What came of a request.
SELECT body, case_id, event, made FROM case_requests WHERE caller = :caller AND id = :id

-- name: done
-- What came of a request, for its repeats.
UPDATE case_requests SET event = :event, made = :made WHERE caller = :caller AND id = :id

-- name: forget
-- A request that was refused did nothing: its id may be used again.
DELETE FROM case_requests WHERE caller = :caller AND id = :id

-- name: old
-- Whether any request is older than that.
SELECT id FROM case_requests WHERE made_at < :before LIMIT 1

-- name: prune
-- The oldest requests that are older than that; what they did stays on record.
DELETE FROM case_requests WHERE made_at < :before AND (caller, id) IN (
    SELECT caller, id FROM case_requests WHERE made_at < :before ORDER BY made_at, caller, id LIMIT :most)
