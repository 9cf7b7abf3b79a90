"""The steps and the goodwill of a case as the API shows them."""

from __future__ import annotations

from cxbot.api.answers import time_text
from cxbot.api.recovery_bodies import BudgetLeft, CaseGoodwill, Grant, Step
from cxbot.domain import goodwill
from cxbot.ports import Row, Tx
from cxbot.transactions import case_steps, grants
from cxbot.wording.voice import Voice


def steps(tx: Tx, case: Row, voice: Voice) -> list[Step]:
    """The checklist of a case in order."""
    return [
        Step(
            id=each.step.id,
            number=number,
            label=voice.plain(dict(each.step.label)),
            done=each.done,
            by=each.by,
            at=time_text(each.at),
            ticked_by=each.step.ticked_by,
            playbook=each.playbook,
        )
        for number, each in enumerate(case_steps.of_case(tx, case["id"]), 1)
    ]


def of_goodwill(tx: Tx, case: Row, now: int) -> CaseGoodwill:
    """What was given and asked for in a case, and what may still be given."""
    left = grants.left(tx, case, now)
    return CaseGoodwill(items=given(tx, case), budget=None if left is None else _budget(left))


def given(tx: Tx, case: Row) -> list[Grant]:
    """What was given and asked for in a case, oldest first."""
    return [grant(row) for row in tx.all("grants.record", case_id=case["id"])]


def grant(row: Row) -> Grant:
    """Goodwill of a case."""
    return Grant(
        id=row["id"],
        amount=amount(row["amount"], row["currency"]),
        currency=row["currency"],
        reason=row["reason"],
        state=row["state"],
        asked_by=row["asked_name"],
        asked_at=time_text(row["asked_at"]),
        decided_by=row["decided_name"],
        decided_at=time_text(row["decided_at"]),
        lapses_at=time_text(row["due_at"]),
    )


def _budget(left: grants.Left) -> BudgetLeft:
    currency = left.budget.currency
    return BudgetLeft(
        currency=currency,
        each=amount(left.budget.each, currency),
        customer_left=amount(left.person, currency),
        team_left=amount(left.team, currency),
        without_asking=amount(left.without_asking, currency),
    )


def amount(units: int, currency: str) -> str:
    """An amount in the smallest unit of its currency as it is written, without the currency."""
    return goodwill.shown(units, currency).removeprefix(f"{currency} ")
