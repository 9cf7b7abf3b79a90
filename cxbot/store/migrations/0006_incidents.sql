-- A storm: many cases of one cause in a short time, shown to the team as one. `work` is what is being done to all of
-- them, a few at a time.

CREATE TABLE incidents (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0,
    code TEXT NOT NULL UNIQUE,
    team_id TEXT NOT NULL,
    cause TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'ended')),
    card_id TEXT NOT NULL DEFAULT '',
    opened_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    drawn_at BIGINT NOT NULL DEFAULT 0,
    reminded_at BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    work TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX one_open_incident ON incidents (team_id, cause) WHERE state = 'open';
CREATE INDEX incidents_due ON incidents (due_at, id) WHERE due_at > 0;

ALTER TABLE cases ADD COLUMN incident_id TEXT NOT NULL DEFAULT '';
CREATE INDEX cases_of_incident ON cases (incident_id, state, id) WHERE incident_id <> '';
