"""undo: takes back what one did last: to a case within its half minute, else a change of how the bot is set up."""

from __future__ import annotations

from cxbot.domain.roles import may
from cxbot.ports import Receipt
from cxbot.transactions import change_log, teams
from handlers.admin import audit_log, case_actions
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
    change = audit_log.said(call.tx, undone.event)
    if undone.done or undone.before is None:
        return call.say("command.undo.done" if undone.done else "command.undo.changed_since", change=change)
    before = audit_log.said(call.tx, undone.before)
    options = [(before, {CHANGE: undone.before["id"]})]
    return call.ask("command.undo.or_the_one_before", options, change=change)


COMMANDS = [
    Command(
        name="undo",
        words={"en": ("undo",), "zh-CN": ("撤销", "撤回"), "zh-TW": ("復原", "撤銷", "撤回")},
        permission="work_case",
        run=undo,
        arguments=(Argument("code", required=False, like=case_actions.CODE),),
        examples={"en": ("undo", "undo K7M2Q9"), "zh-CN": ("撤销",), "zh-TW": ("復原",)},
    )
]
