-- name: insert
-- A new code, as its hash only.
INSERT INTO pairing_codes (id, salt, hash, person_id, team_id, role, maker_id, channel, address, made_at, expires_at)
VALUES (:id, :salt, :hash, :person_id, :team_id, :role, :maker_id, :channel, :address, :made_at, :expires_at)

-- name: remembered
-- Codes that can be used, and those of lately that cannot any more.
SELECT * FROM pairing_codes WHERE expires_at > :since ORDER BY expires_at, id

-- name: spend
-- A code is used once.
UPDATE pairing_codes SET used_at = :now WHERE id = :id AND used_at = 0

-- name: lapsed
-- Codes that nobody used in time and that still stand in the message with which they were told.
SELECT id, said_id FROM pairing_codes WHERE expires_at <= :now AND said_id <> ''

-- name: said
-- The message in which a code was told ('': none has it any more).
UPDATE pairing_codes SET said_id = :said_id WHERE id = :id

-- name: told
-- The message in which a code was told.
SELECT args, words FROM outbox WHERE id = :id

-- name: conceal
-- That message without the code.
UPDATE outbox SET args = :args, words = :words WHERE id = :id

-- name: try
-- One more try from an address; after an hour they are counted anew. The upsert is also the lock on it.
INSERT INTO pairing_tries (channel, address, tries, since) VALUES (:channel, :address, 1, :now)
ON CONFLICT (channel, address) DO UPDATE SET
    tries = CASE WHEN pairing_tries.since <= :since THEN 1 ELSE pairing_tries.tries + 1 END,
    since = CASE WHEN pairing_tries.since <= :since THEN excluded.since ELSE pairing_tries.since END
RETURNING tries, since

-- name: forget_tries
-- Who sent a right code begins anew.
DELETE FROM pairing_tries WHERE channel = :channel AND address = :address
