"""Statements of the store's own tests, so that they stand whatever the transactions say."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator

import pytest

from cxbot.store import open_store, statements
from cxbot.testing import NumberedIds

PROBE = """
-- name: put
-- Keeps a value under a name that must be new.
INSERT INTO settings (name, value) VALUES (:name, :value)

-- name: get
-- The value under a name.
SELECT name, value FROM settings WHERE name = :name

-- name: every
-- Everything, by name.
SELECT name, value FROM settings ORDER BY name

-- name: like
-- A literal percent and a literal colon.
SELECT name FROM settings WHERE name LIKE 'a%' AND value <> ':name' AND value <> :value ORDER BY name

-- name: change
-- Another value under every name.
UPDATE settings SET value = :value

-- name: change_with
-- The same behind a WITH.
WITH chosen AS (SELECT name FROM settings WHERE name = :name)
UPDATE settings SET value = :value WHERE name IN (SELECT name FROM chosen)

-- name: change_returning
-- The same, saying what it changed.
UPDATE settings SET value = :value RETURNING name

-- name: upsert
-- Keeps a value under a name, new or not.
INSERT INTO settings (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- name: rollups
-- Every rollup.
SELECT band, n FROM rollups ORDER BY band, score

-- name: total
-- One sum over all rollups.
SELECT SUM(n) AS n FROM rollups

-- name: broken
-- Names a column that is not there.
SELECT nothing_like_it FROM settings

-- name: vip
-- Inserts a person with a flag.
INSERT INTO people (id, vip, created_at) VALUES (:id, :vip, :now)

-- name: vips
-- Flags come back as numbers.
SELECT id, vip FROM people ORDER BY id
"""

POSTGRES = """
-- name: kill_me
-- The server ends this connection.
SELECT pg_terminate_backend(pg_backend_pid())

-- name: pid
-- This connection's process.
SELECT pg_backend_pid() AS pid
"""


@pytest.fixture
def store_url(engine, request, tmp_path) -> Iterator[str]:
    """A migrated store with nothing in it that is nobody else's: some of these tests change its schema."""
    if engine == "sqlite":
        file = tmp_path / "store.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgres")
    url = server.migrated()
    yield url
    server.drop(url)


@pytest.fixture
def probe_statements():
    return statements.parse(PROBE, "probe") | statements.parse(POSTGRES, "postgres")


@pytest.fixture
async def probe(store_url, probe_statements) -> AsyncIterator:
    opened = await open_store(store_url, statements=probe_statements, new_id=NumberedIds())
    yield opened
    await opened.close()
