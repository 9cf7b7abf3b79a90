-- Who of a team is on call: a rotation by the week, those who cover for a while, and who is away.

CREATE TABLE rotas (
    team_id TEXT PRIMARY KEY,
    people TEXT NOT NULL,
    since BIGINT NOT NULL,
    weeks INTEGER NOT NULL
);

CREATE TABLE covers (
    id TEXT PRIMARY KEY,
    team_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX covers_of_team ON covers (team_id, until_at);

CREATE TABLE absences (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT ''
);
CREATE INDEX absences_of_person ON absences (person_id, until_at);
