"""Who of a team is on call: a rotation by the week, somebody who covers for a while, and those who are away. Pure.

Times are epoch milliseconds; a hand-over is at the same wall clock each time, whatever daylight saving does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cxbot.domain import calendar

AHEAD = 26
"""Shifts that are looked at, at most."""
_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Rota:
    """People in the order in which they take over, since the first hand-over, every so many weeks.

    Until then the `earlier` one holds, where there is one.
    """

    people: tuple[str, ...]
    since: int
    zone: str
    weeks: int = 1
    earlier: Rota | None = None


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


def on_call(rota: Rota | None, covers: Sequence[Stretch], away: Sequence[Stretch], at: int) -> Shift | None:
    """Who is on call at a moment; None where nobody is: nothing has begun, or everybody is away.

    Somebody who covers comes before the one whose turn it is, the last first; the next stands in for who is away.
    """
    order, start, end = _order(rota, at)
    turn = order[0] if order else ""
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


def upcoming(rota: Rota | None, covers: Sequence[Stretch], away: Sequence[Stretch], at: int, most: int) -> list[Shift]:
    """Who is on call from a moment on, one after the other, without the times when nobody is."""
    found: list[Shift] = []
    for _ in range(AHEAD):
        shift = on_call(rota, covers, away, at)
        if shift is None:
            at = _next_begins(rota, covers, away, at)
            if at == _NEVER:
                break
            continue
        if found and (shift.person, at) == (found[-1].person, found[-1].end):
            found[-1] = replace(found[-1], end=shift.end)
        elif len(found) == most:
            break
        else:
            found.append(replace(shift, start=at))
        at = shift.end
    return found


def only(rota: Rota, may_work: Callable[[str], bool]) -> Rota:
    """A rotation without those who may not work: their turns are of who comes next, all others stay as they are."""
    order = [person if may_work(person) else "" for person in rota.people]
    if any(order):
        order = [next(filter(None, order[at:] + order[:at])) for at in range(len(order))]
    earlier = only(rota.earlier, may_work) if rota.earlier else None
    return replace(rota, people=tuple(filter(None, order)), earlier=earlier)


def back_at(away: Sequence[Stretch], person: str, at: int) -> int:
    """When somebody who is away at a moment is back; 0 where they are not away."""
    until = at
    for stretch in sorted((each for each in away if each.person == person), key=lambda each: each.start):
        if stretch.start <= until < stretch.end:
            until = stretch.end
    return until if until > at else 0


def _order(rota: Rota | None, at: int) -> tuple[tuple[str, ...], int, int]:
    """Who takes turns, whose turn it is first, and from when to when that holds; nobody where no rotation runs."""
    if rota is not None and at < rota.since:
        order, start, end = _order(rota.earlier, at)
        return order, start, min(end, rota.since)
    if rota is None or not rota.people:
        return (), at, _NEVER
    number, start, end = _turn(rota, at)
    first = number % len(rota.people)
    return rota.people[first:] + rota.people[:first], start, end


def _next_begins(rota: Rota | None, covers: Sequence[Stretch], away: Sequence[Stretch], at: int) -> int:
    """When somebody may be on call again after a moment when nobody is."""
    moments = [each.start for each in covers] + [each.end for each in away] + ([rota.since] if rota else [])
    return min((moment for moment in moments if moment > at), default=_NEVER)


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
