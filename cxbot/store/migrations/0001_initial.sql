-- One schema for SQLite and PostgreSQL. Ids are text made by the program, times BIGINT epoch milliseconds,
-- flags INTEGER 0/1, structures JSON as TEXT, absent text ''.

-- Who: people, their addresses, teams, roles -----------------------------------------------------------------------

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '',
    name_folded TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    time_zone TEXT NOT NULL DEFAULT '',
    segment TEXT NOT NULL DEFAULT '',
    value BIGINT NOT NULL DEFAULT 0,
    vip INTEGER NOT NULL DEFAULT 0 CHECK (vip IN (0, 1)),
    attributes TEXT NOT NULL DEFAULT '{}',
    opted_out TEXT NOT NULL DEFAULT '' CHECK (opted_out IN ('', 'surveys', 'all')),
    introduced_at BIGINT NOT NULL DEFAULT 0,
    acted_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE INDEX people_by_name ON people (name_folded);

CREATE TABLE addresses (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'team', 'admin')),
    person_id TEXT NOT NULL DEFAULT '',
    team_id TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    unreachable TEXT NOT NULL DEFAULT '',
    expects TEXT NOT NULL DEFAULT '',
    expects_until BIGINT NOT NULL DEFAULT 0,
    next_send_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (channel, address)
);
CREATE INDEX addresses_of_person ON addresses (person_id, created_at);

CREATE TABLE teams (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL,
    channel TEXT NOT NULL DEFAULT '',
    place TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT 'en',
    time_zone TEXT NOT NULL DEFAULT 'UTC',
    hours TEXT NOT NULL DEFAULT '{}',
    policy TEXT NOT NULL DEFAULT '{}',
    touchpoints TEXT NOT NULL DEFAULT '[]',
    causes TEXT NOT NULL DEFAULT '[]',
    seed TEXT NOT NULL DEFAULT '',
    edited_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);

CREATE TABLE members (
    team_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'lead', 'member', 'viewer')),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, person_id)
);
CREATE INDEX members_of_person ON members (person_id);

CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX tokens_by_hash ON tokens (hash);

-- What is asked: surveys, versioned ---------------------------------------------------------------------------------

