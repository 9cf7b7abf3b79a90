-- A rotation that begins later leaves the one that runs in force until then; and when a calendar says that somebody
-- comes back (0: no calendar does), so that who came back sooner stays in when it is read again.

ALTER TABLE rotas ADD COLUMN earlier TEXT NOT NULL DEFAULT '';

ALTER TABLE absences ADD COLUMN planned_until BIGINT NOT NULL DEFAULT 0;
