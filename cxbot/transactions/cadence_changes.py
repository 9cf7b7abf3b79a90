"""Changing a cadence after it was made, and taking that back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Literal

from cxbot.domain import cadence
from cxbot.domain.cadence import NextTime, Plan
from cxbot.ports import Row, Tx
from cxbot.transactions import cadences, settings

CHANGED = "cadence.changed"
UNDER_WAY = ("running", "paused")
KEPT = ("name", "survey", "plan", "next_at")
"""What the event of a change holds of before and after it."""

Outcome = Literal["done", "same", "taken", "followed", "last", "over"]


def under_way(row: Row) -> bool:
    """Whether people are being asked, or would be again once it is resumed."""
    return row["state"] in UNDER_WAY


def only_how_fast(before: Plan, after: Plan) -> bool:
    """Whether two plans ask the same people on the same occasions, if not as fast or on the same days."""
    return replace(before, pace=after.pace, holidays=after.holidays) == after


def change(
    tx: Tx, cadence_id: str, name: str, survey: str, plan: Plan, actor_id: str, now: int, next_time: NextTime
) -> Outcome:
    """Writes down what a cadence is to be from now on; one that is under way, from its next occasion on.

    How fast it asks counts at once: who waits gets a new turn. Refused: "followed", people are being followed by the
    old plan; "last", there is no next occasion; "over", the new dates have passed; "taken", the name is.
    """
    row = cadences.lock(tx, cadence_id)
    before = cadences.plan_of(row)
    if (name, survey, plan) == (row["name"], row["survey"], before):
        return "same"
    other = cadences.named(tx, name)
    if other is not None and other["id"] != cadence_id:
        return "taken"
    next_at, due_at, going_on = row["next_at"], row["due_at"], under_way(row)
    same_people = survey == row["survey"] and only_how_fast(before, plan)
    if going_on and not same_people:
        if before.after or plan.after:
            return "followed"
        if cadence.when(plan) != cadence.when(before):
            zone = settings.company(tx).time_zone
            plan = cadence.begun(plan, zone, now)
            next_at = cadence.next_at(plan, zone, now - 1, next_time)
        if not next_at:
            return "last" if not row["next_at"] else "over"
        due_at = _due_at(tx, row, next_at)
    after = {"name": name, "survey": survey, "plan": plan}
    _write(tx, row, after, next_at, due_at)
    _give_turns(tx, row, before, plan, now)
    _record(tx, row, after, actor_id, now, next_at)
    return "done"


def _give_turns(tx: Tx, row: Row, before: Plan, after: Plan, now: int) -> None:
    """New turns for those who wait, where it is to be faster, slower or on other days."""
    if row["state"] == "running" and (before.pace, before.holidays) != (after.pace, after.holidays):
        cadences.line_up(tx, row["id"], after, now)


def _due_at(tx: Tx, row: Row, next_at: int) -> int:
    if row["state"] == "paused":
        return 0
    run = tx.one("runs.latest", cadence_id=row["id"])
    return int(row["due_at"]) if run is not None and run["state"] != "ended" else next_at


def _write(tx: Tx, row: Row, after: dict[str, Any], next_at: int, due_at: int) -> None:
    tx.run(
        "cadences.change",
        id=row["id"],
        name=after["name"],
        survey=after["survey"],
        touchpoint=after["plan"].after,
        plan=after["plan"].dump(),
        next_at=next_at,
        due_at=due_at,
    )


def _record(tx: Tx, row: Row, after: dict[str, Any], actor_id: str, now: int, next_at: int) -> None:
    before = {name: row[name] for name in KEPT}
    to = {**after, "plan": after["plan"].dump(), "next_at": next_at}
    cadences.record(tx, row["id"], actor_id, CHANGED, {"from": before, "to": to, "state": row["state"]}, now)


def revert(tx: Tx, event: Row, actor_id: str, now: int) -> bool | str:
    """Lets a cadence be as it was before a change, where that still stands and it was neither started nor ended since.

    Once people are being asked by the new plan, it is changed again and not taken back. Refused: "date_passed", by
    the old plan people would be asked at once, whom nobody has counted.
    """
    args = json.loads(event["args"])
    row = tx.one("cadences.get", id=event["subject_id"])
    if row is None:
        return False
    row = cadences.lock(tx, row["id"])
    before, stands = args["from"], args["to"]
    if (
        any(row[name] != stands[name] for name in ("name", "survey", "plan", "next_at"))
        or row["state"] != args["state"]
    ):
        return False
    if under_way(row) and before["next_at"] != row["next_at"] and 0 < before["next_at"] <= now:
        return "date_passed"
    other = cadences.named(tx, before["name"])
    if other is not None and other["id"] != row["id"]:
        return False
    plan = cadence.load(before["plan"])
    due_at = _due_at(tx, row, before["next_at"]) if under_way(row) and before["next_at"] else row["due_at"]
    after = {"name": before["name"], "survey": before["survey"], "plan": plan}
    _write(tx, row, after, before["next_at"], due_at)
    _give_turns(tx, row, cadences.plan_of(row), plan, now)
    _record(tx, row, after, actor_id, now, before["next_at"])
    return True
