"""The group-commit writer: one thread a replica that takes every waiting transaction and commits them together.

A batch is run optimistically, without savepoints. On any error it is rolled back and its members run one by one, each
in its own transaction; a conflict with another replica (unique key, deadlock, lock timeout, serialization) is run again
with the same arguments. Where the connection is lost before the commit was sent, the members run again on a new one;
where it is lost during the commit, PostgreSQL is asked by the transaction's number whether it was made.
"""

from __future__ import annotations

import asyncio
import queue
import random
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import structlog

from cxbot.ports import RollupKey
from cxbot.store.session import Fate, OutcomeUnknown, Session, StoreClosed, StoreError, StoreUnavailable

log = structlog.get_logger(__name__)

BATCH = 256
"""Members of one commit at most: bounds how long the first of them waits for the last."""
ATTEMPTS = 6
TURN_S = 0.0005
"""How long a thread keeps the interpreter while another waits for it. Each statement lets it go and wants it back: at
Python's own 5 ms a busy event loop held up every one of them, a third of all answers a second (`bench/slack`)."""
PATIENCE = 30.0
"""Seconds a lost connection may take to come back before those who wait are told."""


class _Member:
    __slots__ = ("args", "error", "future", "kwargs", "result", "said", "transaction")

    def __init__(
        self,
        transaction: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        future: asyncio.Future[Any],
    ) -> None:
        self.transaction = transaction
        self.args = args
        self.kwargs = kwargs
        self.future = future
        self.result: Any = None
        self.said: set[str] = set()
        self.error: BaseException | None = None


