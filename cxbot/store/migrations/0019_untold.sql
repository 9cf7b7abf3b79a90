-- Why the customer of a resolved case was not told what was done ('': they were, or there was nothing to tell): a task
-- for the team, until somebody has reached them another way.

ALTER TABLE cases ADD COLUMN untold TEXT NOT NULL DEFAULT '';
CREATE INDEX cases_untold ON cases (team_id, resolved_at) WHERE untold <> '';
