"""When a cadence asks and whom: by the calendar, or again and again after something happened. Pure.

The words in which somebody says so are read by `cadence_words`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from cxbot.domain import calendar
from cxbot.domain.calendar import Hours

DAY_MS = 24 * 60 * 60 * 1000
PACE = 60
"""People asked in an hour, where nothing else is said."""
MOST = 6
"""How often somebody is asked after one thing that happened, where nothing else is said."""
WORKING = Hours()
"""When people are asked, in their own time zone, where nothing else is set: Monday to Friday, 09:00 to 18:00."""
NO_HOLIDAYS = "none"
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
STEPS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}

Every: TypeAlias = Literal["", "day", "week", "month", "quarter", "year"]
NextTime: TypeAlias = Callable[[Mapping[str, str], str, int], int]
"""next_time(fields of a cron expression, time zone, after): the next moment it means, epoch ms; 0 for none."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a cadence is for; what is '' or 0 takes everybody. `touchpoint`: something happened to them there."""

    segment: str = ""
    touchpoint: str = ""
    language: str = ""
    channel: str = ""
    value: int = 0
    vip: bool = False
    sample: int = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What was said of a cadence.

    By the calendar: `every` with `days` (weekdays from 0, or days of the month), `hour` and `minute`, not before
    `since`; or on `dates`; `at_once`: from when it is started. After something: `after` names the touchpoint, `offsets`
    (ms) when, `again` (ms) how often then, `most` how often at all; it stops on a reply or a case. `pace` is how many
    people an hour; `holidays` the country on whose public holidays nobody is asked ('': as set, "none": on none).
    """

    every: Every = ""
    days: tuple[int, ...] = ()
    hour: int = 10
    minute: int = 0
    since: int = 0
    dates: tuple[int, ...] = ()
    at_once: bool = False
    after: str = ""
    offsets: tuple[int, ...] = ()
    again: int = 0
    most: int = MOST
    pace: int = PACE
    holidays: str = ""
    audience: Audience = field(default_factory=Audience)

    def dump(self) -> str:
        """As JSON, for its row."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Sending:
    """What holds for all cadences together: `hours` (the JSON of an `Hours`) in which people are asked, in their own
    time zone; at most `per_minute` first questions; a second admin approves what asks more people than `approve_above`.
    """

    hours: str = "{}"
    per_minute: int = 60
    approve_above: int = 1_000


def hours_of(plan: Plan, sending: Sending) -> Hours:
    """When a cadence asks: the working hours that are set, with its own country's holidays where it names one."""
    return _hours(sending.hours, plan.holidays)


@lru_cache(maxsize=64)
def _hours(text: str, holidays: str) -> Hours:
    hours = Hours.load(text)
    return hours.model_copy(update={"country": "" if holidays == NO_HOLIDAYS else holidays}) if holidays else hours


def pace_of(plan: Plan, sending: Sending) -> int:
    """How many people a cadence really asks in an hour."""
    return min(plan.pace, 60 * sending.per_minute)


@lru_cache(maxsize=256)
def load(text: str) -> Plan:
    """The plan that `dump` wrote."""
    given: dict[str, Any] = json.loads(text)
    audience = Audience(**given.pop("audience"))
    lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
    return Plan(**{**given, **lists}, audience=audience)


def cron(plan: Plan, zone: str) -> dict[str, str]:
    """A plan by the calendar as the fields of a cron expression; days are those of `since` where none are named."""
    begun = datetime.fromtimestamp(plan.since / 1000, ZoneInfo(zone)) if plan.since else None
    fields = {"hour": str(plan.hour), "minute": str(plan.minute)}
    if plan.every == "week":
        days: Sequence[int] = plan.days or ((begun.weekday(),) if begun else (0,))
        fields["day_of_week"] = ",".join(map(str, days))
    elif plan.every in STEPS:
        months = _months(plan, begun)
        fields["month"] = ",".join(str(month + 1) for month in months)
        shortest = min(MONTH_DAYS[month] for month in months)
        wanted = plan.days or ((begun.day,) if begun else (1,))
        # The 31st of every month is its last day; a date that some month lacks must not drop out silently.
        fields["day"] = ",".join(dict.fromkeys(str(day) if day <= shortest else "last" for day in wanted))
    return fields


