"""Who may do what in which team: given, changed and taken away, by somebody who has at least as much."""

from __future__ import annotations

from typing import Literal

from cxbot.domain.roles import RANK, covers, may
from cxbot.ports import Tx
from cxbot.transactions import people, teams

CHANGED = "role.changed"

Outcome = Literal["done", "same", "higher", "last_owner", "no_right"]


def set_role(tx: Tx, team_id: str, person_id: str, role: str, actor_id: str, now: int) -> Outcome:
    """Gives somebody a role in a team ('': everywhere), or takes it away where the role is ''; recorded from what.

    Nobody gives or takes more than they have, and the last owner stays one.
    """
    person = people.lock(tx, person_id)
    assert person is not None
    has = teams.roles_of(tx, person["id"]).get(team_id, "")
    mine = teams.roles_of(tx, actor_id)
    if not may(mine, "give_role", team_id or "everywhere"):
        return "no_right"
    if any(each and not covers(mine, {team_id: each}) for each in (role, has)):
        return "higher"
    if has == role:
        return "same"
    if has == "owner" and not team_id and _is_last_owner(tx):
        return "last_owner"
    _write(tx, team_id, person["id"], has, role, now)
    args = {"team": team_id, "from": has, "to": role}
    people.record(tx, person["id"], actor_id, CHANGED, args, now)
    return "done"


def has_owner(tx: Tx) -> bool:
    """Whether anybody is an owner of everything."""
    return any(row["role"] == "owner" for row in teams.members(tx, teams.EVERYWHERE))


def highest(tx: Tx, person_id: str) -> str:
    """The highest of somebody's roles; '' where they have none."""
    return max(teams.roles_of(tx, person_id).values(), key=RANK.__getitem__, default="")


def _write(tx: Tx, team_id: str, person_id: str, has: str, role: str, now: int) -> None:
    if not role:
        tx.run("teams.remove_member", team_id=team_id, person_id=person_id)
    elif has:
        tx.run("teams.set_role", team_id=team_id, person_id=person_id, role=role)
    else:
        tx.run("teams.add_member", team_id=team_id, person_id=person_id, role=role, created_at=now)


def _is_last_owner(tx: Tx) -> bool:
    # Two owners who leave at once wait for each other here.
    tx.run("teams.hold_owners")
    owners = [row for row in teams.members(tx, teams.EVERYWHERE) if row["role"] == "owner"]
    return len(owners) == 1
