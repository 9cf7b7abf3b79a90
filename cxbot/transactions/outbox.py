"""What the bot is to say: one row a message, written in the transaction that decides to say it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from cxbot.ports import Limits, Row, Tx

Kind = Literal["message", "question", "card", "verbatim"]

HELD = "hold lapsed: "
"""How the reason of a row begins that was kept for the person to act, who did not, and is handed over once more."""
UNKNOWN = "unknown: "
"""How the reason of a row begins that may have been sent: its channel looks before it sends it again."""


def say(
    tx: Tx,
    now: int,
    *,
    channel: str,
    address: str,
    language: str,
    key: str = "",
    args: Mapping[str, Any] | None = None,
    kind: Kind = "message",
    order_key: str = "",
    person_id: str = "",
    case_id: str = "",
    invitation_id: str = "",
    due_at: int = 0,
    expires_at: int = 0,
    replaces: str = "",
    thread_of: str = "",
    only_for: str = "",
    supersedes: bool = True,
) -> str:
    """Enqueues one message as a meaning (key and JSON arguments) and returns its outbox id.

    `order_key` is the conversation in which order holds: the address, or the case for a team. A row with `replaces`
    supersedes older replacements of the same message that have not left, unless told not to.
    """
    row_id = tx.new_id()
    order_key = order_key or f"{channel}:{address}"
    seq = tx.one("outbox.next_seq", order_key=order_key)
    assert seq is not None
    tx.run(
        "outbox.insert",
        id=row_id,
        channel=channel,
        address=address,
        order_key=order_key,
        seq=seq["seq"],
        kind=kind,
        key=key,
        args=json.dumps(args or {}, ensure_ascii=False),
        language=language,
        person_id=person_id,
        case_id=case_id,
        invitation_id=invitation_id,
        thread_of=thread_of,
        replaces=replaces,
        only_for=only_for,
        due_at=due_at or now,
        expires_at=expires_at,
        created_at=now,
    )
    tx.says(channel, address if due_at <= now else "")
    if replaces and supersedes:
        tx.run("outbox.supersede", replaces=replaces, order_key=order_key, newest=row_id)
    return row_id


def claim(
    tx: Tx, channel: str, limits: Limits, worker: str, now: int, machine: int, lease: int, most: int
) -> list[Row]:
    """Takes up to `most` rows that may leave now, in order; leased for `lease` ms of machine time.

    Where the channel paces, one row an address is kept and its next slot taken in the same transaction; others go back.
    """
    rows = tx.all(
        "outbox.claim", channel=channel, worker=worker, lease_until=machine + lease, now=now, machine=machine, most=most
    )
    rows.sort(key=lambda row: (row["due_at"], row["id"]))
    if limits.per_second <= 0:
        return rows
    taken: list[Row] = []
    slot = machine + int(1000 / limits.per_second)
    addresses: set[str] = set()
    for row in rows:
        first = row["address"] not in addresses
        addresses.add(row["address"])
        if first and tx.run("outbox.pace", channel=channel, address=row["address"], next_send_at=slot, machine=machine):
            taken.append(row)
        else:
            tx.run("outbox.unclaim", id=row["id"], worker=worker)
    return taken


def cancel(tx: Tx, row_id: str, reason: str) -> bool:
    """Takes back a message that has not left yet; says whether it was in time."""
    return tx.run("outbox.cancel", id=row_id, reason=reason) == 1


def arguments(row: Row) -> dict[str, Any]:
    """The arguments of an outbox row."""
    loaded: dict[str, Any] = json.loads(row["args"])
    return loaded
