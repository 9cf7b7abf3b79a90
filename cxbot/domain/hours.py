"""When a team works, as data, and reading it: from a table of the configuration or as people type it in chat."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Opening = tuple[str, str]

_TIME = re.compile(r"(\d{1,2}):(\d{2})\Z")
_TOKEN = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"|(?P<opens>\d{1,2}(?::\d\d)?) ?(?P<opens_half>[ap]m)? ?- ?(?P<closes>\d{1,2}(?::\d\d)?) ?(?P<closes_half>[ap]m)?"
    r"|holidays (?P<country>none|[a-z]{2}(?:-[a-z0-9]+)?)\b|(?P<days>[a-z]+(?: ?- ?[a-z]+)?)|[\s,;/&]+"
)
_GROUPS = {
    "daily": range(7),
    "everyday": range(7),
    "weekdays": range(5),
    "weekend": range(5, 7),
    "weekends": range(5, 7),
}
_CHINESE_DAY = re.compile("(?:星期|周|週|礼拜|禮拜)([一二三四五六日天])")
_CHINESE = (
    ("周末", " weekend "), ("週末", " weekend "), ("工作日", " weekdays "), ("每天", " daily "),
    ("休息", " closed "), ("休", " closed "), ("开放", " open "), ("開放", " open "),
    ("节假日", " holidays "), ("假期", " holidays "), ("國定假日", " holidays "), ("无", "none"), ("無", "none"),
    ("和", " "), ("、", ","), ("。", " "), ("至", "-"), ("到", "-"), ("~", "-"), ("–", "-"), ("—", "-"),
)  # fmt: skip


class Hours(BaseModel):
    """When a team works: "HH:MM" pairs by weekday (0 is Monday), a country's holidays, days of its own.

    A close at or before its open is on the next day; "24:00" is midnight. `country` is a code of the `holidays`
    package, with a part where needed ("CN", "US", "DE-BY"); '' knows no holidays. `closed` and `opened` are days
    ("2026-12-31") that win over everything else; an opened day without hours of its own has the first weekday's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: Mapping[int, tuple[Opening, ...]] = Field(
        default_factory=lambda: dict.fromkeys(range(5), (("09:00", "18:00"),))
    )
    country: str = ""
    closed: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()

    @field_validator("days", mode="before")
    @classmethod
    def _read_days(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        days: dict[int, tuple[Any, ...]] = {}
        for name, openings in given.items():
            for day in _weekdays(name):
                if day in days:
                    raise ValueError(f'{WEEKDAYS[day]} is there twice; write it once: mon-fri = ["09:00-18:00"]')
                days[day] = _openings(openings)
        days = dict(sorted(days.items()))
        if not any(days.values()):
            raise ValueError('no weekday has opening hours; write for example mon-fri = ["09:00-18:00"]')
        return days

    @field_validator("country")
    @classmethod
    def _known_country(cls, given: str) -> str:
        if given and not _is_country(given):
            raise ValueError(f'no holidays are known for "{given}"; write a code such as "CN", "TW", "US" or "DE-BY"')
        return given

    @field_validator("closed", "opened")
    @classmethod
    def _dates(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for day in given:
            try:
                date.fromisoformat(day)
            except ValueError:
                raise ValueError(f'"{day}" is no day; write "2026-12-31"') from None
        return given

    @classmethod
    def load(cls, text: str) -> Hours:
        """From the JSON of a team's row; "{}": Monday to Friday, 09:00-18:00. Raises pydantic.ValidationError."""
        return _loaded(text)

    def dump(self) -> str:
        """As JSON, for a team's row."""
        return self.model_dump_json()


def read_hours(words: str, before: Hours) -> Hours | None:
    """Hours as somebody types them, laid over those before; None where they are not understood.

    "mon-fri 9-12, 13:00-18:00; sat closed", "周一至周五 9:00-18:00", "2026-12-31 closed", "holidays CN". A day that is
    not named stays as it was.
    """
    text = _plain_words(words)
    change = _Change(before)
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or not change.take(token):
            return None
        at = token.end()
    return change.result()


class _Change:
    """Hours while they are being read, token by token."""

    def __init__(self, before: Hours) -> None:
        self.before = before
        self.days: dict[int, list[Opening]] = {}
        self.country = before.country
        self.closed, self.opened = set(before.closed), set(before.opened)
        self.named: list[int] = []
        self.date = ""
        self.told = True
        """Whether it has been said what holds on the days named last."""
        self.said = False

    def take(self, token: re.Match[str]) -> bool:
        """Takes in one token; False where it makes no sense here."""
        if token["date"]:
            self.date, self.named, done = token["date"], [], self.told
            self.told = False
            return done
        if token["opens"]:
            return self._openings(token)
        if token["country"]:
            self.country = "" if token["country"] == "none" else token["country"].upper()
            self.said = True
            return True
        if token["days"] in ("closed", "off", "open"):
            return self._switch(token["days"] == "open")
        return token["days"] is None or self._name(token["days"])

    def result(self) -> Hours | None:
        """The hours read, or None where something is missing or they are none."""
        days = {**self.before.days, **self.days}
        try:
            after = Hours.model_validate(
                {
                    "days": {day: openings for day, openings in days.items() if openings},
                    "country": self.country,
                    "closed": sorted(self.closed),
                    "opened": sorted(self.opened),
                }
            )
        except ValidationError:
            return None
        return after if self.told and self.said else None

    def _openings(self, token: re.Match[str]) -> bool:
        if not self.named:
            return False
        opening = _opening(token["opens"], token["opens_half"], token["closes"], token["closes_half"])
        for day in self.named:
            earlier = self.days.setdefault(day, [])
            earlier.append(_in_the_afternoon(opening) if earlier and _before(opening, earlier[-1]) else opening)
        self.told = self.said = True
        return True

    def _switch(self, is_open: bool) -> bool:
        if self.date:
            (self.opened if is_open else self.closed).add(self.date)
            (self.closed if is_open else self.opened).discard(self.date)
        elif is_open or not self.named:
            return False
        for day in self.named:
            self.days[day] = []
        self.told = self.said = True
        return True

    def _name(self, words: str) -> bool:
        try:
            found = _GROUPS[words] if words in _GROUPS else _weekdays(words)
        except ValueError:
            return False
        if self.date and not self.told:
            return False
        self.named = [*([] if self.told else self.named), *found]
        self.date, self.told = "", False
        return True


def _plain_words(words: str) -> str:
    text = unicodedata.normalize("NFKC", words).casefold()
    text = _CHINESE_DAY.sub(lambda found: WEEKDAYS["一二三四五六日".find(found[1])][:3], text)
    for word, plain in _CHINESE:
        text = text.replace(word, plain)
    text = re.sub(r"\b(and|from|hours)\b", " ", text).replace("every day", "daily")
    text = re.sub(r" to (?=[a-z0-9])", "-", text)
    return " ".join(text.split())


def _opening(opens: str, opens_half: str | None, closes: str, closes_half: str | None) -> Opening:
    """Two times of day as they are typed. "9-6" closes in the evening, "2-6pm" opens in the afternoon.

    A night shift is written with hours no clock of twelve shows, with its halves or as "21:00-06:00".
    """
    begin, end = _half(opens, opens_half), _half(closes, closes_half)
    if closes_half == "pm" and not opens_half and not opens.startswith("0") and begin[0] <= 6:
        later = (begin[0] + 12, begin[1])
        begin = later if later < end else begin
    if not closes_half and not closes.startswith("0") and 1 <= end[0] < 12 and end <= begin < (end[0] + 12, end[1]):
        end = (end[0] + 12, end[1])
    return _written(begin), _written(end)


def _before(opening: Opening, earlier: Opening) -> bool:
    """Whether it begins before the one that was said before it ends, on a clock of twelve: "9-12, 1-6"."""
    begin, end = _read(opening[0]), _read(opening[1])
    return (1, 0) <= begin < end < (12, 0) and begin < _read(earlier[1]) <= (begin[0] + 12, begin[1])


def _in_the_afternoon(opening: Opening) -> Opening:
    begin, end = _read(opening[0]), _read(opening[1])
    return _written((begin[0] + 12, begin[1])), _written((end[0] + 12, end[1]))


def _half(clock: str, half: str | None) -> tuple[int, int]:
    hour, minute = _read(clock)
    return (hour % 12 + (12 if half == "pm" else 0) if half else hour), minute


def _read(clock: str) -> tuple[int, int]:
    hour, _, minute = clock.partition(":")
    return int(hour), int(minute or 0)


def _written(clock: tuple[int, int]) -> str:
    return f"{clock[0]}:{clock[1]:02}"


@lru_cache(maxsize=256)
def _loaded(text: str) -> Hours:
    return Hours.model_validate_json(text)


@lru_cache(maxsize=256)
def _is_country(country: str) -> bool:
    import holidays  # noqa: PLC0415 -- costs a tenth of a second

    code, _, part = country.partition("-")
    supported = holidays.list_supported_countries(include_aliases=True)
    return code in supported and (not part or part in supported[code])


def _weekdays(name: object) -> range | tuple[int, ...]:
    words = str(name).strip().lower()
    if words.isdecimal() and int(words) < 7:
        return (int(words),)
    found = [_weekday(part.strip()) for part in words.split("-")]
    if len(found) <= 2 and -1 not in found and found[0] <= found[-1]:
        return range(found[0], found[-1] + 1)
    raise ValueError(f'"{name}" is no weekday; write "mon", "mon-fri", or 0 (Monday) to 6 (Sunday)')


def _openings(given: Any) -> tuple[Opening, ...]:
    if isinstance(given, str):
        given = [given] if given else []
    openings = []
    for item in given if isinstance(given, list | tuple) else [given]:
        pair = item.split("-") if isinstance(item, str) else item
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise ValueError(f'"{item}" is no opening; write "09:00-18:00"')
        openings.append((_clock(pair[0]), _clock(pair[1])))
    openings.sort()
    for (_, ends), (begins, _) in pairwise(openings):
        if begins < ends:
            raise ValueError(f'two openings overlap at {begins}; write for example ["09:00-12:00", "13:00-18:00"]')
    return tuple(openings)


def _clock(given: object) -> str:
    found = _TIME.match(str(given).strip())
    if not found or int(found[2]) > 59 or int(found[1]) * 60 + int(found[2]) > 24 * 60:
        raise ValueError(f'"{given}" is no time of day; write "09:00"')
    return f"{int(found[1]):02}:{found[2]}"


def _weekday(word: str) -> int:
    return next((day for day, name in enumerate(WEEKDAYS) if len(word) >= 3 and name.startswith(word)), -1)
