"""The embedded engine: one SQLite file in WAL mode, every commit on disk before anybody hears of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlite_utils import Database, Migrations

from cxbot.ports import RollupKey
from cxbot.store.migrate import Migration
from cxbot.store.session import Fate, ReadTx, StatementTx, StoreError, no_id

BUSY_MS = 5_000
"""How long a statement waits for another process to let go of the file."""
MIGRATING_MS = 60_000

_BUMP = """
INSERT INTO rollups (day, touchpoint, survey, version, metric, team_id, band, score, n)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (day, touchpoint, survey, version, metric, team_id, band, score) DO UPDATE SET n = rollups.n + excluded.n
"""
# The low byte of an extended code is its family.
_AGAIN = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_CONFLICT = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}


class SqliteSession:
    """One connection to the file (`session.Session`)."""

    def __init__(self, path: Path, texts: Mapping[str, str], new_id: Callable[[], str] | None) -> None:
        """Without `new_id` it is a reader: its connection refuses to write."""
        self._path = path
        self._texts = texts
        self._new_id = new_id
        self._connection: sqlite3.Connection | None = None
        self.tx: StatementTx

    def open(self) -> None:
        """See `session.Session.open`."""
        connection = connect(self._path, BUSY_MS)
        if self._new_id is None:
            connection.execute("PRAGMA query_only=1")
            connection.execute("PRAGMA cache_size=-4000")
            self.tx = ReadTx(self._texts, connection.execute, lambda: 0, no_id)
        else:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA cache_size=-16000")
            self.tx = StatementTx(self._texts, connection.execute, self._changes, self._new_id)
        self._connection = connection

    def begin(self, *, alone: bool) -> None:
        """See `session.Session.begin`. The lock is the whole file, so there is nothing to give up early."""
        self._live.execute("BEGIN" if self._new_id is None else "BEGIN IMMEDIATE")

    def add(self, sums: Sequence[tuple[RollupKey, int]]) -> None:
        """See `session.Session.add`."""
        self._live.executemany(_BUMP, [(*key, n) for key, n in sums])

    def commit(self) -> None:
        """See `session.Session.commit`."""
        self._live.execute("COMMIT")

    def rollback(self) -> None:
        """See `session.Session.rollback`."""
        if self._connection is not None and self._connection.in_transaction:
            self._connection.rollback()

    def close(self) -> None:
        """See `session.Session.close`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def fate(self, error: BaseException) -> Fate:
        """See `session.Session.fate`."""
        code = getattr(error, "sqlite_errorcode", None)
        if isinstance(error, sqlite3.Error) and code is not None and (code & 0xFF in _AGAIN or code in _CONFLICT):
            return Fate.AGAIN
        return Fate.FINAL

    def committed(self) -> bool | None:
        """See `session.Session.committed`. Never asked: a file has no connection to lose."""
        return None

    @property
    def _live(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError("the store is closed")
        return self._connection

    def _changes(self) -> int:
        # `WITH ... UPDATE` leaves the cursor without a count.
        count: int = self._live.execute("SELECT changes()").fetchone()[0]
        return count


def connect(path: Path, busy_ms: int) -> sqlite3.Connection:
    """A connection that leaves transactions to us; handed from thread to thread, used by one at a time."""
    connection = sqlite3.connect(
        path, timeout=busy_ms / 1000, isolation_level=None, check_same_thread=False, cached_statements=1024
    )
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


def migrate(path: Path, steps: Sequence[Migration]) -> list[str]:
    """Applies what is pending under the file's write lock, all or nothing, and returns the names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = connect(path, MIGRATING_MS)
    try:
        database = Database(connection, recursive_triggers=False, execute_plugins=False)
        _enable_wal(database)
        known = _known(steps)
        if not known.pending(database):
            return []
        # Held by another replica that starts at the same moment; what it applied is no longer pending then.
        connection.execute("BEGIN IMMEDIATE")
        try:
            names = [step.name for step in known.pending(database)]
            known.apply(database)
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise
        return names
    finally:
        connection.close()


def statements_of(script: str) -> list[str]:
    """The single statements of a script: `executescript` would commit what is open before it begins."""
    statements: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    rest = "".join(line for line in pending.splitlines(keepends=True) if not line.lstrip().startswith("--"))
    return [*statements, pending] if rest.strip() else statements


def _known(steps: Sequence[Migration]) -> Migrations:
    known = Migrations("cxbot")
    for step in steps:
        known(name=step.name)(_applying(step))
    return known


def _applying(step: Migration) -> Callable[[Database], None]:
    def apply(database: Database, /) -> None:
        for statement in statements_of(step.sql):
            database.conn.execute(statement)

    return apply


def _enable_wal(database: Database) -> None:
    # Changing the mode of a file that another replica has just opened does not wait for the busy timeout.
    until = time.monotonic() + MIGRATING_MS / 1000
    while True:
        try:
            database.enable_wal()
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
