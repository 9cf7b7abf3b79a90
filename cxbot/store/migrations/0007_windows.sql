-- Until when the customer of a case can still be written to on their channel (0: there is no such end), and what has been
-- said of it: 1 that it ends soon, 2 that it has ended.

ALTER TABLE cases ADD COLUMN window_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN window_told INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cases_of_address ON cases (channel, address) WHERE state IN ('open', 'claimed', 'resolved');
