from __future__ import annotations

import asyncio

import pytest

from cxbot.store import open_store, statements

PRAGMAS = """
-- name: journal
-- How the file is written.
PRAGMA journal_mode

-- name: synchronous
-- When a commit counts as made.
PRAGMA synchronous
"""


@pytest.fixture
def engine():
    return "sqlite"


async def test_every_commit_is_on_disk_before_anybody_hears_of_it(store_url):
    store = await open_store(store_url, statements=statements.parse(PRAGMAS, "pragma"))
    said = await store.run(lambda tx: (tx.one("pragma.journal"), tx.one("pragma.synchronous")))
    assert said == ({"journal_mode": "wal"}, {"synchronous": 2})
    await store.close()


async def test_two_programs_on_one_file_take_turns(store_url, probe_statements):
    stores = [await open_store(store_url, statements=probe_statements) for _ in range(2)]

    def count(tx, name):
        found = tx.one("probe.get", name=name)
        tx.run("probe.upsert", name=name, value=str(int(found["value"]) + 1 if found else 1))

    await asyncio.gather(*(store.run(count, "n") for _ in range(40) for store in stores))
    assert await stores[1].read(lambda tx: tx.one("probe.get", name="n")) == {"name": "n", "value": "80"}
    for store in stores:
        await store.close()


async def test_a_file_that_is_locked_is_waited_for(probe, store_url):
    from cxbot.store.migrate import sqlite_path
    from cxbot.store.sqlite import connect

    other = connect(sqlite_path(store_url), 1_000)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.ensure_future(probe.run(lambda tx: tx.run("probe.put", name="a", value="1")))
    assert await probe.read(lambda tx: tx.all("probe.every")) == []  # a reader does not wait
    other.execute("COMMIT")
    other.close()
    assert await waiting == 1
