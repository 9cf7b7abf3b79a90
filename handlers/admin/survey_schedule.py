"""survey schedule, survey archive, survey bring back: from when on a survey asks, and that it asks no more."""

from __future__ import annotations

import re

from cxbot.domain import dates, replies
from cxbot.domain.survey import Survey
from cxbot.ports import Receipt
from cxbot.transactions import settings, surveys
from handlers import survey_desk
from handlers.admin.survey_show import unknown
from handlers.grammar import Argument, Call, Command

NOW_WORDS = frozenset({"now", "at once", "immediately", "立即", "马上", "现在"})
OFF_WORDS = frozenset({"off", "cancel", "never", "none", "取消", "关闭", "停止"})
MOST_DAYS = 3_660
_FROM = re.compile(r"^(?:from|since|starting|on|从|自)\s*|\s*(?:on|onwards|起|开始)$")


def schedule(call: Call) -> Receipt:
    """Lets a survey ask from a day on, in the company's time zone."""
    return survey_desk.found(call, survey_desk.key_of(call), lambda survey, _: _schedule(call, survey))


def _schedule(call: Call, survey: Survey) -> Receipt:
    words = call.arguments["start"]
    company = settings.company(call.tx)
    if _plain(words) in OFF_WORDS:
        return _off(call, survey)
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


def _off(call: Call, survey: Survey) -> Receipt:
    """It is again as it was before it had a start; what was published to begin then does not begin at once."""
    starts_at = surveys.starts_at(call.tx, survey.key)
    if starts_at <= call.now:
        return call.say("survey.schedule.no_start", survey=survey.key)
    zone = settings.company(call.tx).time_zone
    live = surveys.live(call.tx, survey.key)
    if live is not None and not live.paused and not surveys.asked_before_start(call.tx, survey.key):
        surveys.pause(call.tx, survey.key, call.sender["id"], call.now)
        return call.say("survey.schedule.off", survey=survey.key, at=starts_at, zone=zone)
    surveys.schedule(call.tx, survey.key, 0, call.sender["id"], call.now)
    stays = "draft" if live is None else "archived" if live.archived else "paused" if live.paused else "live"
    return call.say(f"survey.schedule.off_{stays}", survey=survey.key, at=starts_at, zone=zone)


def read_start(words: str, zone: str, now: int) -> int | None:
    """The moment a date stands for (epoch ms), 0 for "now", None for what is no date. A day begins at midnight."""
    plain = _plain(words)
    return 0 if plain in NOW_WORDS else dates.read(plain, zone, now, MOST_DAYS)


def _plain(words: str) -> str:
    return _FROM.sub("", replies.fold(words).strip(" .。")).strip()


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