def _months(plan: Plan, begun: datetime | None) -> list[int]:
    first = begun.month - 1 if begun else 0
    return sorted((first + at) % 12 for at in range(0, 12, STEPS[plan.every]))


def falls_together(plan: Plan, zone: str) -> bool:
    """Whether several days of the month are one and the same, its last, in a month of the plan that is too short."""
    if plan.every not in STEPS:
        return False
    begun = datetime.fromtimestamp(plan.since / 1000, ZoneInfo(zone)) if plan.since else None
    # Which months those of "every quarter from now" are, nobody knows before it is started.
    months: Sequence[int] = range(12) if plan.at_once else _months(plan, begun)
    return sum(day >= min(MONTH_DAYS[month] for month in months) for day in plan.days) > 1


def begun(plan: Plan, zone: str, now: int) -> Plan:
    """The plan as it is once it is started: what is to begin at once begins then."""
    if not plan.at_once:
        return plan
    here = datetime.fromtimestamp(now / 1000, ZoneInfo(zone))
    return replace(plan, since=now, hour=here.hour, minute=here.minute, dates=() if plan.every else (now,))


def when(plan: Plan) -> Plan:
    """Only when a plan asks, whoever it is and how fast."""
    return replace(plan, pace=PACE, most=MOST, holidays="", audience=Audience())


def next_at(plan: Plan, zone: str, after: int, next_time: NextTime) -> int:
    """When the calendar comes round next, later than `after`; 0 where it does not, or where there is none."""
    if plan.at_once and plan.since > after:
        return plan.since
    if plan.every:
        return next_time(cron(plan, zone), zone, max(after, plan.since - 1))
    return min((moment for moment in plan.dates if moment > after), default=0)


def slot(place: int, pace: int, zone: str, start: int, hours: Hours = WORKING) -> int:
    """When the person at a place in the line is asked: so many an hour, within the working hours of their own day."""
    opens = calendar.next_open(hours, zone, start)
    after = calendar.add_business(hours, zone, opens, place * 60 // pace)
    return calendar.next_open(hours, zone, after)


def working_days(n: int, pace: int, zone: str, start: int, hours: Hours = WORKING) -> int:
    """On how many days so many people are asked."""
    info = ZoneInfo(zone)
    moments = {slot(place, pace, zone, start, hours) for place in [*range(0, n, pace), n - 1]} if n else set()
    return len({datetime.fromtimestamp(moment / 1000, info).date() for moment in moments})


def follow_up_at(plan: Plan, begun_at: int, times: int, zone: str, hours: Hours = WORKING) -> int:
    """When somebody is asked next who has been asked so often, within their working hours; 0: no more."""
    if times >= plan.most:
        return 0
    if times < len(plan.offsets):
        wait = plan.offsets[times]
    elif plan.again:
        wait = (plan.offsets[-1] if plan.offsets else 0) + plan.again * (times - len(plan.offsets) + 1)
    else:
        return 0
    return calendar.next_open(hours, zone, begun_at + wait)


def drawn(cadence_id: str, turn: str, person_id: str, percent: int) -> bool:
    """Whether somebody is in the sample of one time round; another time it is others."""
    digest = hashlib.blake2b(f"{cadence_id}\x1f{turn}\x1f{person_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") * 100 < percent * 2**64


def at_wall(zone: str, year: int, month: int, day: int, hour: int, minute: int) -> int:
    """The moment of a wall clock, epoch ms. Raises ValueError for a date that does not exist."""
    moment = datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone))
    return int(moment.astimezone(UTC).timestamp() * 1000)
