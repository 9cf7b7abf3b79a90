"""What a team presses on the card of a storm: claim, apologise and resolve for all, with a preview and the number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from cxbot import wording
from cxbot.domain import cases as workflow
from cxbot.domain.cases import Refusal
from cxbot.domain.roles import may
from cxbot.ports import PREVIEW, Form, Inbound, Receipt, Row, Tx
from cxbot.transactions import case_messages, incidents, settings, teams
from handlers import forms

KEY = "n:"
"""How the key begins of what is pressed: `n:<action>:<incident>`."""


def act(tx: Tx, sender: Row | None, inbound: Inbound, now: int) -> Receipt:
    """A button of a storm's card, or the form that one of them opened."""
    _, action, incident_id, *_ = [*inbound.choice.removeprefix(PREVIEW).split(":"), "", "", ""]
    incident = tx.one("incidents.get", id=incident_id)
    team = teams.get(tx, incident["team_id"]) if incident else None
    language = str((sender or {}).get("language") or (team or {}).get("language") or settings.company(tx).language)
    if incident is None or team is None or sender is None:
        return Receipt(notice=wording.text("refuse.stale", language))
    if not may(teams.roles_of(tx, sender["id"]), "work_case", team["id"]):
        who = case_messages.lead_names(tx, team["id"])
        return Receipt(notice=wording.text("refuse.not_member", language, who=who))
    if action in ("claim", "undo"):
        return _begun(
            tx, incidents.act(tx, incident_id, action, sender["id"], now, via=inbound.channel), action, language, now
        )
    if action not in ("reply", "resolve"):
        return Receipt(notice=wording.text("refuse.stale", language))
    form = _form(tx, incident, team, action, language, now)
    if inbound.choice.startswith(PREVIEW):
        return Receipt(form=_preview(tx, incident, action, sender["id"], inbound, language, now))
    if inbound.kind != "form":
        return Receipt(form=form)
    mistakes = forms.mistakes(form.fields, inbound.fields, language)
    if mistakes:
        return Receipt(form=forms.with_mistakes(form, inbound.fields, mistakes))
    given = {name: value.strip() for name, value in inbound.fields.items()}
    arguments = {"words": given.get("words", "")} if action == "reply" else {
        "root_cause": given["root_cause"],
        "done_words": given["done"],
        "told": given.get("told", ""),
    }  # fmt: skip
    begun = incidents.act(tx, incident_id, action, sender["id"], now, via=inbound.channel, **arguments)
    return _begun(tx, begun, action, language, now)


def perform(
    tx: Tx,
    sender: Row,
    incident: Row,
    action: str,
    given: Callable[[Form], Mapping[str, str]],
    language: str,
    now: int,
    *,
    via: str,
) -> Receipt:
    """Does what was typed; where customers are to read it, opens the form that the button opens, filled in so far.

    `given` reads the values that were typed for the fields of the form. `via` is the channel it came by.
    """
    team = teams.get(tx, incident["team_id"])
    refusal = incidents.why_not(tx, incident, action, sender["id"], now)
    if refusal is not None or team is None:
        return _begun(tx, refusal or Refusal("refuse.stale"), action, language, now)
    if action in ("claim", "undo"):
        done = incidents.act(tx, incident["id"], action, sender["id"], now, via=via)
        return _begun(tx, done, action, language, now)
    form = _form(tx, incident, team, action, language, now)
    typed = given(form)
    return Receipt(form=replace(forms.with_mistakes(form, typed, {}), given=dict(typed)))


def _form(tx: Tx, incident: Row, team: Row, action: str, language: str, now: int) -> Form:
    """The form of one case, for all of them: it says how many, and names nobody."""
    facts = incidents.facts(tx, incident["id"], now)
    case = {"id": incident["id"], "code": incident["code"], "team_id": team["id"], "person_id": "",
            "language": team["language"]}  # fmt: skip
    form = forms.FORMS[action](tx, case, language, now)
    intro = _for_whom(tx, incident, team["language"], language, facts["to_work"])
    title = wording.text(f"incident.form.{action}", language, code=incident["code"])
    return replace(form, key=f"{KEY}{action}:{incident['id']}", title=title, intro=intro)


def _preview(tx: Tx, incident: Row, action: str, actor_id: str, inbound: Inbound, language: str, now: int) -> Form:
    """What each of the customers would read, with the number of one of them."""
    sample = tx.one("incidents.sample", id=incident["id"])
    facts = incidents.facts(tx, incident["id"], now)
    words = forms.said(inbound.fields)
    written_in = sample["language"] if sample is not None else language
    read = _for_whom(tx, incident, written_in, language, facts["to_work"])
    if sample is not None:
        read += "\n\n" + forms.what_is_read(tx, sample, action, actor_id, words, language, now)
        if action == "reply":
            read += forms.promise_note(tx, sample, words, language, now)
    return forms.previewed(f"{KEY}previewed:{incident['id']}", read, language)


def _for_whom(tx: Tx, incident: Row, written_in: str, language: str, n: int) -> str:
    """How many it is for, and how many of them read another language: all of them get the same words."""
    said = [wording.text("incident.form.intro", language, n=n)]
    for row in tx.all("incidents.languages", id=incident["id"]):
        if row["language"] != written_in:
            args = {"n": row["n"], "all": n, "of": {"key": f"language.{row['language']}", "args": {}}}
            said.append(wording.text("incident.form.reads", language, **args))
    return "\n".join(said)


def _begun(tx: Tx, result: Row | Refusal, action: str, language: str, now: int) -> Receipt:
    if isinstance(result, Refusal):
        key = "incident.busy_yours" if result.args.get("own") else result.key
        return Receipt(notice=wording.text(key, language, **{**result.args, "now": now}))
    if action == "undo":
        return Receipt(notice=wording.text("incident.undone", language))
    facts = incidents.facts(tx, result["id"], now)
    n, seconds = facts["to_work"], workflow.UNDO_MS // 1000
    return Receipt(notice=wording.text("incident.begun", language, n=n, seconds=seconds))
