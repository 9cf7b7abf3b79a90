-- name: keep
-- A file, once.
INSERT INTO files (key, person_id, kind, name, mime, size, body, kept_at)
VALUES (:key, :person_id, :kind, :name, :mime, :size, :body, :kept_at) ON CONFLICT (key) DO NOTHING

-- name: get
-- One file.
SELECT * FROM files WHERE key = :key
