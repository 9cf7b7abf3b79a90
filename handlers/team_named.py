"""Which team is meant: the one the words begin with, else that of the channel, else the only one of the sender's."""

from __future__ import annotations

from cxbot.domain.roles import may
from cxbot.ports import Receipt, Row, Tx
from cxbot.transactions import people, teams
from handlers.grammar import Call

_FOR = ("for", "in", "of", "on", "为", "給", "给", "為")
MOST_NAME = 4
"""Words of which a team's name is made at most."""


def named(tx: Tx, words: str) -> Row | None:
    """The team of an id or a name; None where there is none."""
    wanted = people.fold_name(words)
    row = teams.get(tx, wanted) if wanted else None
    if row is not None and not row["archived_at"]:
        return row
    return next((row for row in teams.all(tx) if people.fold_name(row["name"]) == wanted), None) if wanted else None


def split(call: Call, words: str) -> tuple[Row | None, str]:
    """The team that is meant, and the words that are left."""
    each = words.split()
    for length in range(min(len(each), MOST_NAME), 0, -1):
        row = named(call.tx, " ".join(each[:length]))
        if row is not None:
            return row, " ".join(each[length:])
    if call.team is not None:
        return call.team, words
    mine = [team_id for team_id in teams.roles_of(call.tx, call.sender["id"]) if team_id]
    return (teams.get(call.tx, mine[0]) if len(mine) == 1 else None), words


def split_at_either_end(call: Call, words: str) -> tuple[Row | None, str]:
    """As `split`, for what may as well end in the team: "Ana, Ben weekly for support"."""
    each = words.split()
    for length in range(min(len(each) - 1, MOST_NAME), 0, -1):
        row = named(call.tx, " ".join(each[-length:]))
        if row is not None:
            rest = each[:-length]
            return row, " ".join(rest[:-1] if rest[-1].casefold() in _FOR else rest)
    return split(call, words)


def edited(call: Call, words: str, command: str) -> tuple[Row, str] | Receipt:
    """The team that is to be changed and what is left, or why the sender cannot change it."""
    team, rest = split(call, words)
    if team is None:
        return unknown(call, words.partition(" ")[0])
    if not may(teams.roles_of(call.tx, call.sender["id"]), "edit_team", team["id"]):
        who = [row["name"] for row in teams.members(call.tx, team["id"]) if row["role"] == "lead"]
        return call.say("refuse.not_allowed", command=command, who=who)
    return team, rest


def unknown(call: Call, words: str) -> Receipt:
    """Says that there is no such team, and which there are."""
    return call.say("refuse.no_such_team", team=words, known=[row["id"] for row in teams.all(call.tx)])
