-- name: get
-- One person.
SELECT * FROM people WHERE id = :id

-- name: by_address
-- Whose address this is, and why it cannot be written to.
SELECT p.*, a.unreachable FROM addresses a JOIN people p ON p.id = a.person_id WHERE a.channel = :channel AND a.address = :address

-- name: lock
-- Holds the person until the commit, and gives the row as it now stands.
UPDATE people SET version = version + 1 WHERE id = :id RETURNING *

-- name: insert
-- Somebody new.
INSERT INTO people (id, name, name_folded, language, time_zone, segment, value, vip, attributes, created_at)
VALUES (:id, :name, :name_folded, :language, :time_zone, :segment, :value, :vip, :attributes, :created_at)

-- name: update
-- What is known about a person, after new facts were laid over the old ones.
UPDATE people SET name = :name, name_folded = :name_folded, language = :language, time_zone = :time_zone,
                  segment = :segment, value = :value, vip = :vip, attributes = :attributes
WHERE id = :id

-- name: link
-- Gives an address to a person unless somebody has it; returns who has it then. The upsert is also the lock on it.
INSERT INTO addresses (channel, address, kind, person_id, language, created_at)
VALUES (:channel, :address, 'person', :person_id, :language, :created_at)
ON CONFLICT (channel, address) DO UPDATE SET person_id =
    CASE WHEN addresses.person_id = '' AND addresses.kind = 'person' THEN excluded.person_id ELSE addresses.person_id END
RETURNING person_id

-- name: relink
-- Moves the addresses just linked to a newcomer who turned out to be somebody known.
UPDATE addresses SET person_id = :new WHERE person_id = :old

-- name: has_role
-- Whether somebody works in a team, or everywhere.
SELECT 1 AS found FROM members WHERE person_id = :id LIMIT 1

-- name: unlink
-- An address that is a person's no more: who writes from it is somebody new.
UPDATE addresses SET person_id = '', kind = 'person', expects = '', expects_until = 0
WHERE channel = :channel AND address = :address AND person_id = :person_id

-- name: addresses
-- Where a person can be written to, the one used last first. Ids of other systems (`id:crm`) are no addresses.
SELECT a.channel, a.address, a.kind, a.person_id, a.team_id, a.language, a.unreachable, a.expects, a.expects_until,
       a.created_at,
       COALESCE((SELECT MAX(i.arrived_at) FROM inbox i WHERE i.channel = a.channel AND i.place = a.address), 0) AS used_at
FROM addresses a
WHERE a.person_id = :person_id AND a.channel NOT LIKE 'id:%'
ORDER BY used_at DESC, a.created_at, a.channel, a.address

-- name: opt_out
-- What a person does not want: '' nothing refused, 'surveys', or 'all' messages.
UPDATE people SET opted_out = :scope, version = version + 1 WHERE id = :id AND opted_out <> :scope

-- name: last_consent
-- Who said last what a person wants.
SELECT actor_id FROM events WHERE subject_id = :id AND kind IN ('opted_out', 'opted_in')
ORDER BY happened_at DESC, id DESC LIMIT 1

-- name: record
-- A line in the history of a person.
INSERT INTO events (id, subject_id, actor_id, kind, args, happened_at)
VALUES (:id, :subject_id, :actor_id, :kind, :args, :happened_at)

-- name: acted
-- The person did something just now; holds them until the commit, and gives the row as it now stands.
UPDATE people SET acted_at = CASE WHEN acted_at < :now THEN :now ELSE acted_at END, version = version + 1
WHERE id = :id RETURNING *

-- name: introduced
-- The person has been told who asks, why, and how to stop.
UPDATE people SET introduced_at = :now WHERE id = :id AND introduced_at = 0

-- name: search
-- People by a part of their name, by an address, by the id another system has for them, or by their own id.
SELECT * FROM people
WHERE merged_into = ''
  AND ((CAST(:part AS TEXT) <> '' AND name_folded LIKE :part ESCAPE '!')
       OR id = :exact
       OR id IN (SELECT person_id FROM addresses WHERE address = :exact OR channel || ':' || address = :exact))
ORDER BY name_folded, id LIMIT :most

-- name: exactly
-- People by an address, with its channel or without, by an id of another system, or by their own id, also a former one.
SELECT * FROM people
WHERE merged_into = ''
  AND (id = :exact
       OR id IN (SELECT merged_into FROM people WHERE id = :exact)
       OR id IN (SELECT person_id FROM addresses WHERE address = :exact OR channel || ':' || address = :exact
                 OR channel || ':' || address = 'id:' || :exact))
ORDER BY name_folded, id LIMIT :most

-- name: known_as
-- The ids other systems have for a person.
SELECT channel, address FROM addresses WHERE person_id = :person_id AND channel LIKE 'id:%' ORDER BY channel, address

-- name: expect
-- What was asked last at an address, its choices, and until when an answer counts.
INSERT INTO addresses (channel, address, expects, expects_until, created_at)
VALUES (:channel, :address, :expects, :expects_until, :created_at)
ON CONFLICT (channel, address) DO UPDATE SET expects = excluded.expects, expects_until = excluded.expects_until

-- name: expected
-- What an address is expected to answer.
SELECT expects FROM addresses
WHERE channel = :channel AND address = :address AND expects <> '' AND (expects_until = 0 OR expects_until > :now)

-- name: mark_unreachable
-- The platform will not carry messages to this address, and why; '' makes it reachable again.
UPDATE addresses SET unreachable = :reason WHERE channel = :channel AND address = :address AND unreachable <> :reason
