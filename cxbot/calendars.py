"""Calendars as files: the events of an .ics text, those that come again and again one by one."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice, zip_longest
from math import ceil
from typing import Any

from dateutil.rrule import rrulestr

from cxbot.domain import calendar
from cxbot.domain.rota_calendar import Event
from cxbot.ports import Store
from cxbot.transactions import rota_calendar, teams
from cxbot.transactions.rota_calendar import Imported

BEFORE = timedelta(days=35)
"""An event that began longer ago and comes again is looked for no more; a shift is shorter."""
AHEAD = timedelta(days=400)
MOST = 2_000
MOST_SERIES = 100
MOST_DATES = 1_000
"""So many times of one series may be named one by one: added, called off or moved."""
MOST_REPEATS = 100_000
"""So often may all that comes again have come since it began."""
MOST_IN_TEXT = 5_000
"""Events, also those that are over: reading the text takes a second for 2,000."""
MOST_LINES = 60_000
LONGEST_TEXT = 2 * 1024 * 1024
LONGEST_TITLE = 200
FIRST_YEAR = 1990

WHY = {
    "nobody_known": "it names no member of the team, or several",
    "not_said": 'it does not say what it is; write "On call: Ben" or "Ana out"',
    "no_end": "it has no end",
    "not_readable": "its times, or how often it comes again, cannot be read",
}
"""Why an event was skipped, for whoever reads the file."""

_OFTEN = frozenset({"HOURLY", "MINUTELY", "SECONDLY"})
_NOT_READ = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND", "BYEASTER"})
_WEEKLY_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
_MOST_LISTED = 31
"""So many values may a part of a rule have; the days of a month are the longest list that makes sense."""
_CYCLE = 28
"""After so many years every date falls on the same day of the week again, but across most turns of a century."""
_CENTURIES = 8_000
"""After so many years it does so across those too."""
_MISTAKES = (ValueError, TypeError, KeyError, AttributeError, OverflowError, IndexError)


class CalendarMistake(Exception):
    """A text that is no calendar, or has too much in it; the message says what to do."""


class _Repeats:
    """Counts how often all that comes again has come, so that no calendar takes for ever to look through."""

    def __init__(self) -> None:
        self.left = MOST_REPEATS

    def one_more(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise CalendarMistake(
                f"The events that come again came more than {MOST_REPEATS} times since they began. Export fewer."
            )


async def take(store: Store, team_id: str, text: str, actor_id: str, now: int) -> Imported | None:
    """Takes over a team's calendar; None where there is no such team. Raises CalendarMistake."""
    team = await store.read(teams.get, team_id)
    if team is None:
        return None
    found = await asyncio.to_thread(events, text, team["time_zone"], now)
    return await store.run(rota_calendar.take, team_id, found, actor_id, now)


def events(text: str, zone: str, now: int) -> list[Event]:
    """The events that are not over, 400 days ahead, in order. Raises CalendarMistake.

    Whole days, and times without a zone, are of `zone`.
    """
    since = datetime.fromtimestamp(now / 1000, UTC).replace(tzinfo=None)
    found: list[Event] = []
    parts, lines = _parts(text)
    moved, repeats = _moved(parts), _Repeats()
    for part, line in zip(parts, lines, strict=True):
        title, people = str(part.get("SUMMARY", ""))[:LONGEST_TITLE], _people(part)
        if str(part.get("STATUS", "")).upper() == "CANCELLED":
            continue
        try:
            for start, end in _times(part, zone, since, moved, repeats):
                if start <= now + AHEAD // timedelta(milliseconds=1) and (end > now or end == start > now):
                    found.append(Event(start, end, title, people, line))
        except _MISTAKES:
            found.append(Event(0, 0, title, people, line, readable=False))
    if len(found) > MOST:
        raise CalendarMistake(f"The calendar has more than {MOST} events in {AHEAD.days} days. Export fewer.")
    return sorted(found, key=lambda event: (event.start, event.line))


def _parts(text: str) -> tuple[list[Any], list[int]]:
    """Every event as it stands in the text, and its line."""
    import icalendar  # noqa: PLC0415 -- it and what it brings along cost a third of a second

    if len(text) > LONGEST_TEXT:
        raise CalendarMistake(f"The calendar has more than {LONGEST_TEXT} characters. Export fewer events.")
    lines = [number for number, line in enumerate(text.split("\n"), 1) if line.rstrip().upper() == "BEGIN:VEVENT"]
    if len(lines) > MOST_IN_TEXT or text.count("\n") > MOST_LINES:
        raise CalendarMistake(f"The calendar has more than {MOST_IN_TEXT} events or {MOST_LINES} lines. Export fewer.")
    try:
        calendars = icalendar.Calendar.from_ical(text, multiple=True)
        if {each.name for each in calendars} != {"VCALENDAR"} or not text.rstrip().upper().endswith("END:VCALENDAR"):
            raise ValueError("it is none, or it breaks off")
        parts = [part for each in calendars for part in each.walk("VEVENT")]
    except _MISTAKES as error:
        said = (str(error) or type(error).__name__).splitlines()[0][:120]
        raise CalendarMistake(f"This calendar (.ics) cannot be read: {said}") from None
    if sum(len(_listed(part.get("RRULE"))) for part in parts) > MOST_SERIES:
        raise CalendarMistake(f"The calendar has more than {MOST_SERIES} events that come again. Export fewer.")
    pairs = list(zip_longest(parts, lines[: len(parts)], fillvalue=0))
    return [part for part, _ in pairs], [line for _, line in pairs]


