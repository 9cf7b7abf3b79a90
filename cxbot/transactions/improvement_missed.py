"""News of an improvement that reached nobody is told after all when they write, as long as it is news, and once."""

from __future__ import annotations

from dataclasses import replace

from cxbot.domain import contact
from cxbot.ports import Tx
from cxbot.transactions import improvement_card, improvement_telling, people

NEWS_MS = 90 * contact.DAY_MS
"""So long after it was done somebody who writes is still told."""


def tell(tx: Tx, person_id: str, channel: str, address: str, now: int) -> None:
    """Tells somebody who has just written from this address what could not be said to them when it was to be.

    Whoever complains of it again, or wants no such messages by now, is not told, and it is recorded why. While they
    answer a survey it waits for what they say in it.
    """
    missed = tx.all("improvement_missed.of_person", person_id=person_id, since=now - NEWS_MS)
    if not missed or tx.one("invitations.open_of_person", person_id=person_id) is not None:
        return
    for row in missed:
        person = people.lock(tx, person_id)
        improvement = tx.one("improvements.get", id=row["improvement_id"])
        key = {name: row[name] for name in ("improvement_id", "person_id", "state", "row_id")}
        if person is None or improvement is None or not tx.run("improvement_missed.take", **key):
            continue
        again = tx.one(
            "improvement_missed.complained_since",
            person_id=person_id,
            team_id=improvement["team_id"],
            touchpoint=improvement["touchpoint"],
            done_at=improvement["done_at"],
        )
        why = improvement_telling.AGAIN if again is not None else ""
        reader = improvement_telling.reader_of(tx, improvement, person_id, row["case_id"], row["complained_at"], why)
        if reader.why_not:
            improvement_telling.not_told(tx, improvement, row, reader.why_not, now)
        else:
            there = replace(reader, channel=channel, address=address)
            improvement_telling.say_to(tx, improvement, row, there, now)
        improvement_card.redraw(tx, improvement, now)
