-- A run asks those of its beginning, with the survey of then, whatever is changed of its cadence meanwhile ('': of the
-- cadence).

ALTER TABLE cadence_runs ADD COLUMN plan TEXT NOT NULL DEFAULT '';
ALTER TABLE cadence_runs ADD COLUMN survey TEXT NOT NULL DEFAULT '';

-- How many first questions a minute has taken: the newest minute in which there was or will be one, since 1970, by what
-- is limited.

CREATE TABLE send_rates (
    name TEXT PRIMARY KEY,
    minute BIGINT NOT NULL,
    taken INTEGER NOT NULL
);
