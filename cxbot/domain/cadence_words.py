"""Reading what somebody says of a cadence: "every quarter from 1 dec 10:00", "delivery 后 1周 3周". Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from cxbot.domain import cadence
from cxbot.domain.cadence import DAY_MS, Audience, Every, Plan
from cxbot.domain.hours import Hours

LONGEST_NAME = 24
HIGHEST_PACE = 10_000
MOST_TIMES = 50
_UNITS = {"d": 1, "w": 7, "m": 30}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE_WEEKDAYS = "一二三四五六日"
_EVERY: dict[str, Every] = {
    "quarter": "quarter", "quarterly": "quarter", "季度": "quarter", "季": "quarter",
    "month": "month", "monthly": "month", "月": "month",
    "week": "week", "weekly": "week", "周": "week", "週": "week", "星期": "week",
    "day": "day", "daily": "day", "天": "day", "日": "day",
    "year": "year", "yearly": "year", "年": "year",
}  # fmt: skip
LANGUAGES = {
    "en": "en", "english": "en", "英文": "en", "英语": "en", "英語": "en",
    "zh-cn": "zh-CN", "简体": "zh-CN", "简体中文": "zh-CN", "簡體": "zh-CN", "簡體中文": "zh-CN",
    "zh-tw": "zh-TW", "繁体": "zh-TW", "繁体中文": "zh-TW", "繁體": "zh-TW", "繁體中文": "zh-TW",
}  # fmt: skip
NAME = re.compile(r"[\w-]{1,24}")
_UNIT = r"(?P<unit>w(?:eeks?)?\b|d(?:ays?)?\b|months?\b|(?:个|個)?(?:周|週|星期)|天|日|(?:个|個)月)"
_BLANK = re.compile(
    r"(?:[\s,、，;；]|\b(?:on|from|starting|at|the|in|and|then|of|people|customers)\b"
    r"|从|從|在|于|於|和|且|起|开始|開始|然后|然後|的)+"
)


Problem = Literal[
    "words", "when", "date", "days", "together", "pace", "sample", "most", "language", "name", "again", "both", "value",
    "vip", "holidays",
]  # fmt: skip
"""What is wrong or missing."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Not understood: the words from which on it was not, or what is missing or wrong (`when`, `name`, `date` …)."""

    words: str = ""
    problem: Problem = "words"


@dataclass(frozen=True, slots=True)
class Said:
    """What was understood: the plan, and the name where one was given."""

    plan: Plan
    name: str = ""


@dataclass(slots=True)
class _Found:
    """What has been read so far."""

    plan: dict[str, Any] = field(default_factory=dict)
    audience: dict[str, Any] = field(default_factory=dict)
    weekdays: list[int] = field(default_factory=list)
    month_days: list[int] = field(default_factory=list)
    dates: list[tuple[int, int, int]] = field(default_factory=list)
    clock: tuple[int, int] | None = None
    at_once: bool = False
    name: str = ""
    problem: str = ""


def read(words: str, zone: str, now: int) -> Said | Unread:
    """Reads the line; dates and times are in the zone, and a date without a year is the next such."""
    found = _Found()
    today = datetime.fromtimestamp(now / 1000, ZoneInfo(zone))
    at = 0
    while at < len(words):
        if blank := _BLANK.match(words, at):
            at = blank.end()
            continue
        for pattern, take in _TOKENS:
            if token := pattern.match(words, at):
                take(found, token, today)
                at = token.end()
                break
        else:
            return Unread(words[at:])
        if found.problem:
            return Unread(token[0], cast(Any, found.problem))
    return _result(found, zone, now)


def _result(found: _Found, zone: str, now: int) -> Said | Unread:
    given = dict(found.plan)
    hour, minute = found.clock or (10, 0)
    try:
        moments = sorted(cadence.at_wall(zone, *day, hour, minute) for day in found.dates)
    except ValueError:
        return Unread(problem="date")
    if any(moment <= now for moment in moments):
        return Unread(problem="date")
    follows, calendar = bool(given.get("after")), bool(given.get("every"))
    if follows and (calendar or moments):
        return Unread(problem="both")
    if given.get("again") and not follows:
        return Unread(problem="again")
    if not (follows or calendar or moments or found.at_once):
        return Unread(problem="when")
    if follows and not (given.get("offsets") or given.get("again")):
        return Unread(problem="when")
    if (found.weekdays and (found.month_days or given["every"] != "week")) or (
        found.month_days and given["every"] in ("day", "week")
    ):
        return Unread(problem="days")
    if found.at_once and not follows:
        given["at_once"] = True
    elif calendar:
        given |= {"since": moments[0] if moments else 0, "hour": hour, "minute": minute}
    elif moments:
        given |= {"dates": tuple(moments), "hour": hour, "minute": minute}
    given["days"] = tuple(sorted({*found.weekdays, *found.month_days}))
    given["offsets"] = tuple(sorted(given.get("offsets", ())))
    plan = replace(Plan(), **given, audience=Audience(**found.audience))
    return Unread(problem="together") if cadence.falls_together(plan, zone) else Said(plan, found.name)