CREATE TABLE surveys (
    survey TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    seed TEXT NOT NULL DEFAULT '',
    edited_at BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE survey_versions (
    survey TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_by TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    PRIMARY KEY (survey, version)
);

-- What happened, who was asked, what they said ------------------------------------------------------------------------

CREATE TABLE interactions (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0,
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    body TEXT NOT NULL,
    person_id TEXT NOT NULL,
    touchpoint TEXT NOT NULL,
    stage TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT '',
    team_id TEXT NOT NULL DEFAULT '',
    agent TEXT NOT NULL DEFAULT '',
    reference TEXT NOT NULL DEFAULT '',
    attributes TEXT NOT NULL DEFAULT '{}',
    happened_at BIGINT NOT NULL,
    reopened_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX interactions_by_source ON interactions (source, source_id);
CREATE INDEX interactions_of_person ON interactions (person_id, happened_at);
CREATE INDEX interactions_by_reference ON interactions (reference, happened_at);

CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0,
    interaction_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    survey TEXT NOT NULL,
    survey_version INTEGER NOT NULL,
    metric TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('transactional', 'relationship')),
    state TEXT NOT NULL CHECK (state IN
        ('waiting', 'asked', 'done', 'declined', 'expired', 'not_asked', 'retracted', 'unreachable')),
    reason TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT 'en',
    progress TEXT NOT NULL DEFAULT '',
    response_id TEXT NOT NULL DEFAULT '',
    nudges INTEGER NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    asked_at BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX one_open_survey ON invitations (person_id) WHERE state = 'asked' AND person_id <> '';
CREATE INDEX invitations_due ON invitations (due_at, id) WHERE state IN ('waiting', 'asked');
CREATE INDEX invitations_of_person ON invitations (person_id, asked_at);
CREATE INDEX invitations_of_interaction ON invitations (interaction_id);
CREATE INDEX invitations_by_time ON invitations (created_at, id);

CREATE TABLE responses (
    id TEXT PRIMARY KEY,
    invitation_id TEXT NOT NULL,
    interaction_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    survey TEXT NOT NULL,
    survey_version INTEGER NOT NULL,
    metric TEXT NOT NULL,
    touchpoint TEXT NOT NULL,
    team_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    language TEXT NOT NULL,
    score INTEGER,
    band TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('partial', 'complete')),
    via TEXT NOT NULL DEFAULT 'chat' CHECK (via IN ('chat', 'link', 'again')),
    late INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
    started_at BIGINT NOT NULL,
    completed_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX responses_of_person ON responses (person_id, started_at);
CREATE INDEX responses_by_time ON responses (started_at, id);
CREATE INDEX responses_of_invitation ON responses (invitation_id);

CREATE TABLE answers (
    response_id TEXT NOT NULL,
    question TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    words TEXT NOT NULL DEFAULT '',
    answered_at BIGINT NOT NULL,
    PRIMARY KEY (response_id, question)
);

CREATE TABLE remarks (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    response_id TEXT NOT NULL DEFAULT '',
    case_id TEXT NOT NULL DEFAULT '',
    words TEXT NOT NULL DEFAULT '',
    media TEXT NOT NULL DEFAULT '',
    said_at BIGINT NOT NULL
);
CREATE INDEX remarks_of_person ON remarks (person_id, said_at);
CREATE INDEX remarks_of_case ON remarks (case_id, said_at);
CREATE INDEX remarks_of_response ON remarks (response_id);

CREATE TABLE decisions (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    interaction_id TEXT NOT NULL DEFAULT '',
    invitation_id TEXT NOT NULL DEFAULT '',
    survey TEXT NOT NULL DEFAULT '',
    what TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}',
    decided_at BIGINT NOT NULL
);
CREATE INDEX decisions_of_person ON decisions (person_id, decided_at);
CREATE INDEX decisions_by_time ON decisions (decided_at, id);

CREATE TABLE rollups (
    day TEXT NOT NULL,
    touchpoint TEXT NOT NULL,
    survey TEXT NOT NULL,
    version INTEGER NOT NULL,
    metric TEXT NOT NULL,
    team_id TEXT NOT NULL,
    band TEXT NOT NULL,
    score INTEGER NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (day, touchpoint, survey, version, metric, team_id, band, score)
);

-- The work that follows: cases ---------------------------------------------------------------------------------------

CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0,
    code TEXT NOT NULL UNIQUE,
    person_id TEXT NOT NULL,
    team_id TEXT NOT NULL,
    interaction_id TEXT NOT NULL DEFAULT '',
    response_id TEXT NOT NULL DEFAULT '',
    cause TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'claimed', 'resolved', 'closed', 'dismissed', 'merged')),
    severity TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    reasons TEXT NOT NULL DEFAULT '[]',
    score INTEGER,
    scale TEXT NOT NULL DEFAULT '',
    summary TEXT NOT NULL DEFAULT '',
    touchpoint TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT 'en',
    owner_id TEXT NOT NULL DEFAULT '',
    policy TEXT NOT NULL DEFAULT '{}',
    card_id TEXT NOT NULL DEFAULT '',
    opened_at BIGINT NOT NULL,
    promised_at BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    reminders INTEGER NOT NULL DEFAULT 0,
    escalations INTEGER NOT NULL DEFAULT 0,
    snoozed_until BIGINT NOT NULL DEFAULT 0,
    snooze_reason TEXT NOT NULL DEFAULT '',
    claimed_at BIGINT NOT NULL DEFAULT 0,
    contacted_at BIGINT NOT NULL DEFAULT 0,
    resolved_at BIGINT NOT NULL DEFAULT 0,
    closed_at BIGINT NOT NULL DEFAULT 0,
    root_cause TEXT NOT NULL DEFAULT '',
    done_words TEXT NOT NULL DEFAULT '',
    told_words TEXT NOT NULL DEFAULT '',
    confirm TEXT NOT NULL DEFAULT '' CHECK (confirm IN ('', 'asked', 'yes', 'no', 'not_yet', 'silent')),
    confirm_asked_at BIGINT NOT NULL DEFAULT 0,
    ending TEXT NOT NULL DEFAULT '',
    merged_into TEXT NOT NULL DEFAULT '',
    reopened INTEGER NOT NULL DEFAULT 0,
    undo TEXT NOT NULL DEFAULT '',
    undo_until BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX one_case_per_cause ON cases (person_id, cause) WHERE state IN ('open', 'claimed', 'resolved');
