"""survey export, survey import: a survey as the TOML that stands in `surveys/`, out and in."""

from __future__ import annotations

import re

from cxbot import wording
from cxbot.domain.survey import Mistake, Survey, SurveyMistakes, read_survey, to_toml
from cxbot.inbound import LONGEST_TEXT
from cxbot.ports import Field, Form, Receipt
from cxbot.transactions import survey_drafts, surveys
from cxbot.transactions.survey_drafts import Draft
from handlers import survey_desk
from handlers.grammar import Argument, Call, Command

PAGE = 1_500
"""Characters of a page where the channel takes no files."""
NAME = "survey.toml"
_FENCE = re.compile(r"^\s*```\w*\s*\n?|\n?\s*```\s*$")
_STARTS = re.compile(r"^[ \t]*(?:#|\[|[A-Za-z_]+[ \t]*=)", re.MULTILINE)
_CURLY = str.maketrans({"“": '"', "”": '"', "＝": "="})
_NUMBER = re.compile(r"\d{1,3}")


def export(call: Call) -> Receipt:
    """Hands a survey over as a file: the draft where there is one, else the live version."""
    return survey_desk.found(call, survey_desk.key_of(call), lambda survey, draft: _export(call, survey, draft))


def _export(call: Call, survey: Survey, draft: Draft | None) -> Receipt:
    pages = _pages(to_toml(survey))
    given = _NUMBER.search(call.arguments.get("page", ""))
    at = min(max(int(given[0]), 1), len(pages)) if given else 1
    live = surveys.live(call.tx, survey.key)
    version = {"key": "survey.versions.the_draft", "args": {}} if draft else live.version if live else ""
    more = {"key": "survey.export.more", "args": {"survey": survey.key, "page": at + 1}} if at < len(pages) else ""
    return call.say(
        "survey.export.ready",
        survey=survey.key,
        version=version,
        file={"kind": "survey", "survey": survey.key},
        toml=pages[at - 1],
        page=at,
        pages=len(pages),
        more=more,
    )


def _pages(text: str) -> list[str]:
    """A text in pages that end at the end of a line."""
    pages = [""]
    for line in text.splitlines(keepends=True):
        if pages[-1] and len(pages[-1]) + len(line) > PAGE:
            pages.append("")
        pages[-1] += line
    return pages


def take_in(call: Call) -> Receipt:
    """Makes a draft of a TOML that was pasted after the command, or asks for it in a form."""
    start = _STARTS.search(call.typed.partition("\n")[2]) if "\n" in call.typed else None
    if start is None:
        return survey_desk.opening(call, form(call), "survey.import.how", awaited=True)
    if len(call.typed) >= LONGEST_TEXT:
        return call.say("survey.import.too_long", most=LONGEST_TEXT)
    return imported(call, call.typed.partition("\n")[2])


def form(call: Call) -> Form:
    """Where a TOML can be pasted."""
    label = wording.text("survey.import.field", call.language)
    field = Field("toml", label, "long_text", hint=wording.text("survey.import.hint", call.language))
    return survey_desk.form(call, "im", "survey.import.title", (field,), submit="survey.form.save")


def imported(call: Call, text: str) -> Receipt:
    """A draft of a TOML; its mistakes, each with its line."""
    survey = read(text)
    if not isinstance(survey, Survey):
        lines = [
            {"key": "survey.import.line", "args": {"line": each.line, "where": each.key, "message": each.message}}
            for each in survey
        ]
        return call.say("survey.import.mistakes", n=len(lines), lines=lines[: survey_desk.MOST_LINES])
    draft, changed = survey_drafts.save(call.tx, survey, call.sender["id"], call.now)
    if not changed:
        return call.say("survey.edit.nothing", survey=survey.key)
    return call.say(
        "survey.import.done",
        survey=survey.key,
        n=len(changed),
        lines=survey_desk.lines(changed),
        **survey_desk.standing(call.tx, draft),
    )


def read(text: str) -> Survey | tuple[Mistake, ...]:
    """The survey in a text as a chat brings it, or its mistakes. Quotes that a phone bent are straightened."""
    text = _FENCE.sub("", text.replace("\r\n", "\n"))
    try:
        return read_survey(text, NAME)
    except SurveyMistakes as error:
        mistakes = error.mistakes
    if '"' not in text:
        try:
            return read_survey(text.translate(_CURLY), NAME)
        except SurveyMistakes as error:
            return error.mistakes
    return mistakes


COMMANDS = [
    Command(
        name="survey export",
        words={
            "en": ("survey export", "export survey"),
            "zh-CN": ("问卷 导出", "导出问卷"),
            "zh-TW": ("問卷 匯出", "匯出問卷"),
        },
        permission="edit_survey",
        run=export,
        arguments=(Argument("survey"), Argument("page", required=False, rest=True)),
        examples={"en": ("survey export csat",), "zh-CN": ("问卷 导出 csat",), "zh-TW": ("問卷 匯出 csat",)},
    ),
    Command(
        name="survey import",
        words={
            "en": ("survey import", "import survey"),
            "zh-CN": ("问卷 导入", "导入问卷"),
            "zh-TW": ("問卷 匯入", "匯入問卷"),
        },
        permission="edit_survey",
        run=take_in,
        arguments=(Argument("toml", required=False, rest=True),),
        examples={"en": ("survey import",), "zh-CN": ("问卷 导入",), "zh-TW": ("問卷 匯入",)},
    ),
]
