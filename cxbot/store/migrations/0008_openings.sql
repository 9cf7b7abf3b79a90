-- When a team next begins its day, and is told what there is to do.

CREATE TABLE openings (
    team_id TEXT PRIMARY KEY,
    due_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX openings_due ON openings (due_at);
CREATE INDEX cases_confirmed ON cases (team_id, closed_at) WHERE confirm = 'yes';
