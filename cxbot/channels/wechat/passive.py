"""The passive answer: what is said within the few seconds in which the platform waits for its callback's reply.

It needs no allowance and no call, so the first message for somebody who has just acted goes this way where it is in
time. While a callback waits, `Answers.take` gives the sender its slot; nothing is answered that was not written down.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from cxbot.ports import Receipt

ANSWER_S = 4.5
"""The platform waits five seconds, then asks again and, after the third time, tells the customer of a fault."""
REPEAT_S = 1.5
"""How long a repeat waits for what the first time led to."""
REMEMBERED = 5_000


@dataclass(eq=False, slots=True)
class Slot:
    """A callback that waits for words to answer with."""

    key: str
    words: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    written: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def end(self, written: bool) -> None:
        """Says whether the answer has left."""
        if not self.written.done():
            self.written.set_result(written)


class Answers:
    """The callbacks under way, by address, and what the last ones were answered with, by their identity."""

    def __init__(self) -> None:
        self._open: dict[str, deque[Slot]] = {}
        self._under_way: dict[str, Slot] = {}
        self._given: OrderedDict[str, str] = OrderedDict()

    def given(self, key: str) -> str | None:
        """What a callback was answered with before; None where this process does not know it."""
        return self._given.get(key)

    async def wait(self, key: str, address: str, deliver: Callable[[], Awaitable[Receipt]]) -> tuple[Slot | None, str]:
        """Commits what came in and waits for what is said because of it: the slot to end, and its words.

        No slot and no words where nothing is said in time, or nothing at all. Where the same callback is under way
        already, its words are waited for. Raises what `deliver` raises in time.
        """
        if (first := self._under_way.get(key)) is not None:
            return None, await _in_time(first.words, ANSWER_S)
        slot = self._under_way[key] = Slot(key)
        self._open.setdefault(address, deque()).append(slot)
        try:
            async with asyncio.timeout(ANSWER_S):
                receipt = await deliver()  # shielded: what takes longer is committed all the same
                if receipt.answered or receipt.repeated:
                    words = await _in_time(slot.words, REPEAT_S if receipt.repeated else ANSWER_S)
                    return (slot, words) if words else (None, "")
        except TimeoutError:
            pass
        finally:
            self._close(slot, address)
        # Given up at the very moment in which the words came: they go out with this answer all the same.
        return (slot, slot.words.result()) if slot.words.done() and not slot.words.cancelled() else (None, "")

    def take(self, address: str) -> Slot | None:
        """The oldest callback that waits for words for the address."""
        waiting = self._open.get(address)
        return waiting.popleft() if waiting else None

    def remember(self, key: str, words: str) -> None:
        """Keeps what a callback was answered with, for its repeats."""
        self._given[key] = words
        if len(self._given) > REMEMBERED:
            self._given.popitem(last=False)

    def _close(self, slot: Slot, address: str) -> None:
        self._under_way.pop(slot.key, None)
        waiting = self._open.get(address)
        if waiting and slot in waiting:
            waiting.remove(slot)
        if not waiting:
            self._open.pop(address, None)


async def _in_time(words: asyncio.Future[str], seconds: float) -> str:
    done, _ = await asyncio.wait({words}, timeout=seconds)
    return words.result() if done else ""
