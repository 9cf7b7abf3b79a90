"""survey show: a survey as it stands, question by question, with what its figures mean."""

from __future__ import annotations

import difflib
from typing import Any

from cxbot.domain.survey import Question, Survey
from cxbot.ports import Receipt
from cxbot.transactions import settings, survey_drafts, surveys
from handlers.grammar import Argument, Call, Command


def show(call: Call) -> Receipt:
    """Shows one survey in the language of the one who asks."""
    key = call.arguments["survey"].casefold()
    live = surveys.live(call.tx, key)
    survey = live.survey if live else _draft(call, key)
    if survey is None:
        return unknown(call)
    return call.say(
        "command.survey_show.page",
        survey=survey.key,
        title=dict(survey.title),
        version=live.version if live else "–",
        state=state(live, call.now),
        intro=dict(survey.intro),
        variables=placeholders(call),
        definition=dict(survey.definition),
        days=survey.expires_ms // 86_400_000,
        nudges=len(survey.nudges_ms),
        lines=[_line(number, question) for number, question in enumerate(survey.questions, 1)],
    )


def _draft(call: Call, key: str) -> Survey | None:
    draft = survey_drafts.get(call.tx, key)
    return draft.survey if draft else None


def state(live: surveys.LiveSurvey | None, now: int) -> dict[str, Any]:
    """What a survey is doing, as a meaning: archived, paused, scheduled for later, or live; None is a mere draft."""
    if live is None:
        return {"key": "survey.state.draft", "args": {}}
    if live.archived:
        name = "archived"
    elif live.paused:
        name = "paused"
    else:
        name = "live" if live.asks(now) else "scheduled"
    return {"key": f"survey.state.{name}", "args": {"at": live.starts_at}}


def placeholders(call: Call) -> dict[str, str]:
    """What stands in the texts for what only an interaction knows."""
    company = settings.company(call.tx)
    named = dict.fromkeys(("name", "agent", "reference", "touchpoint"), "…")
    return {**named, "company": company.name_in(call.language), "privacy_url": company.privacy_url}


def unknown(call: Call) -> Receipt:
    """Says that there is no such survey, and which one was probably meant."""
    known = [live.survey.key for live in surveys.all_live(call.tx)]
    wanted = call.arguments["survey"].casefold()
    known += [key for key in survey_drafts.all_open(call.tx) if key not in (*known, wanted)]
    nearest = difflib.get_close_matches(wanted, known, n=1, cutoff=0.4)
    return call.say(
        "refuse.no_such_survey", survey=call.arguments["survey"].casefold(), did_you_mean=nearest, known=known
    )


def _line(number: int, question: Question) -> dict[str, Any]:
    if question.kind == "scale":
        choices: Any = f"{question.low}–{question.high}"
    elif question.options:
        choices = [dict(option.label) for option in question.options]
    else:
        choices = {"key": f"question.kind.{question.kind}", "args": {}}
    return {
        "key": "command.survey_show.line",
        "args": {"number": number, "text": dict(question.text), "choices": choices},
    }


COMMANDS = [
    Command(
        name="survey show",
        words={
            "en": ("survey show", "show survey"),
            "zh-CN": ("问卷 查看", "查看问卷"),
            "zh-TW": ("問卷 查看", "查看問卷"),
        },
        permission="see_state",
        run=show,
        topic="surveys",
        arguments=(Argument("survey"),),
        examples={"en": ("survey show nps",), "zh-CN": ("问卷 查看 nps",), "zh-TW": ("問卷 查看 nps",)},
    )
]
