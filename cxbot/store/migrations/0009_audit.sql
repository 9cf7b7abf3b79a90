-- What no timer will touch is looked for every minute: both are empty as long as nothing is wrong.

CREATE INDEX cases_without_timer ON cases (due_at, id) WHERE state IN ('open', 'claimed', 'resolved') AND due_at = 0;
CREATE INDEX outbox_held_for_ever ON outbox (expires_at, id) WHERE state = 'held' AND expires_at = 0;
