"""Reading a change of a team's policy as people type it: "first contact high 30 min", "storm off", "提醒 30, 60"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

from pydantic import ValidationError

from cxbot.domain.policy import SEVERITIES, TeamPolicy

NAMES: Mapping[str, tuple[str, ...]] = {
    "first_contact_minutes": ("first contact", "promise", "首次联系", "首次聯繫", "首次聯絡", "承诺", "承諾"),
    "resolve_minutes": ("resolve within", "resolve", "解决时限", "解决", "解決時限", "解決"),
    "reminder_minutes": ("reminders", "reminder", "remind", "提醒"),
    "escalate_minutes": ("escalate after", "escalate", "升级时间", "升级", "升級時間", "升級"),
    "escalate_to": ("escalate to", "升级给", "升級給"),
    "confirm_after_minutes": ("confirm after", "确认时间", "確認時間"),
    "confirm_wait_hours": ("confirm wait", "等待确认", "等待確認"),
    "opening_card": ("opening card", "opening", "开工卡片", "每日卡片", "開工卡片", "每日卡片"),
    "queue_alerts": ("alerts wait for opening", "alerts wait", "queue alerts", "提醒等到上班"),
    "goodwill_currency": ("goodwill currency", "补偿币种", "補償幣別"),
    "goodwill_each": ("goodwill at once", "goodwill each", "单次补偿", "單次補償"),
    "goodwill_person": ("goodwill per customer", "每位客户补偿", "每位客戶補償"),
    "goodwill_team": ("goodwill per team", "团队每月补偿", "團隊每月補償"),
    "goodwill_wait_hours": ("goodwill approval within", "补偿审批时限", "補償核准時限"),
    "storm_cases": ("storm cases", "storm", "集中投诉", "集中投訴", "风暴", "風暴"),
    "storm_minutes": ("storm within", "storm minutes", "集中投诉时间", "集中投訴時間"),
}
"""What each setting is called; a setting without words of its own is called by its name."""
_SEVERITIES: Mapping[str, str] = {
    **{each: each for each in SEVERITIES},
    "轻微": "low", "輕微": "low", "低": "low", "一般": "medium", "中": "medium",
    "严重": "high", "嚴重": "high", "高": "high", "紧急": "critical", "緊急": "critical",
}  # fmt: skip
_ON = frozenset({"on", "yes", "true", "开", "開", "开启", "開啟", "是"})
_OFF = frozenset({"off", "no", "false", "never", "none", "关", "關", "关闭", "關閉", "否", "不"})
_UNITS: Mapping[str, int] = {
    "": 1, "m": 1, "min": 1, "mins": 1, "minute": 1, "minutes": 1, "分": 1, "分钟": 1, "分鐘": 1,
    "h": 60, "hour": 60, "hours": 60, "小时": 60, "小時": 60, "时": 60, "時": 60,
    "d": 1440, "day": 1440, "days": 1440, "天": 1440,
}  # fmt: skip
_AMOUNT = re.compile(r"(\d{1,7})\s*([^\W\d_]*)")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a change was not understood or is not possible: a word for it, the setting, and what else is to be said."""

    why: str
    setting: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)


def setting_of(words: str) -> tuple[str, str]:
    """The setting that the words begin with, and the rest; ('', words) where they begin with none."""
    line = _plain(words)
    known = {name: (*NAMES.get(name, ()), name, name.replace("_", " ")) for name in TeamPolicy.model_fields}
    fits = [(len(_plain(phrase)), name) for name, phrases in known.items() for phrase in phrases
            if _begins(line, _plain(phrase))]  # fmt: skip
    if not fits:
        return "", words
    length, name = max(fits)
    return name, line[length:].strip(" :=为為")


def changed(policy: TeamPolicy, setting: str, words: str) -> TeamPolicy | Mistake:
    """The policy with one setting as the words want it."""
    value = _value(setting, words, getattr(policy, setting))
    if isinstance(value, Mistake):
        return value
    try:
        return TeamPolicy.model_validate({**policy.model_dump(), setting: value})
    except ValidationError as error:
        return _mistake(setting, error)


def _value(setting: str, words: str, before: Any) -> Any:
    kind = TeamPolicy.model_fields[setting].annotation
    if setting.startswith("goodwill") and kind is str:
        return _of_goodwill(setting, words)
    if kind is str:
        return words.strip()
    if kind is bool:
        word = _plain(words)
        return True if word in _ON else False if word in _OFF else Mistake("on_or_off", setting)
    off = _plain(words) in _OFF
    unit = 60 if setting.endswith("_hours") else 1
    if kind is int:
        if off:
            return 0
        amounts = _amounts(words, bare=unit)
        return -(-amounts[0] // unit) if len(amounts) == 1 else Mistake("number", setting)
    if get_origin(kind) is tuple and int in get_args(kind):
        amounts = _amounts(words)
        return tuple(amounts) if amounts else () if off else Mistake("number", setting)
    severity, rest = _severity(words)
    amounts = _amounts(rest)
    if not severity or len(amounts) != 1:
        return Mistake("severity", setting)
    return {**before, severity: amounts[0]}


def _of_goodwill(setting: str, words: str) -> str:
    """A currency as ISO 4217 writes it, or an amount."""
    off = _plain(words) in _OFF
    if setting == "goodwill_currency":
        return "" if off else words.strip().upper()
    return "0" if off else words.strip()


def _severity(words: str) -> tuple[str, str]:
    line = _plain(words)
    for word in sorted(_SEVERITIES, key=len, reverse=True):
        if line.startswith(word):
            return _SEVERITIES[word], line[len(word) :]
    return "", line


def _amounts(words: str, *, bare: int = 1) -> list[int]:
    """Minutes; a number alone counts in `bare` of them. Nothing where there is a word that is no unit."""
    line = re.sub(r"\band\b|\bafter\b|和|之?[后後]", ",", _plain(words))
    found = _AMOUNT.findall(line)
    left = re.sub(r"[\s,、;]", "", _AMOUNT.sub("", line))
    if left or any(unit not in _UNITS for _, unit in found):
        return []
    return [int(number) * (_UNITS[unit] if unit else bare) for number, unit in found]


def _mistake(setting: str, error: ValidationError) -> Mistake:
    first = error.errors()[0]
    limits = first.get("ctx", {})
    if setting.startswith("goodwill") and first["type"] not in ("less_than_equal", "greater_than_equal"):
        return Mistake("currency" if setting == "goodwill_currency" else "amount", setting)
    if first["type"] in ("less_than_equal", "greater_than_equal"):
        fields = TeamPolicy.model_fields[setting].metadata
        least = next((each.ge for each in fields if hasattr(each, "ge")), 0)
        most = next((each.le for each in fields if hasattr(each, "le")), limits.get("le", 0))
        return Mistake("range", setting, {"least": least, "most": most})
    if not first["loc"]:
        return Mistake("reminders_before_escalation", setting)
    return Mistake("in_order" if setting == "reminder_minutes" else "minutes", setting)


def _plain(words: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())


def _begins(line: str, phrase: str) -> bool:
    if not line.startswith(phrase):
        return False
    after = line[len(phrase) : len(phrase) + 1]
    return not after or not (phrase[-1].isascii() and after.isascii() and after.isalnum())
