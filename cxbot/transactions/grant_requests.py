"""Goodwill that another system gives, asks for and decides on: an amount as it is written, a grant by its id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxbot.domain import goodwill
from cxbot.domain.cases import Refusal
from cxbot.ports import Row, Tx
from cxbot.transactions import grants, people
from cxbot.transactions.grants import Granted

GIVES = "goodwill"
DECIDES: Mapping[str, bool] = {"approve_goodwill": True, "refuse_goodwill": False}
"""The actions of a second person, and whether each approves. Who may is asked of the grant, not of the case."""


def act(
    tx: Tx, case: Row, action: str, actor_id: str, given: Mapping[str, Any], now: int, *, via: str, preview: bool
) -> Granted | Refusal | None:
    """Gives, asks or decides; None where only what the customer would read is wanted, and it could be given."""
    if action in DECIDES:
        grant = tx.one("grants.get", id=given["grant"])
        if grant is None or grant["case_id"] != case["id"]:
            known = [row["id"] for row in tx.all("grants.waiting", case_id=case["id"])]
            return Refusal("refuse.no_such_grant", {"grant": given["grant"], "code": case["code"], "known": known})
        return grants.decide(tx, grant["id"], DECIDES[action], actor_id, now, via=via)
    if (refusal := grants.why_not(tx, case, actor_id)) is not None:
        return refusal
    budget = grants.budget(tx, case["team_id"])
    assert budget is not None
    amount = goodwill.read(given["amount"], budget.currency)
    if isinstance(amount, str):
        return Refusal(*grants.unreadable(amount, budget.currency))
    if preview:
        return None
    words = {"reason": given["reason"], "told": given["told"]}
    return grants.ask(tx, case["id"], actor_id, now, amount=amount, via=via, **words)


def says(tx: Tx, case: Row, event: str, grant_id: str) -> tuple[str, dict[str, Any]]:
    """What the caller is told of it: the message key and its arguments."""
    grant = tx.one("grants.get", id=grant_id)
    assert grant is not None
    who = [people.name_of(tx, each) for each in grants.approvers(tx, grant)] if event == "goodwill_asked" else []
    money = goodwill.shown(grant["amount"], grant["currency"])
    return f"goodwill.done.{event.removeprefix('goodwill_')}", {"money": money, "code": case["code"], "who": who}


def told(tx: Tx, grant_id: str) -> tuple[str, str]:
    """What the customer reads of goodwill that is granted, and in whose name; '' for nothing."""
    grant = tx.one("grants.get", id=grant_id) if grant_id else None
    return (grant["told"], grant["asked_by"]) if grant and grant["state"] == "granted" else ("", "")
