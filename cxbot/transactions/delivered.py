"""A colleague's words have arrived: the line in the case's thread that quotes them says so, in its place."""

from __future__ import annotations

from cxbot.ports import Row, Tx
from cxbot.transactions import outbox


def note(tx: Tx, row: Row, now: int) -> None:
    """Adds to the team's line about a message when that was handed to the customer's platform."""
    line = tx.one("delivered.line", case_id=row["case_id"], message=f'%"message": "{row["id"]}"%')
    if line is None:
        return
    outbox.say(
        tx,
        now,
        channel=line["channel"],
        address=line["address"],
        language=line["language"],
        key=line["key"],
        args={**outbox.arguments(line), "delivered_at": now},
        order_key=line["order_key"],
        case_id=row["case_id"],
        replaces=line["id"],
        thread_of=line["thread_of"],
    )
