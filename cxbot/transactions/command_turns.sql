-- name: keep
-- What may be followed up, in place of what stood there of its kind.
INSERT INTO command_turns (channel, place, sender, kind, id, body, asked_at, lapses_at)
VALUES (:channel, :place, :sender, :kind, :id, :body, :asked_at, :lapses_at)
ON CONFLICT (channel, place, sender, kind) DO UPDATE SET
    id = excluded.id, body = excluded.body, asked_at = excluded.asked_at, lapses_at = excluded.lapses_at

-- name: look
-- What may still be followed up.
SELECT * FROM command_turns
WHERE channel = :channel AND place = :place AND sender = :sender AND kind = :kind AND lapses_at > :now

-- name: end
-- It was followed up, or left.
DELETE FROM command_turns WHERE channel = :channel AND place = :place AND sender = :sender AND kind = :kind

-- name: question_since
-- A question of a survey that is open at an address, asked after a moment.
SELECT o.id FROM invitations i JOIN outbox o ON o.invitation_id = i.id
WHERE i.person_id = :person_id AND i.state = 'asked' AND i.channel = :channel AND i.address = :address
  AND o.kind = 'question' AND o.created_at > :since
LIMIT 1

-- name: count
-- One more command; a minute after the first of them the count begins anew.
INSERT INTO command_counts (channel, address, since, n) VALUES (:channel, :address, :now, 1)
ON CONFLICT (channel, address) DO UPDATE SET
    n = CASE WHEN command_counts.since > :since THEN command_counts.n + 1 ELSE 1 END,
    since = CASE WHEN command_counts.since > :since THEN command_counts.since ELSE excluded.since END
RETURNING n
