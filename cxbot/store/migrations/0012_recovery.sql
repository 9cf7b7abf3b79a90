-- Service recovery: playbooks, versioned; the steps of a case, by the version they were taken from; goodwill.

CREATE TABLE playbooks (
    playbook TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    live INTEGER NOT NULL DEFAULT 1 CHECK (live IN (0, 1)),
    seed TEXT NOT NULL DEFAULT ''
);

CREATE TABLE playbook_versions (
    playbook TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (playbook, version)
);

CREATE TABLE case_steps (
    case_id TEXT NOT NULL,
    step TEXT NOT NULL,
    number INTEGER NOT NULL,
    playbook TEXT NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')),
    actor_id TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (case_id, step)
);

-- Amounts are whole numbers of the currency's smallest unit.
CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0,
    case_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    team_id TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    told TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('asked', 'granted', 'refused', 'expired')),
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_by TEXT NOT NULL DEFAULT '',
    decided_at BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    row_ids TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX grants_due ON grants (due_at, id) WHERE state = 'asked';
CREATE INDEX grants_of_case ON grants (case_id, asked_at);
CREATE INDEX grants_of_team ON grants (team_id, asked_at);
CREATE INDEX grants_of_person ON grants (person_id, decided_at);
