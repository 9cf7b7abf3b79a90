"""The store: the same transactions and statements on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, TypeVar

from cxbot.ports import Tx
from cxbot.store.migrate import is_sqlite, migrate, sqlite_path
from cxbot.store.session import Fate, OutcomeUnknown, Session, StoreClosed, StoreError, StoreUnavailable
from cxbot.store.statements import Statement, load, texts
from cxbot.store.writer import ATTEMPTS, PATIENCE, Writer

__all__ = [
    "EngineStore",
    "OutcomeUnknown",
    "StoreClosed",
    "StoreError",
    "StoreUnavailable",
    "TimeOrderedIds",
    "migrate",
    "open_store",
]

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]


class TimeOrderedIds:
    """26 characters of Crockford base 32: 48 bits of epoch milliseconds, then 80 random ones that count up within one.

    Called by one thread. Later ids sort after earlier ones of the same process, also when the clock is set back.
    """

    __slots__ = ("_last", "_machine", "_random")

    def __init__(self, machine: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._machine = machine
        self._last = -1
        self._random = 0

    def __call__(self) -> str:
        """The next id."""
        now = self._machine()
        if now > self._last:
            self._last = now
            # The highest bit stays free, so that counting up never overflows.
            self._random = int.from_bytes(os.urandom(10), "big") >> 1
        else:
            self._random += 1
        n = (self._last << 80) | self._random
        return "".join([_PAIRS[(n >> shift) & 1023] for shift in range(120, -1, -10)])


class _Readers:
    """A few threads with a connection each, opened when first needed."""

    def __init__(self, session: Callable[[], Session]) -> None:
        self._session = session
        self._local = threading.local()
        self._opened: list[Session] = []
        self.threads = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")

    def read(self, query: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        session = self._of_thread()
        for attempt in range(ATTEMPTS):
            try:
                session.tx.start()
                session.begin(alone=True)
                result = query(session.tx, *args, **kwargs)
                session.commit()
            except BaseException as error:
                fate = session.fate(session.tx.failed or error)
                session.rollback()
                if isinstance(error, StopIteration):  # a future refuses this one
                    raise RuntimeError("the read raised StopIteration") from error
                if fate is Fate.FINAL or attempt == ATTEMPTS - 1:
                    raise
                if fate is Fate.LOST:
                    session.close()
                    self._open(session)
            else:
                return result
        raise AssertionError("unreachable")

    def _of_thread(self) -> Session:
        session: Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._session()
            self._open(session)
            self._local.session = session
            self._opened.append(session)
        return session

    @staticmethod
    def _open(session: Session) -> None:
        try:
            session.open()
        except Exception as error:
            raise StoreUnavailable(f"the store cannot be reached: {error}") from error

    def close(self) -> None:
        self.threads.shutdown(wait=True)
        for session in self._opened:
            session.close()


class EngineStore:
    """`ports.Store` over either engine; made by `open_store`, bound to the event loop that opened it."""

    def __init__(
        self, reading: Callable[[], Session], writing: Session, *, commit_delay: float = 0, patience: float = PATIENCE
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._writer = Writer(writing, self._loop, commit_delay=commit_delay, patience=patience)
        self._readers = _Readers(reading)

    async def run(self, transaction: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a transaction in the writer; returns once it is committed. An exception means it was rolled back.

        Cancelling the caller does not cancel the transaction. Raises StoreClosed, StoreUnavailable (nothing committed)
        or OutcomeUnknown (the connection died in the commit and the database cannot tell).
        """
        result: T = await self._writer.submit(transaction, args, kwargs)
        return result

    async def read(self, query: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a read-only function on a reader of its own: one snapshot, with everything committed before.

        Raises StoreClosed or StoreUnavailable.
        """
        try:
            future = self._loop.run_in_executor(self._readers.threads, self._readers.read, query, args, kwargs)
        except RuntimeError as error:
            raise StoreClosed("the store is closed") from error
        result: T = await future
        return result

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Calls the listener on the event loop after each commit of this process."""
        self._writer.listeners.append(listener)

    def on_said(self, listener: Callable[[Collection[str]], None]) -> None:
        """Calls the listener after each commit with which something may leave, with the channels it leaves on."""
        self._writer.hearers.append(listener)

    def busy(self) -> bool:
        """See `ports.Store.busy`."""
        return self._writer.under_way > 0

    async def close(self) -> None:
        """Finishes what was submitted, then closes; again does nothing."""
        await self._writer.close()
        await asyncio.to_thread(self._readers.close)


async def open_store(
    url: str,
    *,
    new_id: Callable[[], str] | None = None,
    commit_delay: float = 0,
    statements: Mapping[str, Statement] | None = None,
) -> EngineStore:
    """Opens the store at `sqlite:///path.db` or `postgresql://…`, migrating it first where steps are pending.

    `commit_delay`: seconds slept in the writer after each commit, to measure a slow disk. `statements`: instead of
    those beside the transactions. Raises ValueError for another URL, StatementMistake, or the driver's error.
    """
    embedded = is_sqlite(url)
    wordings = texts(load() if statements is None else statements, psycopg=not embedded)
    ids = new_id or TimeOrderedIds()

    def session(writing: bool) -> Session:
        if embedded:
            from cxbot.store.sqlite import SqliteSession  # noqa: PLC0415 -- each engine is loaded where it is used

            return SqliteSession(sqlite_path(url), wordings, ids if writing else None)
        from cxbot.store.postgres import PostgresSession  # noqa: PLC0415 -- see above

        return PostgresSession(url, wordings, ids if writing else None)

    def opened() -> Session:
        migrate(url)
        writing = session(True)
        writing.open()
        return writing

    return EngineStore(lambda: session(False), await asyncio.to_thread(opened), commit_delay=commit_delay)
