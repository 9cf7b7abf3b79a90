"""survey schedule, survey archive, survey bring back: from when on a survey asks, and that it asks no more."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cxbot.domain import replies
from cxbot.domain.survey import Survey
from cxbot.ports import Receipt
from cxbot.transactions import settings, surveys
from handlers import survey_desk
from handlers.admin.survey_show import unknown
from handlers.grammar import Argument, Call, Command

NOW_WORDS = ("now", "off", "at once", "立即", "马上", "馬上", "取消")
TOMORROW = ("tomorrow", "明天")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\D{0,3}(\d{1,2})[:：](\d{2}))?")
_MONTH_DAY = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]?(?:\D{0,3}(\d{1,2})[:：](\d{2}))?")


def schedule(call: Call) -> Receipt:
    """Lets a survey ask from a day on, in the company's time zone."""
    return survey_desk.found(call, survey_desk.key_of(call), lambda survey, _: _schedule(call, survey))


def _schedule(call: Call, survey: Survey) -> Receipt:
    words = call.arguments["start"]
    company = settings.company(call.tx)
    starts_at = read_start(words, company.time_zone, call.now)
    if starts_at is None:
        return call.say("survey.schedule.unread", words=words)
    if starts_at and starts_at <= call.now:
        return call.say("survey.schedule.past", at=starts_at, zone=company.time_zone)
    surveys.schedule(call.tx, survey.key, starts_at, call.sender["id"], call.now)
    live = surveys.live(call.tx, survey.key)
    unpublished = {"key": "survey.schedule.unpublished", "args": {"survey": survey.key}} if live is None else ""
    key = "survey.schedule.set" if starts_at else "survey.schedule.now"
    return call.say(key, survey=survey.key, at=starts_at, unpublished=unpublished, zone=company.time_zone)


def read_start(words: str, zone: str, now: int) -> int | None:
    """The moment a date stands for (epoch ms), 0 for "now", None for what is no date. A day begins at midnight."""
    folded = replies.fold(words).strip()
    if folded.removeprefix("from ").strip() in {replies.fold(word) for word in NOW_WORDS}:
        return 0
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    if any(replies.fold(word) in folded for word in TOMORROW):
        return _moment(today + timedelta(days=1), None, None, zone)
    found = _DATE.search(words)
    if found is not None:
        return _on(int(found[1]), int(found[2]), int(found[3]), found[4], found[5], zone)
    found = _MONTH_DAY.search(words)
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    year = today.year + ((month, day) < (today.month, today.day))
    return _on(year, month, day, found[3], found[4], zone)


def _on(year: int, month: int, day: int, hour: str | None, minute: str | None, zone: str) -> int | None:
    try:
        return _moment(date(year, month, day), hour, minute, zone)
    except ValueError:
        return None


def _moment(day: date, hour: str | None, minute: str | None, zone: str) -> int:
    clock = time(int(hour or 0), int(minute or 0))
    return int(datetime.combine(day, clock, ZoneInfo(zone)).timestamp() * 1000)


def archive(call: Call) -> Receipt:
    """Puts a survey away: it asks nobody, and is listed with a flag."""
    return _put_away(call, surveys.archive(call.tx, survey_desk.key_of(call), call.sender["id"], call.now), "archived")


def bring_back(call: Call) -> Receipt:
    """Takes a survey out of the archive."""
    outcome = surveys.bring_back(call.tx, survey_desk.key_of(call), call.sender["id"], call.now)
    return _put_away(call, outcome, "brought_back")


def _put_away(call: Call, outcome: surveys.Switched, done: str) -> Receipt:
    if outcome == "unknown":
        return unknown(call)
    key = f"command.survey.{done}" if outcome == "done" else f"command.survey.already_{done}"
    return call.say(key, survey=survey_desk.key_of(call))


COMMANDS = [
    Command(
        name="survey schedule",
        words={
            "en": ("survey schedule", "schedule survey"),
            "zh-CN": ("问卷 定时", "问卷 排期"),
            "zh-TW": ("問卷 排程", "排程問卷"),
        },
        permission="edit_survey",
        run=schedule,
        arguments=(Argument("survey"), Argument("start", rest=True)),
        examples={
            "en": ("survey schedule csat from 2026-12-01", "survey schedule csat now"),
            "zh-CN": ("问卷 定时 csat 2026年12月1日",),
            "zh-TW": ("問卷 排程 csat 2026年12月1日",),
        },
    ),
    Command(
        name="survey archive",
        words={
            "en": ("survey archive", "archive survey"),
            "zh-CN": ("问卷 归档", "归档问卷"),
            "zh-TW": ("問卷 封存", "封存問卷"),
        },
        permission="edit_survey",
        run=archive,
        arguments=(Argument("survey"),),
        examples={"en": ("survey archive csat",), "zh-CN": ("问卷 归档 csat",), "zh-TW": ("問卷 封存 csat",)},
    ),
    Command(
        name="survey bring back",
        words={
            "en": ("survey bring back", "survey unarchive"),
            "zh-CN": ("问卷 取消归档",),
            "zh-TW": ("問卷 取消封存",),
        },
        permission="edit_survey",
        run=bring_back,
        arguments=(Argument("survey"),),
        examples={
            "en": ("survey bring back csat",),
            "zh-CN": ("问卷 取消归档 csat",),
            "zh-TW": ("問卷 取消封存 csat",),
        },
    ),
]
