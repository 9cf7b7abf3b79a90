"""surveys: every survey with its version, state and what triggers it."""

from __future__ import annotations

from cxbot.ports import Receipt
from cxbot.transactions import survey_drafts, surveys
from handlers.grammar import Call, Command


def show(call: Call) -> Receipt:
    """Lists the surveys."""
    lines = [
        {
            "key": _key(live, call.now),
            "args": {
                "survey": live.survey.key,
                "title": dict(live.survey.title),
                "version": live.version,
                "starts_at": live.starts_at,
                "questions": len(live.survey.questions),
                "touchpoints": [
                    {"key": f"touchpoint.{touchpoint}", "args": {}} for touchpoint in live.survey.trigger.touchpoints
                ],
            },
        }
        for live in surveys.all_live(call.tx)
    ]
    drafts = survey_drafts.all_open(call.tx)
    lines += [{"key": "command.surveys.draft_line", "args": {"survey": key}} for key in drafts]
    return call.say("command.surveys.list", n=len(lines) - len(drafts), lines=lines)


def _key(live: surveys.LiveSurvey, now: int) -> str:
    if live.archived:
        return "command.surveys.archived_line"
    if live.paused:
        return "command.surveys.paused_line"
    return "command.surveys.line" if live.asks(now) else "command.surveys.scheduled_line"


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
