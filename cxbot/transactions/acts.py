"""What somebody did last, of whatever kind, so that `undo` never takes back something else."""

from __future__ import annotations

import json

from cxbot.ports import Row, Tx
from cxbot.transactions import cases, change_log

NO_ACTS = (
    change_log.UNDONE,
    "commands_limited",
    "export.made",
    "paired",
    "pairing_refused",
    "person.exported",
    "told_of_improvement",
)
"""Events in somebody's name that changed nothing, or came later of what they did."""
TAKES_BACK = ("undone", "all_undo", "improvement_telling_undone")
"""What is done to take back what was done before to the same case, storm or improvement."""


def latest(tx: Tx, actor_id: str, now: int) -> list[Row]:
    """What somebody did in the time in which changes can be taken back, newest first, less what was taken back.

    Each row is the event with the names of what it is about; of a case also with `case_id`.
    """
    rows = tx.all("acts.latest", actor_id=actor_id, since=now - change_log.UNDO_MS, until=now, most=change_log.MOST)
    changes = {row["id"] for row in change_log.left(tx, actor_id, now)}
    found: list[Row] = []
    taken_back: dict[str, list[str]] = {}
    for row in rows:
        waiting = taken_back.setdefault(row["subject_id"], [])
        if row["kind"] in NO_ACTS:
            continue
        if row["kind"] in TAKES_BACK:
            waiting.append(json.loads(row["args"]).get("what", ""))
        elif waiting and waiting[-1] in ("", row["kind"]):
            waiting.pop()
        elif row["kind"] not in change_log.REVERT or row["id"] in changes:
            found.append(row)
    return found


def stands(tx: Tx, act: Row, now: int) -> bool:
    """Whether what was done to a case can still be taken back: nothing was done to it since, and its time runs."""
    case = cases.get(tx, act["case_id"])
    if not case["undo"] or case["undo_until"] <= now:
        return False
    saved = json.loads(case["undo"])
    return (saved.get("event"), saved.get("actor")) == (act["kind"], act["actor_id"])
