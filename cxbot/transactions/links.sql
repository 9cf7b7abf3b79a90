-- name: invitation
-- The invitation of a link.
SELECT * FROM invitations WHERE id = :id

-- name: spend
-- Spends a link; no row is touched where it was spent before.
INSERT INTO spent_links (token_hash, response_id, spent_at) VALUES (:token_hash, :response_id, :spent_at)
ON CONFLICT (token_hash) DO NOTHING

-- name: spent
-- What a link was spent for.
SELECT response_id FROM spent_links WHERE token_hash = :token_hash

-- name: led_to
-- The response that followed; the first one stays.
UPDATE spent_links SET response_id = :response_id WHERE token_hash = :token_hash AND response_id = ''

-- name: give_back
-- Spent in vain: the form is shown again.
DELETE FROM spent_links WHERE token_hash = :token_hash
