"""approvals, approve, refuse: what one admin asked for and a second has to want as well."""

from __future__ import annotations

from typing import Any

from cxbot.clock import next_time
from cxbot.domain.roles import may
from cxbot.ports import Receipt
from cxbot.transactions import approvals, dangerous, teams
from handlers import survey_desk
from handlers.grammar import Argument, Call, Command


def waiting(call: Call) -> Receipt:
    """Lists what waits to be approved: what has a code, and surveys, which go by their own name."""
    rows = approvals.waiting(call.tx, call.now)
    lines: list[dict[str, Any]] = [
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
    lines += [
        {"key": "command.approvals.survey", "args": {name: row[name] for name in ("survey", "proposer", "why")}}
        for row in call.tx.all("survey_drafts.open_proposals")
    ]
    if not lines:
        return call.say("command.approvals.none")
    return call.say("command.approvals.list", lines=lines)


def approve(call: Call) -> Receipt:
    """Approves what somebody else asked for, which is done at once."""
    return _decide(call, True)


def refuse(call: Call) -> Receipt:
    """Refuses it; one's own is withdrawn."""
    return _decide(call, False)


def _decide(call: Call, approves: bool) -> Receipt:
    code = call.arguments["approval"]
    proposal = call.tx.one("survey_drafts.open_proposal", survey=code.casefold())
    if proposal is not None and may(teams.roles_of(call.tx, call.sender["id"]), "edit_survey"):
        return survey_desk.decided(call, proposal["id"], approves)
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
