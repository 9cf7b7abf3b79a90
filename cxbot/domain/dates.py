"""Reads a day, and a time where one is said, as people type them: "Monday", "3 dec", 明天下午3点; and spans.

What is not understood to its last word is no day: nobody acts on half of what was typed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cxbot.domain import calendar, durations
from cxbot.domain.folding import CHINESE_NUMERAL, fold, numeral
from cxbot.domain.hours import WEEKDAYS

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = {
    "today": 0, "tonight": 0, "tomorrow": 1, "day after tomorrow": 2,
    "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3,
}  # fmt: skip
_PARTS = {"凌晨": "am", "早上": "am", "上午": "am", "中午": "noon", "下午": "pm", "傍晚": "pm", "晚上": "pm"}
_TIME = re.compile(
    rf"(?P<part>{'|'.join(_PARTS)})? ?"
    r"(?:(?:\bat )?(?<![\d:.-])(?P<h>\d{1,2})(?::(?P<m>\d\d)(?: ?(?P<late>am|pm)\b)?| ?(?P<half>am|pm)\b)(?![\d:])"
    rf"|(?P<c>\d{{1,2}}|{CHINESE_NUMERAL})[点时](?P<cm>\d{{1,2}}|半)?[分整钟]?)"
)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_CHINESE = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]?")
_WORDS = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[. ]+(?:of )?([a-z]{3,9})\.?(?: (\d{4}))?"
    r"|([a-z]{3,9})\.? (?:the )?(\d{1,2})(?:st|nd|rd|th)?\b"
)
_WEEKDAY = re.compile(r"(下)?(?:这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])|(next )?\b([a-z]{3,9})\b")
_SPAN = re.compile(
    r"(\d{1,3}|[a-z]+|[一二两三四五六七八九十]+) ?(days?|weeks?|months?|天|周|个?星期|个?礼拜|个月)(?:之?后)?"
)
_GOES_ON = re.compile(
    r"[\d:+-]|(?:and|or|to|till?|until|at|on|in|after|before|morning|afternoon|evening|noon|night|am|pm|ish|half)\b"
    r"|凌晨|早上|上午|中午|下午|傍晚|晚上|或|到|至|[之以]?[前后内]|左右|多|半"
)
"""How words begin that belong to the time before them."""
_ENDS = re.compile(r"(?<=\S)\s*(?:[\s,，、;；]|[:：](?!\d)|$)|(?<=[时時钟鐘天周週日号號半点點期])(?=[\u4e00-\u9fff])")
LONGEST_DAYS = 400
DAY_MS = 24 * 60 * 60 * 1000
LONGEST = 60
"""Signs of a day with its time at most."""
LONGEST_WORDS = 6
"""Words of which a day with its time is made at most."""


def read(words: str, zone: str, now: int, most_days: int = LONGEST_DAYS) -> int | None:
    """The moment that is meant, epoch ms: a day begins at midnight where no time is said; None where it is no day.

    A weekday is the next one; a day without its year is the next such day; "3 days" are counted from today, "3 hours"
    from now. What lies further away than so many days, on either side, is a slip.
    """
    text = _plain(words)
    if not text or len(words) > LONGEST:
        return None
    if _span(text) is None and (span := durations.read(text)) is not None:
        return now + span if span <= LONGEST_DAYS * DAY_MS else None
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    clock = _TIME.search(text)
    rest = text
    at = time()
    if clock is not None:
        found = _clock(clock)
        if found is None:
            return None
        at, rest = found, f"{text[: clock.start()]} {text[clock.end() :]}".strip()
    day = _day(rest.removesuffix(" at").strip(" ,，"), today) if rest else today
    if day is None or abs((day - today).days) > most_days:
        return None
    return calendar.instant(zone, datetime.combine(day, at))


def read_end(words: str, zone: str, now: int) -> tuple[int, bool] | None:
    """Until when something goes on that lasts "until Sunday": the end of that day where no time is said.

    The moment (epoch ms), and whether it is such an end of a day; None where the words are no day.
    """
    at = read(words, zone, now)
    if at is None:
        return None
    if has_clock(words) or (is_span(words) and _span(_plain(words)) is None):
        return at, False
    day = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return calendar.instant(zone, datetime.combine(day, time())), True


def leading(words: str, zone: str, now: int) -> tuple[int | None, str]:
    """The moment that a line begins with, by as many of its words as make one, and what is written after it.

    None where it begins with none, or where what follows may belong to the time: "3 dec or 4 dec".
    """
    words = words.strip()
    ends = [found.start() for found in _ENDS.finditer(words[: LONGEST * 2])]
    for end in ends[LONGEST_WORDS::-1]:
        at = read(words[:end], zone, now)
        if at is not None:
            rest = words[end:].strip(" \n,，、;；:：")
            return (None, words) if _GOES_ON.match(fold(rest)) else (at, rest)
    return None, words


def has_clock(words: str) -> bool:
    """Whether a time of day is said."""
    return _TIME.search(fold(words)) is not None


def is_span(words: str) -> bool:
    """Whether it is said how long and not until when: "3 days", 两周, "2 hours"."""
    text = _plain(words)
    return _span(text) is not None or durations.read(text) is not None


def counts_days(words: str) -> bool:
    """Whether whole days are counted: "2 weeks", 三天; not hours, and no day by its name."""
    return _span(_plain(words)) is not None


def at_hour_of(at: int, zone: str, now: int) -> int:
    """The same time of day as now, on the day of a moment (epoch ms)."""
    local = [datetime.fromtimestamp(each / 1000, UTC).astimezone(ZoneInfo(zone)) for each in (at, now)]
    return calendar.instant(zone, datetime.combine(local[0].date(), local[1].time()))


def _span(text: str) -> tuple[int, str] | None:
    """How many of which: days, weeks or months of the calendar."""
    found = _SPAN.fullmatch(text)
    n = (1 if found[1] == "a" else numeral(found[1])) if found else None
    return (n, found[2]) if found and n else None


def _plain(words: str) -> str:
    return re.sub(r"(?<=[年月]) | (?=[年月日号])", "", fold(words[:LONGEST])).strip(" ,.。，")


def _clock(found: re.Match[str]) -> time | None:
    part = _PARTS.get(found["part"] or "", "")
    if found["c"]:
        hour, minute = numeral(found["c"]) or 0, 30 if found["cm"] == "半" else int(found["cm"] or 0)
    else:
        hour, minute = int(found["h"]), int(found["m"] or 0)
        part = found["half"] or found["late"] or part
    late = part == "pm" or (part == "noon" and hour < 11)
    hour += 12 if late and hour < 12 else -12 if part == "am" and hour == 12 else 0
    return time(hour, minute) if hour <= 23 and minute <= 59 else None


def _day(text: str, today: date) -> date | None:
    text = re.sub(r"^(?:on |this |coming |the )+", "", text)
    if text in _NAMED:
        return today + timedelta(days=_NAMED[text])
    if iso := _ISO.fullmatch(text):
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    if chinese := _CHINESE.fullmatch(text):
        return _dated(int(chinese[3]), int(chinese[2]), int(chinese[1] or 0), today)
    if (worded := _WORDS.fullmatch(text)) and (month := _month(worded[2] or worded[4])):
        return _dated(int(worded[1] or worded[5]), month, int(worded[3] or 0), today)
    if weekday := _WEEKDAY.fullmatch(text):
        return _weekday(weekday, today)
    if (span := _span(text)) is not None:
        n, unit = span
        if unit.startswith(("m", "个月")):
            months = today.month - 1 + n
            year, month = today.year + months // 12, months % 12 + 1
            return date(year, month, min(today.day, monthrange(year, month)[1]))
        return today + timedelta(days=n * (1 if unit.startswith(("d", "天")) else 7))
    return None


def _weekday(found: re.Match[str], today: date) -> date | None:
    if found[2]:
        wanted = min("一二三四五六日天".index(found[2]), 6)
    else:
        wanted = next((at for at, name in enumerate(WEEKDAYS) if name.startswith(found[4])), -1)
    if wanted < 0:
        return None
    ahead = (wanted - today.weekday() - 1) % 7 + 1
    if found[1]:
        ahead = 7 - today.weekday() + wanted
    return today + timedelta(days=ahead)


def _month(name: str) -> int:
    return next((at for at, month in enumerate(_MONTHS, 1) if name.startswith(month)), 0)


def _dated(day: int, month: int, year: int, today: date) -> date | None:
    found = _date(year or today.year, month, day)
    if found is not None and not year and found < today:
        return _date(today.year + 1, month, day)
    return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
