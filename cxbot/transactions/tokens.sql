-- name: insert
-- A new token, as its hash only; nothing where the name is taken.
INSERT INTO tokens (id, name, hash, created_at) VALUES (:id, :name, :hash, :created_at) ON CONFLICT DO NOTHING

-- name: all
-- Every token there ever was; the name of a revoked one stays taken, for it names a source.
SELECT id, name, created_at, revoked_at FROM tokens ORDER BY created_at, id

-- name: active
-- The hashes that open the door.
SELECT name, hash FROM tokens WHERE revoked_at = 0

-- name: revoke
-- From now on this token opens nothing.
UPDATE tokens SET revoked_at = :now WHERE name = :name AND revoked_at = 0
