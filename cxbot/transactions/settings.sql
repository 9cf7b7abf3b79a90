-- name: get
-- The value kept under a name.
SELECT value FROM settings WHERE name = :name

-- name: put
-- Keeps a value under a name, in place of the one before.
INSERT INTO settings (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
