"""Who may work a case: its team, those it was escalated to, and admins."""

from __future__ import annotations

from cxbot.domain import cases as workflow
from cxbot.domain.roles import may
from cxbot.ports import Row, Tx
from cxbot.transactions import teams


def allowed(tx: Tx, case: Row, actor_id: str) -> bool:
    """Whether this person may work the case: the team's members, those it was escalated to, and admins.

    Who took it over when it was escalated keeps it, also when its clock begins anew.
    """
    roles = teams.roles_of(tx, actor_id) if actor_id else {}
    if may(roles, "work_case", case["team_id"] or "none"):
        return True
    escalate_to = workflow.Terms.load(case["policy"]).policy.escalate_to
    escalated = case["escalations"] > 0 or bool(actor_id and actor_id == case["owner_id"])
    return escalated and (actor_id == escalate_to or may(roles, "work_case", escalate_to or "none"))


def owner(tx: Tx, case: Row) -> str:
    """The id of the owner who may still work the case; '' where it has none such: others have to act."""
    return str(case["owner_id"]) if case["owner_id"] and allowed(tx, case, case["owner_id"]) else ""
