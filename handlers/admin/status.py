"""status: which channels have stopped, what waits, what is held, what failed, what is overdue or left undone."""

from __future__ import annotations

from typing import Any

from cxbot.ports import Receipt, Tx
from cxbot.transactions import audit, channel_stops, health, places, queues
from handlers.admin import queue
from handlers.grammar import Call, Command


def show(call: Call) -> Receipt:
    """The state of the bot in a few lines."""
    figures, held = call.heavy(_look, call.now)
    stops = channel_stops.stopped(call.tx)
    lines: list[dict[str, Any]] = [
        {
            "key": "command.status.stopped",
            "args": {"channel": each.channel, "what_to_do": each.what_to_do, "since": each.since},
        }
        for each in stops
    ]
    lost = places.all_lost(call.tx)
    lines += [
        {"key": "command.status.place_lost", "args": {"team": row["name"], "reason": row["unreachable"]}}
        for row in lost
    ]
    lines += [
        {
            "key": f"command.status.{waiting.state}",
            "args": {"channel": waiting.channel, "n": waiting.n, "oldest": waiting.oldest},
        }
        for waiting in figures.queue
        if waiting.state != "held"
    ]
    lines += [queue.message_line(group) for group in held]
    lines += [
        {"key": "command.status.dead", "args": {"channel": channel, "n": n}} for channel, n in figures.dead.items() if n
    ]
    lines += [audit.words(each) for each in figures.findings]
    worked = sum(figures.cases.get(state, 0) for state in ("open", "claimed"))
    lines.append({"key": "command.status.cases", "args": {"open": figures.cases.get("open", 0), "worked": worked}})
    if figures.overdue:
        lines.append({"key": "command.status.overdue", "args": {"n": figures.overdue}})
    wrong = stops or lost or figures.queue or any(figures.dead.values()) or figures.overdue or figures.findings
    return call.say("command.status.list" if wrong else "command.status.well", lines=lines)


def _look(tx: Tx, now: int) -> tuple[health.Figures, list[queues.Group]]:
    """The figures, and what is held, by reason."""
    return health.figures(tx, now), [each for each in queues.waiting(tx, now) if each.why == "held"]


COMMANDS = [
    Command(
        name="status",
        words={"en": ("status",), "zh-CN": ("状态",), "zh-TW": ("狀態",)},
        permission="see_state",
        run=show,
    )
]
