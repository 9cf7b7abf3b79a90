"""A cadence that asks very many people: two admins have to want it, and both are told how many."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from cxbot.domain.cadence import NextTime
from cxbot.ports import Row, Tx
from cxbot.transactions import approvals, cadence_sizes, cadences, forecast_lines, forecasts, settings

WHAT = "large_send"
"""What is asked for, in `approvals`."""


def needs_second(tx: Tx, asked: int) -> bool:
    """Whether so many are asked that a second admin has to approve."""
    return asked > settings.sending(tx).approve_above


def needs_confirmation(tx: Tx, asked: int) -> bool:
    """Whether so many are asked that the number is to be confirmed; what needs a second admin always is."""
    return asked > settings.contact_policy(tx).confirm_above or needs_second(tx, asked)


def mark(row: Row) -> str:
    """Tells what was shown of a cadence from what it is after a change."""
    return hashlib.blake2b(f"{row['survey']}\x1f{row['plan']}".encode(), digest_size=6).hexdigest()


def meaning(row: Row, asked: int) -> dict[str, Any]:
    """What is asked for, with the number."""
    return {"key": "approval.large_send", "args": {"n": asked, "name": row["name"], "survey": row["survey"]}}


def ask(tx: Tx, row: Row, found: forecasts.Forecast, asker: Row, now: int, to: tuple[str, str]) -> Row | None:
    """Asks the other admins to let a cadence start, with its whole forecast; None where there is none.

    `to`: where the asker hears of it.
    """
    args = {"cadence": row["id"], "mark": mark(row)}
    lines = forecast_lines.forecast(row, found)
    return approvals.ask(tx, WHAT, args, meaning(row, found.asked), asker, now, to, lines=lines)


def look(tx: Tx, args: Mapping[str, Any], now: int, next_time: NextTime) -> forecasts.Forecast | None:
    """Whom it would ask by now."""
    row = tx.one("cadences.get", id=args["cadence"])
    return forecasts.forecast(tx, row, now, next_time) if row else None


def begin(
    tx: Tx, args: Mapping[str, Any], asker_id: str, now: int, found: forecasts.Forecast | None, next_time: NextTime
) -> tuple[str, dict[str, Any]]:
    """Starts what was approved, unless it was changed since it was asked for; says what came of it."""
    row = tx.one("cadences.get", id=args["cadence"])
    if row is None or mark(row) != args["mark"]:
        return "command.cadence.changed_since", {"name": row["name"] if row else ""}
    outcome = cadences.start(tx, row["id"], asker_id, now, next_time)
    row = tx.one("cadences.get", id=row["id"]) or row
    said: dict[str, Any] = {"name": row["name"], "next": row["next_at"], "survey": row["survey"]}
    said["zone"] = settings.company(tx).time_zone
    if outcome == "already":
        return "command.cadence.not_now", {
            **said,
            "state": {"key": f"command.cadence.state.{row['state']}", "args": {}},
        }
    if outcome != "done":
        return f"command.cadence.{outcome}", said
    n = found.asked if found else 0
    cadence_sizes.started(tx, row["id"], n, seconded=True)
    return "command.cadence.started", {**said, "n": n}
