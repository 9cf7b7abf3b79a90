"""Receives one message: seen once, handled and answered in one commit."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Callable
from typing import Any, TypeAlias

import structlog

from cxbot.ports import Clock, Deliver, Inbound, ReadFirst, Receipt, Store, Tx
from cxbot.transactions import allowances, inbox, outbox, people

Handle: TypeAlias = Callable[[Tx, Inbound, int, "list[Any] | None"], Receipt]
"""Handles a message in an open transaction; the list holds what a long read found, after ReadFirst was raised."""
LONGEST_TEXT = 8_000
"""Characters of a message that are read and kept; the rest is cut, for no answer needs more."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, and those that turn the direction of what is written after them."""

log = structlog.get_logger(__name__)


def receive(store: Store, clock: Clock, handle: Handle) -> Deliver:
    """Makes the function that channels call. It returns once the message and all it led to are committed."""

    async def handled(inbound: Inbound) -> Receipt:
        try:
            return await store.run(take, inbound, handle, clock.now(), clock.machine())
        except ReadFirst as wanted:
            found = [await store.read(wanted.query, *wanted.arguments)]
        return await store.run(take, inbound, handle, clock.now(), clock.machine(), found)

    async def deliver(inbound: Inbound) -> Receipt:
        cleaned = clean(inbound)
        try:
            # Shielded: a caller that hangs up must not take back what is being committed.
            return await asyncio.shield(asyncio.ensure_future(handled(cleaned)))
        except Exception:
            # A message that trips a handler must not come again for ever, and its words must not be lost.
            log.exception("message_not_handled", channel=cleaned.channel, inbound_id=cleaned.id, kind=cleaned.kind)
            return await store.run(set_aside, cleaned, clock.now(), clock.machine())

    return deliver


def clean(inbound: Inbound) -> Inbound:
    """The message without control characters and cut to what is kept."""
    return dataclasses.replace(
        inbound,
        id=_CONTROL.sub("", inbound.id)[:255],
        text=_CONTROL.sub("", inbound.text)[:LONGEST_TEXT],
        choice=_CONTROL.sub("", inbound.choice)[:255],
        name=_CONTROL.sub("", inbound.name)[:200],
        fields={name: _CONTROL.sub("", value)[:LONGEST_TEXT] for name, value in inbound.fields.items()},
    )


def take(tx: Tx, inbound: Inbound, handle: Handle, now: int, machine: int, found: list[Any] | None = None) -> Receipt:
    """Handles a message once; a repeat is answered with what was kept."""
    if inbound.kind == "page":
        return handle(tx, inbound, now, found)  # it changes nothing, and shows what is so now however often it is asked
    if not inbox.see(tx, inbound, now, machine):
        return inbox.kept(tx, inbound)
    allowances.opened(tx, inbound)
    receipt = handle(tx, inbound, now, found)
    allowances.widen(tx, inbound, now, machine)
    # After the handler, which locks people and cases first: every transaction takes its locks in that order.
    if not inbound.elsewhere and tx.run("outbox.release_held", channel=inbound.channel, address=inbound.place):
        tx.says(inbound.channel, inbound.place)
    if tx.said_to(inbound.channel, inbound.place):
        receipt = dataclasses.replace(receipt, answered=True)
    if receipt.form is not None or receipt.notice or receipt.outbox_ids:
        inbox.keep(tx, inbound, receipt)
    return receipt


def set_aside(tx: Tx, inbound: Inbound, now: int, machine: int) -> Receipt:
    """Keeps a message that could not be handled: its words as a remark, and an apology to the one who sent it."""
    if not inbox.see(tx, inbound, now, machine):
        return inbox.kept(tx, inbound)
    person = people.by_address(tx, inbound.channel, inbound.sender)
    if person is not None and inbound.text:
        tx.run(
            "remarks.add",
            id=tx.new_id(),
            person_id=person["id"],
            response_id="",
            case_id="",
            words=inbound.text,
            media="",
            said_at=now,
        )
    language = (person or {}).get("language") or inbound.language or "en"
    row = outbox.say(tx, now, channel=inbound.channel, address=inbound.place, language=language, key="refuse.trouble")
    return Receipt(outbox_ids=(row,))