def _moved(parts: Sequence[Any]) -> dict[str, list[date]]:
    """Which of each series' times stand in the calendar by themselves, because they were moved or called off."""
    found: dict[str, list[date]] = defaultdict(list)
    for part in parts:
        try:
            instead_of = getattr(part.get("RECURRENCE-ID"), "dt", None)
        except _MISTAKES:
            continue  # where its own times are read it is found to be unreadable
        if instead_of is not None:
            found[str(part.get("UID"))].append(instead_of)
    return found


def _times(
    part: Any, zone: str, since: datetime, moved: Mapping[str, Sequence[date]], repeats: _Repeats
) -> Iterator[tuple[int, int]]:
    """From when to when an event lasts, each time it comes, by the clock on the wall of its own zone."""
    first = part["DTSTART"].dt
    own = first.tzinfo if isinstance(first, datetime) else None
    start = _wall(first, own)
    length = _end(part, first, own) - start
    if "RECURRENCE-ID" in part:
        if part["RECURRENCE-ID"].params.get("RANGE") or not isinstance(part["RECURRENCE-ID"].dt, date):
            raise ValueError("this and all that follow were moved, or it is not said what was")
        walls = [start]
    elif "RRULE" in part or "RDATE" in part:
        walls = _walls(part, start, own, since, moved.get(str(part.get("UID")), ()), repeats)
    else:
        walls = [start]
    for wall in walls:
        yield _moment(wall, own, zone), _moment(wall + length, own, zone)


def _end(part: Any, first: date, own: tzinfo | None) -> datetime:
    if "DTEND" in part:
        return _wall(part["DTEND"].dt, own)
    whole_day = timedelta(days=0 if isinstance(first, datetime) else 1)
    return _wall(first, own) + (part["DURATION"].dt if "DURATION" in part else whole_day)


def _walls(
    part: Any, start: datetime, own: tzinfo | None, since: datetime, moved: Sequence[date], repeats: _Repeats
) -> list[datetime]:
    """When a series comes, within the time that is looked at."""
    if start.year < FIRST_YEAR:
        raise ValueError("it began too long ago")
    given, off = [*_dates(part, "RDATE")], [*_dates(part, "EXDATE"), *moved]
    if len(given) + len(off) > MOST_DATES:
        raise ValueError("too many of its times are named one by one")
    last = since + AHEAD + timedelta(days=1)
    found = {start, *(_wall(each, own, start.time()) for each in given)}
    for rule in _listed(part.get("RRULE")):
        if start <= last:
            found.update(_by_rule(rule, start, own, last, repeats))
    found -= {_wall(each, own, start.time()) for each in off}
    return sorted(wall for wall in found if since - BEFORE <= wall <= last)


def _by_rule(rule: Any, start: datetime, own: tzinfo | None, last: datetime, repeats: _Repeats) -> Iterator[datetime]:
    """When a series comes by one of its rules, from its start to its end or the `last` that is looked at.

    A rule by which nothing ever comes is looked at until the last year there is. So the series is read in the latest
    years that have the same days of the week: then that is soon.
    """
    later = _years_later(last)
    if start.year + later <= MAXYEAR // 100 * 100:
        raise ValueError("it began too long ago")
    bounded = _checked(rule)
    (count,) = bounded.pop("COUNT", [None])
    until = [_wall(each, own, time.max) for each in bounded.pop("UNTIL", [])]
    bounded["UNTIL"] = [_moved_on(min([*until, last]).replace(microsecond=0), later)]
    for wall in islice(rrulestr(bounded.to_ical().decode(), dtstart=_moved_on(start, later)), count):
        repeats.one_more()
        yield _moved_on(wall, -later)


def _years_later(last: datetime) -> int:
    """By how many years a time until `last` is moved on, so that its days of the week stay and it is near the end.

    The last year of all stays free, for a week may run over it.
    """
    return _CENTURIES - ceil((last.year + _CENTURIES - (MAXYEAR - 1)) / _CYCLE) * _CYCLE


def _moved_on(wall: datetime, years: int) -> datetime:
    return wall.replace(year=wall.year + years)


def _checked(rule: Any) -> Any:
    """A copy of a rule that can be read."""
    often, parts = str(rule.get("FREQ", [""])[0]).upper(), {str(part).upper() for part in rule}
    if often in _OFTEN or parts & _NOT_READ or (often in {"DAILY", "WEEKLY"} and not parts <= _WEEKLY_PARTS):
        raise ValueError("it comes more than once a day, or by a rule that is not read")
    (interval,) = rule.get("INTERVAL", [1])
    if interval < 1 or any(len(values) > _MOST_LISTED for values in rule.values()):
        raise ValueError("it never comes again, or lists more than makes sense")
    return rule.copy()


def _dates(part: Any, name: str) -> Iterator[date]:
    for listed in _listed(part.get(name)):
        for each in listed.dts:
            yield each.dt[0] if isinstance(each.dt, tuple) else each.dt


def _listed(given: Any) -> list[Any]:
    return [] if given is None else given if isinstance(given, list) else [given]


def _wall(given: date, own: tzinfo | None, at: time = time()) -> datetime:
    """A moment as a clock on the wall shows it in an event's own zone; a day begins `at`."""
    if not isinstance(given, datetime):
        return datetime.combine(given, at)
    return (given.astimezone(own) if own and given.tzinfo else given).replace(tzinfo=None)


def _moment(wall: datetime, own: tzinfo | None, zone: str) -> int:
    return int(wall.replace(tzinfo=own).timestamp() * 1000) if own else calendar.instant(zone, wall)


def _people(part: Any) -> tuple[str, ...]:
    """The names and addresses of those who take part."""
    found: list[str] = []
    for each in _listed(part.get("ATTENDEE")):
        found += [str(each.params.get("CN", "")), str(each).partition(":")[2] or str(each)]
    return tuple(each for each in found if each)
