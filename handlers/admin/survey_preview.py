"""survey preview: a survey sent to the one who asks, as a customer is asked, and counted nowhere."""

from __future__ import annotations

from cxbot.domain.survey import Survey
from cxbot.ports import Receipt
from cxbot.transactions import survey_previews
from handlers import survey_desk, survey_parts
from handlers.grammar import Argument, Call, Command


def preview(call: Call) -> Receipt:
    """Asks the first question in the sender's own conversation; it can be answered to the end."""
    return survey_desk.found(call, survey_desk.key_of(call), lambda survey, _: _begin(call, survey))


def _begin(call: Call, survey: Survey) -> Receipt:
    word = call.arguments.get("language", "")
    language = survey_parts.language(word) if word else call.language
    if not language:
        return call.say("survey.preview.no_language", words=word)
    if not survey.questions:
        return call.say("survey.preview.no_questions", survey=survey.key)
    spoken = {"key": f"language.{language}", "args": {}}
    receipt = Receipt()
    if not call.alone:
        receipt = call.say("survey.preview.sent", survey=survey.key, language=spoken)
    survey_previews.begin(call.tx, survey, call.channel, call.address, language, call.now)
    return receipt


COMMANDS = [
    Command(
        name="survey preview",
        words={
            "en": ("survey preview", "preview survey", "survey try"),
            "zh-CN": ("问卷 预览", "预览问卷"),
            "zh-TW": ("問卷 預覽", "預覽問卷"),
        },
        permission="edit_survey",
        run=preview,
        arguments=(Argument("survey"), Argument("language", required=False)),
        examples={
            "en": ("survey preview csat", "survey preview csat zh-CN"),
            "zh-CN": ("问卷 预览 csat", "问卷 预览 csat 繁体"),
            "zh-TW": ("問卷 預覽 csat", "問卷 預覽 csat 英文"),
        },
    )
]
