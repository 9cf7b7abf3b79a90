"""PostgreSQL for the tests: a server in a temporary folder, databases on it, and one that is emptied and used again."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import psycopg

from cxbot.store import migrate
from cxbot.store.postgres import PostgresSession
from cxbot.store.statements import Statement, texts
from cxbot.testing import NumberedIds

_numbers = itertools.count(1)


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


class SharedDatabase:
    """One migrated database for the many tests that need no schema of their own; emptied before each."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url = server.migrated()
        self._connection = psycopg.connect(self.url, autocommit=True)
        tables = self._connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%migration%'"
        ).fetchall()
        # In a function, so that the statements are planned once.
        deletes = " ".join(f"DELETE FROM public.{name};" for (name,) in tables)
        self._connection.execute(
            f"CREATE FUNCTION pg_temp.empty() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {deletes} END $$".encode()
        )

    def empty(self, *, alone: bool = False) -> None:
        """Deletes every row; `alone` ends whatever is still connected first, for it may hold locks."""
        if alone:
            self._connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        self._connection.execute("SELECT pg_temp.empty()")

    def close(self) -> None:
        self._connection.close()
        self._server.drop(self.url)


class _KeptSession(PostgresSession):
    """Stays connected when the store is closed: a new connection plans every statement anew."""

    def open(self) -> None:
        if self._connection is None or self._connection.closed:
            super().open()

    def close(self) -> None:
        self.rollback()

    def end(self) -> None:
        super().close()


class KeptSessions:
    """Connections that are lent to one store after the other."""

    def __init__(self, url: str, statements: Mapping[str, Statement]) -> None:
        self._url = url
        self._texts = texts(statements, psycopg=True)
        self._new_id = NumberedIds()
        self._writing = _KeptSession(url, self._texts, lambda: self._new_id())  # noqa: PLW0108 -- another one for each store
        self._reading: list[_KeptSession] = []
        self._lent = 0

    def writing(self) -> PostgresSession:
        """The one that writes, with ids that count from one."""
        self._new_id = NumberedIds()
        self._lent = 0
        self._writing.open()
        return self._writing

    def reading(self) -> PostgresSession:
        """One more that reads."""
        if self._lent == len(self._reading):
            self._reading.append(_KeptSession(self._url, self._texts, None))
        self._lent += 1
        return self._reading[self._lent - 1]

    def close(self) -> None:
        for session in (self._writing, *self._reading):
            session.end()
