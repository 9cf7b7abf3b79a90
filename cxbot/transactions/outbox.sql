-- name: next_seq
-- The next place in a conversation's order; the upsert is also the lock on that order.
INSERT INTO sequences (order_key, seq) VALUES (:order_key, 1)
ON CONFLICT (order_key) DO UPDATE SET seq = sequences.seq + 1
RETURNING seq

-- name: insert
-- A message that is to be said.
INSERT INTO outbox (id, channel, address, order_key, seq, kind, key, args, language, person_id, case_id, invitation_id,
                    thread_of, replaces, only_for, state, due_at, expires_at, created_at)
VALUES (:id, :channel, :address, :order_key, :seq, :kind, :key, :args, :language, :person_id, :case_id, :invitation_id,
        :thread_of, :replaces, :only_for, 'queued', :due_at, :expires_at, :created_at)

-- name: supersede
-- Older replacements of the same message that have not left yet: only the newest is sent.
UPDATE outbox SET state = 'superseded', reason = 'newer'
WHERE order_key = :order_key AND seq > 0 AND replaces = :replaces AND state || '' = 'queued' AND id <> :newest
  AND state IN ('queued', 'sending', 'held')

-- name: claim
-- Takes what may leave now: due, retried when the channel said, first of its order, paced. What is held for the person
-- to act keeps nothing back: a colleague's words may still find a way. The guard stands in the outer
-- WHERE as well, for two workers may have chosen the same row. Scalar subqueries, and `state || ''` where a row is found
-- by its id, keep both engines on the right index whatever their statistics say of a queue that is mostly empty.
WITH chosen AS MATERIALIZED (
    SELECT o.id FROM outbox o
    WHERE o.state = 'queued' AND o.channel = :channel AND o.due_at <= :now AND o.retry_at <= :machine
      AND (o.expires_at = 0 OR o.expires_at > :now)
      AND COALESCE((SELECT a.next_send_at FROM addresses a
                    WHERE a.channel = o.channel AND a.address = o.address), 0) <= :machine
      AND (SELECT MIN(p.seq) FROM outbox p WHERE p.order_key = o.order_key
           AND p.state IN ('queued', 'sending', 'held') AND p.state <> 'held'
           AND (p.state <> 'queued' OR p.due_at <= :now)) = o.seq
    ORDER BY o.due_at, o.id LIMIT :most)
UPDATE outbox SET state = 'sending', worker = :worker, lease_until = :lease_until, attempts = attempts + 1
WHERE state || '' = 'queued' AND id IN (SELECT id FROM chosen)
RETURNING *

-- name: pace
-- The address may be written to again from then on; no row is touched where another worker was first. An address nobody
-- has written from yet has no row of its own.
INSERT INTO addresses (channel, address, next_send_at, created_at) VALUES (:channel, :address, :next_send_at, :machine)
ON CONFLICT (channel, address) DO UPDATE SET next_send_at = excluded.next_send_at
WHERE addresses.next_send_at <= :machine

-- name: rest
-- The platform said how long the address is to be left alone.
INSERT INTO addresses (channel, address, next_send_at, created_at) VALUES (:channel, :address, :until, :machine)
ON CONFLICT (channel, address) DO UPDATE SET next_send_at = excluded.next_send_at
WHERE addresses.next_send_at < excluded.next_send_at

-- name: unclaim
-- Gives a claimed row back untouched.
UPDATE outbox SET state = 'queued', worker = '', attempts = attempts - 1 WHERE id = :id AND worker = :worker AND state || '' = 'sending'

-- name: lapsed
-- Rows whose worker died with them: they go back to the queue (a repeat of at most the message in flight).
UPDATE outbox SET state = 'queued', worker = '', reason = 'unknown: lease lapsed'
WHERE state = 'sending' AND lease_until <= :machine

-- name: expired_queued
-- What was not said in time is dropped, with its reason.
UPDATE outbox SET state = 'dropped', reason = 'expired'
WHERE state = 'queued' AND expires_at > 0 AND expires_at <= :now
RETURNING id, person_id, invitation_id, case_id, key

-- name: hold_lapsed
-- What is handed over once more because the person did not act: its channel may know another way.
UPDATE outbox SET state = 'queued', expires_at = 0
WHERE state = 'held' AND expires_at > 0 AND expires_at <= :now AND reason LIKE 'hold lapsed:%'

-- name: expired_held
-- What was held for the person to act, and they did not.
UPDATE outbox SET state = 'dropped', reason = 'expired'
WHERE state = 'held' AND expires_at > 0 AND expires_at <= :now
RETURNING id, person_id, invitation_id, case_id, key

