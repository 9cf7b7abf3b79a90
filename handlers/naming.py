"""Who is meant by what somebody wrote in a command: one person or team, or which of several."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cxbot.domain.roles import covers
from cxbot.ports import Receipt, Row, Tx
from cxbot.transactions import people, teams
from handlers.grammar import Call

CHANNELS = ("web", "slack", "wechat", "wecom")
"""The channels that the program can be connected to."""
MOST_NAME = 5
"""Words of which a name is made at most."""
CONFIRM = ("confirm", "确认", "確認")
"""The last word of a command that does what it has shown before."""


def confirmed(words: list[str]) -> tuple[bool, list[str]]:
    """Whether a line ends in the word that confirms, and the words before it."""
    if words and words[-1].casefold() in CONFIRM:
        return True, words[:-1]
    return False, words


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
    wanted, known = call.arguments.get("team", ""), [row["id"] for row in teams.all(call.tx)]
    if known and not wanted:
        return call.say("refuse.which_team", known=known)
    return call.say("refuse.no_such_team", team=wanted, known=known)


def first(tx: Tx, words: tuple[str, ...]) -> tuple[str, list[Row], tuple[str, ...]]:
    """Whom the words begin with, cut where they name one person; else the first word. A read.

    Gives what named them, who was found, and the words that are left.
    """
    looked: tuple[str, list[Row], tuple[str, ...]] | None = None
    for length in range(min(len(words), MOST_NAME), 0, -1):
        wanted = " ".join(words[:length]).rstrip(":,，")
        found = people.find(tx, wanted)
        if len(found) == 1:
            return wanted, found, words[length:]
        if found and looked is None:
            looked = (wanted, found, words[length:])
    return looked or (" ".join(words[:1]), [], words[1:])


def too_high(call: Call, person: Row) -> Receipt | None:
    """Says that somebody with a higher role is meant, of whom the sender changes nothing; None where that is not so."""
    mine, theirs = teams.roles_of(call.tx, call.sender["id"]), teams.roles_of(call.tx, person["id"])
    return None if covers(mine, theirs) else call.say("refuse.higher_role", name=person["name"])


def not_connected(call: Call, channel: str) -> Receipt | None:
    """Says that a channel there is works not here; None where it does, and for a word that is no channel."""
    known = channel.casefold()
    if known not in CHANNELS or call.tx.one("teams.knows_channel", channel=known) is not None:
        return None
    return call.say("refuse.channel_not_connected", channel={"key": f"channel.name.{known}", "args": {}})


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
