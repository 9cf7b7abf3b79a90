"""surveys: every survey with its version, state and what triggers it."""

from __future__ import annotations

from cxbot.ports import Receipt
from cxbot.transactions import surveys
from handlers.grammar import Call, Command


def show(call: Call) -> Receipt:
    """Lists the surveys."""
    lines = [
        {
            "key": "command.surveys.paused_line" if live.paused else "command.surveys.line",
            "args": {
                "survey": live.survey.key,
                "title": dict(live.survey.title),
                "version": live.version,
                "questions": len(live.survey.questions),
                "touchpoints": [
                    {"key": f"touchpoint.{touchpoint}", "args": {}} for touchpoint in live.survey.trigger.touchpoints
                ],
            },
        }
        for live in surveys.all_live(call.tx)
    ]
    return call.say("command.surveys.list", n=len(lines), lines=lines)


COMMANDS = [
    Command(
        name="surveys",
        words={
            "en": ("surveys", "survey list", "list surveys"),
            "zh-CN": ("问卷", "问卷列表"),
            "zh-TW": ("問卷", "問卷列表"),
        },
        permission="see_state",
        run=show,
        topic="surveys",
    )
]
