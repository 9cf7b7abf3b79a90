"""The forms that a team's actions open: what is asked, what is on offer, what is filled in beforehand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cxbot import wording
from cxbot.domain import calendar
from cxbot.domain import cases as workflow
from cxbot.domain.roles import RANK
from cxbot.ports import Field, Form, Limits, Row, Tx
from cxbot.transactions import case_messages, case_steps, case_work, people, reach, rotas, teams

LONGEST_WORDS = 2_000
SNOOZES = ("1h", "3h", "tomorrow", "3d", "7d")
AT = "at:"
"""How a choice begins that is a moment of its own, epoch ms: typed, and none of those on offer."""


def resolve(tx: Tx, case: Row, language: str, now: int) -> Form:
    """The cause, what was done, what the customer is told; the last is filled in, in the customer's language."""
    team = teams.get(tx, case["team_id"])
    causes = teams.causes(team) if team else ()
    person = people.get(tx, case["person_id"])
    told = wording.text("form.resolve.told_example", case["language"], name=person["name"] if person else "")
    spoken = {"key": f"language.{case['language']}", "args": {}}
    return Form(
        key=f"c:resolve:{case['id']}",
        title=wording.text("form.resolve.title", language, code=case["code"]),
        fields=(
            Field(
                "root_cause",
                wording.text("form.resolve.root_cause", language),
                "choice",
                tuple((cause.id, cause.label_in(language)) for cause in causes),
            ),
            Field("done", wording.text("form.resolve.done", language), "long_text"),
            Field(
                "told",
                wording.text("form.resolve.told", language),
                "long_text",
                required=False,
                value=told,
                hint=wording.text("form.resolve.told_hint", language, language=spoken),
            ),
        ),
        submit=wording.text("form.resolve.submit", language),
        intro=_open_steps(tx, case, language),
        cancel=wording.text("form.cancel", language),
        preview=wording.text("form.preview", language),
    )


def reply(tx: Tx, case: Row, language: str, now: int) -> Form:
    """What the customer is written, in their language; an apology is filled in while nobody has contacted them."""
    spoken = {"key": f"language.{case['language']}", "args": {}}
    hint = wording.text("form.reply.hint", language, language=spoken)
    value = "" if case.get("contacted_at", 1) else case_steps.apology(tx, case)
    return Form(
        key=f"c:reply:{case['id']}",
        title=wording.text("form.reply.title", language, code=case["code"]),
        fields=(Field("words", wording.text("form.reply.words", language), "long_text", value=value, hint=hint),),
        submit=wording.text("form.reply.submit", language),
        cancel=wording.text("form.cancel", language),
        preview=wording.text("form.preview", language),
    )


def _open_steps(tx: Tx, case: Row, language: str) -> str:
    steps = case_steps.still_open(tx, case["id"])
    return wording.text("form.resolve.open_steps", language, steps=steps) if steps else ""


def snooze(tx: Tx, case: Row, language: str, now: int) -> Form:
    """Until when, and why."""
    options = tuple((each, wording.text(f"form.snooze.{each}", language)) for each in SNOOZES)
    return Form(
        key=f"c:snooze:{case['id']}",
        title=wording.text("form.snooze.title", language, code=case["code"]),
        fields=(
            Field("until", wording.text("form.snooze.until", language), "choice", options, value="3h"),
            Field("reason", wording.text("form.snooze.reason", language)),
        ),
        submit=wording.text("form.snooze.submit", language),
        cancel=wording.text("form.cancel", language),
    )


def hand_over(tx: Tx, case: Row, language: str, now: int) -> Form:
    """To whom of the team, or of those who may work everywhere, or to another team."""
    rows = [*teams.members(tx, case["team_id"]), *teams.members(tx, "")]
    load = rotas.load(tx)
    options = {
        row["person_id"]: _loaded(tx, row, load.get(row["person_id"], 0), case, language, now)
        for row in rows
        if RANK[row["role"]] >= RANK["member"] and row["person_id"] != case["owner_id"]
    }
    for team in teams.all(tx):
        if team["id"] != case["team_id"] and team["place"]:
            options[f"{case_work.TEAM}{team['id']}"] = wording.text("form.hand_over.team", language, team=team["name"])
    return Form(
        key=f"c:hand_over:{case['id']}",
        title=wording.text("form.hand_over.title", language, code=case["code"]),
        fields=(Field("owner", wording.text("form.hand_over.owner", language), "choice", tuple(options.items())),),
        submit=wording.text("form.hand_over.submit", language),
        cancel=wording.text("form.cancel", language),
    )


def _loaded(tx: Tx, member: Row, n: int, case: Row, language: str, now: int) -> str:
    """Somebody of a team with how much they have to do, and until when they are away."""
    until, zone = rotas.away_until(tx, member["person_id"], now), workflow.Terms.load(case["policy"]).zone
    args = {"name": member["name"], "n": n, "until": until or "", "zone": zone, "now": now}
    return wording.text("form.hand_over.member", language, **args)


def dismiss(tx: Tx, case: Row, language: str, now: int) -> Form:
    """Why this is no case; nothing is sent to the customer."""
    options = tuple((each, wording.text(f"ending.{each}", language)) for each in workflow.ENDINGS)
    return Form(
        key=f"c:dismiss:{case['id']}",
        title=wording.text("form.dismiss.title", language, code=case["code"]),
        fields=(Field("ending", wording.text("form.dismiss.ending", language), "choice", options),),
        submit=wording.text("form.dismiss.submit", language),
        cancel=wording.text("form.cancel", language),
        intro=wording.text("form.dismiss.intro", language),
    )


