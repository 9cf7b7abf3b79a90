"""mine, open, overdue, untold: the cases to act on, the earliest promise first."""

from __future__ import annotations

from typing import Any

from cxbot.domain import case_timing
from cxbot.ports import Receipt, Row
from cxbot.transactions import cases
from handlers import case_named
from handlers.grammar import Call, Command


def mine(call: Call) -> Receipt:
    """The cases of the one who asks."""
    return _listed(call, "mine", case_named.worked(call, owner_id=call.sender["id"]))


def open_cases(call: Call) -> Receipt:
    """The team's cases that nobody has claimed or that are being worked; elsewhere those the sender may see."""
    return _listed(call, "open", case_named.worked(call))


def overdue(call: Call) -> Receipt:
    """Cases whose promise to the customer has passed: that of first contact, or one that a colleague made."""
    rows = [row for row in case_named.worked(call) if case_timing.overdue(row, call.now)]
    return _listed(call, "overdue", rows)


def untold(call: Call) -> Receipt:
    """Resolved cases whose customer does not know yet what was done, with the reason: to be reached another way."""
    seen = case_named.seen(call)
    rows = [row for team_id in seen for row in call.tx.all("cases.untold", team_id=team_id, most=case_named.READ)]
    on_the_way = [call.tx.one("cases.being_told", team_id=team_id) for team_id in seen]
    n = sum(row["n"] for row in on_the_way if row)
    if not rows and not n:
        return call.say("command.untold.none")
    lines: list[Any] = [
        {
            "key": "command.untold.line",
            "args": {
                "code": row["code"],
                "name": row["person_name"],
                "owner": row["owner_name"],
                "reason": {"key": f"untold.{row['untold']}", "args": {}},
            },
        }
        for row in rows
    ]
    if not rows:
        return call.say("command.untold.on_the_way", n=n)
    if n:
        lines.append({"key": "command.untold.on_the_way", "args": {"n": n}})
    return call.say("command.untold.list", n=len(rows), lines=lines)


def _listed(call: Call, name: str, rows: list[Row]) -> Receipt:
    if not rows:
        return call.say(f"command.{name}.none")
    lines = [cases.line(row) for row in rows]
    return call.say(f"command.{name}.list", n=len(rows), lines=lines)


COMMANDS = [
    Command(
        name="mine",
        words={"en": ("mine", "my cases"), "zh-CN": ("我的", "我的服务单"), "zh-TW": ("我的", "我的案件")},
        permission="work_case",
        run=mine,
    ),
    Command(
        name="open",
        words={"en": ("open", "open cases"), "zh-CN": ("待处理", "未结"), "zh-TW": ("待處理", "未結")},
        permission="read",
        run=open_cases,
    ),
    Command(
        name="overdue",
        words={"en": ("overdue", "late"), "zh-CN": ("超时", "逾期"), "zh-TW": ("逾時", "逾期")},
        permission="read",
        run=overdue,
    ),
    Command(
        name="untold",
        words={"en": ("untold", "to reach"), "zh-CN": ("未告知",), "zh-TW": ("未告知",)},
        permission="read",
        run=untold,
    ),
]
