"""Changing a cadence: one thing by a line, everything by a form, with the forecast of what it then is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cxbot import wording
from cxbot.clock import next_time
from cxbot.domain import cadence_editing
from cxbot.domain.cadence import Plan
from cxbot.domain.cadence_words import NAME, Unread
from cxbot.ports import Field, Form, Receipt, Row
from cxbot.transactions import cadence_changes, cadences, forecast_lines, forecasts, large_sends, settings, surveys
from handlers import cadences as said
from handlers import forms
from handlers.grammar import Call

ANY = "any"
"""The choice of every language."""
FOLLOW_UPS, CALENDAR = ("most",), ("pace",)
"""What only the one kind of cadence has, and only the other."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a cadence is to be."""

    name: str
    survey: str
    plan: Plan


def wanted_now(row: Row) -> Wanted:
    """What a cadence is."""
    return Wanted(row["name"], row["survey"], cadences.plan_of(row))


def with_field(call: Call, wanted: Wanted, what: str, words: str) -> Wanted | Unread:
    """What a cadence is to be with one thing as it was said. A survey is taken as it is called."""
    if what == "name":
        name = words.strip().casefold()
        return replace(wanted, name=name) if NAME.fullmatch(name) else Unread(words, "name")
    if what == "survey":
        return replace(wanted, survey=words.strip().casefold())
    zone = settings.company(call.tx).time_zone
    plan = cadence_editing.changed(wanted.plan, what, words, zone, call.now)
    return plan if isinstance(plan, Unread) else replace(wanted, plan=plan)


def change(call: Call, row: Row, wanted: Wanted) -> Receipt:
    """Makes a cadence what it is to be and shows its forecast; or says why not, and what to do instead."""
    live = surveys.live(call.tx, wanted.survey)
    if live is None:
        known = [each.survey.key for each in surveys.all_live(call.tx)]
        return call.say("command.cadence_set.no_survey", survey=wanted.survey, known=known)
    if wanted.plan.after and live.survey.anonymous:
        return call.say("command.cadence.anonymous", survey=wanted.survey)
    would_be = {**row, "name": wanted.name, "survey": wanted.survey, "plan": wanted.plan.dump()}
    found = call.heavy(forecasts.forecast, would_be, call.now, next_time)
    before = cadences.plan_of(row)
    if _widened(call, row, wanted, found):
        return call.say("command.cadence_set.large", name=row["name"], n=found.asked, state=said.state(row))
    given = (wanted.name, wanted.survey, wanted.plan)
    outcome = cadence_changes.change(call.tx, row["id"], *given, call.sender["id"], call.now, next_time)
    if outcome != "done":
        shown = wanted.name if outcome == "taken" else row["name"]
        return call.say(f"command.cadence_set.{outcome}", name=shown, state=said.state(row))
    after = cadences.named(call.tx, wanted.name) or row
    return call.say(
        "command.cadence_set.done",
        line=said.line(after),
        before=said.described(before) if before != wanted.plan else "",
        lines=forecast_lines.forecast(after, found) if found else [],
        counts=_from_when(row, after, wanted),
    )


def _widened(call: Call, row: Row, wanted: Wanted, found: forecasts.Forecast | None) -> bool:
    """Whether a cadence under way would ask so many on other occasions than were confirmed."""
    before = cadences.plan_of(row)
    if found is None or not cadence_changes.under_way(row) or before.after or wanted.plan.after:
        return False
    same = wanted.survey == row["survey"] and cadence_changes.only_how_fast(before, wanted.plan)
    return not same and large_sends.needs_confirmation(call.tx, found.asked)


def _from_when(row: Row, after: Row, wanted: Wanted) -> Any:
    """From when on a change of a cadence under way counts."""
    before = cadences.plan_of(row)
    if not cadence_changes.under_way(row) or (before == wanted.plan and wanted.survey == row["survey"]):
        return ""
    if wanted.survey == row["survey"] and cadence_changes.only_how_fast(before, wanted.plan):
        return {"key": "command.cadence_set.at_once", "args": {"state": said.state(row)}}
    return {"key": "command.cadence_set.from_next", "args": {"state": said.state(row), "at": after["next_at"]}}


def form(call: Call, row: Row) -> Form:
    """Everything of a cadence as it stands; when it asks is written anew or left as it is."""
    plan = cadences.plan_of(row)
    language = call.language
    now = {"plan": said.described(plan)[0], "zone": settings.company(call.tx).time_zone, "now": call.now}
    hints = {"when": wording.text("form.cadence.when_hint", language, **now)}
    for name in ("holidays", "segment"):
        hints[name] = wording.text(f"form.cadence.{name}_hint", language)
    values, options = _values(row, plan), _options(call)
    return Form(
        key=f"{said.KEY}set:{row['id']}",
        title=wording.text("form.cadence.title", language, name=row["name"]),
        fields=tuple(
            Field(
                name,
                wording.text(f"form.cadence.{name}", language),
                "choice" if name in options else "text",
                options.get(name, ()),
                required=name in ("name", "survey", "pace", "most"),
                value=values[name],
                hint=hints.get(name, ""),
            )
            for name in cadence_editing.WORDS
            if name not in (CALENDAR if plan.after else FOLLOW_UPS)
        ),
        submit=wording.text("form.cadence.save", language),
        cancel=wording.text("form.cancel", language),
    )


def _values(row: Row, plan: Plan) -> dict[str, str]:
    audience = plan.audience
    return {
        "when": "",
        "pace": str(plan.pace),
        "most": str(plan.most),
        "holidays": plan.holidays,
        "sample": str(audience.sample),
        "segment": audience.segment,
        "touchpoint": audience.touchpoint,
        "language": audience.language or ANY,
        "channel": audience.channel,
        "value": str(audience.value or ""),
        "vip": "yes" if audience.vip else "no",
        "survey": row["survey"],
        "name": row["name"],
    }


def _options(call: Call) -> dict[str, tuple[tuple[str, str], ...]]:
    say, language = wording.text, call.language
    languages = [(each, say(f"language.{each}", language)) for each in wording.LANGUAGES]
    return {
        "language": ((ANY, say("form.cadence.any", language)), *languages),
        "vip": tuple((each, say(f"word.{each}", language)) for each in ("no", "yes")),
        "survey": tuple((each.survey.key, each.survey.key) for each in surveys.all_live(call.tx)),
    }


def take(call: Call, row: Row, fields: Mapping[str, str]) -> Receipt:
    """A form as it was filled in: what differs from the cadence is changed; what is wrong is said beside its field."""
    shown = form(call, row)
    mistakes = forms.mistakes(shown.fields, fields, call.language)
    wanted = wanted_now(row)
    for field in shown.fields:
        given = fields.get(field.name, field.value).strip()
        if given == field.value or field.name in mistakes:
            continue
        understood = with_field(call, wanted, field.name, given)
        if isinstance(understood, Unread):
            problem = said.problem(understood)
            mistakes[field.name] = wording.text(problem["key"], call.language, **problem["args"])
        else:
            wanted = understood
    if mistakes:
        return Receipt(form=forms.with_mistakes(shown, fields, mistakes))
    return change(call, row, wanted)
