"""Improvements: how one moves from proposed to done, when it is reminded of, and what its figures say. Pure.

Times are epoch milliseconds, days are whole days of the company's time zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cxbot.domain import calendar, dates, scoring
from cxbot.domain.cases import DAY, Change, Refusal

State = Literal["proposed", "planned", "doing", "done", "dropped"]
Trend = Literal["more", "fewer", "same"]
Verdict = Literal["better", "worse", "chance", "too_few"]

STATES = ("proposed", "planned", "doing", "done", "dropped")
OPEN = ("proposed", "planned", "doing")
MOVES: Mapping[str, tuple[str, ...]] = {
    "proposed": ("planned", "doing", "done", "dropped"),
    "planned": ("doing", "done", "dropped"),
    "doing": ("planned", "done", "dropped"),
    "done": ("doing",),
    "dropped": ("proposed",),
}
"""What may follow each state, in the order in which it is offered."""
SOON_MS = 2 * DAY
"""So long before the end of its day the owner is reminded, as the team opens."""
AGAIN_MS = 7 * DAY
"""How often somebody is reminded of what is overdue: it is said every week until it is done, dropped or put off."""
COMPARE_DAYS = 30
"""After so many whole days the figures are compared once more; no window is longer."""
LONGEST_DAYS = 730
"""A date further ahead than this is a slip of the fingers."""

Improvement = Mapping[str, Any]


def move(improvement: Improvement, to: str, now: int, reason: str = "") -> Change | Refusal:
    """Another state, where it may follow; `reason` says why something is dropped, and is needed there."""
    state = improvement["state"]
    if to == state:
        return Refusal("improvement.refuse.is_so", {"code": improvement["code"], "state": state})
    if to not in MOVES[state]:
        return Refusal("improvement.refuse.not_from", {"code": improvement["code"], "from": state, "to": to})
    if to == "dropped" and not reason.strip():
        return Refusal("improvement.refuse.why", {"code": improvement["code"]})
    columns: dict[str, Any] = {"state": to, "reason": reason.strip() if to == "dropped" else ""}
    if to in ("doing", "done") and not improvement["started_at"]:
        columns["started_at"] = now
    columns["done_at"] = now if to == "done" else 0
    columns["compare_at"] = now + (COMPARE_DAYS + 1) * DAY if to == "done" else 0
    return Change(to, columns, {"from": state, **({"reason": columns["reason"]} if columns["reason"] else {})})


def remind_at(improvement: Improvement, hours: calendar.Hours, zone: str, now: int) -> int:
    """When the owner is reminded next, as the team opens: before the day, after it, then every week; 0: never.

    `reminders` counts what was said: nothing, that the day comes, that it has passed (once, twice …).
    """
    if improvement["state"] not in OPEN:
        return 0
    done_by, said = improvement["done_by"], improvement["reminders"]
    if said == 0 and now < done_by - SOON_MS:
        return calendar.next_open(hours, zone, done_by - SOON_MS)
    if said < 2:
        return calendar.next_open(hours, zone, max(done_by, now))
    return calendar.next_open(hours, zone, now + AGAIN_MS)


def first_reminder(improvement: Improvement, now: int) -> int:
    """How many reminders a new date leaves out: that the day comes is not said where it is nearly there."""
    return 0 if now < improvement["done_by"] - SOON_MS else 1


def reminded(improvement: Improvement, now: int) -> int:
    """How many reminders have been said once one is said now; that the day has passed is never the first of two."""
    return max(int(improvement["reminders"]) + 1, 2 if is_late(improvement, now) else 1)


def is_late(improvement: Improvement, now: int) -> bool:
    """Whether its day has passed and it is neither done nor dropped."""
    return improvement["state"] in OPEN and improvement["done_by"] <= now


@dataclass(frozen=True, slots=True)
class Windows:
    """Two spans of equally many whole days: before the work began, and after it was done. Both ends are included."""

    days: int
    before: tuple[date, date]
    after: tuple[date, date]


def windows(started: date, done: date, today: date) -> Windows | None:
    """The spans to compare today; None where no whole day has passed since it was done."""
    days = min((today - done).days - 1, COMPARE_DAYS)
    if days < 1:
        return None
    return Windows(
        days,
        (started - timedelta(days=days), started - timedelta(days=1)),
        (done + timedelta(days=1), done + timedelta(days=days)),
    )


def usual(started: date) -> tuple[date, date]:
    """The days before the work began, shown while there is nothing yet to compare them with."""
    return started - timedelta(days=COMPARE_DAYS), started - timedelta(days=1)


def verdict(before: scoring.Score, after: scoring.Score) -> tuple[Verdict, scoring.Difference]:
    """What the two figures say: better or worse only where chance alone would hardly make that difference."""
    found = scoring.difference(before, after)
    if not (before.enough and after.enough):
        return "too_few", found
    if not found.significant:
        return "chance", found
    return ("better" if found.low > 0 else "worse"), found


def trend(now: int, before: int) -> Trend:
    """Whether there are more or fewer of something than in an equally long time before, beyond chance."""
    low, high = scoring.wilson(now, now + before)
    return "more" if low > 0.5 else "fewer" if high < 0.5 else "same"


_UNITS = {
    1: ("d", "day", "days", "天", "日"),
    7: ("w", "week", "weeks", "周", "週", "星期", "个星期", "個星期"),
    30: ("m", "month", "months", "月", "个月", "個月"),
}
_SPAN = re.compile(r"(?:in )?(\d{1,3}) ?([^\d\s]+?)(?:后|後|内|內)?")
_DAY = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")


def read_day(words: str, zone: str, now: int) -> int | None:
    """The end of a day that somebody wrote: "2025-12-05", "12 Dec", "Friday", "2w", "10天"; None where it is none.

    A day without a year is the next such one. A day that has passed is None too, and so is one too far ahead.
    """
    words = words.strip().casefold()
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    day = _span(words, today) or _written(words, today) or _named(words, zone, now)
    if day is None or not today <= day <= today + timedelta(days=LONGEST_DAYS):
        return None
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return int(midnight.timestamp() * 1000) - calendar.MINUTE_MS


def _named(words: str, zone: str, now: int) -> date | None:
    """A day by its name or its month; a time of day is not what is asked for."""
    at = dates.read(words, zone, now, LONGEST_DAYS)
    if at is None or dates.has_clock(words) or (dates.is_span(words) and not dates.counts_days(words)):
        return None
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)).date()


def _span(words: str, today: date) -> date | None:
    found = _SPAN.fullmatch(words)
    days = next((days for days, names in _UNITS.items() if found and found[2] in names), 0)
    return today + timedelta(days=int(found[1]) * days) if found and days else None


def _written(words: str, today: date) -> date | None:
    found = _DAY.fullmatch(words)
    if not found:
        return None
    try:
        day = date(int(found[1] or today.year), int(found[2]), int(found[3]))
        return day if found[1] or day >= today else day.replace(year=day.year + 1)
    except ValueError:
        return None


def due_at(improvement: Improvement) -> int:
    """The earliest moment at which there is something to do about it; 0 where there is nothing."""
    return min((at for name in ("remind_at", "compare_at", "tell_at") if (at := int(improvement[name]))), default=0)
