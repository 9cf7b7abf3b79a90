"""Who is meant by what somebody wrote in a command: one person, or why it is not clear."""

from __future__ import annotations

from collections.abc import Sequence

from cxbot.ports import Receipt, Row, Tx
from cxbot.transactions import people
from handlers.grammar import Call


def told_apart(tx: Tx, person: Row) -> str:
    """A name with what can be given in its place: an address, an id of another system, or our own."""
    address = people.address_of(tx, person["id"])
    if address is not None:
        exact = f"{address['channel']}:{address['address']}"
    else:
        exact = next((f"{system}:{given}" for system, given in people.known_as(tx, person["id"])), person["id"])
    return f"{person['name']} ({exact})" if person["name"] else exact


def unclear(call: Call, wanted: str, found: Sequence[Row]) -> Receipt | None:
    """Says that nobody or several people are meant, and how to be exact; None where it is one."""
    if not found:
        return call.say("refuse.no_such_person", person=wanted)
    if len(found) > 1:
        return call.say("refuse.which_person", person=wanted, names=[told_apart(call.tx, row) for row in found])
    return None
