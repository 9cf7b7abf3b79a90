"""survey edit, survey add, survey remove: any part of a survey, changed in its draft; by a form, or in one line."""

from __future__ import annotations

from collections.abc import Sequence

from cxbot.domain.survey import SEVERITIES, Survey, editing
from cxbot.domain.survey.editing import Edited, Wrong
from cxbot.ports import Receipt
from cxbot.transactions import survey_drafts
from cxbot.transactions.survey_drafts import Draft
from handlers import survey_desk, survey_forms, survey_parts
from handlers.grammar import Argument, Call, Command

TEXTS = ("title", "definition", "intro", "thanks", "question", "option", "low_label", "high_label", "label", "words")


def edit(call: Call) -> Receipt:
    """Changes one part, opens the form for it, or says which parts there are."""
    return survey_desk.found(call, survey_desk.key_of(call), lambda survey, draft: _edit(call, survey, draft))


def add(call: Call) -> Receipt:
    """Adds a question, an option, words, a branch, a band or a route."""
    return survey_desk.found(call, survey_desk.key_of(call), lambda survey, _: _add(call, survey))


def remove(call: Call) -> Receipt:
    """Takes a part out."""
    return survey_desk.found(call, survey_desk.key_of(call), lambda survey, _: _remove(call, survey))


def _edit(call: Call, survey: Survey, draft: Draft | None) -> Receipt:
    words = call.arguments.get("part", "").split()
    name, rest = (survey_parts.part(words[0]), words[1:]) if words else ("", [])
    if not name:
        return _overview(call, survey, draft, " ".join(words))
    if name == "question" and len(rest) > 1 and (shape := survey_parts.shape(rest[1])):
        return survey_desk.keep(call, editing.with_question(survey, rest[0], shape, rest[2:]))
    if name in TEXTS:
        return _texts(call, survey, name, rest)
    if name == "trigger":
        return survey_desk.opening(call, survey_forms.trigger(call, survey, ()), "survey.form.offered")
    if name == "key":
        return _rename(call, survey, draft, rest)
    if name in ("branch", "band"):
        return survey_desk.keep(call, _branch(survey, rest) if name == "branch" else _band(survey, rest))
    if name == "route":
        return survey_desk.keep(call, editing.with_route(survey, rest[0] if rest else "", rest[1:]))
    listed = [word for each in rest for word in survey_forms.listed(each)]
    return survey_desk.keep(call, editing.with_setting(survey, name, listed))


def _texts(call: Call, survey: Survey, name: str, rest: Sequence[str]) -> Receipt:
    """A text written in the line after its language, or a form with what stands there now."""
    language, text = survey_parts.written(call.typed)
    names = rest
    if language:
        at = next((at for at, word in enumerate(rest) if word.endswith(":") or ":" in word), len(rest))
        names = rest[: at if at < len(rest) and survey_parts.language(rest[at].partition(":")[0]) else max(at - 1, 0)]
    elif rest and (chosen := survey_parts.language(rest[-1])):
        language, names = chosen, rest[:-1]
    if not text and (quoted := survey_parts.quoted(call.typed)):
        names = rest[: max(len(rest) - len(quoted.split()), 0)]
        chosen = survey_parts.language(names[-1]) if names else ""
        language, text, names = chosen or call.language, quoted, names[:-1] if chosen else names
    place = survey_parts.place(name, names)
    if place is None or editing.texts_at(survey, place) is None:
        return _which(call, survey, name, names)
    if text:
        return survey_desk.keep(call, editing.with_texts(survey, place, {language: text}))
    return survey_desk.opening(call, survey_forms.texts(call, survey, place, language), "survey.form.offered")


def _which(call: Call, survey: Survey, name: str, names: Sequence[str]) -> Receipt:
    """There is no such text: which there are."""
    questions = [question.id for question in survey.questions]
    known = questions
    if name == "thanks":
        known = ["default", *(band.name for band in survey.bands)]
    elif name == "words":
        known = [str(number) for number in range(1, len(survey.detect.raising_words) + 1)]
    elif names and (question := survey.question(names[0])) is not None:
        known = [option.id for option in question.options]
        if question.kind == "scale":
            known = [str(value) for value in range(question.low, question.high + 1)]
    return call.say("survey.edit.which", words=" ".join(names), known=known)


def _rename(call: Call, survey: Survey, draft: Draft | None, rest: Sequence[str]) -> Receipt:
    new = rest[0].casefold() if rest else ""
    if draft is None or draft.based_on:
        return call.say("survey.edit.key_stays", survey=survey.key)
    if not new or not survey_drafts.rename(call.tx, survey.key, new, call.sender["id"], call.now):
        return call.say("survey.edit.exists", name=new)
    return call.say("survey.edit.renamed", survey=survey.key, new=new)


def _branch(survey: Survey, rest: Sequence[str]) -> Edited:
    if len(rest) < 3:
        return Wrong("survey.edit.branch_needs", {"known": [question.id for question in survey.questions]})
    when = "" if survey_parts.is_any(rest[1]) else rest[1]
    return editing.with_branch(survey, rest[0], when, survey_parts.goto(rest[2]))


def _band(survey: Survey, rest: Sequence[str]) -> Edited:
    span = editing.read_span(rest[1]) if len(rest) > 1 else None
    if span is None:
        return Wrong("survey.edit.band_needs", {"known": [band.name for band in survey.bands]})
    severity = rest[2].casefold() if len(rest) > 2 else ""
    if severity in editing.NO:
        severity = ""
    if severity and severity not in SEVERITIES:
        return Wrong("survey.edit.severity", {"words": severity, "known": list(SEVERITIES)})
    return editing.with_band(survey, rest[0], span, severity)


