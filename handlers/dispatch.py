"""Who is to handle a message: a team's channel, somebody with a role, or a customer."""

from __future__ import annotations

from typing import Any

from cxbot import wording
from cxbot.ports import Inbound, Receipt, Row, Tx
from cxbot.transactions import people, teams
from handlers import commands, customer, team


def handle(tx: Tx, inbound: Inbound, now: int, found: list[Any] | None = None) -> Receipt:
    """Handles one message inside the transaction that marks it as seen.

    A text is, in this order: a stop or start word; a command, if the sender may give one; an answer to what was asked
    last; the person's own words.
    """
    place = teams.by_place(tx, inbound.channel, inbound.place)
    sender = people.by_address(tx, inbound.channel, inbound.sender)
    if sender is not None and sender["unreachable"]:
        people.mark_unreachable(tx, inbound.channel, inbound.sender, "")  # whoever writes can be written to again
    if inbound.choice.startswith("c:"):
        return team.act(tx, sender, inbound, now)
    if place is not None:
        return team.write(tx, place, sender, inbound, now, found)
    staff = sender is not None and inbound.kind == "text" and bool(teams.roles_of(tx, sender["id"]))
    if (
        sender is not None
        and staff
        and (commands.plainly_meant(inbound.text) or not customer.may_be_answer(tx, sender, inbound, now))
    ):
        return commands.run(tx, sender, inbound, now, found=found)
    return customer.handle(tx, sender or newcomer(tx, inbound, now), inbound, now)


def newcomer(tx: Tx, inbound: Inbound, now: int) -> Row:
    """Somebody who writes for the first time."""
    person_id = people.upsert(
        tx,
        now,
        addresses=[(inbound.channel, inbound.sender)],
        name=inbound.name,
        language=wording.negotiate(inbound.language) if inbound.language else "",
    )
    person = people.get(tx, person_id)
    assert person is not None
    return person
