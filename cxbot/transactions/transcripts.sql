-- name: said
-- The newest messages that were sent to a place, without those meant for somebody else's eyes.
SELECT id, kind, language, thread_of, replaces, words, sent_at AS at, shown_at FROM outbox
WHERE channel = :channel AND address = :address AND state = 'sent' AND (only_for = '' OR only_for = :viewer)
ORDER BY sent_at DESC, id DESC LIMIT :most

-- name: heard
-- The newest messages that came in from a place, with the names of those who sent them.
SELECT i.id, i.place, i.sender, i.kind, i.words, i.arrived_at AS at, i.received_at AS shown_at,
       COALESCE(p.name, '') AS name
FROM inbox i
LEFT JOIN addresses a ON a.channel = i.channel AND a.address = i.sender
LEFT JOIN people p ON p.id = a.person_id
WHERE i.channel = :channel AND i.place = :place
ORDER BY i.arrived_at DESC, i.id DESC LIMIT :most

-- name: open_survey
-- The survey a person has open, for the link to its page.
SELECT id, person_id, state, expires_at FROM invitations WHERE person_id = :person_id AND state = 'asked'

-- name: people
-- People who have an address of this pattern on a channel: the one asked for, then those who acted last, then by age.
SELECT a.address, p.id, p.name, p.language, p.time_zone, p.vip FROM addresses a
JOIN people p ON p.id = a.person_id
WHERE a.channel = :channel AND a.address LIKE :pattern
ORDER BY CASE WHEN a.address = :wanted THEN 0 ELSE 1 END, p.acted_at DESC, p.created_at, a.address LIMIT :most

-- name: private
-- Colleagues who have something to read in private: admins of everything or of a team, and whoever was written to.
SELECT a.address, p.id, p.name, p.language, p.time_zone, p.vip FROM addresses a
JOIN people p ON p.id = a.person_id
WHERE a.channel = :channel AND a.address LIKE :pattern
  AND (EXISTS (SELECT 1 FROM members m WHERE m.person_id = p.id AND m.role IN ('admin', 'owner'))
       OR EXISTS (SELECT 1 FROM outbox o WHERE o.channel = a.channel AND o.address = a.address))
ORDER BY a.address LIMIT :most

-- name: known
-- Which of two addresses exist, and what they are.
SELECT address, kind, person_id FROM addresses WHERE channel = :channel AND (address = :place OR address = :sender)

-- name: teams
-- Teams that work on a channel.
SELECT id, name, place, language, time_zone, touchpoints FROM teams WHERE channel = :channel AND archived_at = 0 ORDER BY created_at, id

-- name: members
-- Who works in the teams, by the address they act from.
SELECT m.team_id, m.role, a.address, p.name, p.language FROM members m
JOIN people p ON p.id = m.person_id
JOIN addresses a ON a.person_id = p.id AND a.channel = :channel
WHERE a.address LIKE :pattern
ORDER BY m.created_at, a.address
