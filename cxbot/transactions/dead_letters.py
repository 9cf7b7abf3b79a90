"""Messages that could not be said: listed with their reasons, and put back into the queue by an admin.

What is put back goes by the rules of today: not to who wants none by now, not what has expired or been answered
meanwhile, and to a customer not at night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cxbot.domain import contact, conversation
from cxbot.ports import Row, Tx
from cxbot.transactions import outbox, people, settings, teams

MOST = 500
"""Dead letters that are read at once."""
RETRIED = "message_retried"
Refused = Literal["expired", "over", "opted_out", "gone"]


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of dead letters: how many wait to be said again, how many of them for the morning, and why not the
    others, by reason.
    """

    n: int
    at_night: int
    refused: dict[str, int]


def dead(tx: Tx, channel: str = "", *, until: int = 0) -> list[Row]:
    """Dead letters, newest first, of one channel where one is named; with the case's `code` where it is about one.

    `until`: only those that were written by then.
    """
    return tx.all("dead_letters.all", channel=channel, until=until, most=MOST)


def retry(tx: Tx, ids: Sequence[str], actor_id: str, now: int) -> Retried:
    """Puts dead letters back into the queue where that is still right; each is recorded with who did it."""
    n = at_night = 0
    refused: dict[str, int] = {}
    for row_id in sorted(ids):
        row = tx.one("outbox.get", id=row_id)
        why = _refused(tx, row, now)
        due_at = _due_at(tx, row, now) if row is not None and not why else now
        if why or row is None or not tx.run("dead_letters.put_back", id=row_id, due_at=due_at):
            refused[why or "gone"] = refused.get(why or "gone", 0) + 1
            continue
        n += 1
        at_night += due_at > now
        subject = row["case_id"] or row["person_id"] or row["id"]
        people.record(tx, subject, actor_id, RETRIED, {"message": row_id, "reason": row["reason"]}, now)
        tx.says(row["channel"], row["address"] if due_at <= now else "")
    return Retried(n, at_night, refused)


def _refused(tx: Tx, row: Row | None, now: int) -> Refused | Literal[""]:
    """Why a message is not to be said any more; '' where it may be."""
    if row is None or row["state"] != "dead":
        return "gone"
    if 0 < row["expires_at"] <= now:
        return "expired"
    if row["kind"] == "question" and not _still_asked(tx, row):
        return "over"
    person = _customer(tx, row)
    if person is not None and (person["opted_out"] == "all" or (person["opted_out"] and row["invitation_id"])):
        return "opted_out"
    return ""


def _still_asked(tx: Tx, row: Row) -> bool:
    """Whether the survey a question belongs to is open, and waits for the answer to just this one."""
    invitation = tx.one("invitations.get", id=row["invitation_id"])
    if invitation is None or invitation["state"] != "asked":
        return False
    return conversation.Progress.load(invitation["progress"]).question == outbox.arguments(row).get("question")


def _customer(tx: Tx, row: Row) -> Row | None:
    """The customer a message is for; None where it is for a team or a colleague."""
    if teams.by_place(tx, row["channel"], row["address"]) is not None:
        return None
    person = people.by_address(tx, row["channel"], row["address"])
    return None if person is None or teams.roles_of(tx, person["id"]) else person


def _due_at(tx: Tx, row: Row, now: int) -> int:
    """When it may be said: at once, to a customer in whose night it is in the morning."""
    person = _customer(tx, row)
    if person is None:
        return now
    zone = people.zone(person, settings.company(tx).time_zone)
    night = contact.night_wait(zone, now, person["acted_at"], settings.contact_policy(tx))
    return night.until if night is not None else now