class Writer:
    """Submits from the event loop, commits in its thread, resolves on the loop again."""

    def __init__(
        self,
        session: Session,
        loop: asyncio.AbstractEventLoop,
        *,
        commit_delay: float = 0,
        patience: float = PATIENCE,
    ) -> None:
        """`commit_delay`: seconds slept after each commit, to measure as on a disk with a slow fsync."""
        self._session = session
        self._loop = loop
        self._commit_delay = commit_delay
        self._patience = patience
        self._waiting: queue.SimpleQueue[_Member | None] = queue.SimpleQueue()
        self._closed = False
        self._ended = loop.create_future()
        self.listeners: list[Callable[[], None]] = []
        self.under_way = 0
        """Transactions whose submitters still wait."""
        self.hearers: list[Callable[[Collection[str]], None]] = []
        sys.setswitchinterval(TURN_S)
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def submit(
        self, transaction: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> asyncio.Future[Any]:
        """Queues a transaction. Cancelling the future only stops the waiting. Raises StoreClosed."""
        if self._closed:
            raise StoreClosed("the store is closed")
        future: asyncio.Future[Any] = self._loop.create_future()
        self.under_way += 1
        self._waiting.put(_Member(transaction, args, kwargs, future))
        return future

    async def close(self) -> None:
        """Finishes what was submitted, then ends the thread and the connection."""
        if not self._closed:
            self._closed = True
            self._waiting.put(None)
        await asyncio.shield(self._ended)

    # In the thread ------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        waiting = self._waiting
        going_on = True
        while going_on:
            batch: list[_Member] = []
            member = waiting.get()
            while member is not None:
                batch.append(member)
                if len(batch) >= BATCH or waiting.empty():
                    break
                member = waiting.get()
            going_on = member is not None
            if batch:
                self._commit(batch)
        self._session.close()
        self._on_loop(self._end)

    def _commit(self, batch: list[_Member]) -> None:
        try:
            error, fate = self._attempt(batch)
            if error is None:
                self._settle(batch, committed=True)
            elif len(batch) == 1 and fate is Fate.FINAL:
                self._fail(batch, error)
            else:
                self._one_by_one(batch)
        except BaseException as error:  # noqa: BLE001 -- the thread goes on and nobody waits for ever
            self._session.rollback()
            self._fail(batch, error)

    def _one_by_one(self, batch: list[_Member]) -> None:
        for done, member in enumerate(batch, 1):
            try:
                self._alone(member)
            except StoreUnavailable as failure:  # it would keep each of the others waiting as long
                self._fail(batch[done - 1 :], failure)
                return
            except StoreError as failure:
                self._fail([member], failure)

    def _alone(self, member: _Member) -> None:
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(random.uniform(0, 0.002 * 2**attempt))  # two replicas must not collide in step
            error, fate = self._attempt([member])
            if error is None:
                self._settle([member], committed=True)
                return
            if fate is Fate.FINAL:
                break
        assert error is not None
        self._fail([member], error)

    def _attempt(self, members: list[_Member]) -> tuple[BaseException | None, Fate]:
        """Runs the members in one transaction. No error: committed. Raises StoreError where the store is to blame."""
        session = self._session
        self._begin(alone=len(members) == 1)
        try:
            sums = self._run(members)
            if sums:
                session.add(sorted(sums.items()))
        except BaseException as error:  # noqa: BLE001 -- handed to whoever submitted it
            fate = session.fate(session.tx.failed or error)
            session.rollback()
            if fate is Fate.LOST:
                session.close()
            return error, fate
        try:
            session.commit()
        except BaseException as error:  # noqa: BLE001 -- handed to whoever submitted it
            fate = session.fate(error)
            if fate is not Fate.LOST:
                session.rollback()
                return error, fate
            if not self._was_committed(error):
                return error, fate
        if self._commit_delay:
            time.sleep(self._commit_delay)
        return None, Fate.FINAL

    def _run(self, members: list[_Member]) -> dict[RollupKey, int]:
        tx = self._session.tx
        sums: dict[RollupKey, int] = {}
        for member in members:
            tx.start()
            member.result = member.transaction(tx, *member.args, **member.kwargs)
            if tx.failed is not None:
                raise tx.failed
            member.said = tx.said
            for key, n in tx.bumps:
                sums[key] = sums.get(key, 0) + n
        return sums

    def _begin(self, *, alone: bool) -> None:
        session = self._session
        for attempt in range(ATTEMPTS):
            try:
                session.begin(alone=alone)
            except Exception as error:
                session.rollback()
                fate = session.fate(error)
                if fate is Fate.LOST:
                    self._reopen()
                elif fate is Fate.FINAL or attempt == ATTEMPTS - 1:
                    raise StoreUnavailable(f"the store takes no transaction: {error}") from error
            else:
                return
        raise StoreUnavailable("the connection to the store is lost again and again")

    def _reopen(self) -> None:
        until = time.monotonic() + self._patience
        pause = 0.05
        while True:
            self._session.close()
            try:
                self._session.open()
            except Exception as error:
                if self._closed or time.monotonic() + pause > until:
                    raise StoreUnavailable(f"the store cannot be reached: {error}") from error
                log.warning("store.reconnecting", error=type(error).__name__, pause=pause)
                time.sleep(pause)
                pause = min(pause * 2, 2.0)
            else:
                return

    def _was_committed(self, error: BaseException) -> bool:
        for _ in range(ATTEMPTS):
            try:
                self._reopen()
                known = self._session.committed()
            except StoreUnavailable:
                break
            except Exception as failure:  # noqa: BLE001 -- of either driver
                if self._session.fate(failure) is not Fate.LOST:
                    break
                continue
            if known is None:
                break
            return known
        raise OutcomeUnknown("the connection was lost during the commit; look before you try again") from error

    def _settle(self, members: list[_Member], *, committed: bool) -> None:
        self._on_loop(self._resolve, members, committed)

    def _fail(self, members: list[_Member], error: BaseException) -> None:
        for member in members:
            member.error = error
        self._settle(members, committed=False)

    def _on_loop(self, callback: Callable[..., None], *args: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:  # the loop is gone, and with it everybody who waited
            log.warning("store.loop_closed")

    # On the loop --------------------------------------------------------------------------------------------------

    def _resolve(self, members: list[_Member], committed: bool) -> None:
        self.under_way -= len(members)
        for member in members:
            future, error = member.future, member.error
            if future.done():
                if error is not None:
                    log.error("store.unwatched_failure", error=type(error).__name__, transaction=_name(member))
            elif error is None:
                future.set_result(member.result)
            elif isinstance(error, StopIteration):  # a future refuses this one
                future.set_exception(RuntimeError("the transaction raised StopIteration"))
            else:
                future.set_exception(error)
        if committed:
            said = set[str]().union(*(member.said for member in members))
            hearers: list[Callable[[], None]] = [partial(hear, said) for hear in self.hearers if said]
            for listener in [*self.listeners, *hearers]:
                try:
                    listener()
                except Exception as error:  # noqa: BLE001 -- a listener must not cost the others their wake-up
                    log.error("store.listener_failed", error=type(error).__name__)

    def _end(self) -> None:
        if not self._ended.done():
            self._ended.set_result(None)


def _name(member: _Member) -> str:
    return getattr(member.transaction, "__qualname__", type(member.transaction).__name__)
