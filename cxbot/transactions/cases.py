"""The row of a case: read, held, written with what it leads to next, and its history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cxbot.domain import case_timing
from cxbot.ports import Row, Tx
from cxbot.transactions import outbox


def get(tx: Tx, case_id: str) -> Row:
    """A case that is known to exist."""
    row = tx.one("cases.get", id=case_id)
    assert row is not None
    return row


def lock(tx: Tx, case_id: str) -> Row | None:
    """A case, locked for the rest of the transaction; None where there is none."""
    if not case_id or tx.run("cases.lock", id=case_id) == 0:
        return None
    return get(tx, case_id)


def take_back(tx: Tx, case: Row) -> None:
    """What an action still waits to tell the customer leaves no more: the case is open again."""
    for row_id in json.loads(case["undo"])["cancel"] if case["undo"] else ():
        outbox.cancel(tx, row_id, "reopened")


def of_response(tx: Tx, response_id: str) -> Row | None:
    """The newest case that came of a response, in whatever state it is."""
    return tx.one("cases.of_response", response_id=response_id)


WRITTEN = [
    "state",
    "severity",
    "reasons",
    "score",
    "scale",
    "team_id",
    "policy",
    "interaction_id",
    "response_id",
    "owner_id",
    "card_id",
    "opened_at",
    "begun_at",
    "promised_at",
    "reminders",
    "escalations",
    "snoozed_until",
    "snooze_reason",
    "claimed_at",
    "contacted_at",
    "first_contact_at",
    "resolved_at",
    "closed_at",
    "root_cause",
    "done_words",
    "told_words",
    "confirm",
    "confirm_asked_at",
    "ending",
    "merged_into",
    "reopened",
    "undo",
    "undo_until",
    "window_until",
    "window_told",
    "callback_at",
    "broken_at",
    "callback_remind_at",
    "alert_at",
    "untold",
]


def write(tx: Tx, case: Row, columns: Mapping[str, Any], now: int) -> Row:
    """Sets columns of a case and works out anew when to look at it next; returns the row as it is now."""
    after = {**case, **columns}
    step = case_timing.next_step(after)
    after["due_at"] = step.at if step.kind != "none" else 0
    tx.run("cases.write", id=case["id"], due_at=after["due_at"], **{name: after[name] for name in WRITTEN})
    return after


def put_into(tx: Tx, case_id: str, incident_id: str) -> None:
    """Makes a case one of a storm."""
    tx.run("cases.put_into", id=case_id, incident_id=incident_id)


def record(tx: Tx, case_id: str, actor_id: str, kind: str, args: Mapping[str, Any], now: int) -> None:
    """Adds a line to the history of a case."""
    text = json.dumps(args, ensure_ascii=False)
    tx.run("cases.event", id=tx.new_id(), subject_id=case_id, actor_id=actor_id, kind=kind, args=text, happened_at=now)


def came_by(via: str) -> dict[str, str]:
    """Where an action came from, as an event has it: a channel, or "api:" and the name of a token."""
    return {"via": via} if via else {}


def said(tx: Tx, response_id: str) -> tuple[dict[str, Any], list[str]]:
    """The answers of a response by question id, and everything written in it, oldest first."""
    rows = tx.all("responses.answers", response_id=response_id)
    answers = {row["question"]: json.loads(row["value"]) for row in rows}
    words = _written(rows)
    words.extend(row["words"] for row in tx.all("remarks.of_response", response_id=response_id) if row["words"])
    return answers, words


def written(tx: Tx, response_id: str) -> list[str]:
    """What was written in the answers of a response themselves, oldest first."""
    return _written(tx.all("responses.answers", response_id=response_id))


def _written(rows: list[Row]) -> list[str]:
    words: list[str] = []
    for row in rows:
        value = json.loads(row["value"])
        if row["kind"] == "text" and value:
            words.append(str(value))
        if row["words"]:
            words.append(row["words"])
    return words


def line(row: Row) -> dict[str, Any]:
    """A case being worked, with the names of whom it is about and whose it is, on one line."""
    score = f"{row['score']}/{row['scale'].partition('-')[2]}" if row["score"] is not None and row["scale"] else ""
    return {
        "key": "command.case_line",
        "args": {
            "code": row["code"],
            "severity": {"key": f"severity.{row['severity']}", "args": {}},
            "name": row["person_name"],
            "score": score,
            "owner": row["owner_name"],
            "due_at": case_timing.due_by(row)[0],
            "snoozed_until": row["snoozed_until"],
        },
    }
