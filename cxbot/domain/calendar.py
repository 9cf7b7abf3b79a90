"""Business time: opening hours, holidays and make-up workdays (调休), nights. Times are epoch milliseconds.

An instant is judged by the wall clock of an IANA time zone, so a day may have 23 or 25 hours. An unknown zone counts as
UTC; zones are checked where they come in (`is_zone`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cxbot.domain.hours import Hours, Opening, read_hours

__all__ = [
    "Hours",
    "NeverOpen",
    "add_business",
    "business_minutes",
    "closes",
    "instant",
    "is_night",
    "is_open",
    "is_zone",
    "next_open",
    "night_ends",
    "read_hours",
    "same_clock",
]

MINUTE_MS = 60_000
SEARCH_DAYS = 370
"""So many days without an opening mean that there is none."""
LONGEST_DAYS = 3660
"""Ten years: further ahead nothing is promised."""

_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


class NeverOpen(ValueError):
    """The calendar has no opening within reach: 370 days without one, or ten years without enough of them."""


def is_zone(name: str) -> bool:
    """Whether this is the name of an IANA time zone, such as "Asia/Shanghai"."""
    return bool(name) and _zone(name) is not None


def is_open(hours: Hours, zone: str, at: int) -> bool:
    """Whether the team works at that moment."""
    day = _local(zone, at).date()
    return any(start <= at < end for start, end in _openings_from(hours, zone, day, days=1))


def next_open(hours: Hours, zone: str, at: int) -> int:
    """That moment where the team works then, else the next opening. Raises NeverOpen."""
    for start, end in _openings_from(hours, zone, _local(zone, at).date()):
        if end > at:
            return max(start, at)
    raise NeverOpen(f"no opening within {LONGEST_DAYS} days")


def add_business(hours: Hours, zone: str, at: int, minutes: int) -> int:
    """The earliest moment from `at` on by which `minutes` of business time have passed; `at` itself for none.

    Raises NeverOpen.
    """
    left = minutes * MINUTE_MS
    if left <= 0:
        return at
    for start, end in _openings_from(hours, zone, _local(zone, at).date()):
        start = max(start, at)  # noqa: PLW2901 -- what lies before `at` does not count
        if end - start >= left:
            return start + left
        left -= max(end - start, 0)
    raise NeverOpen(f"not {minutes} minutes of business time within {LONGEST_DAYS} days")


def business_minutes(hours: Hours, zone: str, start: int, end: int) -> int:
    """The whole minutes of business time between two moments; 0 where the second is not the later one."""
    total = 0
    if end <= start:
        return 0
    days = (_local(zone, end).date() - _local(zone, start).date()).days + 1
    for opens, closes in _openings_from(hours, zone, _local(zone, start).date(), days=days, patient=True):
        total += max(min(closes, end) - max(opens, start), 0)
    return total // MINUTE_MS


def same_clock(zone: str, other: str, at: int) -> bool:
    """Whether the clocks of two time zones show the same at that moment."""
    return _local(zone, at).utcoffset() == _local(other, at).utcoffset()


def closes(hours: Hours, zone: str, day: date) -> int | None:
    """When the team stops working that day, epoch ms; None where it does not work then."""
    openings = _of_day(hours, zone, day)
    return openings[-1][1] if openings else None


def is_night(zone: str, at: int, night_from: str = "21:00", night_to: str = "08:00") -> bool:
    """Whether it is night there; a night that ends where it begins does not exist."""
    local = _local(zone, at).time()
    begins, ends = _time_of_day(night_from), _time_of_day(night_to)
    if begins < ends:
        return begins <= local < ends
    return begins != ends and (local >= begins or local < ends)


def night_ends(zone: str, at: int, night_from: str = "21:00", night_to: str = "08:00") -> int:
    """The end of the night that it is there, or `at` by day."""
    if not is_night(zone, at, night_from, night_to):
        return at
    ends = _time_of_day(night_to)
    local = _local(zone, at)
    day = local.date() + timedelta(days=int(local.time() >= ends))
    morning = instant(zone, datetime.combine(day, ends))
    # When the clock is put back over the end of the night, it comes twice; the second is meant.
    return morning if morning > at else instant(zone, datetime.combine(day, ends).replace(fold=1))


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no name at all, a folder's name: zoneinfo raises all three
        return None


def _local(zone: str, at: int) -> datetime:
    return (_ZERO + timedelta(milliseconds=at)).astimezone(_zone(zone) or UTC)


def instant(zone: str, wall: datetime) -> int:
    """The moment (epoch ms) a wall clock shows `wall`; in an hour that does not exist, when it is put forward."""
    info = _zone(zone) or UTC
    at = _milliseconds(wall.replace(tzinfo=info))
    if _local(zone, at).replace(tzinfo=None, fold=0) == wall.replace(fold=0):
        return at
    before = _milliseconds(wall.replace(tzinfo=info, fold=1))
    after = _milliseconds(wall.replace(tzinfo=info, fold=0))
    before, after = min(before, after), max(before, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _local(zone, middle).replace(tzinfo=None, fold=0) < wall.replace(fold=0):
            before = middle
        else:
            after = middle
    return after


def _milliseconds(moment: datetime) -> int:
    return (moment - _ZERO) // timedelta(milliseconds=1)


def _openings_from(
    hours: Hours, zone: str, first: date, *, days: int = LONGEST_DAYS, patient: bool = False
) -> Iterator[tuple[int, int]]:
    """Openings in order, none overlapping another, from the day before `first` (it may reach into it).

    Raises NeverOpen after SEARCH_DAYS without one, unless patient.
    """
    reached, empty = None, 0
    for step in range(-1, days):
        day_openings = _of_day(hours, zone, first + timedelta(days=step))
        for start, end in day_openings:
            if reached is not None and start < reached:
                start = reached  # noqa: PLW2901 -- the part that is open already
            if start < end:
                reached = end
                yield start, end
        empty = 0 if day_openings else empty + 1
        if empty > SEARCH_DAYS and not patient:
            raise NeverOpen(f"no opening within {SEARCH_DAYS} days")


_KNOWN: dict[int, tuple[Hours, dict[tuple[str, date], list[tuple[int, int]]]]] = {}
"""Openings that were worked out before, by the hours they are of, which have no hash; a case asks for the same days."""
_MOST_HOURS, _MOST_DAYS = 256, 2_000


def _of_day(hours: Hours, zone: str, day: date) -> list[tuple[int, int]]:
    kept = _KNOWN.get(id(hours))
    if kept is None or kept[0] is not hours:
        if len(_KNOWN) >= _MOST_HOURS:
            _KNOWN.clear()
        kept = _KNOWN[id(hours)] = (hours, {})
    days = kept[1]
    if (zone, day) not in days:
        if len(days) >= _MOST_DAYS:
            days.clear()
        days[zone, day] = _worked_out(hours, zone, day)
    return days[zone, day]


def _worked_out(hours: Hours, zone: str, day: date) -> list[tuple[int, int]]:
    found = []
    for opens, closes in _hours_of(hours, day):
        start = _wall(day, opens)
        end = _wall(day, closes)
        if end <= start:
            end += timedelta(days=1)
        # Of an hour that comes twice the opening takes the first, the closing the second.
        begun, ended = instant(zone, start), instant(zone, end.replace(fold=1))
        if begun < ended:
            found.append((begun, ended))
    return sorted(found)


def _hours_of(hours: Hours, day: date) -> tuple[Opening, ...]:
    name = day.isoformat()
    if name in hours.closed:
        return ()
    own = hours.days.get(day.weekday(), ())
    if name in hours.opened:
        return own or _first_weekday(hours)
    if hours.country:
        holidays, workdays = _country_days(hours.country, day.year)
        if day in holidays:
            return ()
        if day in workdays:
            return own or _first_weekday(hours)
    return own


def _first_weekday(hours: Hours) -> tuple[Opening, ...]:
    return next((openings for _, openings in sorted(hours.days.items()) if openings), ())


@lru_cache(maxsize=512)
def _country_days(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """A year's holidays, and the weekend days that are worked instead."""
    if country == "CN":
        from chinese_calendar import constants  # noqa: PLC0415 -- only where such a calendar is in use

        if any(day.year == year for day in constants.holidays):
            # What the State Council has published, a year at a time.
            return (
                frozenset(day for day in constants.holidays if day.year == year),
                frozenset(day for day in constants.workdays if day.year == year),
            )
    import holidays  # noqa: PLC0415 -- costs a tenth of a second

    code, _, part = country.partition("-")
    known = holidays.country_holidays(code, subdiv=part or None, years=[year])
    worked = frozenset(day for day in getattr(known, "weekend_workdays", ()) if day.year == year)
    return frozenset(known) - worked, worked


@lru_cache(maxsize=256)
def _time_of_day(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour) % 24, int(minute))


def _wall(day: date, text: str) -> datetime:
    hour, _, minute = text.partition(":")
    return datetime.combine(day, time()) + timedelta(hours=int(hour), minutes=int(minute))
