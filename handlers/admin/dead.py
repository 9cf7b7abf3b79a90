"""dead, retry: the messages that could not be said, each with its reason, and saying them again."""

from __future__ import annotations

import re
from typing import Any

from cxbot.ports import Receipt, Row
from cxbot.transactions import command_turns, dead_letters, queues
from cxbot.transactions.command_turns import Seat
from handlers.grammar import Argument, Call, Command

ALL = ("all", "everything", "全部", "所有")
CONFIRMED = "confirmed"
"""Besides the arguments that can be written: when a retry of several was asked about, so that no later one joins it."""
_NUMBERS = re.compile(r"\d{1,3}(?:[\s,，、和]+(?:and )?\d{1,3})*")


def show(call: Call) -> Receipt:
    """Lists dead letters, newest first, by the numbers that `retry` takes."""
    channel = call.arguments.get("channel", "").casefold()
    if channel and not queues.is_channel(call.tx, channel):
        return call.say("refuse.no_such_channel", channel=channel)
    rows = dead_letters.dead(call.tx, channel)
    if not rows:
        return call.say("command.dead.none", channel=channel)
    command_turns.keep(call.tx, _seat(call), "dead", call.tx.new_id(), {"ids": [row["id"] for row in rows]}, call.now)
    lines = [_line(n, row) for n, row in enumerate(rows, 1)]
    return call.say("command.dead.list", n=len(rows), lines=lines)


def retry(call: Call) -> Receipt:
    """Puts dead letters back into the queue; where it is more than one, once the number was confirmed."""
    given = call.arguments["which"].casefold().strip()
    confirmed = int(call.arguments.get(CONFIRMED, "0"))
    ids = _chosen(call, given, confirmed)
    if ids is None:
        return call.say("command.retry.which", words=call.arguments["which"])
    if not ids:
        return call.say("command.dead.none", channel="")
    if len(ids) > 1 and not confirmed:
        agreed = {"which": given, CONFIRMED: str(call.now)}
        return call.ask(
            "command.retry.confirm", [({"key": "command.retry.yes", "args": {"n": len(ids)}}, agreed)], n=len(ids)
        )
    done = dead_letters.retry(call.tx, ids, call.sender["id"], call.now)
    lines = [{"key": f"command.retry.{why}", "args": {"n": n}} for why, n in sorted(done.refused.items())]
    if done.at_night:
        lines.insert(0, {"key": "command.retry.night", "args": {"n": done.at_night}})
    return call.say("command.retry.done", n=done.n, lines=lines)


def _chosen(call: Call, given: str, until: int) -> list[str] | None:
    """The ids of those that are meant; None where that is not clear."""
    if _NUMBERS.fullmatch(given):
        listed = command_turns.look(call.tx, _seat(call), "dead", call.now)
        ids = listed.body["ids"] if listed else [row["id"] for row in dead_letters.dead(call.tx)]
        numbers = sorted({int(number) for number in re.findall(r"\d+", given)})
        return [ids[n - 1] for n in numbers] if numbers[0] >= 1 and numbers[-1] <= len(ids) else None
    words = given.split()
    channels = [word for word in words if word not in ALL]
    if len(channels) > 1 or (channels and not queues.is_channel(call.tx, channels[0])):
        return None
    return [row["id"] for row in dead_letters.dead(call.tx, *channels, until=until)]


def _seat(call: Call) -> Seat:
    return Seat(call.channel, call.place, call.address)


def _line(n: int, row: Row) -> dict[str, Any]:
    kind = {"key": f"command.dead.{'question' if row['kind'] == 'question' else 'message'}", "args": {}}
    args = {
        "n": n,
        "at": row["created_at"],
        "channel": row["channel"],
        "kind": kind,
        "code": row["code"],
        "reason": row["reason"],
    }
    return {"key": "command.dead.line", "args": args}


COMMANDS = [
    Command(
        name="dead",
        words={
            "en": ("dead", "dead letters", "undelivered"),
            "zh-CN": ("死信", "未送达"),
            "zh-TW": ("死信", "未送達"),
        },
        permission="see_state",
        run=show,
        arguments=(Argument("channel", required=False),),
        examples={"en": ("dead", "dead slack"), "zh-CN": ("死信", "死信 wechat"), "zh-TW": ("死信", "死信 wechat")},
    ),
    Command(
        name="retry",
        words={"en": ("retry", "resend"), "zh-CN": ("重发", "重试"), "zh-TW": ("重送", "重試")},
        permission="operate",
        run=retry,
        arguments=(Argument("which", rest=True),),
        examples={
            "en": ("retry 2", "retry all"),
            "zh-CN": ("重发 2", "重发 全部"),
            "zh-TW": ("重送 2", "重送 全部"),
        },
    ),
]
