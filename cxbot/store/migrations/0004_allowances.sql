-- How many messages a platform still lets be sent to an address, by kind of allowance; times are the machine's.

CREATE TABLE allowances (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    kind TEXT NOT NULL,
    opened INTEGER NOT NULL,
    left_over INTEGER NOT NULL CHECK (left_over >= 0),
    until_at BIGINT NOT NULL,
    PRIMARY KEY (channel, address, kind)
);
