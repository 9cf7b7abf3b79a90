"""What is said of a cadence, by commands, buttons and forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxbot.domain.cadence import DAY_MS, NO_HOLIDAYS, Audience, Plan, load
from cxbot.domain.cadence_words import Unread
from cxbot.ports import Row
from cxbot.transactions import cadences
from cxbot.transactions.forecast_lines import held

KEY = "cd:"
"""How the key begins of what is pressed or filled in: `cd:start:<cadence>:<mark>`, `cd:set:<cadence>`."""


def changed(row: Row, outcome: cadences.Changed, done: str) -> tuple[str, dict[str, Any]]:
    """What is said after something was done to a cadence, or was not."""
    args: dict[str, Any] = {"name": row["name"], "next": row["next_at"], "survey": row["survey"]}
    if outcome == "done":
        return f"command.cadence.{done}", args
    if outcome == "already":
        return "command.cadence.not_now", {**args, "state": state(row)}
    return f"command.cadence.{outcome}", args


def problem(unread: Unread) -> dict[str, Any]:
    """What was not understood, in words."""
    return {"key": f"command.cadence.problem.{unread.problem}", "args": {"words": unread.words}}


def state(row: Row) -> dict[str, Any]:
    """The state of a cadence in words."""
    return {"key": f"command.cadence.state.{row['state']}", "args": {}}


def line(row: Row) -> dict[str, Any]:
    """A cadence in one line: its name, its survey, its plan, its state."""
    args = {
        "name": row["name"],
        "survey": row["survey"] if row["survey"] != row["name"] else "",
        "plan": described(cadences.plan_of(row)),
        "state": state(row),
    }
    return {"key": "command.cadences.line", "args": args}


def described(plan: Plan) -> list[dict[str, Any]]:
    """A plan in words: when, whom, how fast."""
    when = _follows(plan) if plan.after else _comes_round(plan)
    more = [] if plan.after else [{"key": "command.cadence.plan.pace", "args": {"n": plan.pace}}]
    if plan.holidays:
        kept = "no_holidays" if plan.holidays == NO_HOLIDAYS else "holidays"
        more.append({"key": f"command.cadence.plan.{kept}", "args": {"it": plan.holidays}})
    return [when, *_audience(plan.audience), *more]


def sides(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    """What of a cadence was changed, from what and to what: names, surveys, and the parts of its plan."""
    parts = [described(load(each["plan"])) for each in (before, after)]
    named = [[each[name] for name in ("name", "survey") if before[name] != after[name]] for each in (before, after)]
    return (
        [*named[0], *(part for part in parts[0] if part not in parts[1])],
        [*named[1], *(part for part in parts[1] if part not in parts[0])],
    )


def _comes_round(plan: Plan) -> dict[str, Any]:
    clock = f"{plan.hour:02}:{plan.minute:02}"
    if plan.every:
        days: list[Any] = [{"key": "command.cadence.plan.day", "args": {"n": day}} for day in plan.days]
        if plan.every == "week":
            days = [{"key": f"time.weekday.{day + 1}", "args": {}} for day in plan.days]
        since = "" if plan.at_once else plan.since
        return {"key": f"command.cadence.plan.{plan.every}", "args": {"days": days, "time": clock, "since": since}}
    if plan.at_once:
        return {"key": "command.cadence.plan.at_once", "args": {}}
    dates = [{"key": "command.cadence.plan.date", "args": {"at": at}} for at in plan.dates]
    return {"key": "command.cadence.plan.dates", "args": {"dates": dates}}


def _follows(plan: Plan) -> dict[str, Any]:
    args = {
        "touchpoint": plan.after,
        "offsets": [_span(offset) for offset in plan.offsets],
        "again": _span(plan.again) if plan.again else "",
        "most": plan.most,
    }
    return {"key": "command.cadence.plan.after", "args": args}


def _span(ms: int) -> dict[str, Any]:
    days = ms // DAY_MS
    unit, n = ("weeks", days // 7) if days and days % 7 == 0 else ("days", days)
    return {"key": f"command.cadence.{unit}", "args": {"n": n}}


def _audience(audience: Audience) -> list[dict[str, Any]]:
    given: Mapping[str, Any] = {
        "segment": audience.segment,
        "touchpoint": audience.touchpoint,
        "language": audience.language,
        "channel": audience.channel,
        "value": audience.value,
        "vip": audience.vip,
        "sample": audience.sample if audience.sample < 100 else 0,
    }
    return [{"key": f"command.cadence.plan.{name}", "args": {"it": it}} for name, it in given.items() if it]


def progress(row: Row, found: cadences.Progress) -> list[dict[str, Any]]:
    """How far a run has come, line by line."""
    if not cadences.plan_of(row).after and found.state == "gathering":
        lines: list[dict[str, Any]] = [{"key": "command.cadence.gathering", "args": {}}]
    else:
        lines = []
    args = {
        "asked": found.asked,
        "total": found.total,
        "rate": found.answered / found.asked if found.asked else "",
        "ends": found.ends if row["state"] == "running" else 0,
    }
    lines.append({"key": "command.cadence.progress", "args": args})
    if found.held:
        lines.append({"key": "command.cadence.held_so_far", "args": {"held": held(found.held)}})
    return lines
