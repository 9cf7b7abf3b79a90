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
    """By card: `codes` with the moment each lapses, and `shown`, the keys of its buttons. Replicas share them."""

    def __init__(self, state: ChannelState, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._lock = asyncio.Lock()

    async def add(self, task_id: str, code: str) -> None:
        """A code came: it changes the card once."""
        until = self._clock.machine() + CODE_MS
        await self._change(task_id, lambda kept: {**kept, "codes": [*self._good(kept), [code, until]][-MOST:]})

    async def take(self, task_id: str) -> str | None:
        """A code that is still good, for nobody else to use; None where there is none."""
        taken: list[str] = []

        def without(kept: Kept) -> Kept:
            good = self._good(kept)
            taken[:] = [good[-1][0]] if good else []
            return {**kept, "codes": good[:-1]}

        await self._change(task_id, without)
        return taken[0] if taken else None

    async def left(self, task_id: str) -> int:
        """How many codes are still good."""
        return len(self._good(await self._state.get(_name(task_id)) or {}))

    async def show(self, task_id: str, keys: Collection[str]) -> None:
        """The card offers these now."""
        await self._change(task_id, lambda kept: {**kept, "shown": sorted(keys)})

    async def shown(self, task_id: str) -> frozenset[str]:
        """What the card offers now."""
        return frozenset((await self._state.get(_name(task_id)) or {}).get("shown", ()))

    def _good(self, kept: Kept) -> list[list[Any]]:
        return [each for each in kept.get("codes", ()) if each[1] > self._clock.machine()]

    async def _change(self, task_id: str, change: Callable[[Kept], Kept]) -> None:
        async with self._lock:
            while True:
                kept = await self._state.get(_name(task_id))
                if await self._state.swap(_name(task_id), kept, change(kept or {})):
                    return


def _name(task_id: str) -> str:
    return f"card:{task_id}"
