"""What a team presses and fills in about improvements: proposing, moving, changing, and telling customers of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cxbot import wording
from cxbot.domain import improvements as rules
from cxbot.domain.cases import UNDO_MS, Refusal
from cxbot.domain.roles import RANK, may
from cxbot.ports import PREVIEW, Field, Form, Inbound, Limits, ReadFirst, Receipt, Row, Tx
from cxbot.transactions import (
    case_messages,
    causes,
    improvement_card,
    improvement_telling,
    improvements,
    settings,
    teams,
)
from cxbot.transactions.improvement_telling import Reader
from handlers import forms

KEY = "v:"
"""How the key begins of what is pressed: `v:<action>:<improvement>`, and `v:new:<cause>:<team>`."""
ACTIONS = ("new", "edit", "tell", "undo", "stop", *(f"to_{state}" for state in rules.STATES))
"""What can be pressed; the API has each of these as well."""
EVERYWHERE = "*"
"""The choice of a touchpoint that means all of them."""
LONGEST_TITLE = 120
WEEKS = 4
"""The date that is filled in for something new."""


def act(tx: Tx, sender: Row | None, inbound: Inbound, now: int, found: list[Any] | None = None) -> Receipt:
    """A button of an improvement's card, or the form that one of them opened."""
    _, action, subject, team_id, *_ = [*inbound.choice.removeprefix(PREVIEW).split(":"), "", "", ""]
    improvement = None if action == "new" else tx.one("improvements.get", id=subject)
    team = teams.get(tx, improvement["team_id"] if improvement else team_id)
    language = str((sender or {}).get("language") or (team or {}).get("language") or settings.company(tx).language)
    gone = action not in ACTIONS or (improvement is None and action != "new")
    if sender is None or team is None or gone:
        return Receipt(notice=wording.text("refuse.stale", language))
    if not may(teams.roles_of(tx, sender["id"]), "work_case", team["id"]):
        return _said(Refusal("refuse.not_member", {"who": case_messages.lead_names(tx, team["id"])}), language, now)
    if improvement is None:
        return _propose(tx, sender, team, subject, inbound, language, now)
    if action.startswith("to_"):
        return _move(tx, sender, improvement, action.removeprefix("to_"), inbound, language, now)
    if action == "edit":
        return _edit(tx, sender, improvement, team, inbound, language, now)
    if action == "tell":
        return _tell(tx, sender, improvement, inbound, language, now, found)
    work = improvement_telling.undo if action == "undo" else improvement_telling.stop
    done = work(tx, improvement["id"], sender["id"], now, via=inbound.channel)
    return _said(done, language, now, f"improvement.notice.{'undone' if action == 'undo' else 'stopped'}")


def _said(result: Row | Refusal, language: str, now: int, key: str = "", **args: Any) -> Receipt:
    """What came of it, for the one who acted."""
    if isinstance(result, Refusal):
        return Receipt(notice=refusal(result, language, now))
    return Receipt(notice=wording.text(key, language, code=result["code"], title=result["title"], now=now, **args))


def refusal(refused: Refusal, language: str, now: int) -> str:
    """Why something was not done, in words."""
    return wording.text(refused.key, language, **{**refused.args, "now": now})


# Proposing and changing -----------------------------------------------------------------------------------------------


def new_form(tx: Tx, team: Row, cause: str, sender: Row, language: str, now: int, title: str = "") -> Form:
    """What is asked to make an improvement of a cause."""
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(team["time_zone"])).date()
    places = _touchpoints(tx, team)
    filled_in = {
        "title": title,
        "owner": sender["id"] if sender["id"] in dict(members(tx, team)) else "",
        "due": (today + timedelta(weeks=WEEKS)).isoformat(),
        "touchpoint": places[0] if len(places) == 1 else EVERYWHERE,
    }
    head = wording.text("form.improvement.title", language, cause=causes.label(tx, cause))
    return _form(tx, team, f"{KEY}new:{cause}:{team['id']}", head, filled_in, language)


def _form(tx: Tx, team: Row, key: str, head: str, filled_in: Mapping[str, str], language: str) -> Form:
    def named(code: str) -> str:
        return wording.text("form.improvement.everywhere" if code == EVERYWHERE else f"touchpoint.{code}", language)

    def label(name: str, **args: Any) -> str:
        return wording.text(f"form.improvement.{name}", language, **args)

    places = [EVERYWHERE, *_touchpoints(tx, team)]
    if filled_in["touchpoint"] not in places:
        places.append(filled_in["touchpoint"])
    return Form(
        key=key,
        title=head,
        fields=(
            Field("title", label("what"), value=filled_in["title"]),
            Field("owner", label("owner"), "choice", members(tx, team), value=filled_in["owner"]),
            Field("due", label("due"), value=filled_in["due"], hint=label("due_hint")),
            Field(
                "touchpoint",
                label("touchpoint"),
                "choice",
                tuple((code, named(code)) for code in places),
                value=filled_in["touchpoint"],
            ),
            *_told_fields(filled_in, language, wording.LANGUAGES),
        ),
        submit=label("submit"),
        cancel=wording.text("form.cancel", language),
    )


