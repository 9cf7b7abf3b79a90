"""A cadence that comes round again for considerably more people than were approved waits for a second admin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxbot.domain import cadence
from cxbot.domain.cadence import NextTime
from cxbot.ports import Row, Tx
from cxbot.transactions import (
    approvals,
    cadence_sizes,
    cadences,
    forecast_lines,
    forecasts,
    large_sends,
    outbox,
    people,
    settings,
    surveys,
)

WHAT = "grown_send"
"""What is asked for, in `approvals`."""
GROWN = "grown"
"""The reason, in the history of the cadence."""


def look(tx: Tx, cadence_id: str, now: int, next_time: NextTime) -> forecasts.Forecast | None:
    """Whom a cadence would ask that is about to come round; None where it is not. A long read."""
    row = tx.one("cadences.get", id=cadence_id)
    if row is None or not _comes_round(tx, row, now):
        return None
    return forecasts.forecast(tx, row, now, next_time, at=now)


def look_again(tx: Tx, cadence_id: str, now: int, next_time: NextTime) -> forecasts.Forecast | None:
    """Whom one that is held would ask by now. A long read."""
    row = tx.one("cadences.get", id=cadence_id)
    return forecasts.forecast(tx, row, now, next_time, at=now) if row else None


def _comes_round(tx: Tx, row: Row, now: int) -> bool:
    if row["state"] != "running" or row["touchpoint"] or not 0 < row["next_at"] <= now:
        return False
    run = tx.one("runs.latest", cadence_id=row["id"])
    return run is None or run["state"] == "ended"


def step(tx: Tx, cadence_id: str, now: int, found: forecasts.Forecast | None, next_time: NextTime) -> str:
    """Does what is due, unless it would ask considerably more people than were approved. Returns what it did.

    `found` is what `look` gave just before.
    """
    row = cadences.lock(tx, cadence_id)
    if _comes_round(tx, row, now) and surveys.live(tx, row["survey"]) is not None:
        if found is None:
            return "none"  # it came round since the look: it stays due, and is looked at again
        if cadence_sizes.outgrown(tx, cadence_id, found.asked):
            _hold(tx, row, found, now)
            return "held"
    return cadences.step(tx, cadence_id, now, next_time)


def _hold(tx: Tx, row: Row, found: forecasts.Forecast, now: int) -> None:
    before, seconded = cadence_sizes.wanted(tx, row["id"])
    cadence_sizes.started(tx, row["id"], before, seconded=seconded)
    tx.run("cadence_sizes.hold", cadence_id=row["id"], found=found.asked, now=now)
    tx.run("cadences.write", id=row["id"], state="paused", next_at=row["next_at"], due_at=0)
    said = {"n": found.asked, "approved": before, "reason": GROWN}
    cadences.record(tx, row["id"], "", "cadence.held", said, now)
    ask(tx, row, found, now)


def ask(tx: Tx, row: Row, found: forecasts.Forecast, now: int) -> str:
    """Asks the other admins to let it start, and tells who started it. Gives the code; '' where there is no other."""
    before, _ = cadence_sizes.wanted(tx, row["id"])
    asker = _starter(tx, row)
    address = people.address_of(tx, asker["id"]) if asker["id"] else None
    to = (address["channel"], address["address"]) if address else ("", "")
    args = {"cadence": row["id"], "mark": large_sends.mark(row), "n": found.asked}
    said = {"n": found.asked, "approved": before, "name": row["name"], "survey": row["survey"]}
    meaning = {"key": "approval.grown_send", "args": said}
    lines = forecast_lines.forecast(row, found)
    sent = approvals.ask(
        tx, WHAT, args, meaning, asker, now, to, key="approval.grown", lines=lines, refusal="skip"
    )  # fmt: skip
    code = sent["code"] if sent else ""
    tx.run("cadence_sizes.set_code", cadence_id=row["id"], code=code, found=found.asked)
    if address:
        skip = approvals.choice("no", code, "danger", "skip")
        told = {**said, "lines": lines, "who": sent["names"] if sent else [], "choices": [skip] if sent else []}
        key = "cadence.grown.asked" if sent else "cadence.grown.nobody"
        language = asker["language"] or settings.company(tx).language
        outbox.say(tx, now, channel=to[0], address=to[1], language=language, key=key, args=told)
    return code


def _starter(tx: Tx, row: Row) -> Row:
    started = tx.one("cadence_sizes.starter", cadence_id=row["id"])
    found = people.get(tx, started["actor_id"] if started else row["created_by"])
    return found or {"id": "", "name": "", "language": ""}


def let_start(
    tx: Tx, args: Mapping[str, Any], decider_id: str, now: int, next_time: NextTime
) -> tuple[str, dict[str, Any]]:
    """Starts what a second admin approved, unless it was changed since; says what came of it."""
    held = cadence_sizes.held_of(tx, args["cadence"])
    row = tx.one("cadences.get", id=args["cadence"])
    if held is None or row is None or large_sends.mark(row) != args["mark"]:
        return "command.cadence.changed_since", {"name": row["name"] if row else ""}
    cadence_sizes.started(tx, row["id"], args["n"], seconded=True)
    cadences.resume(tx, row["id"], decider_id, now, next_time)
    return "command.cadence.let_start", {"name": row["name"], "n": args["n"]}


def skip(tx: Tx, cadence_id: str, actor_id: str, now: int, next_time: NextTime) -> Row | None:
    """Leaves out this time: it goes on with the next occasion. None where it is not held."""
    row = cadences.lock(tx, cadence_id)
    held = cadence_sizes.held_of(tx, cadence_id)
    if held is None:
        return None
    next_at = cadence.next_at(cadences.plan_of(row), settings.company(tx).time_zone, now, next_time)
    tx.run("cadences.write", id=cadence_id, state="running", next_at=next_at, due_at=next_at)
    cadence_sizes.release(tx, cadence_id)
    said = {"n": held["found"], "approved": held["asked"], "reason": GROWN, "next_at": next_at}
    cadences.record(tx, cadence_id, actor_id, "cadence.skipped", said, now)
    asked, decider = approvals.by_code(tx, held["code"]), people.get(tx, actor_id)
    if asked is not None and asked["state"] == "asked" and decider is not None:
        approvals.settle(tx, asked, "refused", decider, now)
    return tx.one("cadences.get", id=cadence_id)
