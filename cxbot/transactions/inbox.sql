-- name: see
-- Marks an inbound message as seen; no row is touched where it has been seen before.
INSERT INTO inbox (channel, id, place, sender, kind, words, received_at, arrived_at)
VALUES (:channel, :id, :place, :sender, :kind, :words, :received_at, :arrived_at)
ON CONFLICT (channel, id) DO NOTHING

-- name: get
-- What was made of a message seen before.
SELECT receipt FROM inbox WHERE channel = :channel AND id = :id

-- name: answered
-- Keeps what a repeat of the message is to be answered.
UPDATE inbox SET receipt = :receipt WHERE channel = :channel AND id = :id

-- name: forget_words
-- The words of an anonymous answer are not kept beside an address.
UPDATE inbox SET words = '' WHERE channel = :channel AND id = :id
