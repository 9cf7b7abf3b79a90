-- What somebody who gave a command may follow it up with, where they gave it, and how many commands they give.

CREATE TABLE command_turns (
    channel TEXT NOT NULL,
    place TEXT NOT NULL,
    sender TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    lapses_at BIGINT NOT NULL,
    PRIMARY KEY (channel, place, sender, kind)
);

CREATE TABLE command_counts (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    since BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (channel, address)
);
