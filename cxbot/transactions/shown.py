"""Messages as a page shows them, for whom their channel could only tell that there is one."""

from __future__ import annotations

from dataclasses import dataclass

from cxbot.ports import Row, Tx
from cxbot.transactions import deliveries, people
from cxbot.transactions.deliveries import Taken


@dataclass(frozen=True, slots=True)
class Thread:
    """A message, with what was said of the same case since: each ready to be worded.

    `open_row` is the id of the one that waits for an answer, `invitation` the survey that the message asks, while open.
    """

    language: str
    messages: tuple[Taken, ...]
    open_row: str = ""
    invitation: Row | None = None


def thread(tx: Tx, row_id: str, now: int, machine: int) -> Thread | None:
    """What the page of a message shows; None where there is no such message. A read."""
    row = tx.one("shown.message", id=row_id)
    if row is None:
        return None
    if row["kind"] == "question" and row["invitation_id"]:
        invitation = tx.one("invitations.get", id=row["invitation_id"])
        if invitation is not None and invitation["state"] == "asked":
            return Thread(row["language"], (), invitation=invitation)
    rows = tx.all(
        "shown.since",
        case_id=row["case_id"],
        channel=row["channel"],
        address=row["address"],
        person_id=row["person_id"],
        since=row["created_at"],
        now=now,
    )
    expected = people.expected(tx, row["channel"], row["address"], now)
    messages = tuple(deliveries.read(tx, each, now, machine) for each in (rows or [row]))
    return Thread(row["language"], messages, str((expected or {}).get("row", "")))
