"""survey wording: another wording of a question, put to a share of those asked; or takes one out again."""

from __future__ import annotations

from cxbot.domain.survey import Survey, wordings
from cxbot.domain.survey.editing import NO
from cxbot.ports import Receipt
from handlers import survey_desk, survey_forms
from handlers.grammar import Argument, Call, Command

OUT = frozenset({*NO, "remove", "out", "删除", "去掉", "刪除", "移除"})


def run(call: Call) -> Receipt:
    """Opens the form for the words, filled in with what stands there; or takes a wording out of the draft."""
    return survey_desk.found(call, survey_desk.key_of(call), lambda survey, _: _wording(call, survey))


def _wording(call: Call, survey: Survey) -> Receipt:
    name, rest = call.arguments["name"], call.arguments.get("part", "").split()
    if rest and rest[0].casefold() in OUT:
        return survey_desk.keep(call, wordings.without_wording(survey, name))
    if not survey_forms.may_name(name):
        return call.say("survey.wording.name", name=name)
    share = wordings.read_share(rest[0]) if rest else None
    question = rest[-1].casefold() if rest and (share is None or len(rest) > 1) else survey_forms.worded_first(survey)
    if survey.question(question) is None:
        return call.say("survey.edit.no_question", name=question, known=[each.id for each in survey.questions])
    form = survey_forms.wording_of(call, survey, (name, question, str(share or "")))
    return survey_desk.opening(call, form, "survey.form.offered")


COMMANDS = [
    Command(
        name="survey wording",
        words={
            "en": ("survey wording",),
            "zh-CN": ("问卷 添加措辞", "问卷 新措辞"),
            "zh-TW": ("問卷 新增措辭", "問卷 新措辭"),
        },
        permission="edit_survey",
        run=run,
        arguments=(Argument("survey"), Argument("name"), Argument("part", required=False, rest=True)),
        examples={
            "en": ("survey wording csat B 50", "survey wording csat B 50 why", "survey wording csat B off"),
            "zh-CN": ("问卷 添加措辞 csat B 50", "问卷 添加措辞 csat B 50 why", "问卷 添加措辞 csat B 删除"),
            "zh-TW": ("問卷 新增措辭 csat B 50", "問卷 新增措辭 csat B 50 why", "問卷 新增措辭 csat B 刪除"),
        },
    ),
]
