"""The shared engine: one PostgreSQL (15 or newer) behind any number of replicas, READ COMMITTED."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import errors
from psycopg.adapt import Buffer, Dumper, Loader

from cxbot.ports import RollupKey
from cxbot.store.migrate import Migration
from cxbot.store.session import Fate, ReadTx, StatementTx, no_id

TOGETHER_MS = 100
"""How long a batch waits for a lock: shorter than the server's deadlock check, for it holds the locks of many."""
ALONE_MS = 5_000
MIGRATION_LOCK = 0x63786266
"""Key of the advisory lock that one replica holds while it migrates."""

_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = {}; SELECT pg_current_xact_id()"
_BEGIN_TOGETHER, _BEGIN_ALONE = _BEGIN.format(TOGETHER_MS), _BEGIN.format(ALONE_MS)
_BEGIN_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# The arrays keep the order of the keys, and with it the order in which the rows are locked.
_BUMP = """
INSERT INTO rollups (day, touchpoint, survey, version, metric, team_id, band, score, n)
SELECT * FROM unnest(
    CAST(%s AS text[]), CAST(%s AS text[]), CAST(%s AS text[]), CAST(%s AS integer[]), CAST(%s AS text[]),
    CAST(%s AS text[]), CAST(%s AS text[]), CAST(%s AS integer[]), CAST(%s AS bigint[]))
ON CONFLICT (day, touchpoint, survey, version, metric, team_id, band, score) DO UPDATE SET n = rollups.n + excluded.n
"""
_RECORDS = """
CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())
"""
_AGAIN = (
    errors.UniqueViolation,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    errors.SerializationFailure,
)
_LOST = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.IdleInTransactionSessionTimeout,
)


class PostgresSession:
    """One connection to the server (`session.Session`)."""

    def __init__(self, url: str, texts: Mapping[str, str], new_id: Callable[[], str] | None) -> None:
        """Without `new_id` it is a reader: its transactions are read only and see one snapshot."""
        self._url = url
        self._texts = texts
        self._new_id = new_id
        self._connection: psycopg.Connection[Any] | None = None
        self._cursor: psycopg.Cursor[Any]
        self._xid = ""
        self.tx: StatementTx

    def open(self) -> None:
        """See `session.Session.open`."""
        connection = connect(self._url)
        self._cursor = connection.cursor()
        execute = self._cursor.execute
        if self._new_id is None:
            self.tx = ReadTx(self._texts, execute, lambda: 0, no_id)
        else:
            self.tx = StatementTx(self._texts, execute, lambda: 0, self._new_id)
        self._connection = connection

    def begin(self, *, alone: bool) -> None:
        """See `session.Session.begin`."""
        if self._new_id is None:
            self._cursor.execute(_BEGIN_READ, prepare=False)
            return
        self._cursor.execute(_BEGIN_ALONE if alone else _BEGIN_TOGETHER, prepare=False)
        self._cursor.set_result(-1)
        self._xid = self._value()

    def add(self, sums: Sequence[tuple[RollupKey, int]]) -> None:
        """See `session.Session.add`."""
        columns = zip(*((*key, n) for key, n in sums), strict=True)
        self._cursor.execute(_BUMP, [list(column) for column in columns])

    def commit(self) -> None:
        """See `session.Session.commit`."""
        self._cursor.execute("COMMIT", prepare=False)
        if self._cursor.statusmessage != "COMMIT":
            raise psycopg.InternalError(f"the server answered COMMIT with {self._cursor.statusmessage}")

    def rollback(self) -> None:
        """See `session.Session.rollback`."""
        connection = self._connection
        if connection is not None and not connection.closed and connection.info.transaction_status:
            with suppress(psycopg.Error):
                self._cursor.execute("ROLLBACK", prepare=False)

    def close(self) -> None:
        """See `session.Session.close`."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()

    def fate(self, error: BaseException) -> Fate:
        """See `session.Session.fate`."""
        if not isinstance(error, psycopg.Error):
            return Fate.FINAL
        if self._connection is None or self._connection.closed or isinstance(error, _LOST):
            return Fate.LOST
        if isinstance(error, errors.FeatureNotSupported) and "cached plan" in str(error):
            return Fate.LOST  # a newer replica has migrated: a new connection plans anew
        return Fate.AGAIN if isinstance(error, _AGAIN) else Fate.FINAL

    def committed(self) -> bool | None:
        """See `session.Session.committed`. The server remembers every transaction by the number taken at its begin."""
        while True:
            self._cursor.execute("SELECT pg_xact_status(CAST(%s AS xid8))", (self._xid,))
            status: str | None = self._value()
            if status != "in progress":
                return None if status is None else status == "committed"
            time.sleep(0.02)

    def _value(self) -> Any:
        row = self._cursor.fetchone()
        assert row is not None
        return row[0]


class _FlagDumper(Dumper):
    """Flags are INTEGER 0 or 1 on both engines."""

    oid = psycopg.adapters.types["int2"].oid

    def dump(self, obj: Any) -> Buffer | None:
        return b"1" if obj else b"0"


class _NumberLoader(Loader):
    """`sum` of whole numbers is whole and `avg` a float, as on SQLite, instead of Decimal."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else float(text)


def connect(url: str) -> psycopg.Connection[Any]:
    """A connection that leaves transactions to us and speaks the types the two engines share."""
    connection = psycopg.connect(
        url,
        autocommit=True,
        prepare_threshold=2,
        connect_timeout=10,
        keepalives_idle=30,
        keepalives_interval=10,
        keepalives_count=3,
        client_encoding="utf8",
        fallback_application_name="cxbot",
    )
    connection.prepared_max = None
    connection.adapters.register_dumper(bool, _FlagDumper)
    connection.adapters.register_loader("numeric", _NumberLoader)
    # A replica whose machine died must not keep its locks; nothing of ours idles inside a transaction.
    connection.execute("SET idle_in_transaction_session_timeout = '60s'; SET jit = off", prepare=False)
    return connection


def migrate(url: str, steps: Sequence[Migration]) -> list[str]:
    """Applies what is pending, each step in a transaction of its own, under an advisory lock; returns the names."""
    with connect(url) as connection:
        if _pending(connection, steps) == []:
            return []
        connection.execute("SELECT pg_advisory_lock(%s)", (MIGRATION_LOCK,))
        connection.execute(_RECORDS)
        names = []
        for step in _pending(connection, steps):
            with connection.transaction():
                connection.execute(step.sql.encode(), prepare=False)
                connection.execute("INSERT INTO schema_migrations (name) VALUES (%s)", (step.name,))
            names.append(step.name)
        return names


def _pending(connection: psycopg.Connection[Any], steps: Sequence[Migration]) -> list[Migration]:
    found = connection.execute("SELECT to_regclass('schema_migrations') IS NOT NULL").fetchone()
    if not (found and found[0]):
        return list(steps)
    applied = {row[0] for row in connection.execute("SELECT name FROM schema_migrations")}
    return [step for step in steps if step.name not in applied]
