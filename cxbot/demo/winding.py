"""Winding the business clock forward: from due row to due row, so that everything happens at its own time."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from cxbot.domain import calendar
from cxbot.ports import Clock, Row, Store, Tx
from cxbot.transactions import health, settings, teams

OFFSET = "demo_clock_offset"
LONGEST_MS = 370 * 24 * 60 * 60 * 1000
MOST_STEPS = 5_000
"""Stops on the way of one winding; what is due after that happens at its end."""


def machine_now() -> int:
    """The machine's time, epoch ms."""
    return time.time_ns() // 1_000_000


class DemoClock:
    """The machine's clock, and business time ahead of it by an offset in ms."""

    def __init__(self, machine: Callable[[], int] = machine_now) -> None:
        self.offset = 0
        self._machine = machine

    @property
    def clock(self) -> Clock:
        """What the program is built with."""
        return Clock(now=self.now, machine=self._machine)

    def now(self) -> int:
        """Business time, epoch ms."""
        return self._machine() + self.offset

    def set(self, moment: int) -> None:
        """Makes this moment the present; business time never goes back."""
        self.offset = max(self.offset, moment - self._machine())


async def restore(clock: DemoClock, store: Store) -> None:
    """Goes on where an earlier run of the demo had wound its clock to."""
    kept = await store.read(settings.get, OFFSET)
    clock.offset = kept if isinstance(kept, int) else 0


async def wind(clock: DemoClock, store: Store, settle: Callable[[], Awaitable[None]], ms: int) -> int:
    """Winds forward by `ms` (at most 370 days), doing all that falls due on the way; returns the new business time.

    Raises ValueError for a distance that is not forward.
    """
    if not 0 <= ms <= LONGEST_MS:
        raise ValueError(f"the clock winds forward only, by at most {LONGEST_MS} ms")
    target = clock.now() + ms
    for _ in range(MOST_STEPS):
        await settle()
        due = await store.read(health.next_due, clock.now())
        if not due or due > target:
            break
        clock.set(due)
    clock.set(target)
    await settle()
    await store.run(settings.put, OFFSET, clock.offset)
    return clock.now()


def until_morning(tx: Tx, now: int) -> int:
    """How many ms until a team starts work on its next working day; the first team to do so counts."""
    return min((_next_morning(team, now) for team in teams.all(tx)), default=now + 24 * 60 * 60 * 1000) - now


def _next_morning(team: Row, now: int) -> int:
    zone = ZoneInfo(team["time_zone"])
    tomorrow = datetime.fromtimestamp(now / 1000, zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time_of_day(), zone)
    return calendar.next_open(teams.hours(team), team["time_zone"], int(midnight.timestamp() * 1000))
