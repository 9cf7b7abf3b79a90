-- What can still be taken back is found without looking at every case.

CREATE INDEX cases_undoable ON cases (undo_until) WHERE undo <> '';
