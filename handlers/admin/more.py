"""more, cancel: the next page of what was said, and leaving what was asked."""

from __future__ import annotations

from cxbot.ports import Receipt
from cxbot.transactions import command_turns
from cxbot.transactions.command_turns import Seat
from handlers.grammar import Call, Command


def more(call: Call) -> Receipt:
    """Goes on where the last answer to the sender was cut, as privately as it was."""
    seat = Seat(call.channel, call.place, call.address)
    page = command_turns.look(call.tx, seat, "page", call.now)
    if page is None:
        return call.say("command.more.nothing")
    command_turns.end(call.tx, seat, "page")
    say = call.aside if call.aside and (page.body["aside"] or page.body["private"]) else call.say
    return say("command.page", lines=page.body["lines"], zone=page.body["zone"])


def cancel(call: Call) -> Receipt:
    """Where something was asked, `cancel` answers that; here nothing was."""
    return call.say("command.cancel.nothing")


COMMANDS = [
    Command(
        name="more",
        words={"en": ("more", "next page"), "zh-CN": ("更多", "下一页"), "zh-TW": ("更多", "下一頁")},
        permission="read",
        run=more,
        topic="bot",
    ),
    Command(
        name="cancel",
        words={"en": ("cancel",), "zh-CN": ("取消",), "zh-TW": ("取消",)},
        permission="read",
        run=cancel,
        topic="bot",
    ),
]
