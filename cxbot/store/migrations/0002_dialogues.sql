-- Forms that are asked field by field where a channel has none: one a conversation, as it was opened.

CREATE TABLE dialogues (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 0,
    id TEXT NOT NULL,
    form TEXT NOT NULL,
    given TEXT NOT NULL DEFAULT '{}',
    lapses_at BIGINT NOT NULL,
    PRIMARY KEY (channel, address)
);
