-- name: people
-- A person, and the entries that became part of them.
SELECT * FROM people WHERE id = :id OR merged_into = :id ORDER BY id

-- name: addresses
-- Where they are reached, and who they are in other systems.
SELECT * FROM addresses WHERE person_id = :id ORDER BY channel, address

-- name: members
-- Where they work.
SELECT * FROM members WHERE person_id = :id ORDER BY team_id

-- name: interactions
-- What happened to them.
SELECT * FROM interactions WHERE person_id = :id ORDER BY happened_at, id

-- name: invitations
-- What they were asked.
SELECT * FROM invitations WHERE person_id = :id ORDER BY created_at, id

-- name: responses
-- What they answered.
SELECT * FROM responses WHERE person_id = :id ORDER BY started_at, id

-- name: answers
-- Question by question.
SELECT a.* FROM answers a JOIN responses r ON r.id = a.response_id WHERE r.person_id = :id
ORDER BY a.answered_at, a.response_id, a.question

-- name: remarks
-- What they said in their own words.
SELECT * FROM remarks WHERE person_id = :id ORDER BY said_at, id

-- name: decisions
-- What was not done about them, and why.
SELECT * FROM decisions WHERE person_id = :id ORDER BY decided_at, id

-- name: cases
-- Their cases.
SELECT * FROM cases WHERE person_id = :id ORDER BY opened_at, id

-- name: events
-- What was done to them and in their cases.
SELECT * FROM events WHERE subject_id = :id
UNION ALL
SELECT e.* FROM events e JOIN cases c ON c.id = e.subject_id WHERE c.person_id = :id
ORDER BY happened_at, id

-- name: inbox
-- What came from their addresses.
SELECT i.* FROM inbox i JOIN addresses a ON a.channel = i.channel AND a.address = i.sender
WHERE a.person_id = :id ORDER BY i.arrived_at, i.id

-- name: outbox
-- What was said to their addresses.
SELECT o.* FROM outbox o JOIN addresses a ON a.channel = o.channel AND a.address = o.address
WHERE a.person_id = :id ORDER BY o.created_at, o.id

-- name: grants
-- What they were given for the trouble.
SELECT * FROM grants WHERE person_id = :id ORDER BY asked_at, id

-- name: follow_ups
-- What they are to be asked again about.
SELECT * FROM follow_ups WHERE person_id = :id ORDER BY begun_at, id

-- name: improvement_customers
-- What they were told, or not, of what was changed because of them.
SELECT * FROM improvement_customers WHERE person_id = :id ORDER BY complained_at, improvement_id

-- name: files
-- The files they sent, without what is in them.
SELECT key, person_id, kind, name, mime, size, kept_at FROM files WHERE person_id = :id ORDER BY kept_at, key

-- name: dialogues
-- Forms they are being asked.
SELECT d.* FROM dialogues d JOIN addresses a ON a.channel = d.channel AND a.address = d.address
WHERE a.person_id = :id ORDER BY d.channel, d.address

-- name: allowances
-- How much may still be sent to them.
SELECT l.* FROM allowances l JOIN addresses a ON a.channel = l.channel AND a.address = l.address
WHERE a.person_id = :id ORDER BY l.channel, l.address, l.kind