def _told_fields(told: Mapping[str, str], language: str, languages: Sequence[str]) -> tuple[Field, ...]:
    """What customers are told, one field a language; in each that has none they read a sentence without it."""
    return tuple(
        Field(
            f"told_{each}",
            wording.text("form.improvement.told", language, language={"key": f"language.{each}", "args": {}}),
            "long_text",
            required=False,
            value=told.get(f"told_{each}", ""),
            hint=wording.text("form.improvement.told_hint", language),
        )
        for each in languages
    )


def members(tx: Tx, team: Row) -> tuple[tuple[str, str], ...]:
    """Who can own an improvement of a team: (id, name)."""
    rows = [*teams.members(tx, team["id"]), *teams.members(tx, "")]
    return tuple({row["person_id"]: row["name"] for row in rows if RANK[row["role"]] >= RANK["member"]}.items())


def _touchpoints(tx: Tx, team: Row) -> list[str]:
    return [each for each in json.loads(team["touchpoints"]) if each != teams.ANY_TOUCHPOINT]


def _given(
    form: Form, team: Row, inbound: Inbound, language: str, now: int, kept: int | None = None
) -> Receipt | dict[str, Any]:
    """What was filled in, as arguments, with the date that is `kept`; the form again where something is wrong."""
    mistakes = forms.mistakes(form.fields, inbound.fields, language)
    done_by = kept or rules.read_day(inbound.fields.get("due", ""), team["time_zone"], now)
    if done_by is None and "due" not in mistakes:
        mistakes["due"] = wording.text("form.improvement.no_day", language)
    if len(inbound.fields.get("title", "").strip()) > LONGEST_TITLE:
        mistakes["title"] = wording.text("form.mistake.too_long", language, most=LONGEST_TITLE)
    if mistakes:
        return Receipt(form=forms.with_mistakes(form, inbound.fields, mistakes))
    fields = {name: value.strip() for name, value in inbound.fields.items()}
    return {
        "title": fields["title"],
        "owner_id": fields["owner"],
        "done_by": done_by,
        "touchpoint": "" if fields["touchpoint"] == EVERYWHERE else fields["touchpoint"],
        "told": _told(fields),
    }


def _told(fields: Mapping[str, str]) -> dict[str, str]:
    return {each: words for each in wording.LANGUAGES if (words := fields.get(f"told_{each}", "").strip())}


def _propose(tx: Tx, sender: Row, team: Row, cause: str, inbound: Inbound, language: str, now: int) -> Receipt:
    if cause not in causes.known(tx):
        return Receipt(notice=wording.text("refuse.stale", language))
    form = new_form(tx, team, cause, sender, language, now)
    if inbound.kind != "form":
        return Receipt(form=form)
    given = _given(form, team, inbound, language, now)
    if isinstance(given, Receipt):
        return given
    made = improvements.propose(tx, team["id"], cause, sender["id"], now, via=inbound.channel, **given)
    return _said(made, language, now, "improvement.notice.proposed", team=team["name"])


def edit_form(tx: Tx, improvement: Row, team: Row, language: str) -> Form:
    """What can be changed of it, filled in as it is."""
    day = datetime.fromtimestamp(improvement["done_by"] / 1000, UTC).astimezone(ZoneInfo(team["time_zone"])).date()
    filled_in = {
        "title": improvement["title"],
        "owner": improvement["owner_id"],
        "due": day.isoformat(),
        "touchpoint": improvement["touchpoint"] or EVERYWHERE,
        **{f"told_{each}": words for each, words in json.loads(improvement["told"]).items()},
    }
    head = wording.text("form.improvement.change", language, code=improvement["code"])
    return _form(tx, team, f"{KEY}edit:{improvement['id']}", head, filled_in, language)


def _edit(tx: Tx, sender: Row, improvement: Row, team: Row, inbound: Inbound, language: str, now: int) -> Receipt:
    form = edit_form(tx, improvement, team, language)
    if inbound.kind != "form":
        return Receipt(form=form)
    # A date that has passed may stay, or nothing else could be changed any more.
    day = next(field.value for field in form.fields if field.name == "due")
    kept = improvement["done_by"] if inbound.fields.get("due", "").strip() == day else None
    given = _given(form, team, inbound, language, now, kept)
    if isinstance(given, Receipt):
        return given
    changed = improvements.edit(tx, improvement["id"], sender["id"], now, via=inbound.channel, **given)
    return _said(changed, language, now, "improvement.notice.changed")


