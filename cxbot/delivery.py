"""The outbox loop: claims what may leave, words it, hands it to its channel and writes down what came of it.

A row goes back to the queue when its lease lapses, so a killed worker repeats at most the messages it had in flight; a
channel that can look whether they are there does not even do that.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import structlog

from cxbot import wording
from cxbot.ports import (
    Channel,
    Clock,
    File,
    Misconfigured,
    Outcome,
    Refused,
    Sent,
    Store,
    TryLater,
    Tx,
    Unknown,
    without_marks,
)
from cxbot.transactions import deliveries
from cxbot.transactions.deliveries import Handed, Taken

log = structlog.get_logger(__name__)

LEASE_MS = 60_000
SEND_TIMEOUT_S = 45.0
"""Shorter than the lease: a send that hangs is given up before another worker may take the row."""
LOOK_EVERY_S = 1.0
GATHER_S = 0.001
MOST_TURNS = 20
"""So often at most a round is put off while commits are waited for: under load an answer goes before a message."""
STOPPED_MS = 60_000
"""How long a misconfigured channel rests before it is tried again."""

Report = Callable[[str, Outcome, "Taken"], None]
Attach = Callable[[Tx, Mapping[str, Any]], File]
"""Makes the file that a row's arguments ask for; a read beside the writer."""
Link = Callable[[Literal["message", "file"], str, int], str]
"""The address that shows a message, by the id of its row, or a file, by its key, from now on (business time)."""


@dataclass(slots=True)
class Stopped:
    """A channel that cannot send, and what to do about it."""

    what_to_do: str
    until: int


