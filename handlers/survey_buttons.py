"""What is pressed and filled in about surveys: forms that edit, a publication, another admin's yes or no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxbot import wording
from cxbot.domain import conversation, replies
from cxbot.domain.roles import may
from cxbot.domain.survey import LANGUAGES, Survey, editing
from cxbot.domain.survey.editing import Wrong
from cxbot.inbound import LONGEST_TEXT
from cxbot.ports import Form, Inbound, Receipt, Row, Tx
from cxbot.transactions import settings, survey_drafts, survey_previews, teams
from cxbot.transactions.survey_approval import KEY
from handlers import commands, forms, survey_desk, survey_forms
from handlers.admin import survey_files, survey_publish
from handlers.grammar import Call, NotUnderstood, parse

TRIED = f"s:{survey_previews.ID}"
"""How the key begins of an answer to a survey that is only tried out."""
CANCEL = frozenset({"cancel", "取消"})


def take(tx: Tx, sender: Row | None, inbound: Inbound, now: int, found: list[Any] | None) -> Receipt | None:
    """What is pressed, filled in or attached about a survey that is written; None where it is something else."""
    if inbound.choice.startswith(KEY):
        return act(tx, sender, inbound, now, found)
    if inbound.kind == "choice" and inbound.choice.startswith(TRIED):
        return _pressed(tx, sender, inbound, now)
    if inbound.media is not None and inbound.media.name.endswith(".toml"):
        return _attached(tx, sender, inbound, now, found)
    return None


def _attached(tx: Tx, sender: Row | None, inbound: Inbound, now: int, found: list[Any] | None) -> Receipt | None:
    """A file of somebody who may edit surveys; one from anybody else is theirs, as any file is."""
    if sender is None or not may(teams.roles_of(tx, sender["id"]), "edit_survey"):
        return None
    call = survey_desk.call_of(tx, sender, inbound, now, found)
    if len(inbound.text) >= LONGEST_TEXT:
        return call.say("survey.import.too_long", most=LONGEST_TEXT)
    return survey_files.imported(call, inbound.text) if inbound.text else call.say("survey.import.how")


def act(tx: Tx, sender: Row | None, inbound: Inbound, now: int, found: list[Any] | None = None) -> Receipt:
    """A button or a form about surveys, of somebody who may edit them."""
    language = _reads(tx, sender)
    if sender is None or not may(teams.roles_of(tx, sender["id"]), "edit_survey"):
        return commands.not_allowed(tx, inbound, language)
    call = survey_desk.call_of(tx, sender, inbound, now, found)
    name, key, *words = [*inbound.choice.removeprefix(KEY).split(":"), ""]
    words = [word for word in words if word]
    if name in ("yes", "no"):
        return survey_desk.decided(call, key, name == "yes")
    if name == "im":
        return _imported(call, inbound)
    if name == "p":
        return _publish(call, key, words, inbound)
    current = survey_drafts.hold(tx, key)
    if current is None or name not in ("t", *survey_forms.EDITS):
        return Receipt(notice=wording.text("refuse.stale", call.language))
    return _form(call, current[0], name, words, inbound)


def _form(call: Call, survey: Survey, name: str, words: Sequence[str], inbound: Inbound) -> Receipt:
    """Draws a form again, or takes it."""
    form = _drawn(call, survey, name, words)
    if form is None:
        return Receipt(notice=wording.text("refuse.stale", call.language))
    if inbound.kind != "form":
        return Receipt(form=form)
    mistakes = forms.mistakes(form.fields, inbound.fields, call.language)
    if mistakes:
        return Receipt(form=forms.with_mistakes(form, inbound.fields, mistakes))
    if name == "t":
        edited = survey_forms.take_texts(survey, words, inbound.fields)
    else:
        edited = survey_forms.EDITS[name][1](survey, words, inbound.fields)
    if isinstance(edited, Wrong):
        said = wording.text(edited.key, call.language, **edited.args)
        return Receipt(form=forms.with_mistakes(form, inbound.fields, {_at(edited, inbound.fields, form): said}))
    if name == "new":
        return _named(call, survey, edited, form, inbound.fields)
    return survey_desk.keep(call, edited)


def _at(wrong: Wrong, fields: Mapping[str, str], form: Form) -> str:
    """The field in which what is wrong was typed, else the first."""
    typed = str(wrong.args.get("words") or wrong.args.get("name") or "")
    parts = {name: " ".join(survey_forms.listed(text)) for name, text in fields.items()}
    return next((name for name, text in parts.items() if typed and text == typed), form.fields[0].name)


def _drawn(call: Call, survey: Survey, name: str, words: Sequence[str]) -> Form | None:
    if name != "t":
        return survey_forms.EDITS[name][0](call, survey, words)
    place = survey_forms.text_place(words) if words else ("",)
    if editing.texts_at(survey, place) is None:
        return None
    return survey_forms.texts(call, survey, place, words[-1] if words[-1] in LANGUAGES else "")


def _named(call: Call, survey: Survey, edited: Survey, form: Form, fields: Mapping[str, str]) -> Receipt:
    """The first form of a new survey, which may give it another key."""
    key = fields.get("key", "").strip().casefold()
    if key != survey.key and not survey_drafts.rename(call.tx, survey.key, key, call.sender["id"], call.now):
        said = wording.text("survey.edit.exists", call.language, name=key)
        return Receipt(form=forms.with_mistakes(form, fields, {"key": said}))
    before = survey.key if key != survey.key else ""
    return survey_desk.keep(call, edited.model_copy(update={"key": key}), before)


def _imported(call: Call, inbound: Inbound) -> Receipt:
    if inbound.kind != "form":
        return Receipt(form=survey_files.form(call))
    toml = inbound.fields.get("toml", "")
    if len(toml) >= LONGEST_TEXT:
        return call.say("survey.import.too_long", most=LONGEST_TEXT)
    return survey_files.imported(call, toml)


def _publish(call: Call, key: str, words: Sequence[str], inbound: Inbound) -> Receipt:
    """What was shown goes live, after the question why; nothing does where it was changed meanwhile."""
    draft = survey_drafts.get(call.tx, key)
    if draft is None or [draft.mark] != list(words):
        return Receipt(notice=wording.text("refuse.stale", call.language))
    if inbound.kind != "form":
        return Receipt(form=survey_forms.why(call, f"p:{key}:{draft.mark}", key))
    refused = survey_publish.not_ready(call, draft)
    return refused or survey_publish.go_live(call, draft, inbound.fields.get("why", "").strip()[:200])


def typed(tx: Tx, sender: Row | None, inbound: Inbound, now: int) -> Receipt | None:
    """A line of somebody with a role who tries a survey out; None where it is no answer to that."""
    if inbound.place != inbound.sender or inbound.command or inbound.text.lstrip().startswith("/"):
        return None
    parsed = parse(inbound.text, commands.known())
    if not isinstance(parsed, NotUnderstood) and parsed.command.name not in commands.GO_ON:
        return None
    preview = survey_previews.open_at(tx, inbound.channel, inbound.sender, now)
    if preview is None:
        return None
    if replies.fold(inbound.text) in CANCEL or replies.read_intent(inbound.text) in ("stop", "stop_all"):
        survey_previews.leave(tx, inbound.channel, inbound.sender, now)
        return Receipt(notice=wording.text("survey.preview.left", _reads(tx, sender)))
    return _answered(tx, preview, conversation.Said(text=inbound.text), _reads(tx, sender), now)


def _pressed(tx: Tx, sender: Row | None, inbound: Inbound, now: int) -> Receipt:
    preview = survey_previews.open_at(tx, inbound.channel, inbound.sender, now)
    _, preview_id, question, value, *_ = [*inbound.choice.split(":", 3), "", "", ""]
    if preview is None or preview["id"] != preview_id:
        return Receipt(notice=wording.text("refuse.stale", _reads(tx, sender)))
    return _answered(tx, preview, conversation.Said(value=value, question=question), _reads(tx, sender), now)


def _answered(tx: Tx, preview: Row, said: conversation.Said, language: str, now: int) -> Receipt:
    if survey_previews.reply(tx, preview, said, now):
        return Receipt()
    return Receipt(notice=wording.text("refuse.stale", language))


def _reads(tx: Tx, sender: Row | None) -> str:
    """The language of who tries it out: only what a customer would read is in that of the survey."""
    own = teams.language_of(tx, sender) if sender else ""
    return own or settings.company(tx).language
