from __future__ import annotations

import asyncio

import psycopg
import pytest

from cxbot.store import EngineStore, OutcomeUnknown, StoreUnavailable, open_store, statements
from cxbot.store.postgres import PostgresSession
from cxbot.testing import NumberedIds


@pytest.fixture
def engine():
    return "postgresql"


def put(tx, name, value="1"):
    tx.run("probe.put", name=name, value=value)
    return name


def names(tx):
    return [row["name"] for row in tx.all("probe.every")]


def bump(tx, band, fail=False):
    tx.bump(("2025-11-20", "ticket", "nps", 1, "nps", "support", band, 9), 1)


async def opened(url, probe_statements, session_type, **settings):
    """A store whose writer's connection is of the type given."""
    texts = statements.texts(probe_statements, psycopg=True)
    writing = session_type(url, texts, NumberedIds())
    writing.open()
    return EngineStore(lambda: PostgresSession(url, texts, None), writing, **settings)


async def test_replicas_bump_the_same_rollups_without_a_deadlock(store_url, probe_statements):
    stores = [await open_store(store_url, statements=probe_statements) for _ in range(3)]
    bands = [f"b{i}" for i in range(8)]
    orders = [bands, bands[::-1], bands[4:] + bands[:4]]
    await asyncio.gather(
        *(
            store.run(bump, band)
            for store, order in zip(stores, orders, strict=True)
            for _ in range(25)
            for band in order
        )
    )
    counted = await stores[0].read(lambda tx: {row["band"]: row["n"] for row in tx.all("probe.rollups")})
    assert counted == dict.fromkeys(bands, 75)
    for store in stores:
        await store.close()


async def test_replicas_that_lock_in_opposite_orders_both_come_through(store_url, probe_statements):
    stores = [await open_store(store_url, statements=probe_statements) for _ in range(2)]

    def touch(tx, first, second):
        tx.run("probe.upsert", name=first, value="1")
        tx.run("probe.upsert", name=second, value="1")
        tx.run("probe.put", name=tx.new_id(), value="done")

    calls = []
    for _ in range(20):
        calls.append(stores[0].run(touch, "a", "b"))
        calls.append(stores[1].run(touch, "b", "a"))
    await asyncio.gather(*calls)
    assert len(await stores[0].read(names)) == 42
    for store in stores:
        await store.close()


async def test_two_replicas_that_insert_the_same_key_agree_on_who_was_first(store_url, probe_statements):
    stores = [await open_store(store_url, statements=probe_statements) for _ in range(2)]

    def first_of(tx, mine):
        found = tx.one("probe.get", name="only")
        if found is None:
            put(tx, "only", mine)
            return mine
        return found["value"]

    for _ in range(20):
        said = await asyncio.gather(stores[0].run(first_of, "zero"), stores[1].run(first_of, "one"))
        assert len(set(said)) == 1
    for store in stores:
        await store.close()


async def test_a_connection_lost_before_the_commit_is_made_anew(probe):
    runs = []

    def cut_off(tx):
        runs.append(tx.one("postgres.pid")["pid"])
        put(tx, "a")
        if len(runs) == 1:
            tx.one("postgres.kill_me")

    await asyncio.gather(probe.run(put, "x"), probe.run(cut_off), probe.run(put, "y"))
    assert runs[0] != runs[-1]
    assert await probe.read(names) == ["a", "x", "y"]


async def test_a_connection_lost_while_idle_costs_nothing(probe, store_url):
    pids = [await probe.run(lambda tx: tx.one("postgres.pid")["pid"])]
    pids.append(await probe.read(lambda tx: tx.one("postgres.pid")["pid"]))
    with psycopg.connect(store_url, autocommit=True) as admin:
        for pid in pids:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    assert await probe.run(put, "a") == "a"
    assert await probe.read(names) == ["a"]


async def test_a_commit_whose_answer_is_lost_is_not_made_twice(store_url, probe_statements):
    class Lossy(PostgresSession):
        lost = False

        def commit(self):
            super().commit()
            if not self.lost:
                self.lost = True
                self.close()
                raise psycopg.OperationalError("the answer never came")

    store = await opened(store_url, probe_statements, Lossy)
    runs = []

    def once(tx):
        runs.append(1)
        return put(tx, tx.new_id())

    name = await store.run(once)
    assert runs == [1]
    assert await store.read(names) == [name]
    await store.close()


async def test_a_commit_that_died_with_its_connection_is_run_again(store_url, probe_statements):
    with psycopg.connect(store_url, autocommit=True) as admin:
        admin.execute("CREATE SEQUENCE commits")
        admin.execute(
            "CREATE FUNCTION die_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('commits') = 1 THEN"
            " PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$"
        )
        admin.execute(
            "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON settings DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION die_once()"
        )
    store = await opened(store_url, probe_statements, PostgresSession)
    runs = []

    def once(tx):
        runs.append(1)
        put(tx, "a")

    await store.run(once)
    assert runs == [1, 1]
    assert await store.read(names) == ["a"]
    await store.close()


async def test_an_outcome_the_server_has_forgotten_is_told_as_unknown(store_url, probe_statements):
    class Forgetful(PostgresSession):
        def commit(self):
            super().commit()
            self.close()
            raise psycopg.OperationalError("the answer never came")

        def committed(self):
            known: bool | None = None
            return known

    store = await opened(store_url, probe_statements, Forgetful)
    with pytest.raises(OutcomeUnknown):
        await store.run(put, "a")
    await store.close()


async def test_a_server_that_stays_away_is_told_and_found_again(store_url, probe_statements):
    class Away(PostgresSession):
        away = False

        def open(self):
            if Away.away:
                raise psycopg.OperationalError("no route")
            super().open()

    store = await opened(store_url, probe_statements, Away, patience=0)

    def cut_off(tx):
        Away.away = True
        tx.one("postgres.kill_me")

    with pytest.raises(StoreUnavailable, match="no route"):
        await store.run(cut_off)
    with pytest.raises(StoreUnavailable):
        await store.run(put, "a")
    Away.away = False
    assert await store.run(put, "b") == "b"
    await store.close()


async def test_a_plan_made_before_a_migration_is_made_anew(probe, store_url):
    await probe.run(put, "a")
    for _ in range(4):  # often enough for both to be prepared
        await probe.run(lambda tx: tx.all("probe.change_returning", value="2"))
        await probe.read(lambda tx: tx.all("probe.vips"))
    with psycopg.connect(store_url, autocommit=True) as admin:
        admin.execute("ALTER TABLE settings ALTER COLUMN name TYPE varchar(200)")
        admin.execute("ALTER TABLE people ALTER COLUMN vip TYPE bigint")
    changed = await probe.run(lambda tx: tx.all("probe.change_returning", value="3"))
    assert changed == [{"name": "a"}]
    assert await probe.read(lambda tx: tx.all("probe.vips")) == []
