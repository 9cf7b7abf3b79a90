"""Which cases there are to choose from, where a command names none."""

from __future__ import annotations

from cxbot.domain import case_timing
from cxbot.domain.roles import may
from cxbot.ports import Row
from cxbot.transactions import teams
from handlers.grammar import Call

READ = 200
"""Cases of a team that are read at most."""


def offered(call: Call) -> list[tuple[str, str]]:
    """The cases the sender may work, the most urgent first: whose it is, and its code."""
    roles = teams.roles_of(call.tx, call.sender["id"])
    rows = [row for row in worked(call) if may(roles, "work_case", row["team_id"] or "none")]
    return [(f"{row['code']} · {row['person_name']}".rstrip(" ·"), row["code"]) for row in rows]


def worked(call: Call, *, owner_id: str = "") -> list[Row]:
    """Cases being worked: of an owner wherever they are, else those the sender may see."""
    wanted = [""] if owner_id else seen(call)
    most = {"owner_id": owner_id, "most": READ}
    rows = [row for team_id in wanted for row in call.tx.all("cases.worked", team_id=team_id, **most)]
    return sorted(rows, key=lambda row: case_timing.due_by(row)[0])


def seen(call: Call) -> list[str]:
    """The team in whose place it is asked; elsewhere those the sender may read, "" for all of them."""
    if call.team is not None:
        return [call.team["id"]]
    roles = teams.roles_of(call.tx, call.sender["id"])
    return [""] if may(roles, "read", "none") else [each for each in sorted(roles) if may(roles, "read", each)]
