"""Wakes the open pages: after a commit of this process, and once a second because another may have committed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

SAFETY_SECONDS = 1.0
REST_SECONDS = 0.05
"""Between two looks of one page, so that a busy store is not read for every commit."""


class Pulse:
    """One for all pages of a process. Everything happens on the event loop."""

    def __init__(self) -> None:
        self._sleepers: set[asyncio.Event] = set()
        self.stopped = False

    def beat(self) -> None:
        """Wakes every page."""
        for sleeper in self._sleepers:
            sleeper.set()

    def stop(self) -> None:
        """Ends every stream."""
        self.stopped = True
        self.beat()

    async def beats(self) -> AsyncGenerator[None, None]:
        """One at once, then one after each beat, at the latest each second, until stopped."""
        awake = asyncio.Event()
        self._sleepers.add(awake)
        try:
            while not self.stopped:
                awake.clear()
                yield
                try:
                    await asyncio.wait_for(awake.wait(), SAFETY_SECONDS)
                    await asyncio.sleep(REST_SECONDS)
                except TimeoutError:
                    pass
        finally:
            self._sleepers.discard(awake)
