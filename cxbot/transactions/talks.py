"""Whether a colleague and a customer write to each other: about a case being worked, or one resolved before that."""

from __future__ import annotations

from cxbot.ports import Tx


def last_at(tx: Tx, person_id: str) -> int:
    """When the last words of such a talk were said, by either (epoch ms); 0 where nobody of us has written to them."""
    row = tx.one("talks.last", person_id=person_id)
    return int(max(row["written_at"], row["said_at"])) if row and row["written_at"] else 0


def last_written_at(tx: Tx, person_id: str) -> int:
    """When a colleague last wrote to them in such a talk (epoch ms); 0 where nobody did."""
    row = tx.one("talks.last", person_id=person_id)
    return int(row["written_at"]) if row else 0


def acknowledged(tx: Tx, person_id: str, channel: str, address: str) -> bool:
    """Whether they were told there that their words have arrived since a colleague last wrote: once is enough."""
    row = tx.one("talks.last", person_id=person_id)
    if row is None or not row["written_at"]:
        return False
    return tx.one("talks.noted_since", channel=channel, address=address, since=row["written_at"]) is not None
