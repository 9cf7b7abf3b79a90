"""Timers besides those of cases: which of them nobody looks at in time, which fail again and again, and mending them.

A look only reads. What failed is put off, so that by its own time it is never late: that is noted here, and found.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cxbot.domain import improvements as rules
from cxbot.domain.cases import DAY, MINUTE
from cxbot.ports import Row, Tx
from cxbot.transactions import cases, channel_state, improvements, openings, teams

KINDS = ("improvement", "cadence", "follow_up", "grant", "opening", "incident")
"""What has a timer of its own besides cases, invitations and messages; each is a statement here in the plural."""
FAILING = (*KINDS, "invitation")
"""Of which it is noted that a step of it failed; what of a case is overdue, its own columns say."""
LATE_MS = 5 * MINUTE
PUT_OFF_MS = 5 * MINUTE
"""Business time before a step that failed is tried again."""
MOST = 100


@dataclass(frozen=True, slots=True)
class Late:
    """A timer that is overdue: of what, which row, and how that is named to people. `mend`: it can be put right."""

    kind: str
    subject: str
    which: str
    mend: bool = False

    @property
    def about(self) -> dict[str, Any]:
        """What and which, as a meaning."""
        return {"key": f"audit.what.{self.kind}", "args": {"which": self.which}}


def late(tx: Tx, now: int) -> Iterator[Late]:
    """Every timer that is overdue and that no loop will see to by itself, each once. A read."""
    given = {"late": now - LATE_MS, "most": MOST}
    seen: set[tuple[str, str]] = set()
    for kind in KINDS:
        soon = {"soon": now + PUT_OFF_MS} if kind in ("improvement", "cadence") else {}
        for row in tx.all(f"timers.{kind}s", **given, **soon):
            seen.add((kind, row["id"]))
            yield Late(kind, row["id"], row["which"], mend=bool(row["mend"]))
    for kind, row in _failing(tx, now):
        if (kind, row["id"]) not in seen:
            yield Late(kind, row["id"], row["which"])


def failed(tx: Tx, kind: str, row_id: str, due_at: int) -> None:
    """Notes that a step failed and is put off to `due_at`, and since when it has been failing."""
    if kind not in FAILING:
        return
    now = due_at - PUT_OFF_MS
    noted = _noted(tx.one("timers.hold_failing"))
    since, before = noted.get(f"{kind}:{row_id}", (now, now))
    noted[f"{kind}:{row_id}"] = (since if before >= now - LATE_MS else now, due_at)
    recent = sorted(noted.items(), key=lambda each: -each[1][1])[:MOST]
    channel_state.put(tx, "audit", "put_off", {key: times for key, times in recent if times[1] > now - DAY})


def mend(tx: Tx, kind: str, subject: str, now: int) -> None:
    """Puts a timer right, once more asked whether that is needed: somebody may have acted since the look."""
    if kind == "opening":
        openings.schedule(tx, now)
        return
    before = tx.one(f"timers.put_off_{kind}", id=subject)
    if before is None or 0 < before["due_at"] <= now:
        return
    due_at = now
    if kind == "improvement":
        due_at = _mended(tx, subject, now)
    else:
        tx.run(f"{kind}s.look_at", id=subject, due_at=due_at)
    if due_at != before["due_at"]:
        cases.record(tx, subject, "", "timer_put_right", {"from": before["due_at"], "to": due_at}, now)


def _mended(tx: Tx, improvement_id: str, now: int) -> int:
    """When an improvement is looked at next, worked out anew from what it waits for."""
    improvement = improvements.lock(tx, improvement_id)
    assert improvement is not None
    columns: dict[str, int] = {}
    team = teams.get(tx, improvement["team_id"])
    if not improvement["remind_at"] and team is not None:
        columns["remind_at"] = rules.remind_at(improvement, teams.hours(team), team["time_zone"], now)
    if improvement["tell_state"] in ("going", "stopping") and not improvement["tell_at"]:
        columns["tell_at"] = now
    return int(improvements.write(tx, improvement, columns)["due_at"])


def _failing(tx: Tx, now: int) -> Iterator[tuple[str, Row]]:
    """What has been failing for a while and is still put off: nobody has looked at it with success since."""
    for key, (since, due_at) in _noted(tx.one("timers.failing")).items():
        kind, _, row_id = key.partition(":")
        if since > now - LATE_MS or due_at <= now:
            continue
        row = tx.one(f"timers.put_off_{kind}", id=row_id)
        if row is not None and row["due_at"] == due_at:
            yield kind, row


def _noted(row: Row | None) -> dict[str, tuple[int, int]]:
    """Since when each has been failing, and until when it is put off."""
    return {key: (since, due_at) for key, (since, due_at) in json.loads(row["value"]).items()} if row else {}