-- name: waiting
-- Whether `claim` would find anything on a channel: the same conditions, without a lock, so that waiting commits nothing.
SELECT o.id FROM outbox o
WHERE o.state = 'queued' AND o.channel = :channel AND o.due_at <= :now AND o.retry_at <= :machine
      AND (o.expires_at = 0 OR o.expires_at > :now)
      AND COALESCE((SELECT a.next_send_at FROM addresses a
                    WHERE a.channel = o.channel AND a.address = o.address), 0) <= :machine
      AND (SELECT MIN(p.seq) FROM outbox p WHERE p.order_key = o.order_key
           AND p.state IN ('queued', 'sending', 'held') AND p.state <> 'held'
           AND (p.state <> 'queued' OR p.due_at <= :now)) = o.seq
LIMIT 1

-- name: next_try
-- When, in machine time, the next of what is due but paced or to be tried again may leave.
SELECT MIN(may_leave_at) AS at FROM (
    SELECT CASE WHEN COALESCE(a.next_send_at, 0) > o.retry_at THEN a.next_send_at ELSE o.retry_at END AS may_leave_at
    FROM outbox o LEFT JOIN addresses a ON a.channel = o.channel AND a.address = o.address
    WHERE o.state = 'queued' AND o.due_at <= :now AND o.channel = :channel
      AND (o.retry_at > :machine OR COALESCE(a.next_send_at, 0) > :machine)
    ORDER BY o.due_at, o.id LIMIT 200) AS waiting

-- name: stale
-- Whether anything needs tidying: a lapsed lease, or a message not said in time.
SELECT id FROM outbox WHERE state = 'sending' AND lease_until <= :machine
UNION ALL SELECT id FROM outbox WHERE state = 'queued' AND expires_at > 0 AND expires_at <= :now
UNION ALL SELECT id FROM outbox WHERE state = 'held' AND expires_at > 0 AND expires_at <= :now LIMIT 1

-- name: mark_sent
-- Handed to the platform; the words actually sent stay with the row.
UPDATE outbox SET state = 'sent', platform_id = :platform_id, words = :words, sent_at = :sent_at, shown_at = :shown_at, reason = :reason
WHERE id = :id AND worker = :worker AND state || '' = 'sending'

-- name: mark
-- Any other end or pause of a row in flight.
UPDATE outbox SET state = :state, retry_at = :retry_at, reason = :reason, words = :words
WHERE id = :id AND worker = :worker AND state || '' = 'sending'

-- name: get
-- One row.
SELECT * FROM outbox WHERE id = :id

-- name: release_held
-- The person acted: what was held for that is due now.
UPDATE outbox SET state = 'queued', reason = '', expires_at = CASE WHEN reason LIKE 'hold lapsed:%' THEN 0 ELSE expires_at END
WHERE channel = :channel AND address = :address AND state = 'held'

-- name: cancel
-- Takes back a message that has not left yet.
UPDATE outbox SET state = 'cancelled', reason = :reason WHERE id = :id AND state || '' IN ('queued', 'held')

-- name: cancel_of_invitation
-- Takes back what has not left yet of an invitation; what is in flight is not tried again.
UPDATE outbox SET state = CASE WHEN state = 'sending' THEN state ELSE 'cancelled' END, reason = :reason, expires_at = 1
WHERE invitation_id = :invitation_id AND state IN ('queued', 'held', 'sending')

-- name: cancel_of_person
-- Takes back every message to a person who wants none; what is in flight is not tried again.
UPDATE outbox SET state = CASE WHEN state = 'sending' THEN state ELSE 'cancelled' END, reason = :reason, expires_at = 1
WHERE person_id = :person_id AND channel = :channel AND address = :address AND state IN ('queued', 'held', 'sending')

-- name: last_question
-- The newest question row of an invitation that has not been replaced.
SELECT id, args, key, state FROM outbox
WHERE invitation_id = :invitation_id AND kind = 'question' AND state IN ('queued', 'sending', 'sent', 'held') AND replaces = ''
ORDER BY created_at DESC, id DESC LIMIT 1

-- name: dead
-- What could not be said, newest first.
SELECT id, channel, address, key, kind, reason, created_at FROM outbox WHERE state = 'dead' ORDER BY created_at DESC, id DESC LIMIT :most

-- name: hold
-- The window is closed: kept until the person acts, at the latest until expires_at.
UPDATE outbox SET state = 'held', reason = :reason,
       expires_at = CASE WHEN expires_at > 0 AND expires_at < :expires_at THEN expires_at ELSE :expires_at END
WHERE id = :id AND worker = :worker AND state || '' = 'sending'

-- name: next_due
-- When the next queued row may leave, in business time.
SELECT MIN(due_at) AS due_at FROM outbox WHERE state = 'queued'

-- name: changeable
-- Answers shown with a way to change them.
SELECT * FROM outbox WHERE invitation_id = :invitation_id AND key = 'question.answered' AND replaces <> ''
  AND state <> 'superseded' AND args LIKE '%"choices"%' ORDER BY id
