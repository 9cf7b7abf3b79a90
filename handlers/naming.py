"""Who is meant by what somebody wrote in a command: one person or team, or why it is not clear."""

from __future__ import annotations

from collections.abc import Sequence

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
    """Says that nobody or several people are meant, and how to be exact; None where it is one."""
    if not found:
        return call.say("refuse.no_such_person", person=wanted)
    if len(found) > 1:
        return call.say("refuse.which_person", person=wanted, names=[told_apart(call.tx, row) for row in found])
    return None


def team(call: Call, wanted: str) -> Row | None:
    """The team that is named by id or name; without a name that of the place, else the only one somebody works in."""
    if wanted:
        named = (row for row in teams.all(call.tx) if people.fold_name(row["name"]) == people.fold_name(wanted))
        return teams.get(call.tx, wanted.casefold()) or next(named, None)
    if call.team is not None:
        return call.team
    mine = [team_id for team_id in teams.roles_of(call.tx, call.sender["id"]) if team_id]
    everyone = teams.all(call.tx)
    if len(mine) == 1:
        return teams.get(call.tx, mine[0])
    return everyone[0] if len(everyone) == 1 else None


def no_team(call: Call) -> Receipt:
    """Says that no team is meant, and which there are."""
    return call.say(
        "refuse.no_such_team", team=call.arguments.get("team", ""), known=[row["id"] for row in teams.all(call.tx)]
    )
