"""Reads the promise in what a colleague writes to a customer: "by 16:00", "within half an hour", "30 分钟内". Pure.

Only a time that is still to come, in a sentence about what we are going to do, is a promise. A clock time is the
customer's own: it is they who will look at their watch.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cxbot.domain import calendar, dates, durations
from cxbot.domain.folding import CHINESE_NUMERAL, ENGLISH_NUMERAL, fold, numeral
from cxbot.domain.hours import WEEKDAYS, Hours

LONGEST_MS = 30 * dates.DAY_MS
"""Nobody is held to what lies further ahead."""
SHORT = 16
"""Characters of a sentence that may be a promise without saying who does what: "30 分钟内！"."""

_SENTENCE = re.compile(r"[.!?。！？;；\n](?:\s|$|(?<=[。！？；\n]))")
_WE_WILL = re.compile(
    r"\b(?:will|shall|i'll|we'll|she'll|he'll|they'll|going to|get back|come back|call you|write to you|let you know"
    r"|hear from|keep you|expect)\b|会|将|给您|给你|回复|回电|答复|联系|联络|告知|告诉|通知|致电|打给|跟进|处理|解决"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)}|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)"
_ENGLISH_DAY = (
    rf"(?:today|tonight|tomorrow|(?:the )?day after tomorrow|(?:(?:this|next|coming) )?{_WEEKDAY}"
    rf"|(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}|{_MONTH} (?:the )?\d{{1,2}}(?:st|nd|rd|th)?"
    r"|\d{4}-\d\d-\d\d)\b"
)
_CHINESE_DAY = (
    r"(?:今天|今日|今早|今晚|明天|明日|明早|明晚|大?后天|(?:这|本|下)?个?(?:周|星期|礼拜)[一二三四五六日天]"
    r"|(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]?)"
)
_PART = r"(?:,? (?:in the )?(?P<{}>morning|afternoon|evening|night))?"
_SPAN = re.compile(
    r"\b(?:within|in)(?: the next| about| just)?"
    rf" (?:(?:\d{{1,3}}|an?|{ENGLISH_NUMERAL}) ?(?:-|to|or) ?)?"
    rf"(?:(?P<days>\d{{1,3}}|an?|{ENGLISH_NUMERAL}) (?:working|business) days?\b|{durations.ENGLISH})"
    r"|(?<![\d.个半第几数百千月零〇一二两三四五六七八九十])"
    rf"(?:(?P<cdays>\d{{1,3}}|{CHINESE_NUMERAL}) ?个?(?:工作日|工作天)|{durations.CHINESE})(?:[之以]?[内內]|之?后)"
)
_CLOCK = re.compile(
    rf"\b(?:by|before|until|till|no later than|at)(?: (?P<day>{_ENGLISH_DAY}))?{_PART.format('early')},?(?: at)? "
    r"(?P<h>\d{1,2})(?:[:.](?P<m>\d\d))?(?: ?(?P<half>am|pm|o'clock))?\b"
    rf"{_PART.format('part')}(?:,? (?:on )?(?P<later>{_ENGLISH_DAY}){_PART.format('late')})?"
    rf"|(?P<cday>{_CHINESE_DAY})?的? ?(?P<cpart>凌晨|早上|上午|中午|下午|傍晚|晚上)? ?"
    rf"(?<![\d.])(?P<ch>\d{{1,2}}|{CHINESE_NUMERAL})"
    r"(?::(?P<cm>\d\d)|[点时](?P<cmin>\d{1,2}分?|半|一刻|三刻|整)?钟?)[之以]?前"
)
_ELSEWHEN = re.compile(r",? (?:(?:on|in|of|next|this|coming|the) |\d)")
"""How it goes on after a time of day where the day of it is said in a way that is not read."""
_DAY = re.compile(
    r"\b(?:by|before)(?: the)? (?:end of (?:the )?(?:day|business)|close of business|eod|cob)\b"
    rf"(?:,? (?:on )?(?P<endday>{_ENGLISH_DAY}))?"
    rf"|\b(?:by|before) (?:the end of )?(?P<day>{_ENGLISH_DAY})"
    rf"|(?P<cday>{_CHINESE_DAY})?的?(?:下班|收工)[之以]?前|(?P<within>{_CHINESE_DAY})(?:[之以]?前|[之以]?[内內])"
)
_HALF_SIGNS = re.compile(r"\b([ap])\.m\b\.?")


def read(words: str, hours: Hours, zone: str, customer_zone: str, now: int) -> int | None:
    """By when the customer is promised something, epoch ms; None where nothing is promised.

    `hours` and `zone` are the team's: they say when a working day ends. `customer_zone` is where a clock time is read.
    """
    for sentence in _SENTENCE.split(_HALF_SIGNS.sub(r"\1m", fold(words))):
        if len(sentence) > SHORT and not _WE_WILL.search(sentence):
            continue
        at = (
            _span(sentence, hours, zone, now)
            or _clock(sentence, hours, zone, customer_zone, now)
            or _day(sentence, hours, zone, now)
        )
        if at is not None and now < at <= now + LONGEST_MS:
            return at
    return None


def _span(sentence: str, hours: Hours, zone: str, now: int) -> int | None:
    found = _SPAN.search(sentence)
    if found is None:
        return None
    if days := found["days"] or found["cdays"]:
        return _closes_after(hours, zone, now, 1 if days in ("a", "an") else numeral(days) or 0)
    span = durations.milliseconds(found)
    return now + span if span else None


def _clock(sentence: str, hours: Hours, zone: str, customer_zone: str, now: int) -> int | None:
    for found in _CLOCK.finditer(sentence):
        if found["h"] is not None:
            day = found["day"] or found["later"] or ""
            part = found["early"] or found["part"] or found["late"] or ("night" if day == "tonight" else "")
            if not (found["m"] or found["half"] or part):
                continue  # "by 5 people"
            if not day and _ELSEWHEN.match(sentence[found.end() :]):
                continue
            hour, minute = numeral(found["h"]) or 0, int(found["m"] or 0)
            half = {"am": "a", "pm": "p"}.get(found["half"] or "") or {"": "", "morning": "a"}.get(part, "p")
        else:
            hour, minute = numeral(found["ch"]) or 0, _chinese_minute(found["cm"] or found["cmin"] or "")
            day, part = found["cday"] or "", found["cpart"] or ""
            half = _HALVES.get(part) or {"晚": "n", "早": "a"}.get(day[-1:], "")
            half = "p" if part == "中午" and hour < 11 else half
        if hour > 23 or minute > 59:
            continue
        date_ = _date(day, customer_zone, now)
        if date_ is None:
            continue
        if half == "n" and hour == 12:
            date_, hour = date_ + timedelta(days=1), 0
        hour += 12 if half in ("p", "n") and 0 < hour < 12 else -12 if half == "a" and hour == 12 else 0
        at = calendar.instant(customer_zone, datetime.combine(date_, time(hour, minute)))
        if half or hour >= 12:
            return at
        in_the_afternoon = calendar.instant(customer_zone, datetime.combine(date_, time(hour + 12, minute)))
        # "By 4" said at two in the afternoon is 16:00, and so is "by 4 tomorrow", where nobody works at night.
        explicit = (found["h"] or found["ch"]).startswith("0")
        at_night = bool(day) and not explicit and 1 <= hour <= 6 and not calendar.is_open(hours, zone, at)
        return in_the_afternoon if at_night or (not day and at <= now) else at
    return None


_HALVES = {"凌晨": "a", "早上": "a", "上午": "a", "下午": "p", "傍晚": "p", "晚上": "n"}


def _chinese_minute(words: str) -> int:
    named = {"半": 30, "一刻": 15, "三刻": 45, "整": 0, "": 0}
    return named[words] if words in named else int(words.removesuffix("分"))


def _day(sentence: str, hours: Hours, zone: str, now: int) -> int | None:
    """The end of a working day: of today, or of the one that is named; of the calendar day where nobody works then."""
    found = _DAY.search(sentence)
    if found is None:
        return None
    day = _date(found["endday"] or found["day"] or found["cday"] or found["within"] or "", zone, now)
    if day is None:
        return None
    midnight = datetime.combine(day + timedelta(days=1), time())
    return calendar.closes(hours, zone, day) or calendar.instant(zone, midnight)


def _date(name: str, zone: str, now: int) -> date | None:
    """The day that is called so; a weekday may be today."""
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    name = _DAY_WORDS.sub("", name)
    name = {"": "today", "tonight": "today", "今早": "今天", "今晚": "今天", "明早": "明天", "明晚": "明天"}.get(
        name, name
    )
    weekday = next((at for at, full in enumerate(WEEKDAYS) if len(name) >= 3 and full.startswith(name)), -1)
    if name[-2:-1] in ("周", "期", "拜") and not name.startswith("下"):
        weekday = min("一二三四五六日天".index(name[-1]), 6)
    if weekday >= 0:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    at = dates.read(name, zone, now)
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)).date()


_DAY_WORDS = re.compile(r"^(?:(?:this|coming|the) )+")


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
