"""What the commands about surveys share: which survey is meant, what an edit came to, what still stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from cxbot import wording
from cxbot.domain.survey import Difference, Survey, as_file, missing_languages, mistakes_in, path_in_words
from cxbot.domain.survey.editing import Edited, Wrong
from cxbot.ports import Form, Inbound, Receipt, Row, Tx
from cxbot.transactions import outbox, settings, survey_approval, survey_drafts, teams
from cxbot.transactions.survey_approval import KEY
from cxbot.transactions.survey_drafts import Draft
from handlers import commands, survey_parts
from handlers.admin.survey_show import unknown
from handlers.grammar import Call

MOST_LINES = 20
MOST_KEY = 64


def call_of(tx: Tx, sender: Row, inbound: Inbound, now: int, found: list[Any] | None) -> Call:
    """What was pressed or filled in about a survey, as a call: it is answered as a command is."""
    team = teams.by_place(tx, inbound.channel, inbound.place)
    language = sender["language"] or (team["language"] if team else teams.language_of(tx, sender))
    language = language or settings.company(tx).language
    zone = team["time_zone"] if team else settings.company(tx).time_zone

    def say(key: str, **args: Any) -> Receipt:
        row = outbox.say(
            tx,
            now,
            channel=inbound.channel,
            address=inbound.place,
            language=language,
            key=key,
            args={"zone": zone, **args},
            only_for=inbound.sender if inbound.private else "",
        )
        return Receipt(outbox_ids=(row,))

    reads = commands.reads(found)
    return Call(tx, now, sender, team, language, {}, say, reads, inbound.channel, inbound.sender)


def key_of(call: Call) -> str:
    """The key of the survey a command names."""
    return call.arguments["survey"].casefold()


def found(call: Call, key: str, use: Callable[[Survey, Draft | None], Receipt]) -> Receipt:
    """Goes on with a survey as its draft has it, else as it is live; says where there is none."""
    current = survey_drafts.hold(call.tx, key)
    if current is None:
        return unknown(replace(call, arguments={"survey": key}))
    return use(*current)


def keep(call: Call, edited: Edited, renamed_from: str = "") -> Receipt:
    """Keeps an edit in the draft and says what changed and what still stands in the way; or says why it is none.

    `renamed_from`: what the survey was called until just now.
    """
    if isinstance(edited, Wrong):
        return call.say(edited.key, **edited.args)
    draft, changed = survey_drafts.save(call.tx, edited, call.sender["id"], call.now)
    if renamed_from:
        said = {"survey": edited.key, "before": renamed_from, "lines": lines(changed)}
        return call.say("survey.edit.renamed", **said, **standing(call.tx, draft))
    if not changed:
        return call.say("survey.edit.nothing", survey=edited.key)
    return call.say("survey.edit.saved", survey=edited.key, lines=lines(changed), **standing(call.tx, draft))


def standing(tx: Tx, draft: Draft) -> dict[str, Any]:
    """How far a draft has come: in how much it differs from what is live, and its mistakes."""
    wrong = mistake_lines(draft.survey)
    return {
        "total": len(survey_drafts.against_live(tx, draft.survey)) if draft.based_on else 0,
        "mistakes": {"key": "survey.mistakes", "args": {"n": len(wrong), "lines": wrong[:MOST_LINES]}} if wrong else "",
        "ready": "" if wrong else {"key": "survey.ready", "args": {"survey": draft.survey.key}},
    }


def mistake_lines(survey: Survey) -> list[dict[str, Any]]:
    """All that is wrong with a survey, in words; missing languages are named."""
    data = as_file(survey, whole=True)
    lacking = dict(missing_languages(survey))
    said = [
        {
            "key": "survey.mistake.language",
            "args": {"where": path_in_words(data, path), "languages": _languages(missing)},
        }
        for path, missing in lacking.items()
    ]
    for fault in mistakes_in(survey):
        if fault.path in lacking and fault.message.startswith("the text is missing"):
            continue
        message = {"key": f"survey.fault.{fault.code}", "args": dict(fault.args)} if fault.code else fault.message
        args = {"where": path_in_words(data, fault.path), "message": message}
        said.append({"key": "survey.mistake.line", "args": args})
    return said


def _languages(languages: Sequence[str]) -> list[dict[str, Any]]:
    return [{"key": f"language.{language}", "args": {}} for language in languages]


def lines(changed: Sequence[Difference]) -> list[dict[str, Any]]:
    """What changed, a line each; where there are many, how many more."""
    said = [_line(each) for each in changed[:MOST_LINES]]
    if len(changed) > MOST_LINES:
        said.append({"key": "survey.diff.more", "args": {"n": len(changed) - MOST_LINES}})
    return said


def _line(change: Difference) -> dict[str, Any]:
    what = "changed" if change.before and change.after else "added" if change.after else "removed"
    if not change.before and not change.after:
        what = "moved"
    spoken = {"key": f"language.{change.language}", "args": {}} if change.language else ""
    return {
        "key": f"survey.diff.{what}",
        "args": {
            "where": survey_parts.where(change.where),
            "language": spoken,
            "before": change.before,
            "after": change.after,
        },
    }


def opening(call: Call, form: Form, key: str, **args: Any) -> Receipt:
    """Opens a form, with a message from which it can be opened again later.

    Where a form is asked field by field there is nothing to open: the button is for channels that have forms.
    """
    label = {"key": "survey.form.open", "args": {}}
    choices = [{"key": form.key, "label": label, "style": "primary", "form": True}] if len(form.key) <= MOST_KEY else []
    return replace(call.say(key, choices=choices, **args), form=form)


def form(call: Call, key: str, title: str, fields: Sequence[Any], *, submit: str, **args: Any) -> Form:
    """A form about a survey; `key` goes on after the prefix, `title` and `submit` are message keys."""
    return Form(
        key=f"{KEY}{key}",
        title=wording.text(title, call.language, **args),
        fields=tuple(fields),
        submit=wording.text(submit, call.language),
        cancel=wording.text("form.cancel", call.language),
    )


def decided(call: Call, proposal_id: str, approves: bool) -> Receipt:
    """Takes another admin's yes or no to what was proposed, and says what came of it."""
    answer = survey_approval.decide(call.tx, proposal_id, call.sender, approves, call.now)
    proposal = answer.proposal or {}
    if answer.outcome in ("stale", "own"):
        key = "refuse.stale" if answer.outcome == "stale" else "survey.approval.own"
        return Receipt(notice=wording.text(key, call.language))
    if answer.outcome == "decided":
        said = wording.text("survey.approval.decided", call.language, who=proposal["decider"])
        return Receipt(notice=said)
    args = {"survey": proposal["survey"], "version": answer.version, "who": proposal["proposer"]}
    return call.say(f"survey.approval.you_{answer.outcome}", **args)