CREATE INDEX cases_due ON cases (due_at, id) WHERE state IN ('open', 'claimed', 'resolved') AND due_at > 0;
CREATE INDEX cases_of_person ON cases (person_id, opened_at);
CREATE INDEX cases_of_team ON cases (team_id, state, opened_at);
CREATE INDEX cases_by_time ON cases (opened_at, id);
CREATE INDEX cases_of_response ON cases (response_id);

CREATE TABLE events (
    id TEXT PRIMARY KEY,
    subject_id TEXT NOT NULL,
    actor_id TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL,
    args TEXT NOT NULL DEFAULT '{}',
    happened_at BIGINT NOT NULL
);
CREATE INDEX events_of_subject ON events (subject_id, happened_at, id);

-- Messages: in and out -----------------------------------------------------------------------------------------------

CREATE TABLE inbox (
    channel TEXT NOT NULL,
    id TEXT NOT NULL,
    place TEXT NOT NULL,
    sender TEXT NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL DEFAULT '',
    receipt TEXT NOT NULL DEFAULT '',
    received_at BIGINT NOT NULL,
    arrived_at BIGINT NOT NULL,
    PRIMARY KEY (channel, id)
);
CREATE INDEX inbox_by_place ON inbox (channel, place, arrived_at);

CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    order_key TEXT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('message', 'question', 'card', 'verbatim')),
    key TEXT NOT NULL DEFAULT '',
    args TEXT NOT NULL DEFAULT '{}',
    language TEXT NOT NULL,
    person_id TEXT NOT NULL DEFAULT '',
    case_id TEXT NOT NULL DEFAULT '',
    invitation_id TEXT NOT NULL DEFAULT '',
    thread_of TEXT NOT NULL DEFAULT '',
    replaces TEXT NOT NULL DEFAULT '',
    only_for TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'held', 'sent', 'dead', 'dropped', 'superseded', 'cancelled')),
    due_at BIGINT NOT NULL,
    retry_at BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    worker TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    words TEXT NOT NULL DEFAULT '',
    platform_id TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    sent_at BIGINT NOT NULL DEFAULT 0,
    shown_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'queued';
CREATE INDEX outbox_due_by_channel ON outbox (channel, due_at, id) WHERE state = 'queued';
CREATE INDEX outbox_expiring ON outbox (expires_at) WHERE state = 'queued' AND expires_at > 0;
CREATE INDEX outbox_unfinished ON outbox (order_key, seq) WHERE state IN ('queued', 'sending', 'held');
CREATE INDEX outbox_sending ON outbox (lease_until) WHERE state = 'sending';
CREATE INDEX outbox_held ON outbox (channel, address) WHERE state = 'held';
CREATE INDEX outbox_by_place ON outbox (channel, address, sent_at);
CREATE INDEX outbox_of_case ON outbox (case_id, created_at);
CREATE INDEX outbox_of_invitation ON outbox (invitation_id);
CREATE INDEX outbox_dead ON outbox (created_at) WHERE state = 'dead';

CREATE TABLE sequences (
    order_key TEXT PRIMARY KEY,
    seq BIGINT NOT NULL
);

CREATE TABLE spent_links (
    token_hash TEXT PRIMARY KEY,
    response_id TEXT NOT NULL,
    spent_at BIGINT NOT NULL
);

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE channel_state (
    channel TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (channel, name)
);
