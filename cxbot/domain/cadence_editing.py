"""Changing one thing of a cadence, as somebody says it: "pace 30", "客群 gold", "when every month on the 1st". Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from cxbot.domain.cadence import MOST, PACE, Audience, Plan
from cxbot.domain.cadence_words import HIGHEST_PACE, LANGUAGES, MOST_TIMES, Problem, Unread, country_called, read
from cxbot.domain.survey.editing import read_flag

WORDS: Mapping[str, tuple[str, ...]] = {
    "when": ("when", "schedule", "time", "时间", "時間", "何时", "何時"),
    "pace": ("pace", "speed", "速度"),
    "most": ("most", "times", "最多", "次数", "次數"),
    "holidays": ("holidays", "holiday", "节假日", "假期", "國定假日", "国定假日", "假日"),
    "sample": ("sample", "抽样", "抽樣"),
    "segment": ("segment", "客群", "分群", "分眾", "分众", "客層", "客层"),
    "touchpoint": ("touchpoint", "触点", "接觸點"),
    "language": ("language", "语言", "語言"),
    "channel": ("channel", "渠道", "管道"),
    "value": ("value", "价值", "價值"),
    "vip": ("vip", "vips"),
    "survey": ("survey", "问卷", "問卷"),
    "name": ("name", "called", "名称", "名稱", "名字"),
}
"""Everything of a cadence that can be changed, and what it is called."""
NOBODY_SPECIAL = frozenset(
    {"", "-", "none", "any", "all", "everybody", "everyone", "无", "無", "不限", "全部", "所有", "任何"}
)
_NUMBERS: Mapping[Problem, tuple[int, int]] = {
    "pace": (1, HIGHEST_PACE),
    "most": (1, MOST_TIMES),
    "sample": (1, 100),
    "value": (1, 10**12),
}
_NUMBER = re.compile(r"[^\d-]{0,20}(\d[\d,，]{0,16})[^\d]{0,20}")


def field_called(word: str) -> str:
    """What of a cadence a word means; '' where it means nothing of it."""
    return next((name for name, words in WORDS.items() if word.casefold() in words), "")


def changed(plan: Plan, what: str, words: str, zone: str, now: int) -> Plan | Unread:
    """A plan with one thing of it as it was said; everything else stays."""
    words = words.strip()
    cleared = words.casefold() in NOBODY_SPECIAL
    match what:
        case "when":
            return _timed(plan, words, zone, now)
        case "pace" | "most":
            number = _number(what, words)
            return number if isinstance(number, Unread) else _with(plan, what, number)
        case "holidays":
            country = "none" if cleared and words else country_called(words) if words else ""
            return replace(plan, holidays=country) if country or not words else Unread(words, "holidays")
    given = _of_audience(what, words, cleared)
    if isinstance(given, Unread):
        return given
    wanted: dict[str, Any] = {what: given}
    return replace(plan, audience=replace(plan.audience, **wanted))


def _with(plan: Plan, what: str, number: int) -> Plan:
    wanted: dict[str, Any] = {what: number}
    return replace(plan, **wanted)


def _of_audience(what: str, words: str, cleared: bool) -> str | int | bool | Unread:
    match what:
        case "sample" | "value":
            return (100 if what == "sample" else 0) if cleared else _number(what, words)
        case "vip":
            flag = False if cleared else read_flag([words])
            return Unread(words, "vip") if flag is None else flag
        case "language":
            language = "" if cleared else LANGUAGES.get(words.casefold(), "")
            return language if language or cleared else Unread(words, "language")
    return "" if cleared else words


def _timed(plan: Plan, words: str, zone: str, now: int) -> Plan | Unread:
    """Another time for the same people, and whatever else is named beside it."""
    said = read(words, zone, now)
    if isinstance(said, Unread):
        return said
    if said.name:
        return Unread(said.name)
    wanted, nobody = said.plan, Audience()
    named = {
        each.name: getattr(wanted.audience, each.name)
        for each in fields(Audience)
        if getattr(wanted.audience, each.name) != getattr(nobody, each.name)
    }
    return replace(
        wanted,
        pace=wanted.pace if wanted.pace != PACE else plan.pace,
        most=wanted.most if wanted.most != MOST else plan.most,
        holidays=wanted.holidays or plan.holidays,
        audience=replace(plan.audience, **named),
    )


def _number(what: Problem, words: str) -> int | Unread:
    found = _NUMBER.fullmatch(words)
    low, high = _NUMBERS[what]
    number = int(re.sub("[,，]", "", found[1])) if found else 0
    return number if low <= number <= high else Unread(words, what)