# What may stand in the line -------------------------------------------------------------------------------------------

_Take = Callable[[_Found, "re.Match[str]", datetime], None]


def _every(found: _Found, token: re.Match[str], today: datetime) -> None:
    found.plan["every"] = _EVERY[token["every"].casefold()]


def _weekday(found: _Found, token: re.Match[str], today: datetime) -> None:
    found.plan.setdefault("every", "week")
    said = token["weekday"].casefold().replace("天", "日")
    day = _WEEKDAYS.index(said[:3]) if said.isascii() else _CHINESE_WEEKDAYS.index(said)
    found.weekdays.append(day)


def _month_day(found: _Found, token: re.Match[str], today: datetime) -> None:
    found.plan.setdefault("every", "month")
    days = [int(day) for day in re.findall(r"\d+", token["days"])]
    if not all(1 <= day <= 31 for day in days):
        found.problem = "date"
    found.month_days += days


def _date(found: _Found, token: re.Match[str], today: datetime) -> None:
    groups = token.groupdict()
    named = (groups.get("name") or "").casefold()[:3]
    month = _MONTHS.index(named) + 1 if named else int(groups["month"])
    year = int(groups["year"]) if groups.get("year") else today.year
    day = int(groups["day"])
    if not groups.get("year") and (month, day) < (today.month, today.day):
        year += 1
    found.dates.append((year, month, day))


def _near(found: _Found, token: re.Match[str], today: datetime) -> None:
    if token["near"].casefold() in ("now", "现在", "現在", "马上", "馬上"):
        found.at_once = True
        return
    day = today + timedelta(days=int(token["near"].casefold() in ("tomorrow", "明天")))
    found.dates.append((day.year, day.month, day.day))


def _clock(found: _Found, token: re.Match[str], today: datetime) -> None:
    half = token.groupdict().get("half")
    hour, minute = int(token["hour"]), 30 if half else int(token.groupdict().get("minute") or 0)
    if hour > 23 or minute > 59:
        found.problem = "date"
    found.clock = (hour % 24, minute % 60)


def _after(found: _Found, token: re.Match[str], today: datetime) -> None:
    found.plan["after"] = token["after"]


def _span(token: re.Match[str]) -> int:
    unit = token["unit"].casefold()
    days = _UNITS.get(unit[0]) or (1 if unit in ("天", "日") else 30 if unit.endswith("月") else 7)
    return int(token["n"]) * days * DAY_MS


def _again(found: _Found, token: re.Match[str], today: datetime) -> None:
    found.plan["again"] = _span(token)
    if not found.plan["again"]:
        found.problem = "when"


def _offset(found: _Found, token: re.Match[str], today: datetime) -> None:
    found.plan["offsets"] = [*found.plan.get("offsets", ()), _span(token)]


def _week(found: _Found, token: re.Match[str], today: datetime) -> None:
    found.plan["offsets"] = [*found.plan.get("offsets", ()), int(token["n"]) * 7 * DAY_MS]


def _until(found: _Found, token: re.Match[str], today: datetime) -> None:
    """It always stops on a reply or a case; whoever says so is understood."""


def _number(where: str, name: str, low: int, high: int) -> _Take:
    def take(found: _Found, token: re.Match[str], today: datetime) -> None:
        getattr(found, where)[name] = int(token["n"])
        if not low <= int(token["n"]) <= high:
            found.problem = name

    return take


def _named(name: str) -> _Take:
    def take(found: _Found, token: re.Match[str], today: datetime) -> None:
        found.audience[name] = token["value"]

    return take


def _language(found: _Found, token: re.Match[str], today: datetime) -> None:
    found.audience["language"] = LANGUAGES.get(token["value"].casefold(), "")
    if not found.audience["language"]:
        found.problem = "language"


def _vip(found: _Found, token: re.Match[str], today: datetime) -> None:
    found.audience["vip"] = True


def _holidays(found: _Found, token: re.Match[str], today: datetime) -> None:
    country = country_called(token["value"])
    found.plan["holidays"] = country or ""
    if not country:
        found.problem = "holidays"


def country_called(word: str) -> str:
    """The code of a country whose holidays are known, or "none"; '' where it is neither."""
    if word.casefold() in ("none", "无", "無"):
        return cadence.NO_HOLIDAYS
    try:
        return Hours(country=word.upper()).country
    except ValidationError:
        return ""


def _called(found: _Found, token: re.Match[str], today: datetime) -> None:
    found.name = token["value"].casefold()
    if not NAME.fullmatch(found.name):
        found.problem = "name"


def _rules(*rules: tuple[str, _Take]) -> list[tuple[re.Pattern[str], _Take]]:
    return [(re.compile(pattern, re.IGNORECASE), take) for pattern, take in rules]


