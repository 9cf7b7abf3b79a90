"""survey publish, discard, approval: a draft goes live after its difference and reach were shown and confirmed."""

from __future__ import annotations

from typing import Any

from cxbot.domain.survey import Difference, Survey, editing
from cxbot.ports import Receipt
from cxbot.transactions import dry_run, survey_approval, survey_drafts, surveys
from cxbot.transactions.survey_approval import KEY
from cxbot.transactions.survey_drafts import Draft
from handlers import survey_desk
from handlers.admin import survey_dry_run, survey_show
from handlers.grammar import Argument, Call, Command
from handlers.naming import CONFIRM


def publish(call: Call) -> Receipt:
    """Shows what would change and for how many; publishes where the line ends in "confirm", with the reason."""
    key = survey_desk.key_of(call)
    words = call.arguments.get("reason", "").split()
    draft = survey_drafts.get(call.tx, key)
    if draft is None:
        return survey_desk.found(call, key, lambda survey, _: call.say("survey.publish.no_draft", survey=survey.key))
    refused = not_ready(call, draft)
    if refused is not None:
        return refused
    confirmed = [word for word in words if word.casefold() in CONFIRM]
    if confirmed:
        why = " ".join(word for word in words if word not in confirmed)
        return go_live(call, draft, why)
    run = call.heavy(dry_run.replay, key, survey_dry_run.DAYS, call.now)
    choices = [
        {
            "key": f"{KEY}p:{key}:{draft.mark}",
            "label": {"key": "survey.publish.button", "args": {}},
            "style": "primary",
        }
    ]
    return call.say("survey.publish.page", **_page(call, draft, run), choices=choices)


def not_ready(call: Call, draft: Draft) -> Receipt | None:
    """Says what keeps a draft from being published; None where nothing does."""
    wrong = survey_desk.mistake_lines(draft.survey)
    if wrong:
        return call.say(
            "survey.publish.mistakes", survey=draft.survey.key, n=len(wrong), lines=wrong[: survey_desk.MOST_LINES]
        )
    if not survey_drafts.against_live(call.tx, draft.survey):
        return call.say("survey.publish.nothing", survey=draft.survey.key)
    return None


def go_live(call: Call, draft: Draft, why: str) -> Receipt:
    """Publishes a draft, or asks another admin where the company wants two pairs of eyes."""
    key = draft.survey.key
    changed = survey_drafts.against_live(call.tx, draft.survey)
    if survey_approval.is_on(call.tx):
        return ask_another(call, draft.survey, draft.step, changed, why)
    version = survey_drafts.publish(call.tx, key, call.sender["id"], call.now, why)
    return call.say("survey.publish.done", survey=key, version=version, paused=_state(call, key))


def ask_another(call: Call, survey: Survey, step: int, changed: tuple[Difference, ...], why: str) -> Receipt:
    """Asks the other admins for a yes, in their own chats."""
    page = {"key": "survey.publish.difference", "args": {"lines": survey_desk.lines(changed), "n": len(changed)}}
    asked = survey_approval.propose(
        call.tx,
        survey,
        step,
        call.sender,
        why,
        call.now,
        channel=call.channel,
        address=call.address,
        page=page,
    )
    return call.say("survey.approval.waits" if asked else "survey.approval.nobody", survey=survey.key, who=asked)


def discard(call: Call) -> Receipt:
    """Gives a draft up."""
    key = survey_desk.key_of(call)
    if survey_drafts.discard(call.tx, key, call.sender["id"], call.now):
        return call.say("survey.discarded", survey=key)
    return survey_desk.found(call, key, lambda survey, _: call.say("survey.publish.no_draft", survey=survey.key))


def approval(call: Call) -> Receipt:
    """Says whether another admin has to approve, or switches that."""
    word = call.arguments.get("switch", "")
    flag = editing.read_flag([word])
    if word and flag is None:
        return call.say("survey.edit.yes_or_no", words=word)
    if flag and not survey_approval.approvers(call.tx, call.sender["id"]):
        return call.say("survey.approval.nobody", survey="", who=[])
    if flag is not None:
        survey_approval.switch(call.tx, flag, call.sender, call.now)
    return call.say("survey.approval.on" if survey_approval.is_on(call.tx) else "survey.approval.off")


def _page(call: Call, draft: Draft, run: Any) -> dict[str, Any]:
    live = surveys.live(call.tx, draft.survey.key)
    changed = survey_drafts.against_live(call.tx, draft.survey)
    newer = live is not None and live.version != draft.based_on
    return {
        "survey": draft.survey.key,
        "lines": survey_desk.lines(changed),
        "n": len(changed),
        "newer": {"key": "survey.publish.newer", "args": {"version": live.version if live else 0}} if newer else "",
        "reach": {"key": "survey.dry_run.page", "args": survey_dry_run.page(run)} if run else "",
    }


def _state(call: Call, key: str) -> Any:
    live = surveys.live(call.tx, key)
    if live is None or (live.asks(call.now) and not live.paused):
        return ""
    return survey_show.state(live, call.now)


COMMANDS = [
    Command(
        name="survey publish",
        words={
            "en": ("survey publish", "publish survey"),
            "zh-CN": ("问卷 发布", "发布问卷"),
            "zh-TW": ("問卷 發布", "發布問卷"),
        },
        permission="edit_survey",
        run=publish,
        arguments=(Argument("survey"), Argument("reason", required=False, rest=True)),
        examples={
            "en": ("survey publish csat", "survey publish csat confirm shorter question"),
            "zh-CN": ("问卷 发布 csat", "问卷 发布 csat 确认 题目改短"),
            "zh-TW": ("問卷 發布 csat", "問卷 發布 csat 確認 題目改短"),
        },
    ),
    Command(
        name="survey discard",
        words={
            "en": ("survey discard", "discard survey"),
            "zh-CN": ("问卷 放弃", "放弃草稿"),
            "zh-TW": ("問卷 捨棄", "捨棄草稿"),
        },
        permission="edit_survey",
        run=discard,
        arguments=(Argument("survey"),),
        examples={"en": ("survey discard csat",), "zh-CN": ("问卷 放弃 csat",), "zh-TW": ("問卷 捨棄 csat",)},
    ),
    Command(
        name="survey approval",
        words={
            "en": ("survey approval",),
            "zh-CN": ("问卷 审批", "问卷审批"),
            "zh-TW": ("問卷 簽核", "問卷簽核"),
        },
        permission="edit_survey",
        run=approval,
        arguments=(Argument("switch", required=False),),
        examples={"en": ("survey approval on",), "zh-CN": ("问卷 审批 开",), "zh-TW": ("問卷 簽核 開",)},
    ),
]
