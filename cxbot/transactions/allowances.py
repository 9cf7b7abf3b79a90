"""The ledger of what a platform lets be sent to an address: opened by what somebody does, spent by what is sent."""

from __future__ import annotations

from collections.abc import Sequence

from cxbot.domain import contact, windows
from cxbot.ports import Inbound, Tx
from cxbot.transactions import cases


def opened(tx: Tx, inbound: Inbound) -> None:
    """Notes what the platform lets be sent because of this."""
    for each in inbound.opens:
        tx.run(
            "allowances.open",
            channel=inbound.channel,
            address=inbound.place,
            kind=each.kind,
            count=each.count,
            until_at=each.until,
        )


def widen(tx: Tx, inbound: Inbound, now: int, machine: int) -> None:
    """Tells the cases of somebody who has just acted until when they can be written to; those just opened as well."""
    if not inbound.opens:
        return
    rows = tx.all("allowances.left", channel=inbound.channel, address=inbound.place, machine=machine)
    until = max((row["until_at"] for row in rows), default=0)
    for row in tx.all("cases.active_at", channel=inbound.channel, address=inbound.place):
        case = cases.lock(tx, row["id"])
        if case is not None and (columns := windows.after(case, now + until - machine, now)):
            cases.write(tx, case, columns, now)


def left(tx: Tx, channel: str, address: str, machine: int, *, human: bool) -> dict[str, int]:
    """How many messages may still be sent there now, by kind, the one that ends first before the others.

    The bot by itself leaves the last one that ends for a colleague's words.
    """
    rows = tx.all("allowances.left", channel=channel, address=address, machine=machine)
    found = [contact.Left(row["kind"], row["opened"], row["left_over"], row["until_at"]) for row in rows]
    return contact.may_still_send(found, human=human)


def spend(tx: Tx, channel: str, address: str, kind: str) -> None:
    """A message was sent by it."""
    tx.run("allowances.spend", channel=channel, address=address, kind=kind)


def close(tx: Tx, channel: str, address: str, kinds: Sequence[str]) -> None:
    """The platform says that nothing of them is left."""
    for kind in kinds:
        tx.run("allowances.close", channel=channel, address=address, kind=kind)
