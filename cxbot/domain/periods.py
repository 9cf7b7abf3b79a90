"""Reads what span of days somebody means: "last month", "最近 14 天", "2025-11-01 to 2025-11-14". Pure.

"Week" is the last 7 days, "this week" since Monday, and so for months, quarters and years. Days are those of the
company's time zone; both ends belong to the period.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from cxbot.domain import replies

MOST_DAYS = 3_660
"""The longest period that is looked at."""
ROLLING = {"today": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}
"""Periods that end today, and their days."""
_NAMES = {
    "today": "today|今天|今日|当天",
    "yesterday": "yesterday|昨天|昨日",
    "week": "week|一周",
    "month": "month|一个月|月",
    "quarter": "quarter|季度",
    "year": "year|一年|年",
    "this_week": "this week|本周|这周|本星期|这星期|这个星期|本礼拜|这礼拜",
    "this_month": "this month|本月|这个月",
    "this_quarter": "this quarter|本季度|本季|这个季度|这一季",
    "this_year": "this year|今年|本年",
    "last_week": "last week|previous week|上周|上星期|上个星期|上礼拜",
    "last_month": "last month|previous month|上月|上个月",
    "last_quarter": "last quarter|previous quarter|上季度|上季|上个季度",
    "last_year": "last year|previous year|去年",
}
_NAMED = {phrase: name for name, phrases in _NAMES.items() for phrase in phrases.split("|")}
_DATE = r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})[日号]?"
_DAYS = re.compile(
    r"(?:the )?(?:last|past|最近的?|近|过去的?) ?(\d{1,4}) ?(days?|d|天|日|weeks?|周|星期|months?|个?月)(?![a-z])"
)
_RANGE = re.compile(rf"(?:from |between |从|自)?{_DATE} ?(?:to|until|till|and|-{{1,2}}|~|\.\.|到|至) ?{_DATE}")
_DAYS_OF_MONTH = re.compile(rf"(?:从|自)?{_DATE} ?(?:-|~|到|至) ?(\d{{1,2}})[日号]")
_SINCE = re.compile(rf"(?:since|from|从|自) ?{_DATE}(?: ?(?:起|以来|开始))?")
_ONE = re.compile(_DATE)
_UNITS = {"d": 1, "天": 1, "日": 1, "w": 7, "周": 7, "星": 7, "m": 30, "月": 30, "个": 30}


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days. `name` is one of the known names, "days" for the last so many, "dates" for days of a calendar."""

    name: str
    since: date
    until: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1

    def before(self) -> Period:
        """The period before it: the calendar month, quarter or year before, else as many days right before it.

        Before one that still runs, as many days of the one before: as far as that had come by then.
        """
        if self.name in _MONTHS:
            first, last = _earlier(self.since, _MONTHS[self.name]), self.since - timedelta(days=1)
            if self.name.startswith("this_"):
                last = min(last, first + timedelta(days=self.days - 1))
            return Period("dates", first, last)
        if self.name == "this_week":
            return Period("dates", self.since - timedelta(days=7), self.until - timedelta(days=7))
        return Period("dates", self.since - timedelta(days=self.days), self.since - timedelta(days=1))


_MONTHS = {
    f"{which}_{name}": n for which in ("this", "last") for name, n in (("month", 1), ("quarter", 3), ("year", 12))
}


def rolling(name: str, today: date) -> Period:
    """The period of this name that ends today."""
    return Period(name, today - timedelta(days=ROLLING[name] - 1), today)


def read(words: str, today: date) -> tuple[Period | None, str]:
    """The period that the words name, and the words without it; None where they name none that there is."""
    line = replies.fold(words)
    for pattern, made in (
        (_RANGE, _range),
        (_DAYS_OF_MONTH, _days_of_month),
        (_DAYS, _last_days),
        (_SINCE, _since),
        (_ONE, _one_day),
    ):
        for found in pattern.finditer(line):
            if (period := made(found, today)) is not None:
                return period, _without(line, found.start(), found.end())
    for phrase in sorted(_NAMED, key=len, reverse=True):
        named = re.search(rf"(?<!\S)(?:in |for |the )*{re.escape(phrase)}(?!\S)", line)
        if named is not None:
            return _called(_NAMED[phrase], today), _without(line, named.start(), named.end())
    return None, words


def _called(name: str, today: date) -> Period:
    if name in ROLLING:
        return rolling(name, today)
    if name == "yesterday":
        return Period(name, today - timedelta(days=1), today - timedelta(days=1))
    monday = today - timedelta(days=today.weekday())
    if name == "this_week":
        return Period(name, monday, today)
    if name == "last_week":
        return Period(name, monday - timedelta(days=7), monday - timedelta(days=1))
    months = _MONTHS[name]
    this = today.replace(day=1, month=(today.month - 1) // months * months + 1)
    if name.startswith("this_"):
        return Period(name, this, today)
    return Period(name, _earlier(this, months), this - timedelta(days=1))


def _earlier(first: date, months: int) -> date:
    """The first of the month so many months before."""
    at = max(first.year * 12 + first.month - 1 - months, 12)
    return date(at // 12, at % 12 + 1, 1)


def _range(found: re.Match[str], today: date) -> Period | None:
    """Without years it is the latest that has begun, even where it ends ahead of today."""
    if found[4]:
        until = _day(found[4], found[5], found[6], today)
        since = _day(found[1] or found[4], found[2], found[3], today)
        if since is not None and until is not None and found[1] is None and since > until:
            since = _day(str(until.year - 1), found[2], found[3], today)
    else:
        since = _day(found[1], found[2], found[3], today)
        until = _next(found[5], found[6], since) if since else None
    return _span(*sorted((since, until))) if since and until else None


def _days_of_month(found: re.Match[str], today: date) -> Period | None:
    since = _day(found[1], found[2], found[3], today)
    return _span(since, _day(str(since.year), found[2], found[4], today)) if since else None


def _since(found: re.Match[str], today: date) -> Period | None:
    return _span(_day(found[1], found[2], found[3], today), today)


def _one_day(found: re.Match[str], today: date) -> Period | None:
    day = _day(found[1], found[2], found[3], today)
    return _span(day, day)


def _last_days(found: re.Match[str], today: date) -> Period | None:
    days = int(found[1]) * _UNITS[found[2][0]]
    if not 1 <= days <= MOST_DAYS:
        return None
    return Period("days", today - timedelta(days=days - 1), today)


def _span(since: date | None, until: date | None) -> Period | None:
    if since is None or until is None or not 0 <= (until - since).days < MOST_DAYS or since.year < 3:
        return None
    return Period("dates", since, until)


def _day(year: str | None, month: str, day: str, today: date) -> date | None:
    """A day of the calendar; without a year the one that is not ahead of today."""
    try:
        if year:
            return date(int(year), int(month), int(day))
        found = date(today.year, int(month), int(day))
        return found if found <= today else found.replace(year=today.year - 1)
    except ValueError:
        return None


def _next(month: str, day: str, since: date) -> date | None:
    """The first such day of the calendar that is not before another."""
    found = _day(str(since.year), month, day, since)
    return found if found is None or found >= since else _day(str(since.year + 1), month, day, since)


def _without(line: str, start: int, end: int) -> str:
    return " ".join(f"{line[:start]} {line[end:]}".split())