_NAMED_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*"
_TOKENS = _rules(
    (rf"(?:every|each)\s+(?P<n>\d{{1,3}})\s*{_UNIT}", _again),
    (rf"(?:之后|之後|其后|其後)?\s*每隔?\s*(?P<n>\d{{1,3}})\s*{_UNIT}", _again),
    (rf"(?:(?:every|each)\s+)?(?P<weekday>{'|'.join(_WEEKDAYS)})(?:day|sday|nesday|rsday|urday)?s?\b", _weekday),
    (r"每?\s*(?:周|週|星期|礼拜|禮拜)(?P<weekday>[一二三四五六日天])(?![天日个個])", _weekday),
    (
        r"每\s*(?:个|個)?\s*月\s*(?P<days>\d{1,2}(?:\s*[日号號])?(?:\s*[、,，和]\s*\d{1,2}(?:\s*[日号號])?)*)",
        _month_day,
    ),
    (r"(?:every|each)\s+(?P<every>quarter|month|week|day|year)\b", _every),
    (r"(?P<every>quarterly|monthly|weekly|daily|yearly)\b", _every),
    (r"每\s*(?:个|個|一)?\s*(?P<every>季度|季|月|周|週|星期|天|日|年)", _every),
    (r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b", _date),
    (rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_NAMED_MONTH}(?:\s+(?P<year>\d{{4}})\b)?", _date),
    (rf"{_NAMED_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\s+(?P<year>\d{{4}})\b)?", _date),
    (r"(?:(?P<year>\d{4})\s*年)?\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号號]?", _date),
    (r"(?P<days>\d{1,2}(?:st|nd|rd|th)\b|\d{1,2}\s*[日号號](?!后|後))", _month_day),
    (r"(?P<hour>\d{1,2}):(?P<minute>\d{2})\b", _clock),
    (r"(?P<hour>\d{1,2})\s*[点點时時](?P<half>半)?", _clock),
    (r"(?P<near>today|tomorrow|now|今天|明天|现在|現在|马上|馬上)", _near),
    (r"(?:pace\s+)?(?P<n>\d{1,6})\s*(?:an|per)\s+hour\b", _number("plan", "pace", 1, HIGHEST_PACE)),
    (r"(?:pace|速度)\s*(?P<n>\d{1,6})\b", _number("plan", "pace", 1, HIGHEST_PACE)),
    (r"每\s*(?:小时|小時)\s*(?P<n>\d{1,6})\s*[人个個位]?", _number("plan", "pace", 1, HIGHEST_PACE)),
    (r"(?:sample|抽样|抽樣)\s*(?P<n>\d{1,3})\s*%?", _number("audience", "sample", 1, 100)),
    (r"(?:at most|most|max)\s+(?P<n>\d{1,3})(?:\s+times)?", _number("plan", "most", 1, MOST_TIMES)),
    (r"(?:最多|至多)\s*(?P<n>\d{1,3})\s*次?", _number("plan", "most", 1, MOST_TIMES)),
    (r"weeks?\s+(?P<n>\d{1,3})\b", _week),
    (r"第\s*(?P<n>\d{1,3})\s*(?:周|週)", _week),
    (rf"(?P<n>\d{{1,3}})\s*{_UNIT}(?:后|後)?", _offset),
    (r"until\s+(?:(?:a|an|the|they|reply|replies|answer|answers|case|or)\b\s*)+", _until),
    (r"(?:直到|直至|到)\s*(?:有)?(?:客户|客戶)?(?:回复|回覆|回答|服务单|案件|或|或者|\s)+(?:为止|為止)?", _until),
    (r"(?:segment|客群|分群|分组|分組|分眾|分众|客層|客层)\s+(?P<value>\S+)", _named("segment")),
    (r"(?:touchpoint|触点|接觸點)\s+(?P<value>\S+)", _named("touchpoint")),
    (r"(?:channel|渠道|管道)\s+(?P<value>\S+)", _named("channel")),
    (r"(?:language|语言|語言)\s+(?P<value>\S+)", _language),
    (r"(?:holidays|节假日|假期|國定假日|国定假日)\s*(?P<value>[a-z]{2}(?:-[a-z0-9]+)?\b|none\b|无|無)", _holidays),
    (r"vips?\b", _vip),
    (
        r"(?:value|价值|價值)\s*(?:over|from|超过|超過)?\s*(?P<n>\d{1,12})",
        _number("audience", "value", 1, 10**12),
    ),
    (r"(?:as|named|called|名为|名為|名称|名稱|叫)\s+(?P<value>\S+)", _called),
    (r"after\s+(?:an?\s+)?(?P<after>[\w-]{1,40})", _after),
    (r"(?P<after>[\w-]{1,40}?)\s*(?:之后|以后|后|之後|以後|後)", _after),
)
