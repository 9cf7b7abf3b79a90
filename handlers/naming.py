"""Who is meant by what somebody wrote in a command: one person or team, or which of several."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cxbot.ports import Receipt, Row, Tx
from cxbot.transactions import people, teams
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
    """Says that nobody is meant, or asks which of several; None where it is one."""
    if not found:
        return call.say("refuse.no_such_person", person=wanted)
    if len(found) > 1:
        options = [(told_apart(call.tx, row), row["id"]) for row in found]
        return which(call, wanted, options)
    return None


def which(call: Call, wanted: str, options: Sequence[tuple[str, str]]) -> Receipt:
    """Asks which of several is meant by a word of the command: (how it is called, what names it exactly)."""
    return call.ask(
        "refuse.which_one",
        [(label, _in_place_of(call.arguments, wanted, exact)) for label, exact in options],
        words=wanted,
    )


def team_of(call: Call, wanted: str) -> Row | Receipt | None:
    """The team that is meant by its id or its name, or a part of it; asks where there are several, None for none."""
    rows, folded = teams.all(call.tx), people.fold_name(wanted)
    exact = [row for row in rows if folded in (row["id"], people.fold_name(row["name"]))]
    found = exact or [row for row in rows if folded and folded in people.fold_name(row["name"])]
    if len(found) > 1:
        return which(call, wanted, [(team_name(row), row["id"]) for row in found])
    return found[0] if found else None


def team_name(team: Row) -> str:
    """A team's name with the id that names it exactly."""
    return f"{team['name']} ({team['id']})"


def _in_place_of(arguments: Mapping[str, str], wanted: str, exact: str) -> dict[str, str]:
    """The arguments with what names one exactly in place of the words that fit several."""
    word = re.compile(rf"(?<!\S){re.escape(wanted)}(?!\S)")
    done = False
    given: dict[str, str] = {}
    for name, value in arguments.items():
        given[name] = value if done else word.sub(lambda _: exact, value, count=1)
        done = done or given[name] != value
    return given
