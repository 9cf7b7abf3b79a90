"""Interactions that somebody reports from a chat: "ask for feedback" on a message, a reaction that means done."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from cxbot import wording
from cxbot.domain.roles import may
from cxbot.ports import Field, Form, Inbound, Receipt, Row, Tx
from cxbot.transactions import interactions, people, settings, surveys, teams
from handlers import commands, customer

KEY = "i:"
"""How the key of the form begins that asks what it was about: `i:<id of what happened>:<address of whom>`."""


def take(tx: Tx, sender: Row | None, inbound: Inbound, now: int) -> Receipt:
    """Keeps what was reported and asks the person about it by all the rules; says to the one who reported what came.

    Where it is not said what it was about, a form asks. The platform itself reports with an empty sender.
    """
    language = (sender or {}).get("language") or settings.company(tx).language
    scanned = inbound.fields.get("scanned") and inbound.sender == inbound.subject
    if inbound.sender and not scanned and not (sender and may(teams.roles_of(tx, sender["id"]), "report")):
        return commands.not_allowed(tx, inbound, language)
    report = _from_form(inbound) if inbound.kind == "form" else inbound
    if not report.subject:
        return Receipt(notice=wording.text("refuse.nobody_to_ask", language))
    known = _occasions(tx)
    occasion = report.fields.get("occasion", "")
    if inbound.kind == "interaction" and report.fields.get("touchpoint"):
        report = _with_reference(report, known)
        occasion = f"{report.fields['touchpoint']}/{report.fields.get('outcome', '')}"
    elif occasion not in known:
        return Receipt(form=_form(report, known, language, missing=inbound.kind == "form"))
    body = _body(report, occasion, sender)
    taken = interactions.take(tx, body, f"chat:{report.channel}", now)
    if scanned:
        return _scanned(tx, inbound, taken, now)
    who = people.by_address(tx, report.channel, report.subject) or {"name": ""}
    if isinstance(taken, interactions.Conflict) or taken.repeated:
        return Receipt(notice=wording.text("reported.known", language))
    if taken.state in ("asked", "waiting"):
        args = {"name": who["name"], "zone": _zone(tx, sender), "now": now, "due_at": taken.detail.get("due_at", 0)}
        return Receipt(notice=wording.text(f"reported.{taken.state}", language, **args))
    reason = {"key": f"not_asked.{taken.reason}", "args": dict(taken.detail)}
    return Receipt(notice=wording.text("reported.not_asked", language, name=who["name"], reason=reason))


def _scanned(tx: Tx, inbound: Inbound, taken: interactions.Taken | interactions.Conflict, now: int) -> Receipt:
    """Somebody scanned a code themselves: where they are not asked now, they hear at least whom they reached."""
    if isinstance(taken, interactions.Taken) and taken.state == "asked" and not taken.repeated:
        return Receipt()
    person = people.by_address(tx, inbound.channel, inbound.subject)
    assert person is not None
    return customer.greet(tx, person, inbound, now)


def _with_reference(report: Inbound, known: Collection[str]) -> Inbound:
    """Of a scanned "store-12" the touchpoint is "store" and 12 which one, where no survey asks about "store-12"."""
    touchpoint, outcome = report.fields["touchpoint"], report.fields.get("outcome", "")
    base, dash, which = touchpoint.partition("-")
    if not dash or _asked_about(touchpoint, outcome, known) or not _asked_about(base, outcome, known):
        return report
    return replace(report, fields={"reference": which, **report.fields, "touchpoint": base})


def _asked_about(touchpoint: str, outcome: str, known: Collection[str]) -> bool:
    return f"{touchpoint}/{outcome}" in known or f"{touchpoint}/" in known


def _body(report: Inbound, occasion: str, sender: Row | None) -> dict[str, Any]:
    touchpoint, _, outcome = occasion.partition("/")
    body: dict[str, Any] = {
        "id": _id(report) if report.kind == "interaction" else report.choice.split(":", 2)[1],
        "touchpoint": touchpoint,
        "person": {"addresses": [{"channel": report.channel, "address": report.subject}]},
    }
    if outcome:
        body["outcome"] = outcome
    if report.fields.get("reference"):
        body["reference"] = report.fields["reference"]
    if sender is not None and sender["name"]:
        body["agent"] = sender["name"]
    return body


def _id(report: Inbound) -> str:
    """What happened, by the channel's own name for it: however often and by whomever it is reported."""
    return report.fields.get("id") or report.id


def _from_form(inbound: Inbound) -> Inbound:
    return replace(inbound, subject=inbound.choice.split(":", 2)[2])


def _form(report: Inbound, known: dict[str, Any], language: str, *, missing: bool) -> Form:
    key = report.choice if report.kind == "form" else f"{KEY}{_id(report)}:{report.subject}"
    mistake = wording.text("form.mistake.choose", language) if missing else ""
    options = tuple((occasion, _named(occasion, language)) for occasion in known)
    first = options[0][0] if options else ""
    return Form(
        key=key,
        title=wording.text("form.report.title", language),
        fields=(
            Field(
                "occasion",
                wording.text("form.report.touchpoint", language),
                "choice",
                options,
                value=first,
                error=mistake,
            ),
            Field(
                "reference",
                wording.text("form.report.reference", language),
                required=False,
                value=report.fields.get("reference", ""),
            ),
        ),
        submit=wording.text("form.report.submit", language),
        cancel=wording.text("form.cancel", language),
        intro=wording.text("form.report.intro", language),
    )


def _occasions(tx: Tx) -> dict[str, Any]:
    """What a survey is there for, as touchpoint/outcome, in the order of the surveys."""
    return {
        f"{touchpoint}/{outcome}": None
        for live in surveys.all_live(tx)
        if live.survey.kind == "transactional"
        for touchpoint in live.survey.trigger.touchpoints
        for outcome in live.survey.trigger.outcomes or ("",)
    }


def _named(occasion: str, language: str) -> str:
    touchpoint, _, outcome = occasion.partition("/")
    args = {"touchpoint": wording.text(f"touchpoint.{touchpoint}", language)}
    if outcome:
        args["outcome"] = wording.text(f"outcome.{outcome}", language)
    return wording.text("card.happened", language, **args)


def _zone(tx: Tx, sender: Row | None) -> str:
    fallback = settings.company(tx).time_zone
    return people.zone(sender, fallback) if sender else fallback
