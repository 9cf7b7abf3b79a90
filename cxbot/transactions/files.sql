-- name: keep
-- A file, once.
INSERT INTO files (key, person_id, kind, name, mime, size, body, kept_at)
VALUES (:key, :person_id, :kind, :name, :mime, :size, :body, :kept_at) ON CONFLICT (key) DO NOTHING

-- name: get
-- One file.
SELECT * FROM files WHERE key = :key

-- name: forget_unless_said
-- A file that was kept for words that were not: what is said beside an anonymous survey is kept nowhere.
DELETE FROM files WHERE key = :key AND NOT EXISTS
    (SELECT 1 FROM remarks r WHERE r.person_id = files.person_id AND r.media LIKE :mention)
