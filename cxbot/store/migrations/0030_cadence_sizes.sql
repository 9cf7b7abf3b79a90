-- How many people a cadence was to ask when somebody wanted that number: who started it, or a second admin who approved
-- (`seconded`). Where it has outgrown that, it is held before it asks: with the number `found`, since `held_at`, and the
-- code under which an approval was asked for.

CREATE TABLE cadence_sizes (
    cadence_id TEXT PRIMARY KEY,
    asked INTEGER NOT NULL,
    seconded INTEGER NOT NULL DEFAULT 0 CHECK (seconded IN (0, 1)),
    found INTEGER NOT NULL DEFAULT 0,
    held_at BIGINT NOT NULL DEFAULT 0,
    code TEXT NOT NULL DEFAULT ''
);