class Delivery:
    """Sends what the outbox holds, one task a channel; woken by a commit and looking once a second besides."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        channels: Mapping[str, Channel],
        *,
        worker: str,
        report: Report | None = None,
        attach: Attach | None = None,
        link: Link | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.channels = channels
        self.worker = worker
        self.report = report
        self.attach = attach
        self.link = link
        self.stopped: dict[str, Stopped] = {}
        self._wake = {name: asyncio.Event() for name in channels}
        store.on_said(self.wake)

    def wake(self, channels: Collection[str]) -> None:
        """Looks as soon as may be at what is to leave on these channels."""
        for name in channels:
            if name in self._wake:
                self._wake[name].set()

    async def run(self) -> None:
        """Delivers until cancelled; what is in flight when that happens is finished and written down."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tidy(), name="delivery:tidy")
            for name in self.channels:
                group.create_task(self._run_channel(name), name=f"delivery:{name}")

    async def drain(self) -> int:
        """Delivers what may leave now, until nothing may; returns how many rows were handled."""
        await self.tidy_once()
        total = 0
        while handled := sum([await self.deliver_once(name) for name in self.channels]):
            total += handled
        return total

    async def deliver_once(self, name: str) -> int:
        """One round of one channel, waited for to its end; returns how many rows it handled."""
        channel = self.channels[name]
        taken = await self._take(name, channel.limits.concurrency)
        if taken:
            await self._settle(name, await asyncio.gather(*(self._hand(channel, each) for each in taken)))
        return len(taken)

    async def tidy_once(self) -> None:
        """Returns lapsed leases to the queue and drops what was not said in time."""
        now, machine = self.clock.now(), self.clock.machine()
        if await self.store.read(deliveries.untidy, now, machine):
            await self.store.run(deliveries.tidy, now, machine)

    async def _tidy(self) -> None:
        while True:
            try:
                await self.tidy_once()
            except Exception:
                log.exception("tidying_failed")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _run_channel(self, name: str) -> None:
        """Keeps up to `concurrency` messages in flight: one that hangs holds up its own conversation only."""
        channel, wake = self.channels[name], self._wake[name]
        in_flight: set[asyncio.Task[Handed]] = set()
        handed: list[Handed] = []
        try:
            while True:
                wake.clear()
                room = channel.limits.concurrency - len(in_flight)
                round_ = asyncio.create_task(self._round(name, handed, room))
                handed = []
                try:
                    await asyncio.shield(round_)
                finally:
                    # Also when cancelled meanwhile: what is claimed is handed over, not left to its lease.
                    in_flight |= {asyncio.create_task(self._hand(channel, each)) for each in await round_}
                await _first(in_flight, wake, LOOK_EVERY_S if in_flight else await self._pause(name))
                await self._gather()
                done = {task for task in in_flight if task.done()}
                in_flight -= done
                handed = [task.result() for task in done]
        finally:
            # What was handed to the platform is written down before the loop ends.
            if in_flight:
                await asyncio.wait(in_flight)
            await self._round(name, [*handed, *(task.result() for task in in_flight)], 0)

    async def _gather(self) -> None:
        """Whoever waits for an answer goes first, for a while; and what ends together is written down together."""
        for _ in range(MOST_TURNS):
            await asyncio.sleep(GATHER_S)
            if not self.store.busy():
                return

    async def _round(self, name: str, handed: Sequence[Handed], most: int) -> list[Taken]:
        """Writes down what was handed over and claims what may leave next, in one commit where there is both."""
        try:
            if handed:
                return await self._settle(name, handed, most)
            return await self._take(name, most) if most > 0 else []
        except Exception:
            # Rows that were not written down go back when their lease lapses: a repeat at worst, and the loop goes on.
            log.exception("delivery_round_failed", channel=name, rows=len(handed))
            return []

    async def _pause(self, name: str) -> float:
        """Seconds until the next look: sooner than the usual where something paced or put off may leave by then."""
        now, machine = self.clock.now(), self.clock.machine()
        try:
            at = await self.store.read(deliveries.next_try, name, now, machine)
        except Exception:
            log.exception("delivery_look_failed", channel=name)
            at = 0
        return min(max((at - machine) / 1000, 0.0), LOOK_EVERY_S) if at else LOOK_EVERY_S

    async def _take(self, name: str, most: int) -> list[Taken]:
        """Claims what may leave now; nothing while the channel rests, and no commit where there is nothing to claim."""
        now, machine = self.clock.now(), self.clock.machine()
        stopped = self.stopped.get(name)
        if stopped is not None and stopped.until > machine:
            return []
        if not await self.store.read(deliveries.look, name, now, machine):
            return []
        limits = self.channels[name].limits
        return await self.store.run(deliveries.take, name, limits, self.worker, now, machine, LEASE_MS, most)

    async def _hand(self, channel: Channel, taken: Taken) -> Handed:
        row = taken.row
        words = ""
        try:
            meaning = wording.Meaning(
                row_id=row["id"],
                channel=row["channel"],
                address=row["address"],
                kind=row["kind"],
                key=row["key"],
                args=taken.args,
                language=row["language"],
                survey=taken.survey,
                replaces=taken.replaces,
                thread=taken.thread,
                only_for=row["only_for"],
                mentions=taken.mentions,
                maybe_sent=taken.maybe_sent,
                file=await self._file(channel, taken),
                also=self._also(taken),
                see=self._see(taken),
            )
            outgoing = wording.render(meaning, channel.limits, self.clock.now())
            words = without_marks(json.dumps(outgoing, ensure_ascii=False, default=_shown))
        except Exception as error:
            log.exception("message_not_worded", row=row["id"], key=row["key"])
            return Handed(row, Refused(f"not worded: {type(error).__name__}: {error}"), words)
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                outcome = await channel.send(outgoing)
        except TimeoutError:
            outcome = Unknown("the channel did not answer in time")
        except Exception as error:
            log.exception("channel_failed", row=row["id"], channel=row["channel"])
            outcome = TryLater(f"{type(error).__name__}: {error}")
        if self.report is not None:
            self.report(row["channel"], outcome, taken)
        return Handed(row, outcome, words)

    async def _file(self, channel: Channel, taken: Taken) -> File | None:
        """The file that goes with a message, where the channel takes files; else it is said in words."""
        wanted = taken.args.get("file") or taken.args.get("media")
        if not isinstance(wanted, Mapping) or self.attach is None or not channel.limits.files:
            return None
        of_a_customer = "file" not in taken.args
        if of_a_customer and not wanted.get("kept"):
            return None
        try:
            return await self.store.read(self.attach, wanted)
        except LookupError:
            if of_a_customer:
                return None  # it has not come yet: the link in the text will lead to it
            raise

    def _also(self, taken: Taken) -> Mapping[str, Any]:
        """What the channel is told besides; with the page of the message where the channel may need one."""
        if "allowances" not in taken.also or self.link is None:
            return taken.also
        return {**taken.also, "link": self.link("message", taken.row["id"], self.clock.now())}

    def _see(self, taken: Taken) -> str:
        """Where a file that a customer sent can be looked at; '' where there is none."""
        media = taken.args.get("media")
        kept = media.get("kept") if isinstance(media, Mapping) else None
        return self.link("file", str(kept), self.clock.now()) if kept and self.link is not None else ""

    async def _settle(self, name: str, handed: Sequence[Handed], most: int = 0) -> list[Taken]:
        """Writes down what came of messages, and claims up to `most` more in the same commit."""
        now, machine = self.clock.now(), self.clock.machine()
        if any(_stops(each.outcome) for each in handed) or name in self.stopped:
            most = 0
        limits = self.channels[name].limits
        stopped, taken = await self.store.run(
            deliveries.settle_and_take, handed, name, limits, self.worker, now, machine, LEASE_MS, most
        )
        for each in handed:
            if isinstance(each.outcome, Misconfigured) and _stops(each.outcome):
                log.error("channel_stopped", channel=name, what_to_do=each.outcome.what_to_do)
                self.stopped[name] = Stopped(each.outcome.what_to_do, machine + STOPPED_MS)
        if not stopped and any(isinstance(each.outcome, Sent) for each in handed):
            self.stopped.pop(name, None)
        return taken


def _shown(part: Any) -> Any:
    """What is kept of a message as it was sent; a file's bytes are not."""
    if isinstance(part, File):
        return None
    return {field.name: getattr(part, field.name) for field in dataclasses.fields(part)}


def _stops(outcome: Outcome) -> bool:
    return isinstance(outcome, Misconfigured) and not outcome.partly


async def _first(tasks: set[asyncio.Task[Handed]], wake: asyncio.Event, seconds: float) -> None:
    """Waits until a task is done, a commit wakes us or it is time to look."""
    waking = asyncio.create_task(wake.wait())
    try:
        await asyncio.wait({*tasks, waking}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waking.cancel()
