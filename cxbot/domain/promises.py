"""Reads the promise in what a colleague writes to a customer: "by 16:00", "within half an hour", "30 分钟内". Pure.

Only a time that is still to come, in a sentence about what we are going to do, is a promise. A clock time is the
customer's own: it is they who will look at their watch.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cxbot.domain import calendar
from cxbot.domain.folding import CHINESE_NUMERAL, ENGLISH_NUMERAL, fold, numeral
from cxbot.domain.hours import WEEKDAYS, Hours

MINUTE = 60_000
LONGEST_MS = 30 * 24 * 60 * MINUTE
"""Nobody is held to what lies further ahead."""
SHORT = 16
"""Characters of a sentence that may be a promise without saying who does what: "30 分钟内！"."""

_SENTENCE = re.compile(r"[.!?。！？;；\n](?:\s|$|(?<=[。！？；\n]))")
_WE_WILL = re.compile(
    r"\b(?:will|shall|i'll|we'll|she'll|he'll|they'll|going to|get back|come back|call you|write to you|let you know"
    r"|hear from|keep you|expect)\b|会|将|给您|给你|回复|回电|答复|联系|联络|告知|告诉|通知|致电|打给|跟进|处理|解决"
)
_ENGLISH_DAY = rf"(?:today|tonight|tomorrow|{'|'.join(WEEKDAYS)}|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)"
_CHINESE_DAY = r"(?:今天|今日|今晚|明天|明日|明早|明晚|后天|(?:这|本|下)?(?:周|星期|礼拜)[一二三四五六日天])"
_SPAN = re.compile(
    rf"\b(?:within|in)(?: the next| about)? (?P<half>half an? )?(?:(?P<n>\d{{1,3}}|an?|{ENGLISH_NUMERAL}) ?)?"
    rf"(?P<unit>min(?:ute)?s?|hours?|hrs?|(?:working|business) days?|days?)\b"
    rf"|(?P<cn>\d{{1,3}}|半|{CHINESE_NUMERAL}) ?个?(?P<cunit>分钟|小时|钟头|刻钟|工作日|工作天|天|日)"
    r"(?:[之以]?[内內]|之?后)"
)
_CLOCK = re.compile(
    rf"\b(?:by|before|until|till|no later than|at)(?: (?P<day>{_ENGLISH_DAY}))?(?: at)? "
    rf"(?P<h>\d{{1,2}})(?:[:.](?P<m>\d\d))? ?(?P<half>am|pm|a\.m|p\.m|o'clock)?\b"
    rf"(?: (?:on )?(?P<later>{_ENGLISH_DAY})\b)?"
    rf"|(?P<cday>{_CHINESE_DAY})?的?(?P<part>早上|上午|中午|下午|傍晚|晚上)? ?(?P<ch>\d{{1,2}}|{CHINESE_NUMERAL})"
    r"(?::(?P<cm>\d\d)|[点时](?P<cmin>\d{1,2}分?|半|一刻|三刻|整)?钟?)[之以]?前"
)
_DAY = re.compile(
    rf"\b(?:by|before)(?: the)? (?P<end>end of (?:the )?(?:day|business)|close of business|eod|cob)\b"
    rf"|\b(?:by|before) (?P<day>{_ENGLISH_DAY})\b"
    rf"|(?P<cday>{_CHINESE_DAY})?(?:下班|收工)[之以]?前|(?P<within>{_CHINESE_DAY})(?:[之以]?前|[之以]?[内內])"
)


def read(words: str, hours: Hours, zone: str, customer_zone: str, now: int) -> int | None:
    """By when the customer is promised something, epoch ms; None where nothing is promised.

    `hours` and `zone` are the team's: they say when a working day ends. `customer_zone` is where a clock time is read.
    """
    for sentence in _SENTENCE.split(fold(words)):
        if len(sentence) > SHORT and not _WE_WILL.search(sentence):
            continue
        at = (
            _span(sentence, hours, zone, now)
            or _clock(sentence, customer_zone, now)
            or _day(sentence, hours, zone, now)
        )
        if at is not None and now < at <= now + LONGEST_MS:
            return at
    return None


def _span(sentence: str, hours: Hours, zone: str, now: int) -> int | None:
    found = _SPAN.search(sentence)
    if found is None:
        return None
    if found["unit"] is not None:
        amount = 1.0 if found["n"] in (None, "a", "an") else float(numeral(found["n"]) or 0)
        amount, unit = (amount / 2, found["unit"]) if found["half"] else (amount, found["unit"])
    else:
        amount, unit = 0.5 if found["cn"] == "半" else float(numeral(found["cn"]) or 0), found["cunit"]
    if unit.startswith(("working", "business", "工作")):
        return _closes_after(hours, zone, now, int(amount))
    minutes = next(size for name, size in _UNITS if unit.startswith(name))
    return now + int(amount * minutes * MINUTE) if amount else None


_UNITS = (
    ("min", 1),
    ("h", 60),
    ("day", 1440),
    ("分钟", 1),
    ("刻钟", 15),
    ("小时", 60),
    ("钟头", 60),
    ("天", 1440),
    ("日", 1440),
)


def _clock(sentence: str, zone: str, now: int) -> int | None:
    for found in _CLOCK.finditer(sentence):
        if found["h"] is not None:
            if not (found["m"] or found["half"]):
                continue  # "by 5 people"
            hour, minute = int(found["h"]), int(found["m"] or 0)
            half, day = (found["half"] or "")[:1], found["day"] or found["later"] or ""
        else:
            hour, minute = numeral(found["ch"]) or 0, _chinese_minute(found["cm"] or found["cmin"] or "")
            half, day = _HALVES.get(found["part"] or "", ""), found["cday"] or ""
            half = half or ("p" if day.endswith("晚") else "")
        if half == "p" and hour < 12:
            hour += 12
        if half == "a" and hour == 12:
            hour = 0
        if hour <= 23 and minute <= 59:
            return _moment(zone, _date(day, zone, now), time(hour, minute), now, moved=not day and not half)
    return None


_HALVES = {"早上": "a", "上午": "a", "中午": "", "下午": "p", "傍晚": "p", "晚上": "p"}


def _chinese_minute(words: str) -> int:
    named = {"半": 30, "一刻": 15, "三刻": 45, "整": 0, "": 0}
    return named[words] if words in named else int(words.removesuffix("分"))


def _moment(zone: str, day: date, clock: time, now: int, *, moved: bool) -> int:
    """The moment of a wall clock. "By 4" said at two in the afternoon is 16:00, where nothing else says which."""
    at = calendar.instant(zone, datetime.combine(day, clock))
    if moved and at <= now and clock.hour < 12:
        at = calendar.instant(zone, datetime.combine(day, clock.replace(hour=clock.hour + 12)))
    return at


def _day(sentence: str, hours: Hours, zone: str, now: int) -> int | None:
    """The end of a working day: of today, or of the one that is named."""
    found = _DAY.search(sentence)
    if found is None:
        return None
    return calendar.closes(hours, zone, _date(found["day"] or found["cday"] or found["within"] or "", zone, now))


def _date(name: str, zone: str, now: int) -> date:
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    if name in ("tomorrow", "明天", "明日", "明早", "明晚"):
        return today + timedelta(days=1)
    if name == "后天":
        return today + timedelta(days=2)
    weekday = next((at for at, full in enumerate(WEEKDAYS) if len(name) >= 3 and full.startswith(name)), -1)
    if name[-2:-1] in ("周", "期", "拜"):
        weekday = min("一二三四五六日天".index(name[-1]), 6)
    if weekday < 0:
        return today
    ahead = (weekday - today.weekday()) % 7
    if name.startswith("下"):
        ahead = 7 - today.weekday() + weekday
    return today + timedelta(days=ahead)


def _closes_after(hours: Hours, zone: str, now: int, days: int) -> int | None:
    """When the team stops working so many working days from now."""
    day = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    for _ in range(60):
        day += timedelta(days=1)
        if (at := calendar.closes(hours, zone, day)) is not None:
            days -= 1
            if days <= 0:
                return at
    return None
