-- A case was opened once. Its clock begins anew when it is opened again; first contact is the first of all. What a
-- colleague promised and did not keep stays to be seen until the customer hears from us.

ALTER TABLE cases ADD COLUMN begun_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN first_contact_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN broken_at BIGINT NOT NULL DEFAULT 0;
UPDATE cases SET begun_at = opened_at, first_contact_at = contacted_at;
UPDATE cases SET
    opened_at = COALESCE((SELECT MIN(e.happened_at) FROM events e WHERE e.subject_id = cases.id), opened_at),
    first_contact_at = COALESCE((SELECT MIN(e.happened_at) FROM events e
                                 WHERE e.subject_id = cases.id AND e.kind IN ('contacted', 'replied', 'resolved')),
                                first_contact_at)
WHERE reopened > 0;