def merge(tx: Tx, case: Row, language: str, now: int) -> Form:
    """Into which other case of the same person."""
    rows = tx.all("cases.others_of_person", person_id=case["person_id"], except_id=case["id"])
    return Form(
        key=f"c:merge:{case['id']}",
        title=wording.text("form.merge.title", language, code=case["code"]),
        fields=(
            Field(
                "into",
                wording.text("form.merge.into", language),
                "choice",
                tuple((row["id"], row["code"]) for row in rows),
            ),
        ),
        submit=wording.text("form.merge.submit", language),
        cancel=wording.text("form.cancel", language),
    )


FORMS: Mapping[str, Callable[[Tx, Row, str, int], Form]] = {
    "resolve": resolve,
    "reply": reply,
    "snooze": snooze,
    "hand_over": hand_over,
    "dismiss": dismiss,
    "merge": merge,
}


def snooze_until(case: Row, choice: str, now: int) -> int:
    """The moment a snooze ends: in hours or days, or when the team opens next after tonight (epoch ms)."""
    if choice.startswith(AT):
        return int(choice.removeprefix(AT))
    if choice == "tomorrow":
        terms = workflow.Terms.load(case["policy"])
        return calendar.next_open(terms.hours, terms.zone, workflow.tomorrow(terms.zone, now))
    unit = workflow.HOUR if choice.endswith("h") else 24 * workflow.HOUR
    return now + int(choice[:-1]) * unit


def preview(tx: Tx, case: Row, action: str, actor_id: str, words: str, language: str, now: int) -> Form:
    """Exactly what the customer would read; nothing is sent from here."""
    read = what_is_read(tx, case, action, actor_id, words, language, now)
    if action == "reply":
        read += promise_note(tx, case, words, language, now)
    form = previewed(f"c:previewed:{case['id']}", read, language)
    return dataclasses.replace(form, note=reachable(tx, case, language, now)) if words else form


def promise_note(tx: Tx, case: Row, words: str, language: str, now: int) -> str:
    """What stands under words to a customer that promise a time; '' where they promise nothing."""
    at = case_work.promised_in(tx, case, words, now)
    note = wording.text("form.preview.promise", language, at=at, now=now, **_times(tx, case, now)) if at else ""
    return f"\n\n{note}" if note else ""


def of_case(tx: Tx, case: Row, action: str, language: str, now: int) -> Form:
    """The form of an action on a case; where the customer reads it, with whether that can reach them."""
    form = FORMS[action](tx, case, language, now)
    return dataclasses.replace(form, note=reachable(tx, case, language, now)) if form.preview else form


def reachable(tx: Tx, case: Row, language: str, now: int) -> str:
    """Whether the customer of a case can be written to now, in words."""
    found = reach.of_case(tx, case, now).meaning
    args = {**found["args"], "zone": case_messages.zone_of(case), "now": now}
    return wording.text(found["key"], language, **args)


def _times(tx: Tx, case: Row, now: int) -> dict[str, Any]:
    team = case_messages.team_of(tx, case["team_id"])
    return case_messages.team_times(tx, team, case, now) if team else {}


def said(fields: Mapping[str, str]) -> str:
    """The words of a filled-in form that the customer would read, whichever form it is."""
    return next((fields[name].strip() for name in ("words", "told") if name in fields), "")[:LONGEST_WORDS]


def what_is_read(tx: Tx, case: Row, action: str, actor_id: str, words: str, language: str, now: int) -> str:
    """What the customer of a case would read, in their language; in the other, that they would read nothing."""
    if not words:
        return wording.text("form.preview.nothing", language)
    key, args = case_work.what_the_customer_reads(tx, case, action, actor_id, words)
    meaning = wording.Meaning("", "", "", "message", key, {"code": case["code"], **args}, language=case["language"])
    return wording.render(meaning, Limits(), now).text


def previewed(key: str, intro: str, language: str) -> Form:
    """A form that only shows something."""
    return Form(
        key=key,
        title=wording.text("form.preview.title", language),
        fields=(),
        submit="",
        cancel=wording.text("form.preview.back", language),
        intro=intro,
    )


def mistakes(fields: Sequence[Field], given: Mapping[str, str], language: str) -> dict[str, str]:
    """What is missing, not on offer or too long, by field."""
    found: dict[str, str] = {}
    for field in fields:
        value = given.get(field.name, "").strip()
        if field.required and not value:
            found[field.name] = wording.text("form.mistake.required", language)
        elif value and field.options and value not in dict(field.options) and not _is_moment(value):
            found[field.name] = wording.text("form.mistake.choose", language)
        elif len(value) > LONGEST_WORDS:
            found[field.name] = wording.text("form.mistake.too_long", language, most=LONGEST_WORDS)
    return found


def _is_moment(value: str) -> bool:
    return value.startswith(AT) and value.removeprefix(AT).isdecimal()


def with_mistakes(form: Form, given: Mapping[str, str], mistakes: Mapping[str, str]) -> Form:
    """The form again with what was typed and what is wrong with it."""
    fields = tuple(
        dataclasses.replace(field, value=given.get(field.name, field.value), error=mistakes.get(field.name, ""))
        for field in form.fields
    )
    return dataclasses.replace(form, fields=fields)