def _move(tx: Tx, sender: Row, improvement: Row, to: str, inbound: Inbound, language: str, now: int) -> Receipt:
    reason = inbound.fields.get("reason", "").strip()
    if to == "dropped" and (inbound.kind != "form" or not reason):
        form = drop_form(improvement, language)
        mistakes = forms.mistakes(form.fields, inbound.fields, language) if inbound.kind == "form" else {}
        return Receipt(form=forms.with_mistakes(form, inbound.fields, mistakes) if mistakes else form)
    moved = improvements.move(
        tx, improvement["id"], to, sender["id"], now, reason[: forms.LONGEST_WORDS], via=inbound.channel
    )
    return _said(moved, language, now, f"improvement.notice.{to}")


def drop_form(improvement: Row, language: str) -> Form:
    """Why it is dropped."""
    return Form(
        key=f"{KEY}to_dropped:{improvement['id']}",
        title=wording.text("form.improvement.drop", language, code=improvement["code"]),
        fields=(Field("reason", wording.text("form.improvement.why", language)),),
        submit=wording.text("improvement.action.to_dropped", language),
        cancel=wording.text("form.cancel", language),
    )


# Telling customers ----------------------------------------------------------------------------------------------------


def _tell(
    tx: Tx, sender: Row, improvement: Row, inbound: Inbound, language: str, now: int, found: list[Any] | None
) -> Receipt:
    if improvement["state"] != "done":
        return _said(Refusal("improvement.refuse.not_done", {"code": improvement["code"]}), language, now)
    if not found:
        # Who had complained is looked for beside the writer.
        raise ReadFirst(improvement_telling.audience, (improvement["id"], now))
    readers: tuple[Reader, ...] = found[0]
    form = tell_form(improvement, readers, language)
    if form is None:
        return Receipt(notice=no_one(improvement, readers, language))
    if inbound.choice.startswith(PREVIEW):
        return Receipt(form=preview(improvement, readers, _told(inbound.fields), language, now))
    if inbound.kind != "form":
        return Receipt(form=form)
    mistakes = forms.mistakes(form.fields, inbound.fields, language)
    if mistakes:
        return Receipt(form=forms.with_mistakes(form, inbound.fields, mistakes))
    # What was said in languages that nobody of these reads stays as it was.
    told = {**json.loads(improvement["told"]), **dict.fromkeys(_languages(readers), ""), **_told(inbound.fields)}
    told = {each: words for each, words in told.items() if words}
    begun = improvement_telling.begin(
        tx, improvement["id"], sender["id"], now, told=told, readers=readers, via=inbound.channel
    )
    n = len(_reached(readers))
    return _said(begun, language, now, "improvement.notice.telling", n=n, seconds=UNDO_MS // 1000)


def _reached(readers: Sequence[Reader]) -> list[Reader]:
    return [reader for reader in readers if not reader.why_not]


def _languages(readers: Sequence[Reader]) -> list[str]:
    """The languages of those who are told, the most frequent first."""
    return [each.language for each in improvement_telling.groups(readers)]


def no_one(improvement: Row, readers: Sequence[Reader], language: str) -> str:
    """That there is nobody to tell, and why."""
    args = {
        "code": improvement["code"],
        "reasons": improvement_card.reasons(improvement_telling.left_out(readers)),
    }
    return wording.text("improvement.refuse.nobody", language, **args)


def tell_form(improvement: Row, readers: Sequence[Reader], language: str) -> Form | None:
    """What they are told, in each of their languages, with how many there are; None where nobody would be told."""
    reached = _reached(readers)
    if not reached:
        return None
    told = {f"told_{each}": words for each, words in json.loads(improvement["told"]).items()}
    return Form(
        key=f"{KEY}tell:{improvement['id']}",
        title=wording.text("form.improvement.tell", language, code=improvement["code"]),
        fields=_told_fields(told, language, _languages(readers)),
        submit=wording.text("form.improvement.tell_submit", language, n=len(reached)),
        cancel=wording.text("form.cancel", language),
        intro=_how_many(readers, language),
        preview=wording.text("form.preview", language),
    )


def _how_many(readers: Sequence[Reader], language: str) -> str:
    key, args = improvement_telling.how_many(improvement_telling.groups(readers), improvement_telling.left_out(readers))
    return wording.text(key, language, **args)


def preview(improvement: Row, readers: Sequence[Reader], told: Mapping[str, str], language: str, now: int) -> Form:
    """Exactly what they would read, once a language, and how many read it."""
    parts = [_how_many(readers, language)]
    for each in improvement_telling.groups(readers):
        args = improvement_telling.reads(told, each)
        meaning = wording.Meaning("", "", "", "message", improvement_telling.KEY, args, language=each.language)
        parts.append(wording.render(meaning, Limits(), now).text)
    return forms.previewed(f"{KEY}previewed:{improvement['id']}", "\n\n".join(parts), language)
