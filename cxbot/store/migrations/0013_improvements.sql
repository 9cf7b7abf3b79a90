-- What a team changes because of a root cause: an owner, a date, a state. `due_at` is the earliest of the three moments
-- at which there is something to do: to remind of it, to tell customers, to compare the figures.

CREATE TABLE improvements (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0,
    code TEXT NOT NULL UNIQUE,
    team_id TEXT NOT NULL,
    cause TEXT NOT NULL,
    touchpoint TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'planned', 'doing', 'done', 'dropped')),
    reason TEXT NOT NULL DEFAULT '',
    owner_id TEXT NOT NULL,
    done_by BIGINT NOT NULL,
    told TEXT NOT NULL DEFAULT '{}',
    card_id TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    started_at BIGINT NOT NULL DEFAULT 0,
    done_at BIGINT NOT NULL DEFAULT 0,
    reminders INTEGER NOT NULL DEFAULT 0,
    remind_at BIGINT NOT NULL DEFAULT 0,
    compare_at BIGINT NOT NULL DEFAULT 0,
    tell_state TEXT NOT NULL DEFAULT '' CHECK (tell_state IN ('', 'going', 'stopping', 'stopped', 'over')),
    tell_by TEXT NOT NULL DEFAULT '',
    tell_from BIGINT NOT NULL DEFAULT 0,
    tell_at BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX improvements_due ON improvements (due_at, id) WHERE due_at > 0;
CREATE INDEX improvements_of_team ON improvements (team_id, state, done_by);

-- Who had complained of it, and what became of telling them: each person once an improvement.

CREATE TABLE improvement_customers (
    improvement_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'told', 'not_told')),
    reason TEXT NOT NULL DEFAULT '',
    case_id TEXT NOT NULL DEFAULT '',
    row_id TEXT NOT NULL DEFAULT '',
    complained_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (improvement_id, person_id)
);
CREATE INDEX improvement_customers_waiting ON improvement_customers (improvement_id, due_at, person_id)
    WHERE state = 'waiting';
CREATE INDEX improvement_customers_of_person ON improvement_customers (person_id);
