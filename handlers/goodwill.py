"""Goodwill by button: the form of a case, and the answer of the second person who is asked."""

from __future__ import annotations

from typing import Any

from cxbot import wording
from cxbot.domain import goodwill
from cxbot.domain.cases import Refusal
from cxbot.ports import PREVIEW, Field, Form, Inbound, Receipt, Row, Tx
from cxbot.transactions import grants, settings, teams
from handlers import forms

LONGEST_REASON = 200
DECISIONS = ("approve", "refuse")
"""What a second person can press; whoever asked withdraws by refusing."""


def act(tx: Tx, case: Row, sender: Row, inbound: Inbound, language: str, now: int) -> Receipt:
    """The button of a card opens the form; the form grants, or asks for approval."""
    budget = grants.budget(tx, case["team_id"])
    if budget is None:
        team = teams.get(tx, case["team_id"]) or {"name": ""}
        return refused(Refusal("refuse.goodwill_off", {"team": team["name"]}), language, now)
    if case["state"] not in grants.GIVEN_IN:
        return refused(Refusal("refuse.closed", {"state": case["state"]}), language, now)
    if inbound.choice.startswith(PREVIEW):
        words = inbound.fields.get("told", "").strip()[: forms.LONGEST_WORDS]
        return Receipt(form=forms.preview(tx, case, "reply", sender["id"], words, language, now))
    form = _form(case, budget, language)
    if inbound.kind != "form":
        return Receipt(form=form)
    mistakes = forms.mistakes(form.fields, inbound.fields, language)
    amount = goodwill.read(inbound.fields.get("amount", ""), budget.currency)
    if isinstance(amount, str) and "amount" not in mistakes:
        key, args = grants.unreadable(amount, budget.currency)
        mistakes["amount"] = wording.text(key, language, **args)
    reason = inbound.fields.get("reason", "").strip()
    if len(reason) > LONGEST_REASON:
        mistakes["reason"] = wording.text("form.mistake.too_long", language, most=LONGEST_REASON)
    if mistakes or isinstance(amount, str):
        return Receipt(form=forms.with_mistakes(form, inbound.fields, mistakes))
    told = inbound.fields.get("told", "").strip()
    asked = grants.ask(tx, case["id"], sender["id"], now, amount=amount, reason=reason, told=told, via=inbound.channel)
    if isinstance(asked, Refusal):
        return refused(asked, language, now)
    key, args = done(asked)
    return Receipt(notice=wording.text(key, language, **args))


def decide(tx: Tx, sender: Row | None, inbound: Inbound, now: int) -> Receipt:
    """Approve or refuse; whoever may not is told who can, alone."""
    _, action, grant_id, *_ = [*inbound.choice.split(":"), "", ""]
    language = str((sender or {}).get("language") or settings.company(tx).language)
    if sender is None or action not in DECISIONS:
        return Receipt(notice=wording.text("refuse.stale", language))
    decided = grants.decide(tx, grant_id, action == "approve", sender["id"], now, via=inbound.channel)
    if isinstance(decided, Refusal):
        return refused(decided, language, now)
    key, args = done(decided)
    return Receipt(notice=wording.text(key, language, **args))


def done(granted: grants.Granted) -> tuple[str, dict[str, Any]]:
    """What the one who acted is answered: the message key and its arguments."""
    args = {"money": granted.money, "code": granted.case["code"], "who": list(granted.approvers)}
    args["beyond"] = grants.named(granted.beyond)
    return f"goodwill.done.{granted.state}", args


def refused(refusal: Refusal, language: str, now: int) -> Receipt:
    """A refusal, for the one who tried alone."""
    return Receipt(notice=wording.text(refusal.key, language, **said(refusal), now=now))


def said(refusal: Refusal) -> dict[str, Any]:
    """The arguments of a refusal with the words for a state."""
    args = dict(refusal.args)
    if "state" in args:
        kind = "goodwill.state" if refusal.key == "refuse.goodwill_decided" else "state"
        args["state"] = {"key": f"{kind}.{args['state']}", "args": {}}
    return args


def _form(case: Row, budget: goodwill.Budget, language: str) -> Form:
    def words(key: str, **args: Any) -> str:
        return wording.text(f"form.goodwill.{key}", language, **args)

    spoken = {"key": f"language.{case['language']}", "args": {}}
    return Form(
        key=f"c:goodwill:{case['id']}",
        title=words("title", code=case["code"]),
        fields=(
            Field("amount", words("amount", currency=budget.currency), hint=words("amount_hint", most=_most(budget))),
            Field("reason", words("reason"), hint=words("reason_hint")),
            Field("told", words("told"), "long_text", required=False, hint=words("told_hint", language=spoken)),
        ),
        submit=words("submit"),
        cancel=wording.text("form.cancel", language),
        preview=wording.text("form.preview", language),
    )


def _most(budget: goodwill.Budget) -> str:
    return goodwill.shown(budget.each, budget.currency) if budget.each else ""
