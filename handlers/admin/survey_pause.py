"""survey pause, survey resume: a paused survey asks nobody new; what has been asked may still be answered."""

from __future__ import annotations

from cxbot.ports import Receipt
from cxbot.transactions import surveys
from handlers.admin.survey_show import unknown
from handlers.grammar import Argument, Call, Command


def pause(call: Call) -> Receipt:
    """Stops inviting."""
    return _switched(
        call, surveys.pause(call.tx, call.arguments["survey"].casefold(), call.sender["id"], call.now), "paused"
    )


def resume(call: Call) -> Receipt:
    """Invites again."""
    return _switched(
        call, surveys.resume(call.tx, call.arguments["survey"].casefold(), call.sender["id"], call.now), "resumed"
    )


def _switched(call: Call, outcome: str, done: str) -> Receipt:
    if outcome == "unknown":
        return unknown(call)
    key = f"command.survey.{done}" if outcome == "done" else f"command.survey.already_{done}"
    return call.say(key, survey=call.arguments["survey"].casefold())


COMMANDS = [
    Command(
        name="survey pause",
        words={
            "en": ("survey pause", "pause survey"),
            "zh-CN": ("问卷 暂停", "暂停问卷"),
            "zh-TW": ("問卷 暫停", "暫停問卷"),
        },
        permission="edit_survey",
        run=pause,
        arguments=(Argument("survey"),),
        examples={"en": ("survey pause csat",), "zh-CN": ("问卷 暂停 csat",), "zh-TW": ("問卷 暫停 csat",)},
    ),
    Command(
        name="survey resume",
        words={
            "en": ("survey resume", "resume survey"),
            "zh-CN": ("问卷 恢复", "恢复问卷"),
            "zh-TW": ("問卷 恢復", "恢復問卷"),
        },
        permission="edit_survey",
        run=resume,
        arguments=(Argument("survey"),),
        examples={"en": ("survey resume csat",), "zh-CN": ("问卷 恢复 csat",), "zh-TW": ("問卷 恢復 csat",)},
    ),
]
