"""approvals, approve, refuse: what one admin asked for and a second has to want as well."""

from __future__ import annotations

from cxbot.clock import next_time
from cxbot.ports import Receipt
from cxbot.transactions import approvals, dangerous
from handlers.grammar import Argument, Call, Command


def waiting(call: Call) -> Receipt:
    """Lists what waits to be approved."""
    rows = approvals.waiting(call.tx, call.now)
    if not rows:
        return call.say("command.approvals.none")
    lines = [
        {
            "key": "command.approvals.line",
            "args": {
                "code": row["code"],
                "what": {"key": f"approval.kind.{row['what']}", "args": {}},
                "who": row["asker"],
                "until": row["expires_at"],
            },
        }
        for row in rows
    ]
    return call.say("command.approvals.list", lines=lines)


def approve(call: Call) -> Receipt:
    """Approves what somebody else asked for, which is done at once."""
    return _decide(call, True)


def refuse(call: Call) -> Receipt:
    """Refuses it; one's own is withdrawn."""
    return _decide(call, False)


def _decide(call: Call, approves: bool) -> Receipt:
    code = call.arguments["approval"]
    key, args = dangerous.decide(call.tx, code, approves, call.sender, call.now, call.heavy, next_time)
    return call.say(key, **args)


_CODE = (Argument("approval"),)

COMMANDS = [
    Command(
        name="approvals",
        topic="state",
        words={"en": ("approvals",), "zh-CN": ("待批准", "审批"), "zh-TW": ("待核准", "簽核")},
        permission="approve",
        run=waiting,
    ),
    Command(
        name="approve",
        topic="state",
        words={"en": ("approve",), "zh-CN": ("批准",), "zh-TW": ("核准",)},
        permission="approve",
        run=approve,
        arguments=_CODE,
        examples={"en": ("approve K7M2Q9",), "zh-CN": ("批准 K7M2Q9",), "zh-TW": ("核准 K7M2Q9",)},
    ),
    Command(
        name="refuse",
        topic="state",
        words={"en": ("refuse",), "zh-CN": ("不批准", "拒绝"), "zh-TW": ("不核准", "拒絕")},
        permission="approve",
        run=refuse,
        arguments=_CODE,
        examples={"en": ("refuse K7M2Q9",), "zh-CN": ("不批准 K7M2Q9",), "zh-TW": ("不核准 K7M2Q9",)},
    ),
]
