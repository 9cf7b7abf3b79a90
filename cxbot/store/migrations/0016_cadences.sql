-- Several wordings of a survey: in which one somebody was asked; '' where there is only one.

ALTER TABLE invitations ADD COLUMN variant TEXT NOT NULL DEFAULT '';
ALTER TABLE responses ADD COLUMN variant TEXT NOT NULL DEFAULT '';
CREATE INDEX invitations_of_variant ON invitations (survey, survey_version, variant) WHERE variant <> '';
CREATE INDEX responses_of_variant ON responses (survey, survey_version, variant) WHERE variant <> '';

-- Cadences: a survey asked by the calendar, or again and again after something happened. `plan` is what was said of it,
-- as JSON; `next_at` is when the calendar comes round next, `due_at` when to look at it (0: not at all).

CREATE TABLE cadences (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL UNIQUE,
    survey TEXT NOT NULL,
    touchpoint TEXT NOT NULL DEFAULT '',
    plan TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'running', 'paused', 'stopped')),
    next_at BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    created_by TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
);
CREATE INDEX cadences_due ON cadences (due_at, id) WHERE state = 'running' AND due_at > 0;
CREATE INDEX cadences_following ON cadences (touchpoint) WHERE state = 'running' AND touchpoint <> '';

-- One time round. The audience is gone through by id, so many at once: `after_id` is how far; `lined_up` is how many are
-- in the line of those who are asked, which is counted from `line_at`.

CREATE TABLE cadence_runs (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0,
    cadence_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('gathering', 'asking', 'ended')),
    after_id TEXT NOT NULL DEFAULT '',
    lined_up INTEGER NOT NULL DEFAULT 0,
    begun_at BIGINT NOT NULL,
    line_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX cadence_runs_by_number ON cadence_runs (cadence_id, number);

ALTER TABLE invitations ADD COLUMN run_id TEXT NOT NULL DEFAULT '';
CREATE INDEX invitations_of_run ON invitations (run_id, state, due_at) WHERE run_id <> '';

-- Somebody who is asked again and again after an interaction: one at a time for a person and a cadence.

CREATE TABLE follow_ups (
    id TEXT PRIMARY KEY,
    cadence_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    interaction_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('following', 'ended')),
    reason TEXT NOT NULL DEFAULT '',
    times INTEGER NOT NULL DEFAULT 0,
    begun_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX one_follow_up ON follow_ups (cadence_id, person_id) WHERE state = 'following';
CREATE INDEX follow_ups_due ON follow_ups (due_at, id) WHERE state = 'following';
CREATE INDEX follow_ups_of_person ON follow_ups (person_id);
CREATE INDEX follow_ups_of_cadence ON follow_ups (cadence_id, reason);
