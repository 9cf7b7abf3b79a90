"""Reads how long something takes as people say it: "1.5 hours", "half an hour", 一个半小时, 两小时三十分钟. Pure."""

from __future__ import annotations

import re

from cxbot.domain.folding import CHINESE_NUMERAL, ENGLISH_NUMERAL, numeral

MINUTE_MS = 60_000

_DIGITS = r"\d{1,3}(?:\.\d{1,2})?"
ENGLISH = (
    rf"(?:(?P<half>half (?:an? |of an? )?)|(?P<n>{_DIGITS}|an?|{ENGLISH_NUMERAL})(?P<more> and a half)? ?)?"
    r"(?P<unit>min(?:ute)?s?|m|hours?|hrs?|h|days?|d|weeks?|w)(?![a-z])"
    r"(?:(?P<tail> and a half\b)|(?: and)? ?(?P<rest>\d{1,2}) ?(?:min(?:ute)?s?|m)\b)?"
)
"""A duration in folded English, as named groups for `minutes`."""
CHINESE = (
    rf"(?P<cn>{_DIGITS}|半|{CHINESE_NUMERAL}) ?个?(?P<chalf>半)? ?(?P<cunit>分钟|小时|钟头|刻钟|天|日|周|星期|礼拜)"
    rf"(?:(?P<ctail>半)|[零又]?(?P<crest>\d{{1,2}}|{CHINESE_NUMERAL}) ?分钟?)?"
)
"""The same in folded Chinese."""
_UNITS = {
    "m": 1, "h": 60, "d": 1440, "w": 10_080,
    "分": 1, "刻": 15, "小": 60, "钟": 60, "天": 1440, "日": 1440, "周": 10_080, "星": 10_080, "礼": 10_080,
}  # fmt: skip
_WHOLE = re.compile(rf"(?:{ENGLISH}|{CHINESE})(?:之?后)?")


def read(words: str) -> int | None:
    """How long the folded words say, in milliseconds; None where they are anything else. "Hour" alone is none."""
    found = _WHOLE.fullmatch(words)
    if found is None or (found["unit"] and not (found["n"] or found["half"])):
        return None
    return milliseconds(found)


def milliseconds(found: re.Match[str]) -> int | None:
    """How long a match of `ENGLISH` or `CHINESE` says; None for no time at all."""
    if found["unit"] is not None:
        amount = 0.5 if found["half"] else _amount(found["n"] or "a")
        unit, halves, rest = found["unit"], (found["more"], found["tail"]), found["rest"]
    else:
        amount = 0.5 if found["cn"] == "半" else _amount(found["cn"])
        unit, halves, rest = found["cunit"], (found["chalf"], found["ctail"]), found["crest"]
    amount += sum(0.5 for half in halves if half)
    total = round((amount * _UNITS[unit[0]] + (_amount(rest) if rest else 0)) * MINUTE_MS)
    return total or None


def _amount(word: str) -> float:
    if word in ("a", "an"):
        return 1.0
    return float(word) if word[0].isdecimal() and word.isascii() else float(numeral(word) or 0)
