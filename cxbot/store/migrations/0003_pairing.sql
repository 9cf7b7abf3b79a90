-- One person who was known twice: the entry that was given up names the one that goes on.

ALTER TABLE people ADD COLUMN merged_into TEXT NOT NULL DEFAULT '';
CREATE INDEX people_merged ON people (merged_into) WHERE merged_into <> '';

-- One-time codes with which a colleague is known at another address, as salted hashes, and how often an address tried.

CREATE TABLE pairing_codes (
    id TEXT PRIMARY KEY,
    salt TEXT NOT NULL,
    hash TEXT NOT NULL,
    person_id TEXT NOT NULL DEFAULT '',
    team_id TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL DEFAULT '' CHECK (role IN ('', 'owner', 'admin', 'lead', 'member', 'viewer')),
    maker_id TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    said_id TEXT NOT NULL DEFAULT '',
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX pairing_codes_by_time ON pairing_codes (expires_at);

CREATE TABLE pairing_tries (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    tries INTEGER NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (channel, address)
);
