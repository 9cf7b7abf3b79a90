-- name: counts
-- Whether a channel's platform counts what may be sent at all: then nothing may where it says nothing of an address.
SELECT kind FROM allowances WHERE channel = :channel LIMIT 1

-- name: address
-- Why an address cannot be written to; '' where it can.
SELECT unreachable FROM addresses WHERE channel = :channel AND address = :address
