-- What other systems did to cases, by the id they gave it: the same id again does nothing twice.

CREATE TABLE case_requests (
    caller TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    case_id TEXT NOT NULL DEFAULT '',
    event TEXT NOT NULL DEFAULT '',
    made_at BIGINT NOT NULL,
    PRIMARY KEY (caller, id)
);

CREATE INDEX cases_undoable ON cases (undo_until) WHERE undo_until > 0;
