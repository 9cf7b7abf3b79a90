-- name: state
-- Whether a place can be written to.
SELECT unreachable FROM addresses WHERE channel = :channel AND address = :address

-- name: lost
-- The teams whose place cannot be written to, and why.
SELECT t.id, t.name, t.channel, t.place, a.unreachable FROM teams t
JOIN addresses a ON a.channel = t.channel AND a.address = t.place
WHERE a.unreachable <> '' ORDER BY t.id

-- name: lost_of_member
-- The teams of one person whose place on a channel cannot be written to.
SELECT t.* FROM addresses p JOIN members m ON m.person_id = p.person_id JOIN teams t ON t.id = m.team_id
JOIN addresses a ON a.channel = t.channel AND a.address = t.place
WHERE p.channel = :channel AND p.address = :address AND t.channel = :channel AND a.unreachable <> '' ORDER BY t.id
