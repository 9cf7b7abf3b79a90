"""What came in: each message seen once, with what it led to."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from cxbot.ports import Field, Form, Inbound, Receipt, Tx


def see(tx: Tx, inbound: Inbound, now: int, machine: int) -> bool:
    """Marks a message as seen; False where it has been seen before."""
    words = inbound.text or (f"{inbound.media.kind}:{inbound.media.name}" if inbound.media else "")
    return (
        tx.run(
            "inbox.see",
            channel=inbound.channel,
            id=inbound.id,
            place=inbound.place,
            sender=inbound.sender,
            kind=inbound.kind,
            words=words,
            received_at=now,
            arrived_at=machine,
        )
        == 1
    )


def keep(tx: Tx, inbound: Inbound, receipt: Receipt) -> None:
    """Keeps the receipt for a repeat of the message."""
    text = json.dumps(dataclasses.asdict(receipt), ensure_ascii=False)
    tx.run("inbox.answered", channel=inbound.channel, id=inbound.id, receipt=text)


def kept(tx: Tx, inbound: Inbound) -> Receipt:
    """The receipt of a message seen before, marked as repeated."""
    row = tx.one("inbox.get", channel=inbound.channel, id=inbound.id)
    if row is None or not row["receipt"]:
        return Receipt(repeated=True)
    data: dict[str, Any] = json.loads(row["receipt"])
    form = None if data["form"] is None else read_form(data["form"])
    return Receipt(tuple(data["outbox_ids"]), form, data["notice"], repeated=True)


def read_form(data: Mapping[str, Any]) -> Form:
    """A form as JSON kept it."""
    fields = tuple(
        Field(**{**each, "options": tuple((value, label) for value, label in each["options"])})
        for each in data["fields"]
    )
    return Form(**{**data, "fields": fields})


def forget_words(tx: Tx, inbound: Inbound) -> None:
    """Drops the words of a message that answers an anonymous survey."""
    tx.run("inbox.forget_words", channel=inbound.channel, id=inbound.id)
