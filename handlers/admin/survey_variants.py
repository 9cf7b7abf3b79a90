"""survey variants, survey pick: how the wordings of a survey do, when one is really better, and choosing it."""

from __future__ import annotations

from typing import Any

from cxbot.domain import scoring
from cxbot.domain.variants import OWN, Estimate
from cxbot.ports import Receipt
from cxbot.transactions import survey_approval, surveys, wordings
from handlers.admin.survey_show import placeholders, unknown
from handlers.admin.survey_versions import go_back
from handlers.grammar import Argument, Call, Command


def show(call: Call) -> Receipt:
    """Each wording with its figures, and what to make of the differences."""
    key = call.arguments["survey"].casefold()
    live = surveys.live(call.tx, key)
    if live is None:
        return unknown(call)
    found = call.heavy(wordings.read, key)
    if found is None:
        return call.say("command.survey_variants.none", survey=key)
    if found.hidden:
        return call.say("command.survey_variants.hidden", survey=key, n=scoring.ANONYMOUS_ENOUGH)
    lines: list[dict[str, Any]] = []
    for each in found.wordings:
        lines.append({"key": "command.survey_variants.wording", "args": {
            "name": each.name, "share": each.share, "asked": each.asked, "text": _text(live, each.name)}})  # fmt: skip
        lines.append({"key": "command.survey_variants.response", "args": _share(each.response)})
        lines.append({"key": "command.survey_variants.completion", "args": _share(each.completion)})
        if each.score is not None:
            lines.append(_score(each.score))
    lines += [_beside(each, found.wordings[0].name) for each in found.beside]
    first = found.wordings[0].name
    return call.say("command.survey_variants.list", survey=key, lines=lines, first=first, variables=placeholders(call))


def pick(call: Call) -> Receipt:
    """Makes a wording the survey's own, as a new version."""
    key, variant = call.arguments["survey"].casefold(), call.arguments["variant"]
    live = surveys.live(call.tx, key)
    if live is None:
        return unknown(call)
    chosen = surveys.with_one_wording(live.survey, variant)
    if chosen is not None and survey_approval.is_on(call.tx):
        return go_back(call, chosen[1], "")
    picked = surveys.pick(call.tx, key, variant, call.sender["id"], call.now)
    if picked is None:
        known = [OWN, *(each.name for each in live.survey.variants)] if live.survey.variants else []
        return call.say("command.survey_pick.unknown", survey=key, variant=variant, known=known)
    return call.say(
        "command.survey_pick.done", survey=key, variant=picked.variant, version=picked.version, before=picked.before
    )


def _text(live: surveys.LiveSurvey, name: str) -> dict[str, str]:
    """The first question that is worded otherwise, in that wording."""
    changed = {question for each in live.survey.variants for question in each.text}
    worded = live.survey.worded(name)
    return next((dict(question.text) for question in worded.questions if question.id in changed), {})


def _share(given: Estimate) -> dict[str, Any]:
    return {"value": given.value, "low": given.low, "high": given.high, "n": given.n}


def _score(score: scoring.Score) -> dict[str, Any]:
    args = {"metric": {"key": f"metric.{score.metric}", "args": {}}, "n": score.n}
    if not score.enough:
        return {"key": "command.survey_variants.score_few", "args": args}
    kind = "net" if score.metric in ("nps", "enps") else "share"
    figures = {"value": score.value, "low": score.low, "high": score.high}
    return {"key": f"command.survey_variants.score_{kind}", "args": {**args, **figures}}


def _beside(each: wordings.Beside, first: str) -> dict[str, Any]:
    compared = each.compared
    args = {
        "name": each.name,
        "first": first,
        "measure": {"key": f"command.survey_variants.measure.{each.measure}", "args": {}},
        "value": 100 * compared.value,
        "low": 100 * compared.low,
        "high": 100 * compared.high,
        "more": compared.more,
    }
    return {"key": f"command.survey_variants.{compared.verdict}", "args": args}


COMMANDS = [
    Command(
        name="survey variants",
        topic="surveys",
        words={
            "en": ("survey variants", "variants"),
            "zh-CN": ("问卷 措辞", "措辞对比"),
            "zh-TW": ("問卷 措辭", "措辭對比"),
        },
        permission="see_state",
        run=show,
        arguments=(Argument("survey"),),
        examples={"en": ("survey variants csat",), "zh-CN": ("问卷 措辞 csat",), "zh-TW": ("問卷 措辭 csat",)},
    ),
    Command(
        name="survey pick",
        words={
            "en": ("survey pick", "pick variant"),
            "zh-CN": ("问卷 选用", "选用措辞"),
            "zh-TW": ("問卷 選用", "選用措辭"),
        },
        permission="edit_survey",
        run=pick,
        arguments=(Argument("survey"), Argument("variant")),
        examples={"en": ("survey pick csat B",), "zh-CN": ("问卷 选用 csat B",), "zh-TW": ("問卷 選用 csat B",)},
    ),
]
