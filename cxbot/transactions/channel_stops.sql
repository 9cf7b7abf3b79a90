-- name: all
-- What every channel keeps under a name.
SELECT channel, value FROM channel_state WHERE name = :name ORDER BY channel

-- name: end
-- The stop of a channel is over, unless a message that failed for it waits or is just tried again.
DELETE FROM channel_state WHERE channel = :channel AND name = :name
  AND NOT EXISTS (SELECT 1 FROM outbox WHERE state = 'queued' AND channel = :channel AND reason LIKE :reason)
  AND NOT EXISTS (SELECT 1 FROM outbox WHERE state = 'sending' AND channel = :channel AND reason LIKE :reason)
