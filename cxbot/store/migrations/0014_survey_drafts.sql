-- Surveys that are changed in chat: what is being written, who is asked to approve it, who tries it out, and from when
-- or whether no more a survey asks anybody.

CREATE TABLE survey_drafts (
    survey TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    based_on INTEGER NOT NULL,
    step INTEGER NOT NULL,
    author_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE survey_states (
    survey TEXT PRIMARY KEY,
    starts_at BIGINT NOT NULL DEFAULT 0,
    archived_at BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE survey_proposals (
    id TEXT PRIMARY KEY,
    survey TEXT NOT NULL,
    body TEXT NOT NULL,
    step INTEGER NOT NULL,
    why TEXT NOT NULL DEFAULT '',
    proposer_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'withdrawn')),
    decided_by TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX one_open_proposal ON survey_proposals (survey) WHERE state = 'open';

CREATE TABLE survey_previews (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    progress TEXT NOT NULL,
    lapses_at BIGINT NOT NULL
);
CREATE INDEX survey_previews_at ON survey_previews (channel, address, lapses_at);

-- The history of a survey is told from that of a person or a case by its subject.
UPDATE events SET subject_id = 'survey:' || subject_id
WHERE kind IN ('survey.published', 'survey.paused', 'survey.resumed');
