"""Two cases about the same trouble become one: the work goes on there, and with it what the customer was promised."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cxbot.domain import callbacks
from cxbot.domain import cases as workflow
from cxbot.domain.cases import Change, Refusal
from cxbot.ports import Row, Tx
from cxbot.transactions import case_messages, case_steps, cases

GIVEN = ("severity", "reasons", "callback_at", "callback_remind_at", "broken_at", "promised_at")
"""The columns of the case with which the work goes on that the other one may change."""


def decide(tx: Tx, case: Row, actor_id: str, now: int, into_id: str) -> Change | Refusal:
    """Whether a case may be merged into another: one of the same customer that is being worked."""
    into = tx.one("cases.get", id=into_id)
    if into is None or into["id"] == case["id"] or into["state"] not in ("open", "claimed"):
        return Refusal("refuse.stale")
    if into["person_id"] != case["person_id"]:
        return Refusal("refuse.other_customer")
    return workflow.merge(case, actor_id, now, into=into["id"])


def join(tx: Tx, case: Row, into: Row, actor_id: str, now: int) -> None:
    """Lets the work on a case go on in another about the same: whom they are about turned out to be one person."""
    case = cases.lock(tx, case["id"]) or case
    cases.take_back(tx, case)
    case_messages.stop_asking(tx, case, now)
    give_over(tx, case, into["id"], now)
    columns = {
        "state": "merged",
        "merged_into": into["id"],
        "closed_at": now,
        "snoozed_until": 0,
        "snooze_reason": "",
        **callbacks.KEPT,
        "undo": "",
        "undo_until": 0,
    }
    after = cases.write(tx, case, columns, now)
    cases.record(tx, case["id"], actor_id, "merged", {"into": into["id"]}, now)
    case_messages.redraw(tx, after, now)


def give_over(tx: Tx, case: Row, into_id: str, now: int) -> dict[str, Any]:
    """Lets the other case have the reasons, the severity and the promises of one that ends in it, and says so there.

    Returns what that changed, from what to what, for `take_back`.
    """
    other = cases.lock(tx, into_id) or cases.get(tx, into_id)
    if other["alert_at"]:
        other = case_messages.show(tx, other, now)
    reasons = workflow.reasons_line(json.loads(other["reasons"]), json.loads(case["reasons"]))
    columns = {"reasons": json.dumps(reasons, ensure_ascii=False), **workflow.carried(case, other)}
    after = cases.write(tx, other, columns, now)
    case_steps.follow(tx, after, now)
    args = {"from": case["code"], "callback_at": after["callback_at"] if case["callback_at"] else 0}
    case_messages.team_says(tx, after, "case.merged", args, now)
    case_messages.redraw(tx, after, now)
    changed = {name: [other[name], after[name]] for name in GIVEN if other[name] != after[name]}
    return {"case": into_id, "changed": changed} if changed else {}


def take_back(tx: Tx, given: Mapping[str, Any], now: int) -> None:
    """What `give_over` brought to another case is its own no more, as far as it still stands there."""
    other = cases.lock(tx, given["case"])
    if other is None:
        return
    columns = {name: before for name, (before, after) in given["changed"].items() if other[name] == after}
    if columns:
        case_messages.redraw(tx, cases.write(tx, other, columns, now), now)
