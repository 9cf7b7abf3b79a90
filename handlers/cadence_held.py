"""What is said of a cadence that waits because it has outgrown what was approved: its page, the queue, `why`."""

from __future__ import annotations

from typing import Any

from cxbot.clock import next_time
from cxbot.ports import Receipt, Row, Tx
from cxbot.transactions import approvals, cadence_growth, cadence_sizes, cadences, forecasts
from handlers.grammar import Call


def line(tx: Tx, held: Row, now: int) -> dict[str, Any]:
    """That it waits, since when, with the new number against the old, and by what it goes on."""
    asked = approvals.by_code(tx, held["code"]) if held["code"] else None
    open_code = held["code"] if asked and asked["state"] == "asked" and asked["expires_at"] > now else ""
    args = {
        "name": held["name"],
        "n": held["found"],
        "approved": held["asked"],
        "since": held["held_at"],
        "code": open_code,
        "again": "" if open_code else held["name"],
    }
    return {"key": "command.cadence.held_grown", "args": args}


def resume(call: Call, row: Row) -> Receipt | None:
    """Asks for the approval anew; None where it does not wait for one, or by now asks few enough to go on."""
    held = cadence_sizes.held_of(call.tx, row["id"])
    if held is None:
        return None
    found: forecasts.Forecast | None = call.heavy(cadence_growth.look_again, row["id"], call.now, next_time)
    if found is None or not cadence_sizes.outgrown(call.tx, row["id"], found.asked):
        cadence_sizes.release(call.tx, row["id"])
        return None
    shown = line(call.tx, held, call.now)
    if shown["args"]["code"]:
        return call.say("command.cadence.still_held", line=shown)
    code = cadence_growth.ask(call.tx, row, found, call.now)
    if not code:
        return call.say("approval.nobody", what=_meaning(held, found.asked))
    held = cadence_sizes.held_of(call.tx, row["id"]) or held
    return call.say("command.cadence.still_held", line=line(call.tx, held, call.now))


def _meaning(held: Row, asked: int) -> dict[str, Any]:
    args = {"n": asked, "approved": held["asked"], "name": held["name"], "survey": held["survey"]}
    return {"key": "approval.grown_send", "args": args}


def skip(call: Call, row: Row) -> Receipt:
    """Leaves out the time for which it waits."""
    after = cadence_growth.skip(call.tx, row["id"], call.sender["id"], call.now, next_time)
    if after is None:
        return call.say("command.cadence.nothing_to_skip", name=row["name"])
    return call.say("command.cadence.skipped", name=after["name"], next=after["next_at"])


def page_lines(call: Call, row: Row) -> list[dict[str, Any]]:
    """The line of its page, where it waits."""
    held = cadence_sizes.held_of(call.tx, row["id"])
    return [line(call.tx, held, call.now)] if held else []


def queue_lines(tx: Tx, now: int) -> list[dict[str, Any]]:
    """Every cadence that waits for an approval."""
    return [line(tx, held, now) for held in cadence_sizes.held(tx)]


def why(call: Call, wanted: str) -> Receipt | None:
    """Why a cadence does not ask; None where no cadence that waits is called so."""
    row = cadences.named(call.tx, wanted)
    lines = page_lines(call, row) if row else []
    return call.say("command.cadence.still_held", line=lines[0]) if lines else None
