"""What changes a card in WeCom: the codes that came with it and with each press, and what it offers now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Any, TypeAlias

from cxbot.ports import ChannelState, Clock

CODE_MS = 71 * 60 * 60 * 1000
"""So long a code changes a card: 72 hours less one."""
MOST = 8
Kept: TypeAlias = dict[str, Any]


class Codes:
    """By card: `codes` and when each lapses, `shown` (the keys of its buttons), `text`; replicas share it."""

    def __init__(self, state: ChannelState, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._lock = asyncio.Lock()

    async def add(self, task_id: str, code: str) -> None:
        """A code came: it changes the card once. The same press may be reported again after its code was used."""
        until = self._clock.machine() + CODE_MS

        def with_it(kept: Kept) -> Kept:
            if code in kept.get("used", ()) or code in [each[0] for each in self._good(kept)]:
                return kept
            return {**kept, "codes": [*self._good(kept), [code, until]][-MOST:]}

        await self._change(task_id, with_it)

    async def take(self, task_id: str, but: int = 0) -> str | None:
        """A code that is still good, for nobody else to use; None where there are none but so many."""
        taken: list[str] = []

        def without(kept: Kept) -> Kept:
            good = self._good(kept)
            taken[:] = [good[-1][0]] if len(good) > but else []
            if not taken:
                return kept
            return {**kept, "codes": good[:-1], "used": [*kept.get("used", ()), *taken][-MOST:]}

        await self._change(task_id, without)
        return taken[0] if taken else None

    async def give_back(self, task_id: str, code: str) -> None:
        """A code that was taken was not used after all."""
        await self._change(
            task_id, lambda kept: {**kept, "used": [each for each in kept.get("used", ()) if each != code]}
        )
        await self.add(task_id, code)

    async def show(self, task_id: str, keys: Collection[str], text: str) -> None:
        """The card offers these now, and says this."""
        await self._change(task_id, lambda kept: {**kept, "shown": sorted(keys), "text": text})

    async def shown(self, task_id: str) -> tuple[frozenset[str], str]:
        """What the card offers now, and what it says."""
        kept = await self._state.get(_name(task_id)) or {}
        return frozenset(kept.get("shown", ())), str(kept.get("text", ""))

    def _good(self, kept: Kept) -> list[list[Any]]:
        return [each for each in kept.get("codes", ()) if each[1] > self._clock.machine()]

    async def _change(self, task_id: str, change: Callable[[Kept], Kept]) -> None:
        async with self._lock:
            while True:
                kept = await self._state.get(_name(task_id))
                after = change(kept or {})
                if after == (kept or {}) or await self._state.swap(_name(task_id), kept, after):
                    return


def _name(task_id: str) -> str:
    return f"card:{task_id}"
