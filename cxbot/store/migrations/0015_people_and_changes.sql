-- A team that is archived is told nothing and given nothing any more; its history stays.

ALTER TABLE teams ADD COLUMN archived_at BIGINT NOT NULL DEFAULT 0;

-- What one admin wants and a second has to approve. `lapse_id` is the message that says so where nobody does in time.

CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    what TEXT NOT NULL,
    args TEXT NOT NULL DEFAULT '{}',
    state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'refused', 'expired')),
    asked_by TEXT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    decided_by TEXT NOT NULL DEFAULT '',
    lapse_id TEXT NOT NULL DEFAULT '',
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX approvals_asked ON approvals (expires_at) WHERE state = 'asked';

-- The receipt of each person who was forgotten: how much was erased in which table, and nothing about them.

CREATE TABLE forgotten (
    code TEXT PRIMARY KEY,
    counts TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    forgotten_at BIGINT NOT NULL
);

-- What was changed lately, and by whom: for `audit` and `undo`.

CREATE INDEX events_by_actors ON events (happened_at, id) WHERE actor_id <> '';
