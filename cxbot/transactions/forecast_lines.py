"""A forecast as it is said, line by line: to who asks for it, to who starts a cadence, and to who has to approve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxbot.ports import Row
from cxbot.transactions import cadences
from cxbot.transactions.forecasts import Forecast

FATIGUE = ("fatigue_metric", "fatigue_any")
ALONE = ("opted_out", "no_address", "unreachable", "open_survey", "paused", "cadence_stopped")
"""Reasons that are named by themselves; fatigue is one, the rest is the rest."""


def held(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Who is not asked, by reason, the most first."""
    groups: dict[str, int] = {}
    for reason, n in counts.items():
        group = "fatigue" if reason in FATIGUE else reason if reason in ALONE else "other"
        groups[group] = groups.get(group, 0) + n
    ordered = sorted(groups.items(), key=lambda each: (-each[1], each[0]))
    return [{"key": f"command.cadence.held.{group}", "args": {"n": n}} for group, n in ordered]


def forecast(row: Row, found: Forecast, *, started: bool = False) -> list[dict[str, Any]]:
    """A forecast, line by line; of what has been started, what is going to happen."""
    plan = cadences.plan_of(row)
    args = {"asked": found.asked, "audience": found.audience, "held": held(found.held)}
    if plan.after:
        lines = [
            {"key": "command.cadence.forecast_after", "args": {**args, "touchpoint": plan.after}},
            {"key": "command.cadence.forecast_weekly", "args": {"weekly": round(found.weekly, 1)}},
        ]
        if found.rest_days:
            lines.append({"key": "command.cadence.forecast_rest", "args": {"days": found.rest_days}})
        return lines
    key = "command.cadence.asks_audience" if started else "command.cadence.forecast_audience"
    lines = [{"key": key, "args": args}]
    if found.asked:
        pace = min(found.pace, found.asked)
        when = {"days": found.days, "pace": pace, "begins": found.begins, "ends": found.ends}
        lines.append({"key": "command.cadence.forecast_days", "args": when})
    return lines
