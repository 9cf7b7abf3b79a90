"""What a team presses, fills in and writes in its channel; refusals go to the one who pressed only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cxbot import wording
from cxbot.domain import cases as workflow
from cxbot.domain.cases import Refusal
from cxbot.ports import PREVIEW, Form, Inbound, Limits, Receipt, Row, Tx
from cxbot.transactions import (
    case_access,
    case_copies,
    case_messages,
    case_steps,
    case_work,
    grants,
    people,
    reach,
    settings,
    teams,
)
from handlers import commands, forms, goodwill

AT_ONCE = ("claim", "release", "contacted", "call_off", "reached", "undo", "reopen")
ACTIONS = (*AT_ONCE, "step", "goodwill", *forms.FORMS)
"""What can be done to a case with a button; the API has each of these as well."""
KEYS = ("c:", grants.KEY)
"""How the keys begin of what is pressed about a case, and about goodwill that is asked for."""


def write(
    tx: Tx,
    place: Row,
    sender: Row | None,
    inbound: Inbound,
    now: int,
    found: list[Any] | None = None,
    can: Limits | None = None,
) -> Receipt:
    """A line written in a team's channel: a command, or talk among colleagues, which is theirs."""
    if inbound.kind != "text" or commands.overheard(tx, inbound, now):
        return Receipt()
    if sender is None or not teams.roles_of(tx, sender["id"]):
        names = case_messages.lead_names(tx, place["id"])
        return Receipt(notice=wording.text("refuse.not_member", place["language"], who=names))
    return commands.run(tx, sender, inbound, now, team=place, found=found, can=can)


def act(tx: Tx, sender: Row | None, inbound: Inbound, now: int) -> Receipt:
    """A button of an alert, or the form that one of them opened; or the answer to somebody who asks for goodwill."""
    if inbound.choice.startswith(grants.KEY):
        return goodwill.decide(tx, sender, inbound, now)
    previewed = inbound.choice.startswith(PREVIEW)
    _, action, case_id, *_ = [*inbound.choice.removeprefix(PREVIEW).split(":"), "", "", ""]
    case = tx.one("cases.get", id=case_id)
    language = _language(tx, sender, case)
    if sender is None or case is None:
        who = case_messages.lead_names(tx, case["team_id"]) if case else []
        return Receipt(notice=wording.text("refuse.not_member" if case else "refuse.stale", language, who=who))
    refusal = _refusal(tx, case, action, sender["id"])
    if refusal is not None:
        # The card may be behind: some platforms change one only after a press on it.
        case_copies.redraw(tx, case, now)
        return _refused(refusal, language, now)
    if action == "goodwill":
        return goodwill.act(tx, case, sender, inbound, language, now)
    if action in AT_ONCE or action == "step":
        given = {"step": [*inbound.choice.split(":", 3), ""][3]} if action == "step" else {}
        done = case_work.act(tx, case_id, action, sender["id"], now, via=inbound.channel, **given)
        if isinstance(done, Refusal):
            case_copies.redraw(tx, case, now)
        return _done(tx, done, language, now)
    if previewed:
        words = forms.said(inbound.fields)
        return Receipt(form=forms.preview(tx, case, action, sender["id"], words, language, now))
    form = forms.of_case(tx, case, action, language, now)
    if inbound.kind != "form":
        return Receipt(form=form)
    mistakes = forms.mistakes(form.fields, inbound.fields, language)
    if mistakes:
        return Receipt(form=forms.with_mistakes(form, inbound.fields, mistakes))
    arguments = _arguments(tx, case, action, inbound.fields, now)
    return _done(
        tx, case_work.act(tx, case_id, action, sender["id"], now, via=inbound.channel, **arguments), language, now
    )


def perform(
    tx: Tx,
    sender: Row,
    case: Row,
    action: str,
    given: Callable[[Form], Mapping[str, str]],
    language: str,
    now: int,
    *,
    via: str,
) -> Receipt:
    """Does what was typed; where something is missing, or a customer is to read it, opens the form filled in so far.

    `given` reads the values that were typed for the fields of the form. `via` is the channel it came by.
    """
    refusal = _refusal(tx, case, action, sender["id"])
    if refusal is not None:
        return _refused(refusal, language, now)
    if action in AT_ONCE:
        return _done(tx, case_work.act(tx, case["id"], action, sender["id"], now, via=via), language, now)
    form = forms.of_case(tx, case, action, language, now)
    typed = given(form)
    if form.preview or forms.mistakes(form.fields, typed, language):
        return Receipt(form=replace(forms.with_mistakes(form, typed, {}), given=dict(typed)))
    arguments = _arguments(tx, case, action, typed, now)
    return _done(tx, case_work.act(tx, case["id"], action, sender["id"], now, via=via, **arguments), language, now)


def _refusal(tx: Tx, case: Row, action: str, actor_id: str) -> Refusal | None:
    """Why an action cannot be begun."""
    if not case_access.allowed(tx, case, actor_id):
        return Refusal("refuse.not_member", {"who": case_messages.lead_names(tx, case["team_id"])})
    if action in (*AT_ONCE, "step", "goodwill"):
        return None
    if action not in forms.FORMS:
        return Refusal("refuse.stale")
    if case["state"] not in ("open", "claimed") and not (action == "reply" and case["state"] == "resolved"):
        return Refusal("refuse.closed", {"state": case["state"]})
    if action == "merge" and not tx.all("cases.others_of_person", person_id=case["person_id"], except_id=case["id"]):
        return Refusal("refuse.no_other_case", {"code": case["code"]})
    return None


def _arguments(tx: Tx, case: Row, action: str, fields: Any, now: int) -> dict[str, Any]:
    match action:
        case "resolve":
            return {
                "root_cause": fields["root_cause"],
                "done": fields["done"].strip(),
                "told": fields.get("told", "").strip(),
            }
        case "snooze":
            return {"until": forms.snooze_until(case, fields["until"], now), "reason": fields["reason"].strip()}
        case "hand_over":
            return {"owner_id": fields["owner"]}
        case "reply":
            return {"words": fields["words"].strip()}
        case "dismiss":
            return {"ending": fields["ending"]}
    return {"into": fields["into"]}


def _done(tx: Tx, result: case_work.Done | Refusal, language: str, now: int) -> Receipt:
    if isinstance(result, Refusal):
        return _refused(result, language, now)
    case = result.case
    zone = case_messages.zone_of(case)
    args = {"code": case["code"], "seconds": workflow.UNDO_MS // 1000, "zone": zone, "now": now, **result.args}
    if result.event == "replied":
        args["reach"] = reach.of_case(tx, case, now).once_sent
    if result.event in ("resolved", *case_steps.TICKED):
        args["open_steps"] = case_steps.still_open(tx, case["id"])
    return Receipt(notice=wording.text(f"case.done.{result.event}", language, **args))


def _refused(refusal: Refusal, language: str, now: int) -> Receipt:
    args = {**refusal.args, "now": now}
    if "state" in args:
        args["state"] = {"key": f"state.{args['state']}", "args": {}}
    return Receipt(notice=wording.text(refusal.key, language, **args))


def _language(tx: Tx, sender: Row | None, case: Row | None) -> str:
    if sender is not None and sender["language"]:
        return str(sender["language"])
    team = teams.get(tx, case["team_id"]) if case else None
    if team is None and sender is not None:
        person = people.get(tx, sender["id"])
        return str((person or {}).get("language") or settings.company(tx).language)
    return str(team["language"]) if team else settings.company(tx).language
