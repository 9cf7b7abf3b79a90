-- Files that customers sent on a channel that keeps them for a while only. The body is base64, for binary columns are
-- declared differently by the two engines.

CREATE TABLE files (
    key TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    mime TEXT NOT NULL,
    size INTEGER NOT NULL,
    body TEXT NOT NULL,
    kept_at BIGINT NOT NULL
);
CREATE INDEX files_of_person ON files (person_id);
