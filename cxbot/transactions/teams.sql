-- name: get
-- One team.
SELECT * FROM teams WHERE id = :id

-- name: all
-- Every team that is not archived.
SELECT * FROM teams WHERE archived_at = 0 ORDER BY id

-- name: archived
-- The teams that are.
SELECT * FROM teams WHERE archived_at > 0 ORDER BY id

-- name: by_place
-- The team that is told things in this place.
SELECT * FROM teams WHERE channel = :channel AND place = :place AND archived_at = 0 ORDER BY id LIMIT 1

-- name: members
-- Who belongs to a team, leads first.
SELECT m.person_id, m.role, p.name, p.language, p.time_zone FROM members m JOIN people p ON p.id = m.person_id
WHERE m.team_id = :team_id
ORDER BY CASE m.role WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 WHEN 'lead' THEN 2 WHEN 'member' THEN 3 ELSE 4 END,
         m.created_at, p.name_folded, m.person_id

-- name: roles_of
-- A person's role in each team that is not archived.
SELECT m.team_id, m.role FROM members m LEFT JOIN teams t ON t.id = m.team_id
WHERE m.person_id = :person_id AND COALESCE(t.archived_at, 0) = 0 ORDER BY m.team_id

-- name: reserve
-- A place for a team that may be new.
INSERT INTO teams (id, name, created_at) VALUES (:id, '', :created_at) ON CONFLICT (id) DO NOTHING

-- name: hold
-- Holds the team until the commit, and gives the row as it now stands.
UPDATE teams SET version = version + 1 WHERE id = :id RETURNING *

-- name: write
-- Everything of a team that can change.
UPDATE teams SET name = :name, channel = :channel, place = :place, language = :language, time_zone = :time_zone,
                 hours = :hours, policy = :policy, touchpoints = :touchpoints, causes = :causes, seed = :seed,
                 edited_at = :edited_at
WHERE id = :id

-- name: record
-- A line in the history of a team.
INSERT INTO events (id, subject_id, actor_id, kind, args, happened_at)
VALUES (:id, :subject_id, :actor_id, :kind, :args, :happened_at)

-- name: add_member
-- Somebody belongs to a team from now on.
INSERT INTO members (team_id, person_id, role, created_at) VALUES (:team_id, :person_id, :role, :created_at)
ON CONFLICT (team_id, person_id) DO NOTHING

-- name: set_role
-- What a member may do.
UPDATE members SET role = :role WHERE team_id = :team_id AND person_id = :person_id

-- name: take_place
-- The address of a team's place.
INSERT INTO addresses (channel, address, kind, team_id, language, created_at)
VALUES (:channel, :address, 'team', :team_id, :language, :created_at)
ON CONFLICT (channel, address) DO UPDATE SET kind = 'team', team_id = excluded.team_id, language = excluded.language

-- name: leave_place
-- A place the team has moved away from; the address stays, for what was said there.
UPDATE addresses SET team_id = '' WHERE channel = :channel AND address = :address AND team_id = :team_id

-- name: mark_admin_address
-- Where an admin is talked to.
UPDATE addresses SET kind = 'admin' WHERE channel = :channel AND address = :address AND kind = 'person'

-- name: archive
-- A team that is told and given nothing any more (0: it is again).
UPDATE teams SET archived_at = :archived_at, edited_at = :edited_at WHERE id = :id AND archived_at <> :archived_at

-- name: remove_member
-- Somebody belongs to a team no more.
DELETE FROM members WHERE team_id = :team_id AND person_id = :person_id

-- name: active_cases
-- How many cases a team has to work on.
SELECT COUNT(*) AS n FROM cases WHERE team_id = :team_id AND state IN ('open', 'claimed', 'resolved')

-- name: knows_channel
-- Whether anybody has an address on a channel.
SELECT 1 AS known FROM addresses WHERE channel = :channel LIMIT 1

-- name: hold_owners
-- Holds the owners of everything until the commit.
UPDATE members SET role = role WHERE team_id = '' AND role = 'owner'
