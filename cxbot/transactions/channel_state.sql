-- name: get
-- What a channel keeps under a name.
SELECT value FROM channel_state WHERE channel = :channel AND name = :name

-- name: put
-- Keeps a value, whatever stood there.
INSERT INTO channel_state (channel, name, value) VALUES (:channel, :name, :value)
ON CONFLICT (channel, name) DO UPDATE SET value = excluded.value

-- name: add
-- Keeps a value only where nothing stands yet.
INSERT INTO channel_state (channel, name, value) VALUES (:channel, :name, :value)
ON CONFLICT (channel, name) DO NOTHING

-- name: swap
-- Keeps a value only where the old one still stands.
UPDATE channel_state SET value = :value WHERE channel = :channel AND name = :name AND value = :old

-- name: forget
-- Nothing stands there any more.
DELETE FROM channel_state WHERE channel = :channel AND name = :name

-- name: forget_if
-- Nothing stands there any more, where what stood there is as it was.
DELETE FROM channel_state WHERE channel = :channel AND name = :name AND value = :old

-- name: forget_before
-- Nothing stands any more under the names of one kind that sort before another.
DELETE FROM channel_state WHERE channel = :channel AND name LIKE :prefix AND name < :before
