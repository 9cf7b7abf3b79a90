-- name: all_live
-- The live version of every playbook that new cases may take.
SELECT b.playbook, b.version, v.body FROM playbooks b
JOIN playbook_versions v ON v.playbook = b.playbook AND v.version = b.version
WHERE b.live = 1 ORDER BY b.playbook

-- name: at
-- One version of a playbook.
SELECT body FROM playbook_versions WHERE playbook = :playbook AND version = :version

-- name: reserve
-- A place for a playbook that may be new; version 0 is no version.
INSERT INTO playbooks (playbook, version, live) VALUES (:playbook, 0, 0) ON CONFLICT (playbook) DO NOTHING

-- name: hold
-- Holds the playbook until the commit, and gives the row as it now stands.
UPDATE playbooks SET live = live WHERE playbook = :playbook RETURNING *

-- name: add_version
-- A version; it never changes.
INSERT INTO playbook_versions (playbook, version, body, created_at) VALUES (:playbook, :version, :body, :created_at)

-- name: set_live
-- Makes a version the live one.
UPDATE playbooks SET version = :version, seed = :seed, live = 1 WHERE playbook = :playbook

-- name: retire
-- New cases do without it; those that have it keep it.
UPDATE playbooks SET live = 0 WHERE playbook = :playbook AND live = 1

-- name: record
-- A line in the history of a playbook.
INSERT INTO events (id, subject_id, actor_id, kind, args, happened_at)
VALUES (:id, :subject_id, '', :kind, :args, :happened_at)
