-- name: unasked
-- Surveys asked at an address of which nothing has arrived yet and nothing was answered.
SELECT * FROM invitations i WHERE i.person_id = :person_id AND i.state = 'asked' AND i.channel = :channel
  AND i.address = :address AND i.response_id = ''
  AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.invitation_id = i.id AND o.state = 'sent')

-- name: back_to_waiting
-- It is to be asked again at once, by all the rules.
UPDATE invitations SET state = 'waiting', channel = '', address = '', due_at = 0, asked_at = 0, expires_at = 0
WHERE id = :id

-- name: unsent
-- What has not left for an address goes to where it is now, in the language that is known now ('' leaves it).
UPDATE outbox SET address = :new, language = CASE WHEN :language = '' THEN language ELSE :language END
WHERE channel = :channel AND address = :old AND state IN ('queued', 'sending', 'held')

-- name: expects
-- What was asked last moves along; the address is there already.
UPDATE addresses SET
    expects = COALESCE((SELECT o.expects FROM addresses o WHERE o.channel = :channel AND o.address = :old), ''),
    expects_until = COALESCE((SELECT o.expects_until FROM addresses o WHERE o.channel = :channel AND o.address = :old), 0)
WHERE channel = :channel AND address = :new AND expects = ''

-- name: move_cases
-- The customers of these cases are written to under the other name.
UPDATE cases SET address = :new WHERE channel = :channel AND address = :old

-- name: move_invitations
-- So are those who were asked there.
UPDATE invitations SET address = :new WHERE channel = :channel AND address = :old
