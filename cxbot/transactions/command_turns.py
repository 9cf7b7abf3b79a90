"""What somebody may say next to a command they gave: which one they mean, what was missing, "more".

Kept by the conversation and the one who gave it, so that in a team's channel nobody answers for somebody else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cxbot.ports import Inbound, Tx

Kind = Literal["asked", "page", "dead"]
"""What is asked back, the next pages of an answer, and the dead letters that were listed, by number."""
MINUTE_MS = 60 * 1000
LAPSE_MS: Mapping[Kind, int] = {"asked": 10 * MINUTE_MS, "page": 60 * MINUTE_MS, "dead": 60 * MINUTE_MS}


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that may be followed up. Times are epoch ms of business time."""

    id: str
    body: Mapping[str, Any]
    asked_at: int
    lapses_at: int


@dataclass(frozen=True, slots=True)
class Seat:
    """Who says something, and where: the address of the conversation and their own."""

    channel: str
    place: str
    sender: str

    @classmethod
    def of(cls, inbound: Inbound) -> Seat:
        """Where a message comes from."""
        return cls(inbound.channel, inbound.place, inbound.sender)


def keep(tx: Tx, seat: Seat, kind: Kind, turn_id: str, body: Mapping[str, Any], now: int) -> None:
    """Keeps what may be followed up, in place of what stood there of its kind."""
    tx.run(
        "command_turns.keep",
        kind=kind,
        id=turn_id,
        body=json.dumps(body, ensure_ascii=False),
        asked_at=now,
        lapses_at=now + LAPSE_MS[kind],
        **_seat(seat),
    )


def look(tx: Tx, seat: Seat, kind: Kind, now: int) -> Turn | None:
    """What may be followed up there; None where nothing may any more."""
    row = tx.one("command_turns.look", kind=kind, now=now, **_seat(seat))
    return Turn(row["id"], json.loads(row["body"]), row["asked_at"], row["lapses_at"]) if row else None


def end(tx: Tx, seat: Seat, kind: Kind) -> bool:
    """Nothing may be followed up there any more; says whether something might have been."""
    return tx.run("command_turns.end", kind=kind, **_seat(seat)) > 0


def asked_since(tx: Tx, person_id: str, channel: str, address: str, since: int) -> bool:
    """Whether a survey has asked the person something there since then: what they say next answers that."""
    return (
        tx.one("command_turns.question_since", person_id=person_id, channel=channel, address=address, since=since)
        is not None
    )


def count(tx: Tx, channel: str, address: str, now: int) -> int:
    """Counts a command of this address; returns how many there were in this minute."""
    row = tx.one("command_turns.count", channel=channel, address=address, now=now, since=now - MINUTE_MS)
    assert row is not None
    return int(row["n"])


def _seat(seat: Seat) -> dict[str, str]:
    return {"channel": seat.channel, "place": seat.place, "sender": seat.sender}
