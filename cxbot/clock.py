"""Due work: looks for what has come due, and does it, one transaction each. No timer holds anything of its own.

Beside it the audit looks for what no timer will touch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from cxbot.ports import Clock, Store, Tx
from cxbot.transactions import (
    api_requests,
    audit,
    cadence_growth,
    case_clock,
    follow_ups,
    forecasts,
    grants,
    improvement_clock,
    incidents,
    invitations,
    lapsed,
    openings,
    timers,
)

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1
PAUSE_S = 0.05
"""Between two looks: under load every commit wakes us, and what falls due is told in minutes."""
AT_ONCE = 200
AUDIT_EVERY_S = 60
PRUNE_EVERY_S = 3_600


def due(tx: Tx, now: int, most: int) -> list[tuple[str, str]]:
    """What is due, longest due first: its kind, one of STEPS, and its id."""
    rows = [(row["due_at"], "case", row["id"]) for row in tx.all("cases.due", now=now, most=most)]
    rows += [(row["due_at"], "invitation", row["id"]) for row in tx.all("invitations.due", now=now, most=most)]
    rows += [(row["due_at"], "opening", row["id"]) for row in tx.all("openings.due", now=now, most=most)]
    rows += [(row["due_at"], "improvement", row["id"]) for row in tx.all("improvements.due", now=now, most=most)]
    rows += [(row["due_at"], "incident", row["id"]) for row in tx.all("incidents.due", now=now, most=most)]
    rows += [(row["due_at"], "cadence", row["id"]) for row in tx.all("cadences.due", now=now, most=most)]
    rows += [(row["due_at"], "follow_up", row["id"]) for row in tx.all("follow_ups.due", now=now, most=most)]
    rows += [(row["due_at"], "grant", row["id"]) for row in tx.all("grants.due", now=now, most=most)]
    return [(kind, row_id) for _, kind, row_id in sorted(rows)]


def next_due(tx: Tx) -> int:
    """The earliest moment at which something falls due, epoch ms of business time; 0 where nothing will."""
    found = [tx.one(name) for name in STATEMENTS]
    return min((row["due_at"] for row in found if row and row["due_at"]), default=0)


STATEMENTS = (
    "cases.earliest_due",
    "invitations.earliest_due",
    "incidents.earliest_due",
    "openings.earliest_due",
    "cadences.earliest_due",
    "follow_ups.earliest_due",
    "grants.earliest_due",
    "improvements.earliest_due",
    "outbox.next_due",
)


def next_time(fields: Mapping[str, str], zone: str, after: int) -> int:
    """The next moment later than `after` that a cron expression means in a time zone, epoch ms; 0 for none."""
    trigger = CronTrigger(**fields, timezone=ZoneInfo(zone))
    found = trigger.get_next_fire_time(None, datetime.fromtimestamp((after + 1) / 1000, UTC))
    return int(found.timestamp() * 1000) if found else 0


def _look_at_cadence(tx: Tx, cadence_id: str, now: int) -> forecasts.Forecast | None:
    return cadence_growth.look(tx, cadence_id, now, next_time)


def _cadence(tx: Tx, cadence_id: str, now: int, found: forecasts.Forecast | None) -> str:
    return cadence_growth.step(tx, cadence_id, now, found, next_time)


LOOKS: Mapping[str, Callable[[Tx, str, int], Any]] = {"cadence": _look_at_cadence}
"""A long read before a step, which is given what it found."""

STEPS: Mapping[str, Callable[..., str]] = {
    "case": case_clock.step,
    "invitation": invitations.step,
    "incident": incidents.step,
    "opening": openings.step,
    "cadence": _cadence,
    "follow_up": follow_ups.step,
    "grant": grants.step,
    "improvement": improvement_clock.step,
}


def put_off(tx: Tx, kind: str, row_id: str, due_at: int) -> None:
    """Looks later than it said at something of which a step failed, and notes that it did."""
    tx.run(f"{kind}s.look_at", id=row_id, due_at=due_at)
    timers.failed(tx, kind, row_id, due_at)


class DueWork:
    """Does what is due: reminders, escalations, surveys that may now be asked, nudges, expiry."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self._wake = asyncio.Event()
        store.on_commit(self._wake.set)

    async def run(self) -> None:
        """Works until cancelled; wakes by a commit, when the next thing falls due, and once a second at the latest."""
        # The scheduler only wakes us: what is due stands in the store. A missed tick is made up for by the next.
        scheduler = AsyncIOScheduler(timezone="UTC")
        scheduler.add_job(
            self._look, IntervalTrigger(seconds=LOOK_EVERY_S), misfire_grace_time=None, coalesce=True, max_instances=1
        )
        scheduler.start()
        try:
            while True:
                self._wake.clear()
                try:
                    done = await self.drain(self.clock.now())
                except Exception:
                    log.exception("due_work_failed")
                    done = 0
                if not done:
                    await self._wake.wait()
                    await asyncio.sleep(PAUSE_S)
        finally:
            scheduler.shutdown(wait=False)

    async def _look(self) -> None:
        self._wake.set()

    async def drain(self, now: int) -> int:
        """Does everything that is due at `now`; returns how many steps were taken."""
        total = 0
        before: list[tuple[str, str]] = []
        while (found := await self.store.read(due, now, AT_ONCE)) and found != before:
            await asyncio.gather(*(self._step(kind, row_id, now) for kind, row_id in found))
            total += len(found)
            before = found
        return total

    async def _step(self, kind: str, row_id: str, now: int) -> None:
        try:
            look = LOOKS.get(kind)
            seen = [await self.store.read(look, row_id, now)] if look else []
            await self.store.run(STEPS[kind], row_id, now, *seen)
        except Exception:
            # One that cannot be done must not stop the others, on this replica or on another: it is looked at later.
            log.exception("step_failed", kind=kind, subject=row_id)
            await self.store.run(put_off, kind, row_id, now + timers.PUT_OFF_MS)


class Audit:
    """Looks every minute for what no timer will touch; what it finds is told, and put right where that is safe."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    async def run(self) -> None:
        """Works until cancelled. The first look comes after a minute: what a standstill left is made up for by then."""
        while True:
            await asyncio.sleep(AUDIT_EVERY_S)
            try:
                await self.look()
            except Exception:
                log.exception("audit_failed")

    async def look(self) -> audit.Look:
        """One look, with what follows from it; commits nothing where nothing is wrong and nothing was."""
        found = await self.store.read(audit.look, self.clock.now(), self.clock.machine())
        for finding in found.findings:
            log.warning("audit_found", kind=finding.kind, subject=finding.subject)
        if found.changes:
            await self.store.run(audit.settle, found, self.clock.now())
        return found


class Pruning:
    """Forgets what is kept for a time only: every hour, some at a time, so that nobody waits for it."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    async def run(self) -> None:
        """Works until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("pruning_failed")
            await asyncio.sleep(PRUNE_EVERY_S)

    async def look(self) -> int:
        """Forgets all that is old enough; returns how much. Commits nothing where nothing is."""
        now, total = self.clock.now(), 0
        for kept in (api_requests, lapsed):
            while await self.store.read(kept.has_old, now):
                total += await self.store.run(kept.prune, now)
        return total
