"""What is done only when a second admin has approved it.

Forgetting a person, making an owner, archiving a team, starting a cadence that asks very many people or has grown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cxbot.domain.cadence import NextTime
from cxbot.ports import Row, Tx
from cxbot.transactions import approvals, cadence_growth, forgetting, large_sends, membership, people, teams

Told = tuple[str, dict[str, Any]]
"""A message key and its arguments."""


@dataclass(frozen=True, slots=True)
class Dangerous:
    """One thing that two have to want.

    `carry_out(tx, args, approval, decider_id, now, found)` does it and says what came of it. `found` is what the long
    read `look(tx, args)` gave, where there is one. `args` are those of the request, with `now` and `next_time` beside
    them: when the calendar comes round is worked out elsewhere.
    `refuse(tx, args, decider_id, now)` does what follows from a no, where something does.
    """

    carry_out: Callable[[Tx, Mapping[str, Any], Row, str, int, Any], Told]
    look: Callable[[Tx, Mapping[str, Any]], Any] | None = None
    refuse: Callable[[Tx, Mapping[str, Any], str, int], Told] | None = None


def decide(
    tx: Tx, code: str, approves: bool, decider: Row, now: int, heavy: Callable[..., Any], next_time: NextTime
) -> Told:
    """Approves or refuses what somebody else asked for, once, and tells them; returns what the decider is told.

    `heavy(query, *args)` gives what a long read found.
    """
    row = approvals.by_code(tx, code)
    if row is None or row["what"] not in DANGEROUS:
        return "approval.unknown", {"code": code}
    if row["state"] != "asked" or row["expires_at"] <= now:
        state = "expired" if row["state"] == "asked" else row["state"]
        return f"approval.already_{state}", {"code": row["code"], "who": row["decider"]}
    if row["asked_by"] == decider["id"] and approves:
        return "approval.not_your_own", {"code": row["code"]}
    args, what = {**json.loads(row["args"]), "now": now, "next_time": next_time}, DANGEROUS[row["what"]]
    found = heavy(what.look, args) if approves and what.look is not None else None
    if not approvals.settle(tx, row, "approved" if approves else "refused", decider, now):
        return decide(tx, code, approves, decider, now, heavy, next_time)  # somebody was first, and it says so
    if not approves:
        if what.refuse is None:
            approvals.tell_asker(tx, row, "approval.was_refused", {"code": row["code"], "who": decider["name"]}, now)
            return "approval.refused", {"code": row["code"]}
        outcome = _meaning(what.refuse(tx, args, decider["id"], now))
        if row["asked_by"] != decider["id"]:
            told = {"code": row["code"], "who": decider["name"], "outcome": outcome}
            approvals.tell_asker(tx, row, "approval.was_turned_down", told, now)
        return "approval.turned_down", {"code": row["code"], "outcome": outcome}
    outcome = _meaning(what.carry_out(tx, args, row, decider["id"], now, found))
    told = {"code": row["code"], "who": decider["name"], "outcome": outcome}
    approvals.tell_asker(tx, row, "approval.was_approved", told, now)
    return "approval.approved", {"code": row["code"], "outcome": outcome}


def _meaning(told: Told) -> dict[str, Any]:
    return {"key": told[0], "args": told[1]}


def _forget(tx: Tx, args: Mapping[str, Any], row: Row, decider_id: str, now: int, found: Any) -> Told:
    receipt = forgetting.forget(tx, args["person"], found, row["asked_by"], decider_id, now)
    if isinstance(receipt, str):
        return receipt, {}
    return "forget.done", {"receipt": receipt["code"]}


def _make_owner(tx: Tx, args: Mapping[str, Any], row: Row, decider_id: str, now: int, found: Any) -> Told:
    # By the right of who asked: whoever approves need not be an owner.
    outcome = membership.set_role(tx, args["team"], args["person"], "owner", row["asked_by"], now)
    role = {"key": "role.owner", "args": {}}
    return f"role.{outcome}", {"name": people.name_of(tx, args["person"]), "team": "", "role": role}


def _archive_team(tx: Tx, args: Mapping[str, Any], row: Row, decider_id: str, now: int, found: Any) -> Told:
    team = teams.get(tx, args["team"])
    busy = tx.one("teams.active_cases", team_id=args["team"])
    if team is None or not busy or busy["n"]:
        return "team.not_archived", {"team": team["name"] if team else args["team"], "n": busy["n"] if busy else 0}
    teams.archive(tx, team["id"], True, row["asked_by"], now)
    return "team.archived", {"team": team["name"]}


def _look_at_cadence(tx: Tx, args: Mapping[str, Any]) -> Any:
    return large_sends.look(tx, args, args["now"], args["next_time"])


def _start_cadence(tx: Tx, args: Mapping[str, Any], row: Row, decider_id: str, now: int, found: Any) -> Told:
    return large_sends.begin(tx, args, row["asked_by"], now, found, args["next_time"])


def _let_start(tx: Tx, args: Mapping[str, Any], row: Row, decider_id: str, now: int, found: Any) -> Told:
    return cadence_growth.let_start(tx, args, decider_id, now, args["next_time"])


def _skip(tx: Tx, args: Mapping[str, Any], decider_id: str, now: int) -> Told:
    row = cadence_growth.skip(tx, args["cadence"], decider_id, now, args["next_time"])
    if row is None:
        return "command.cadence.nothing_to_skip", {"name": ""}
    return "command.cadence.skipped", {"name": row["name"], "next": row["next_at"]}


DANGEROUS: dict[str, Dangerous] = {
    "forget": Dangerous(_forget, forgetting.look),
    "owner": Dangerous(_make_owner),
    "archive_team": Dangerous(_archive_team),
    large_sends.WHAT: Dangerous(_start_cadence, _look_at_cadence),
    cadence_growth.WHAT: Dangerous(_let_start, refuse=_skip),
}
"""What happens once it is approved, by what was asked for."""
