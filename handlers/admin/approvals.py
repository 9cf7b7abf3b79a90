"""approvals, approve, refuse: what one admin asked for and a second has to want as well."""

from __future__ import annotations

import json
from typing import Any

from cxbot.clock import next_time
from cxbot.domain.roles import may
from cxbot.ports import Receipt, Tx
from cxbot.transactions import approvals, cadence_growth, dangerous, forecast_lines, forecasts, large_sends, teams
from handlers import cadences as said
from handlers import survey_desk
from handlers.grammar import Argument, Call, Command

SENDS = (large_sends.WHAT, cadence_growth.WHAT)
"""Kinds of requests that have a forecast."""


def waiting(call: Call) -> Receipt:
    """Lists what waits to be approved: what has a code, and surveys, which go by their own name."""
    rows = approvals.waiting(call.tx, call.now)
    forecast = call.heavy(_forecasts, call.now) if any(row["what"] in SENDS for row in rows) else {}
    lines: list[dict[str, Any]] = [
        {
            "key": "command.approvals.line",
            "args": {
                "code": row["code"],
                "what": {"key": f"approval.kind.{row['what']}", "args": {}},
                "who": row["asker"],
                "until": row["expires_at"],
                "lines": forecast.get(row["code"], []),
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


def _forecasts(tx: Tx, now: int) -> dict[str, list[dict[str, Any]]]:
    """What the sends that wait would do by now, by code: what a second admin has to know to decide."""
    found: dict[str, list[dict[str, Any]]] = {}
    for asked in approvals.waiting(tx, now):
        row = tx.one("cadences.get", id=json.loads(asked["args"])["cadence"]) if asked["what"] in SENDS else None
        if row is None:
            continue
        at = now if asked["what"] == cadence_growth.WHAT else 0
        forecast = forecasts.forecast(tx, row, now, next_time, at=at)
        found[asked["code"]] = [said.line(row), *(forecast_lines.forecast(row, forecast) if forecast else [])]
    return found


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
