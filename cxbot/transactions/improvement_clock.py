"""What falls due on an improvement: telling some more customers, comparing the figures, reminding its owner."""

from __future__ import annotations

from cxbot.domain import improvements as rules
from cxbot.ports import Row, Tx
from cxbot.transactions import cases, improvement_card, improvement_numbers, improvement_telling, improvements, teams


def step(tx: Tx, improvement_id: str, now: int) -> str:
    """Carries out what is due on an improvement: to tell some more customers, to compare the figures, to remind."""
    improvement = improvements.lock(tx, improvement_id)
    if improvement is None or not improvement["due_at"] or improvement["due_at"] > now:
        return "none"
    team = teams.get(tx, improvement["team_id"])
    if team is None:
        improvements.write(tx, improvement, {"remind_at": 0, "compare_at": 0, "tell_at": 0})
        return "none"
    if 0 < improvement["tell_at"] <= now:
        return improvement_telling.work(tx, improvement, now)
    if 0 < improvement["compare_at"] <= now:
        return _compare(tx, improvement, team, now)
    if 0 < improvement["remind_at"] <= now:
        return _remind(tx, improvement, team, now)
    improvements.write(tx, improvement, {})
    return "none"


def _compare(tx: Tx, improvement: Row, team: Row, now: int) -> str:
    after = improvements.write(tx, improvement, {"compare_at": 0})
    lines = improvement_numbers.lines(tx, after, now)
    improvement_card.says(
        tx,
        after,
        "improvement.compared",
        {"lines": lines, "choices": improvement_card.choices(after, now, ("tell",))},
        now,
    )
    cases.record(tx, improvement["id"], "", "improvement_compared", {}, now)
    return "compared"


def _remind(tx: Tx, improvement: Row, team: Row, now: int) -> str:
    passed = rules.is_late(improvement, now)
    after = {**improvement, "reminders": rules.reminded(improvement, now)}
    at = rules.remind_at(after, teams.hours(team), team["time_zone"], now)
    after = improvements.write(tx, improvement, {"reminders": after["reminders"], "remind_at": at})
    cases.record(tx, improvement["id"], "", "improvement_reminded", {"late": passed}, now)
    key = "improvement.late" if passed else "improvement.soon"
    improvement_card.call_owner(tx, after, key, {"done_by": after["done_by"]}, now)
    return "reminded"
