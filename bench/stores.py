"""The stores that are measured: made once, copied for each round, or used where they stand when they are large."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import asdict
from pathlib import Path

from bench import company, history, moulds
from bench.engines import Bulk, Engine
from bench.moulds import Mould, Moulds
from cxbot.app import seed
from cxbot.check import check_config
from cxbot.store import open_store

MIGRATIONS = Path(__file__).resolve().parent.parent / "cxbot" / "store" / "migrations"


def version(cast: Moulds) -> str:
    """Changes when the schema or what the program writes does: then the stores are made anew."""
    digest = hashlib.sha256(repr(asdict(cast)).encode())
    for file in [*sorted(MIGRATIONS.glob("*.sql")), Path(history.__file__), Path(moulds.__file__)]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def made(engine: Engine, name: str, *, teams: int, answers: int, cases: int, cast: Moulds) -> str:
    """The name of a store with so many teams, past answers and open cases; made where it is not there yet."""
    store = f"{name}_{version(cast)}"
    if engine.exists(store):
        return store
    began = time.perf_counter()
    making = f"{store}_making"
    engine.create(making)
    asyncio.run(_seeded(engine.url(making), teams))
    bulk = engine.bulk(making)
    if answers:
        history.fill(bulk, answers)
    if cases:
        moulds.cast(bulk, cast.unhappy, 1, cases, teams)
    bulk.finish()
    engine.rename(making, store)
    print(f"  made {store} on {engine.name} in {time.perf_counter() - began:.0f} s", flush=True)
    return store


async def _seeded(url: str, teams: int) -> None:
    settings = company.config(url, teams)
    store = await open_store(url)
    try:
        checked = check_config(settings)
        assert not checked.mistakes, checked.mistakes
        await store.run(seed, settings, checked.surveys, "s" * 43, company.START)
    finally:
        await store.close()


def check_kept(engine: Engine, store: str, wanted: int) -> None:
    """Every answer taken must stand in the store, which nobody has open. Raises RuntimeError."""
    bulk = engine.bulk(store)
    found = kept(bulk)
    bulk.settle()
    if found != wanted:
        raise RuntimeError(f"{wanted - found} answers were taken, and are not kept as answers")


def kept(bulk: Bulk) -> int:
    """How many answers stand in a store."""
    return int(bulk.rows("SELECT COUNT(*) FROM answers")[0][0])


class People:
    """Customers with an open survey, cast into a store before it is opened; each answers once."""

    def __init__(self, first: int, teams: int) -> None:
        self._next = first
        self._teams = teams

    def cast(self, bulk: Bulk, mould: Mould, count: int) -> range:
        """Their numbers."""
        numbers = range(self._next, self._next + count)
        self._next = numbers.stop
        moulds.cast(bulk, mould, numbers.start, numbers.stop - 1, self._teams)
        return numbers
