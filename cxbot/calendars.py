"""Calendars as files: the events of an .ics text, those that come again and again one by one."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import zip_longest
from typing import Any

from dateutil.rrule import rruleset, rrulestr

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
_WEEKLY_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
_MISTAKES = (ValueError, TypeError, KeyError, AttributeError, OverflowError, IndexError)


class CalendarMistake(ValueError):
    """A text that is no calendar, or has too much in it; the message says what to do."""


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
    moved = _moved(parts)
    for part, line in zip(parts, lines, strict=True):
        title, people = str(part.get("SUMMARY", ""))[:LONGEST_TITLE], _people(part)
        if str(part.get("STATUS", "")).upper() == "CANCELLED":
            continue
        try:
            for start, end in _times(part, zone, since, moved):
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
    try:
        calendars = icalendar.Calendar.from_ical(text, multiple=True)
        if {each.name for each in calendars} != {"VCALENDAR"} or not text.rstrip().upper().endswith("END:VCALENDAR"):
            raise ValueError("it is none, or it breaks off")
        parts = [part for each in calendars for part in each.walk("VEVENT")]
    except _MISTAKES as error:
        said = (str(error) or type(error).__name__).splitlines()[0][:120]
        raise CalendarMistake(f"This calendar (.ics) cannot be read: {said}") from None
    if sum("RRULE" in part for part in parts) > MOST_SERIES:
        raise CalendarMistake(f"The calendar has more than {MOST_SERIES} events that come again. Export fewer.")
    lines = [number for number, line in enumerate(text.split("\n"), 1) if line.rstrip().upper() == "BEGIN:VEVENT"]
    pairs = list(zip_longest(parts, lines[: len(parts)], fillvalue=0))
    return [part for part, _ in pairs], [line for _, line in pairs]


def _moved(parts: Sequence[Any]) -> dict[str, list[date]]:
    """Which of each series' times stand in the calendar by themselves, because they were moved or called off."""
    found: dict[str, list[date]] = defaultdict(list)
    for part in parts:
        instead_of = getattr(part.get("RECURRENCE-ID"), "dt", None)
        if instead_of is not None:
            found[str(part.get("UID"))].append(instead_of)
    return found


def _times(part: Any, zone: str, since: datetime, moved: Mapping[str, Sequence[date]]) -> Iterator[tuple[int, int]]:
    """From when to when an event lasts, each time it comes, by the clock on the wall of its own zone."""
    first = part["DTSTART"].dt
    own = first.tzinfo if isinstance(first, datetime) else None
    start = _wall(first, own)
    length = _end(part, first, own) - start
    if "RECURRENCE-ID" in part:
        if part["RECURRENCE-ID"].params.get("RANGE"):
            raise ValueError("this and all that follow were moved")
        walls = [start]
    elif "RRULE" in part or "RDATE" in part:
        walls = _walls(part, start, own, since, moved.get(str(part.get("UID")), ()))
    else:
        walls = [start]
    for wall in walls:
        yield _moment(wall, own, zone), _moment(wall + length, own, zone)


def _end(part: Any, first: date, own: tzinfo | None) -> datetime:
    if "DTEND" in part:
        return _wall(part["DTEND"].dt, own)
    whole_day = timedelta(days=0 if isinstance(first, datetime) else 1)
    return _wall(first, own) + (part["DURATION"].dt if "DURATION" in part else whole_day)


def _walls(part: Any, start: datetime, own: tzinfo | None, since: datetime, moved: Sequence[date]) -> list[datetime]:
    """When a series comes, within the time that is looked at."""
    if start.year < FIRST_YEAR:
        raise ValueError("it began too long ago")
    last = since + AHEAD + timedelta(days=1)
    series = rruleset()
    series.rdate(start)
    for rule in _listed(part.get("RRULE")):
        series.rrule(rrulestr(_rule(rule, own, last), dtstart=start))
    for given in _dates(part, "RDATE"):
        series.rdate(_wall(given, own, start.time()))
    for given in (*_dates(part, "EXDATE"), *moved):
        series.exdate(_wall(given, own, start.time()))
    return list(series.between(since - BEFORE, last, inc=True))


def _rule(rule: Any, own: tzinfo | None, last: datetime) -> str:
    """A rule by the clock on the wall, with an end; one by which nothing ever comes would be looked at for long."""
    often = str(rule.get("FREQ", [""])[0]).upper()
    parts = {str(part).upper() for part in rule}
    if often in _OFTEN or parts & {"BYHOUR", "BYMINUTE", "BYSECOND"}:
        raise ValueError("it comes more than once a day")
    if often in {"DAILY", "WEEKLY"} and not parts <= _WEEKLY_PARTS:
        raise ValueError("it comes by a rule that is not read")
    bounded = rule.copy()
    until = [_wall(each, own, time.max) for each in bounded.pop("UNTIL", [])]
    if "COUNT" not in bounded:
        bounded["UNTIL"] = [min([*until, last]).replace(microsecond=0)]
    return str(bounded.to_ical().decode())


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
