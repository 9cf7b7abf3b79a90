"""Fakes for the seams, for our own tests and for those who add a channel or a command."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

from cxbot.ports import Clock, Deliver, Inbound, Limits, Outcome, Outgoing, Receipt, Sent

if TYPE_CHECKING:
    from aiohttp import web

START = 1_763_632_800_000
"""Thursday 20 November 2025, 10:00 UTC."""

Script: TypeAlias = Outcome | BaseException | Callable[[Outgoing], Outcome]


class FakeClock:
    """Time that stands still until told to go on; `now` is business time, `machine` the machine's, both epoch ms."""

    def __init__(self, now_ms: int = START, machine_ms: int | None = None) -> None:
        self.now = now_ms
        self.machine = now_ms if machine_ms is None else machine_ms

    @property
    def clock(self) -> Clock:
        """What the program is built with."""
        return Clock(now=lambda: self.now, machine=lambda: self.machine)

    def advance(self, ms: int) -> int:
        """Lets both clocks go on; returns the new business time."""
        self.machine += ms
        return self.wind(ms)

    def wind(self, ms: int) -> int:
        """Moves business time alone, as the demo does; returns it."""
        self.now += ms
        return self.now


class FakeChannel:
    """A channel that reaches nobody: it keeps what it was handed and ends each send as scripted.

    Without a script sends end as `Sent("p1")`, `Sent("p2")` and so on; an address's script goes before the general one.
    """

    def __init__(self, name: str = "fake", limits: Limits | None = None) -> None:
        self.name = name
        self.limits = Limits(per_second=0) if limits is None else limits
        self.tried: list[Outgoing] = []
        self.sent: list[Outgoing] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.closed = False
        self.deliver: Deliver | None = None
        self._scripts: dict[str, deque[Script]] = {}
        self._let_go = asyncio.Event()
        self._let_go.set()
        self._changed = asyncio.Event()
        self._running = asyncio.Event()

    def script(self, outcomes: Iterable[Script], address: str = "") -> None:
        """How the next sends end: an outcome, an exception to raise, or a function of the message."""
        self._scripts.setdefault(address, deque()).extend(outcomes)

    def hold(self) -> None:
        """Keeps sends under way until `let_go`."""
        self._let_go.clear()

    def let_go(self) -> None:
        """Lets held sends end."""
        self._let_go.set()

    def mount(self, app: web.Application) -> None:
        """A fake has no routes."""

    async def run(self, deliver: Deliver) -> None:
        """Serves until cancelled."""
        self.deliver = deliver
        self._running.set()
        await asyncio.Event().wait()

    async def receive(self, inbound: Inbound) -> Receipt:
        """Somebody acts on this channel; it must be running."""
        await asyncio.wait_for(self._running.wait(), 5)
        assert self.deliver is not None
        return await self.deliver(inbound)

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Keeps the message and ends as scripted."""
        self.tried.append(outgoing)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        self._changed.set()
        try:
            await self._let_go.wait()
            outcome = self._outcome(outgoing)
        finally:
            self.in_flight -= 1
        if isinstance(outcome, Sent):
            self.sent.append(outgoing)
        self._changed.set()
        return outcome

    async def close(self) -> None:
        """Remembers that it was closed."""
        self.closed = True

    async def until_sent(self, count: int, *, seconds: float = 5) -> list[Outgoing]:
        """Waits until so many messages were sent and returns them all. Raises TimeoutError."""
        return await self._until(lambda: self.sent, count, seconds)

    async def until_tried(self, count: int, *, seconds: float = 5) -> list[Outgoing]:
        """Waits until so many sends were begun, whatever became of them. Raises TimeoutError."""
        return await self._until(lambda: self.tried, count, seconds)

    def texts(self, address: str = "") -> list[str]:
        """The texts sent, to one address or to all, in order."""
        return [message.text for message in self.sent if address in {"", message.address}]

    def _outcome(self, outgoing: Outgoing) -> Outcome:
        script = self._scripts.get(outgoing.address) or self._scripts.get("")
        if not script:
            return Sent(f"p{len(self.sent) + 1}")
        step = script.popleft()
        if isinstance(step, BaseException):
            raise step
        return step(outgoing) if callable(step) else step

    async def _until(self, seen: Callable[[], list[Outgoing]], count: int, seconds: float) -> list[Outgoing]:
        async with asyncio.timeout(seconds):
            while len(seen()) < count:
                self._changed.clear()
                await self._changed.wait()
        return list(seen())


class NumberedIds:
    """Ids that read well in a test and sort as they were made: 26 digits, counting up."""

    def __init__(self) -> None:
        self._n = 0

    def __call__(self) -> str:
        """The next id."""
        self._n += 1
        return f"{self._n:026d}"
