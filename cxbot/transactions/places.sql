-- name: state
-- Whether a place can be written to.
SELECT unreachable FROM addresses WHERE channel = :channel AND address = :address

-- name: lost
-- The teams whose place cannot be written to, and why.
SELECT t.id, t.name, t.channel, t.place, a.unreachable FROM teams t
JOIN addresses a ON a.channel = t.channel AND a.address = t.place
WHERE a.unreachable <> '' ORDER BY t.id
