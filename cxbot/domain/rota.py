"""Who of a team is on call: a rotation by the week, somebody who covers for a while, and those who are away. Pure.

Times are epoch milliseconds; a hand-over is at the same wall clock each time, whatever daylight saving does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cxbot.domain import calendar

LONGEST_WEEKS = 8
AHEAD = 26
"""Shifts that are looked at, at most."""


@dataclass(frozen=True, slots=True)
class Rota:
    """People in the order in which they take over, since the first hand-over, every so many weeks."""

    people: tuple[str, ...]
    since: int
    zone: str
    weeks: int = 1


@dataclass(frozen=True, slots=True)
class Stretch:
    """Somebody covers, or is away, from a moment to another."""

    person: str
    start: int
    end: int

    def holds(self, at: int) -> bool:
        """Whether it is going on."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on call, and from when to when as far as that is known; `instead_of` whose turn it would have been."""

    person: str
    start: int
    end: int
    instead_of: str = ""


def on_call(rota: Rota, covers: Sequence[Stretch], away: Sequence[Stretch], at: int) -> Shift | None:
    """Who is on call at a moment; None where nobody is: it has not begun, or everybody is away.

    Somebody who covers comes before the one whose turn it is, the newest first; the next stands in for who is away.
    """
    if not rota.people or at < rota.since:
        return None
    number, start, end = _turn(rota, at)
    turn = rota.people[number % len(rota.people)]
    order = [rota.people[(number + ahead) % len(rota.people)] for ahead in range(len(rota.people))]
    covering = [cover for cover in reversed(covers) if cover.holds(at)]
    for person, until in [
        *((cover.person, min(cover.end, end)) for cover in covering),
        *((each, end) for each in order),
    ]:
        if not any(each.person == person and each.holds(at) for each in away):
            changes = [each.start for each in (*covers, *away) if at < each.start < until]
            changes += [each.end for each in (*covers, *away) if each.holds(at) and at < each.end < until]
            return Shift(person, start, min(changes, default=until), "" if person == turn else turn)
    return None


def upcoming(rota: Rota, covers: Sequence[Stretch], away: Sequence[Stretch], at: int, most: int) -> list[Shift]:
    """Who is on call from a moment on, one after the other; the first is who is now."""
    found: list[Shift] = []
    for _ in range(AHEAD):
        shift = on_call(rota, covers, away, at)
        if shift is None or (len(found) == most and shift.person != found[-1].person):
            break
        if found and shift.person == found[-1].person:
            found[-1] = replace(found[-1], end=shift.end)
        else:
            found.append(shift)
        at = shift.end
    return found


def back_at(away: Sequence[Stretch], person: str, at: int) -> int:
    """When somebody who is away at a moment is back; 0 where they are not away."""
    until = at
    for stretch in sorted((each for each in away if each.person == person), key=lambda each: each.start):
        if stretch.start <= until < stretch.end:
            until = stretch.end
    return until if until > at else 0


def _turn(rota: Rota, at: int) -> tuple[int, int, int]:
    """The number of the turn at a moment, its beginning and its end."""
    first = _local(rota, rota.since)
    days = 7 * rota.weeks
    number = max((_local(rota, at).date() - first.date()).days // days, 0)
    if at < _hand_over(rota, first, number * days):
        number -= 1
    return number, _hand_over(rota, first, number * days), _hand_over(rota, first, (number + 1) * days)


def _hand_over(rota: Rota, first: datetime, days: int) -> int:
    return calendar.instant(rota.zone, first.replace(tzinfo=None) + timedelta(days=days))


def _local(rota: Rota, at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(rota.zone))
