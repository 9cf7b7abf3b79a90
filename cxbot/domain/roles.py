"""Who may do what. A person has at most one role in a team; a role in team '' counts everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Action = Literal[
    "read",
    "work_case",
    "approve_goodwill",
    "edit_team",
    "edit_survey",
    "see_person",
    "see_profile",
    "edit_person",
    "see_state",
    "report",
    "export",
    "edit_teams",
    "give_role",
    "see_changes",
    "approve",
    "operate",
]

RANK = {"viewer": 0, "member": 1, "lead": 2, "admin": 3, "owner": 4}
NEEDED: Mapping[str, str] = {
    "read": "viewer",
    "see_state": "viewer",
    "work_case": "member",
    "approve_goodwill": "lead",
    "see_person": "member",
    "see_profile": "lead",
    "edit_person": "admin",
    "report": "member",
    "export": "admin",
    "operate": "admin",
    "edit_team": "lead",
    "edit_survey": "admin",
    "edit_teams": "admin",
    "give_role": "lead",
    "see_changes": "lead",
    "approve": "admin",
}


def may(roles: Mapping[str, str], action: Action, team_id: str = "") -> bool:
    """Whether roles (team id -> role) allow the action; on a team's matter the role there or everywhere counts.

    For a matter of no team, a role in any team is enough only where a lead or less is needed.
    """
    needed = RANK[NEEDED[action]]
    everywhere = RANK.get(roles.get("", ""), -1)
    if everywhere >= needed:
        return True
    if team_id:
        return RANK.get(roles.get(team_id, ""), -1) >= needed
    return needed < RANK["admin"] and any(RANK[role] >= needed for role in roles.values())


def covers(roles: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """Whether who has `roles` has at least the rank of each of the others' roles, so that they may hand those on."""
    everywhere = RANK.get(roles.get("", ""), -1)
    return all(max(everywhere, RANK.get(roles.get(team, ""), -1)) >= RANK[role] for team, role in others.items())
