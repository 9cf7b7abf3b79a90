"""undo: takes back the latest change of how the bot is set up that one made oneself."""

from __future__ import annotations

from cxbot.ports import Receipt
from cxbot.transactions import change_log
from handlers.admin import audit_log
from handlers.grammar import Call, Command


def undo(call: Call) -> Receipt:
    """Takes back the sender's newest change of the last half hour and says which it was."""
    undone = change_log.undo_latest(call.tx, call.sender["id"], call.now)
    minutes = change_log.UNDO_MS // 60_000
    if undone is None:
        return call.say("command.undo.nothing", minutes=minutes)
    change = audit_log.said(call.tx, undone.event)
    return call.say("command.undo.done" if undone.done else "command.undo.changed_since", change=change)


COMMANDS = [
    Command(
        name="undo",
        words={"en": ("undo",), "zh-CN": ("撤销",), "zh-TW": ("復原", "撤銷")},
        permission="edit_team",
        run=undo,
    )
]