def _add(call: Call, survey: Survey) -> Receipt:
    words = call.arguments["part"].split()
    name, rest = survey_parts.part(words[0]), words[1:]
    if name == "question":
        return survey_desk.opening(call, survey_forms.question(call, survey, ()), "survey.form.offered")
    if name == "option":
        asked = survey.question(rest[0]) if rest else None
        if asked is None or asked.kind not in ("one_of", "several_of"):
            known = [question.id for question in survey.questions if question.options]
            return call.say("survey.edit.no_question", name=rest[0] if rest else "", known=known)
        return survey_desk.opening(call, survey_forms.option(call, survey, rest), "survey.form.offered")
    if name == "words":
        return survey_desk.opening(call, survey_forms.words_rule(call, survey, ()), "survey.form.offered")
    if name in ("branch", "band", "route", "thanks", "label", "low_label", "high_label"):
        return _edit(call, survey, survey_drafts.get(call.tx, survey.key))
    if name in ("touchpoints", "stages", "outcomes"):
        held = [*getattr(survey.trigger, name), *(word for each in rest for word in survey_forms.listed(each))]
        return survey_desk.keep(call, editing.with_setting(survey, name, held))
    return call.say("survey.add.which", words=call.arguments["part"])


def _remove(call: Call, survey: Survey) -> Receipt:
    words = call.arguments["part"].split()
    name, rest = survey_parts.part(words[0]), words[1:]
    first, second = [*rest, "", ""][:2]
    edited: Edited
    match name:
        case "question":
            edited = editing.without_question(survey, first)
        case "option":
            edited = editing.without_option(survey, first, second)
        case "branch":
            edited = editing.without_branch(survey, first, "" if survey_parts.is_any(second) else second)
        case "band":
            edited = editing.without_band(survey, first)
        case "words":
            edited = editing.without_words(survey, first)
        case "route":
            edited = editing.without_route(survey, first)
        case "thanks" | "label" | "low_label" | "high_label":
            place = survey_parts.place(name, rest)
            if place is None:
                return _which(call, survey, name, rest)
            edited = editing.with_texts(survey, place, dict.fromkeys(("en", "zh-CN", "zh-TW"), ""))
        case "nudges" | "delay" | "time_zone" | "vip_severity" | "cause" | "skip_closed_by":
            edited = editing.with_setting(survey, name, ())
        case "touchpoints" | "stages" | "outcomes":
            kept = [word for word in getattr(survey.trigger, name) if rest and word not in rest]
            edited = editing.with_setting(survey, name, kept)
        case _:
            return call.say("survey.remove.which", words=call.arguments["part"])
    return survey_desk.keep(call, edited)


def _overview(call: Call, survey: Survey, draft: Draft | None, words: str) -> Receipt:
    """What can be edited, with how the draft stands."""
    questions = [
        {"key": "survey.edit.question_line", "args": {"name": question.id, "text": dict(question.text)}}
        for question in survey.questions
    ]
    standing = survey_desk.standing(call.tx, draft) if draft else {"total": 0, "mistakes": "", "ready": ""}
    state = {"key": "survey.edit.draft" if draft else "survey.edit.no_draft", "args": {"total": standing["total"]}}
    trigger = survey_forms.trigger_fields(call, survey)
    settings = [
        {"key": "survey.edit.setting_line", "args": {"name": field.label, "value": field.value}}
        for field in trigger
        if field.value
    ]
    return call.say(
        "survey.edit.overview",
        words=words,
        survey=survey.key,
        first=survey.questions[0].id if survey.questions else "",
        state=state,
        lines=questions,
        settings=settings,
        bands=[band.name for band in survey.bands],
        mistakes=standing["mistakes"],
    )


COMMANDS = [
    Command(
        name="survey edit",
        words={
            "en": ("survey edit", "edit survey"),
            "zh-CN": ("问卷 编辑", "编辑问卷", "修改问卷"),
            "zh-TW": ("問卷 編輯", "編輯問卷", "修改問卷"),
        },
        permission="edit_survey",
        run=edit,
        arguments=(Argument("survey"), Argument("part", required=False, rest=True)),
        examples={
            "en": ("survey edit csat", "survey edit csat question score", "survey edit csat nudges 24h 72h"),
            "zh-CN": ("问卷 编辑 csat", "问卷 编辑 csat 题目 score", "问卷 编辑 csat 提醒 24小时 72小时"),
            "zh-TW": ("問卷 編輯 csat", "問卷 編輯 csat 題目 score", "問卷 編輯 csat 提醒 24小時 72小時"),
        },
    ),
    Command(
        name="survey add",
        words={
            "en": ("survey add",),
            "zh-CN": ("问卷 添加", "问卷 增加"),
            "zh-TW": ("問卷 加入", "問卷 增加"),
        },
        permission="edit_survey",
        run=add,
        arguments=(Argument("survey"), Argument("part", rest=True)),
        examples={
            "en": ("survey add csat question", "survey add csat branch score 1-2 why"),
            "zh-CN": ("问卷 添加 csat 题目", "问卷 添加 csat 跳转 score 1-2 why"),
            "zh-TW": ("問卷 加入 csat 題目", "問卷 加入 csat 跳轉 score 1-2 why"),
        },
    ),
    Command(
        name="survey remove",
        words={
            "en": ("survey remove", "survey delete"),
            "zh-CN": ("问卷 删除", "问卷 去掉"),
            "zh-TW": ("問卷 刪除", "問卷 移除"),
        },
        permission="edit_survey",
        run=remove,
        arguments=(Argument("survey"), Argument("part", rest=True)),
        examples={
            "en": ("survey remove csat question why",),
            "zh-CN": ("问卷 删除 csat 题目 why",),
            "zh-TW": ("問卷 刪除 csat 題目 why",),
        },
    ),
]
