"""What a team presses on the card of a storm: claim, apologise and resolve for all, with a preview and the number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from cxbot import wording
from cxbot.domain import cases as workflow
from cxbot.domain.cases import Refusal
from cxbot.domain.roles import may
from cxbot.ports import PREVIEW, Field, Form, Inbound, Receipt, Row, Tx
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
        return Receipt(form=_preview(tx, incident, team, action, sender["id"], inbound, language, now))
    if inbound.kind != "form":
        return Receipt(form=form)
    mistakes = forms.mistakes(form.fields, inbound.fields, language)
    if mistakes:
        return Receipt(form=forms.with_mistakes(form, inbound.fields, mistakes))
    given = {name: value.strip() for name, value in inbound.fields.items()}
    own = _by_language(action, given)
    arguments = {"words": given.get("words", "")} if action == "reply" else {
        "root_cause": given["root_cause"],
        "done_words": given["done"],
        "told": given.get("told", ""),
    }  # fmt: skip
    begun = incidents.act(tx, incident_id, action, sender["id"], now, via=inbound.channel, by_language=own, **arguments)
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
    if incidents.READ[action] in typed:
        # What was typed is for all; a sentence that is filled in for some would stand beside it unseen.
        form = replace(form, fields=tuple(
            replace(field, value="") if field.name.startswith(f"{incidents.READ[action]}_") else field
            for field in form.fields
        ))  # fmt: skip
    return Receipt(form=replace(forms.with_mistakes(form, typed, {}), given=dict(typed)))


def _form(tx: Tx, incident: Row, team: Row, action: str, language: str, now: int) -> Form:
    """The form of one case, for all of them: it says how many, and names nobody."""
    facts = incidents.facts(tx, incident["id"], now)
    case = {"id": incident["id"], "code": incident["code"], "team_id": team["id"], "person_id": "",
            "language": _written_in(tx, incident, team)}  # fmt: skip
    form = forms.FORMS[action](tx, case, language, now)
    intro = wording.text("incident.form.intro", language, n=facts["to_work"])
    title = wording.text(f"incident.form.{action}", language, code=incident["code"])
    further = tuple(
        _field(tx, {**case, "language": row["language"]}, action, language, now, row["n"])
        for row in _read(tx, incident)
        if row["language"] != case["language"]
    )
    fields = (*form.fields, *further)
    return replace(form, key=f"{KEY}{action}:{incident['id']}", title=title, intro=intro, fields=fields)


def _read(tx: Tx, incident: Row) -> list[Row]:
    """Which languages its customers read, and how many of them each."""
    return tx.all("incidents.languages", id=incident["id"])


def _written_in(tx: Tx, incident: Row, team: Row) -> str:
    """The language of the words for all: the team's, or where no customer reads it that of most."""
    read = [row["language"] for row in _read(tx, incident)]
    return str(read[0] if read and team["language"] not in read else team["language"])


def _field(tx: Tx, case: Row, action: str, language: str, now: int, n: int) -> Field:
    """The words for those who read another language; what a form fills in, it fills in in theirs."""
    name = incidents.READ[action]
    plain = next(each for each in forms.FORMS[action](tx, case, language, now).fields if each.name == name)
    of = {"key": f"language.{case['language']}", "args": {}}
    label = wording.text("incident.form.words_in", language, n=n, of=of)
    hint = wording.text("incident.form.words_in_hint", language)
    return replace(plain, name=f"{name}_{case['language']}", label=label, hint=hint, required=False)


def _by_language(action: str, given: Mapping[str, str]) -> dict[str, str]:
    """The words of a filled-in form for those who read another language than most."""
    begins = f"{incidents.READ[action]}_"
    return {name.removeprefix(begins): words for name, words in given.items() if name.startswith(begins) and words}


def _preview(
    tx: Tx, incident: Row, team: Row, action: str, actor_id: str, inbound: Inbound, language: str, now: int
) -> Form:
    """What the customers would read in each language, with the number of one of them."""
    given = {name: value.strip() for name, value in inbound.fields.items()}
    own = _by_language(action, given)
    said = given.get(incidents.READ[action], "")[: forms.LONGEST_WORDS]
    facts = incidents.facts(tx, incident["id"], now)
    lines = [wording.text("incident.form.intro", language, n=facts["to_work"])]
    written_in, shown = _written_in(tx, incident, team), False
    for row in sorted(_read(tx, incident), key=lambda each: each["language"] != written_in):
        sample = tx.one("incidents.sample", id=incident["id"], language=row["language"])
        args = {"n": row["n"], "all": facts["to_work"], "of": {"key": f"language.{row['language']}", "args": {}}}
        if row["language"] in own:
            lines.append(wording.text("incident.form.reads_own", language, **args))
        elif row["language"] != written_in:
            lines.append(wording.text("incident.form.reads", language, **args))
        if sample is None or (shown and row["language"] not in own):
            continue
        shown = shown or row["language"] not in own
        words = own.get(row["language"], said)
        read = forms.what_is_read(tx, sample, action, actor_id, words, language, now)
        lines.append(f"\n{read}{forms.promise_note(tx, sample, words, language, now) if action == 'reply' else ''}\n")
    return forms.previewed(f"{KEY}previewed:{incident['id']}", "\n".join(lines).strip(), language)


def _begun(tx: Tx, result: Row | Refusal, action: str, language: str, now: int) -> Receipt:
    if isinstance(result, Refusal):
        key = "incident.busy_yours" if result.args.get("own") else result.key
        return Receipt(notice=wording.text(key, language, **{**result.args, "now": now}))
    if action == "undo":
        return Receipt(notice=wording.text("incident.undone", language))
    facts = incidents.facts(tx, result["id"], now)
    n, seconds = facts["to_work"], workflow.UNDO_MS // 1000
    return Receipt(notice=wording.text("incident.begun", language, n=n, seconds=seconds))
