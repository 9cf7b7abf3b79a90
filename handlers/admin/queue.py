"""queue: what waits, why, and until when."""

from __future__ import annotations

from typing import Any

from cxbot.ports import Receipt, Tx
from cxbot.transactions import queues
from handlers import cadence_held
from handlers.grammar import Argument, Call, Command


def show(call: Call) -> Receipt:
    """Lists what waits to be said by channel and cause, and the surveys that wait to be asked."""
    channel = call.arguments.get("channel", "").casefold()
    groups, surveys, known = call.heavy(_look, call.now, channel)
    if not known:
        return call.say("refuse.no_such_channel", channel=channel)
    lines = [*map(message_line, groups), *map(_survey_line, () if channel else surveys)]
    lines += [] if channel else cadence_held.queue_lines(call.tx, call.now)
    if not lines:
        return call.say("command.queue.none", channel=channel)
    return call.say("command.queue.list", channel=channel, lines=lines)


def message_line(group: queues.Group) -> dict[str, Any]:
    """How many messages of a channel wait for the same, for what, and until when."""
    args = {
        "channel": group.channel,
        "n": group.n,
        "reason": group.reason,
        "since": group.since,
        "until": group.until or "",
    }
    return {"key": f"command.queue.{group.why}", "args": args}


def _survey_line(group: queues.Surveys) -> dict[str, Any]:
    reason: Any = {"key": f"not_asked.{group.reason}", "args": {}} if group.reason else ""
    return {"key": "command.queue.surveys", "args": {"n": group.n, "reason": reason, "until": group.until or ""}}


def _look(tx: Tx, now: int, channel: str) -> tuple[list[queues.Group], list[queues.Surveys], bool]:
    known = not channel or queues.is_channel(tx, channel)
    return queues.waiting(tx, now, channel), queues.surveys(tx), known


COMMANDS = [
    Command(
        name="queue",
        words={"en": ("queue", "waiting"), "zh-CN": ("队列", "排队"), "zh-TW": ("佇列", "排隊")},
        permission="see_state",
        run=show,
        arguments=(Argument("channel", required=False),),
        examples={
            "en": ("queue", "queue slack"),
            "zh-CN": ("队列", "队列 wechat"),
            "zh-TW": ("佇列", "佇列 wechat"),
        },
    )
]
