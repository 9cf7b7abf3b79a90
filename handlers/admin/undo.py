"""undo: takes back what one did last: to a case within its half minute, else a change of how the bot is set up."""

from __future__ import annotations

from cxbot.domain.roles import may
from cxbot.ports import Receipt
from cxbot.transactions import change_log, teams
from handlers.admin import audit_log, case_actions, survey_versions
from handlers.grammar import Argument, Call, Command

CHANGE = "change"
"""The argument that names one change exactly; nobody types it."""


def undo(call: Call) -> Receipt:
    """Takes back the sender's newest action on a case, or on the one that is named, else their newest change."""
    wanted = call.arguments.get(CHANGE, "")
    done = case_actions.undo(call) if not wanted else None
    if done is not None:
        return done
    minutes = change_log.UNDO_MS // 60_000
    undone = None
    if may(teams.roles_of(call.tx, call.sender["id"]), "edit_team"):
        undone = change_log.undo_latest(call.tx, call.sender["id"], call.now, wanted)
    if undone is None:
        return call.say("command.undo.nothing", minutes=minutes)
    if undone.waits_for is not None:
        return survey_versions.go_back(call, undone.waits_for, "")
    change = audit_log.said(call.tx, undone.event)
    outcome = "done" if undone.done else undone.why_not or "changed_since"
    if undone.done or undone.before is None:
        return call.say(f"command.undo.{outcome}", change=change)
    before = audit_log.said(call.tx, undone.before)
    options = [(before, {CHANGE: undone.before["id"]})]
    said = {"key": f"command.undo.{outcome}", "args": {"change": change}}
    return call.ask("command.undo.or_the_one_before", options, said=said)


COMMANDS = [
    Command(
        name="undo",
        topic="bot",
        words={"en": ("undo",), "zh-CN": ("撤销", "撤回"), "zh-TW": ("復原", "撤銷", "撤回")},
        permission="work_case",
        run=undo,
        arguments=(Argument("code", required=False, like=case_actions.CODE),),
        examples={"en": ("undo", "undo K7M2Q9"), "zh-CN": ("撤销",), "zh-TW": ("復原",)},
    )
]
