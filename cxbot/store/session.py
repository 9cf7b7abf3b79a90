"""One connection of an engine, and the transaction over it that both engines share."""

from __future__ import annotations

import enum
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from cxbot.ports import RollupKey, Row


class StoreError(Exception):
    """The store itself failed, not the transaction."""


class StoreClosed(StoreError):
    """Submitted after `close`."""


class StoreUnavailable(StoreError):
    """The database could not be reached or locked in time; nothing was committed."""


class OutcomeUnknown(StoreError):
    """The connection died during the commit and the database cannot say whether it was made."""


class Fate(enum.Enum):
    """What an error means for the transaction it struck: its own fault, worth another run, or a connection lost."""

    FINAL = enum.auto()
    AGAIN = enum.auto()
    LOST = enum.auto()


class Cursor(Protocol):
    """The part of a driver's cursor that both have."""

    @property
    def description(self) -> Sequence[Sequence[Any]] | None: ...
    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Sequence[Any]: ...


Execute = Callable[[str, Mapping[str, Any]], Cursor]


class StatementTx:
    """`ports.Tx` over one connection; used by one transaction after another."""

    __slots__ = (
        "_changes",
        "_execute",
        "_kept",
        "_names",
        "_open",
        "_texts",
        "bumps",
        "failed",
        "new_id",
        "said",
        "to",
    )

    def __init__(
        self, texts: Mapping[str, str], execute: Execute, changes: Callable[[], int], new_id: Callable[[], str]
    ) -> None:
        self._texts = texts
        self._open = self._execute = execute
        self._changes = changes
        self._names: dict[str, tuple[str, ...]] = {}
        self._kept: dict[tuple[Any, ...], Row | None] = {}
        self.new_id = new_id
        self.bumps: list[tuple[RollupKey, int]] = []
        self.failed: BaseException | None = None
        self.said: set[str] = set()
        self.to: set[tuple[str, str]] = set()

    def start(self) -> None:
        """Forgets what the transaction before left behind."""
        self._execute = self._open
        self.failed = None
        self.bumps = []
        self.said = set()
        self.to = set()
        self._kept = {}

    def random_id(self) -> str:
        """See `ports.Tx.random_id`."""
        return secrets.token_hex(13)

    def one(self, statement: str, /, **parameters: Any) -> Row | None:
        """See `ports.Tx.one`."""
        try:
            cursor = self._execute(self._texts[statement], parameters)
            row = cursor.fetchone()
        except BaseException as error:
            self._fail(error)
            raise
        if row is None:
            return None
        names = self._names.get(statement)
        if names is None or len(names) != len(row):
            names = self._learn(statement, cursor)
        return dict(zip(names, row, strict=True))

    def once(self, statement: str, /, **parameters: Any) -> Row | None:
        """See `ports.Tx.once`."""
        key = (statement, *parameters.values())
        if key not in self._kept:
            self._kept[key] = self.one(statement, **parameters)
        return self._kept[key]

    def all(self, statement: str, /, **parameters: Any) -> list[Row]:
        """See `ports.Tx.all`."""
        try:
            cursor = self._execute(self._texts[statement], parameters)
            rows = cursor.fetchall()
        except BaseException as error:
            self._fail(error)
            raise
        if not rows:
            return []
        names = self._names.get(statement)
        if names is None or len(names) != len(rows[0]):
            names = self._learn(statement, cursor)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def run(self, statement: str, /, **parameters: Any) -> int:
        """See `ports.Tx.run`."""
        try:
            cursor = self._execute(self._texts[statement], parameters)
            if cursor.description is not None:
                return len(cursor.fetchall())
        except BaseException as error:
            self._fail(error)
            raise
        count = cursor.rowcount
        return count if count >= 0 else self._changes()

    def bump(self, key: RollupKey, n: int) -> None:
        """See `ports.Tx.bump`."""
        self.bumps.append((key, n))

    def says(self, channel: str, address: str = "") -> None:
        """See `ports.Tx.says`."""
        self.said.add(channel)
        if address:
            self.to.add((channel, address))

    def said_to(self, channel: str, address: str) -> bool:
        """See `ports.Tx.said_to`."""
        return (channel, address) in self.to

    def _learn(self, statement: str, cursor: Cursor) -> tuple[str, ...]:
        names = tuple(column[0] for column in cursor.description or ())
        self._names[statement] = names
        return names

    def _fail(self, error: BaseException) -> None:
        # PostgreSQL runs nothing more after an error; on SQLite a transaction that swallowed one would go on half done.
        if self.failed is None:
            self.failed = error
            self._execute = self._refuse

    def _refuse(self, sql: str, parameters: Mapping[str, Any]) -> Cursor:
        raise StoreError("a statement of this transaction failed: nothing more can be run in it") from self.failed


class ReadTx(StatementTx):
    """The `Tx` of a reader: it only looks."""

    __slots__ = ()

    def run(self, statement: str, /, **parameters: Any) -> int:
        """Raises: a read changes nothing."""
        raise StoreError(f"{statement} was run in a read: submit it with store.run")

    def bump(self, key: RollupKey, n: int) -> None:
        """Raises: a read changes nothing."""
        raise StoreError("a rollup was bumped in a read: submit it with store.run")


def no_id() -> str:
    """The `new_id` of a reader. Raises: what is only read needs no id."""
    raise StoreError("a new id was made in a read: submit it with store.run")


class Session(Protocol):
    """One connection of an engine, used by one thread at a time."""

    tx: StatementTx

    def open(self) -> None:
        """Connects, anew where it was connected before."""

    def begin(self, *, alone: bool) -> None:
        """Opens a transaction; one that is not alone gives up a contended lock early, for it holds many."""

    def add(self, sums: Sequence[tuple[RollupKey, int]]) -> None:
        """Adds to rollups, in the order given."""

    def commit(self) -> None:
        """Ends the transaction for good."""

    def rollback(self) -> None:
        """Undoes the transaction, if one is open. Never raises."""

    def close(self) -> None:
        """Disconnects. Never raises."""

    def fate(self, error: BaseException) -> Fate:
        """What the error means."""

    def committed(self) -> bool | None:
        """On a new connection: whether the transaction whose commit was cut off was made; None if nobody knows."""
