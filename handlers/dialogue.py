"""Forms and notices on channels that have none: a form is asked field by field, a notice is said as a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from cxbot import wording
from cxbot.domain import replies
from cxbot.inbound import Handle
from cxbot.ports import PREVIEW, Field, Form, Inbound, Limits, Receipt, Tx
from cxbot.transactions import dialogues, outbox, people, settings, teams
from cxbot.transactions.dialogues import LAPSE_MS, Dialogue
from handlers import answering, commands, dispatch, forms, pairing

KEY = "d:"
"""How the key of an option begins: `d:<dialogue>:<field>:<number>`; the field is empty where it is asked to send."""
OPEN = "open"
"""In the place of a field in such a key: the button that opens a form."""
CANCEL = frozenset({"cancel", "取消"})
SKIP = frozenset({"-", "skip", "跳过"})
KEEP = frozenset({"ok", "好"})
"""Words of a dialogue as `replies.fold` gives them, traditional Chinese as simplified."""
ENDINGS = {"send": "form.asked.send", "change": "form.asked.change", "cancel": "form.cancel"}
"""What can be done with a form that is filled in and previewed, in the order of the numbers."""


def handling(limits: Mapping[str, Limits]) -> Handle:
    """Handles messages as `dispatch.handle` does, on each channel within its limits."""

    def handle(tx: Tx, inbound: Inbound, now: int, found: list[Any] | None = None) -> Receipt:
        can = limits.get(inbound.channel) or Limits()
        direct = can.forms and can.notices and not inbound.no_form and not inbound.choice.startswith(KEY)
        if direct or not inbound.sender:
            return dispatch.handle(tx, inbound, now, found, can)
        return _Conversation(tx, inbound, now, can).handle(found)

    return handle


class _Conversation:
    """One message on a channel without forms or notices, and what is said to its sender alone."""

    def __init__(self, tx: Tx, inbound: Inbound, now: int, can: Limits) -> None:
        self.tx = tx
        self.inbound = inbound
        self.now = now
        self.can = can
        self.said: list[str] = []
        self.found: list[Any] | None = None

    def handle(self, found: list[Any] | None) -> Receipt:
        self.found = found
        receipt = self._reopened() if self.can.forms else self._answered()
        if receipt is None:
            receipt = dispatch.handle(self.tx, self.inbound, self.now, found, self.can)
        if receipt.form is not None and not self.can.forms:
            self._open(receipt.form)
            receipt = replace(receipt, form=None)
        elif receipt.form is not None and self.inbound.no_form:
            self._offer(receipt.form)
            receipt = replace(receipt, form=None)
        if receipt.notice and not self.can.notices:
            self._say(kind="verbatim", text=receipt.notice)
            receipt = replace(receipt, notice="")
        return replace(receipt, outbox_ids=(*receipt.outbox_ids, *self.said))

    def _offer(self, form: Form) -> None:
        """A button that opens a form with what was typed in it, where words alone cannot."""
        if not form.submit:
            self._say("form.asked.shown", title=form.title, text=form.intro)
            return
        dialogue = dialogues.begin(self.tx, self.inbound.channel, self.inbound.sender, form, form.given, self.now)
        label = {"key": "form.open", "args": {}}
        choices = [{"key": f"{KEY}{dialogue.id}:{OPEN}:1", "label": label, "style": "primary"}]
        self._say("form.asked.open", title=form.title, choices=choices)

    def _reopened(self) -> Receipt | None:
        """The form that a button offered, as it was typed; None where the message is no such press."""
        if not self.inbound.choice.startswith(KEY):
            return None
        dialogue = dialogues.hold(self.tx, self.inbound.channel, self.inbound.sender)
        if (
            dialogue is None
            or self.inbound.choice.split(":")[1:3] != [dialogue.id, OPEN]
            or dialogue.lapses_at <= self.now
        ):
            return self._stale()
        return Receipt(form=forms.with_mistakes(dialogue.form, dialogue.given, {}))

    # What comes in ----------------------------------------------------------------------------------------------------

    def _answered(self) -> Receipt | None:
        """What an answer to the dialogue led to; None where the message is none."""
        pressed = self.inbound.kind == "choice" and self.inbound.choice.startswith(KEY)
        if not pressed and (self.inbound.kind != "text" or self.inbound.place != self.inbound.sender):
            return None
        dialogue = dialogues.hold(self.tx, self.inbound.channel, self.inbound.sender)
        if dialogue is None:
            return self._stale() if pressed else None
        if not pressed and (not _may_answer(self.inbound) or answering.awaits(self.tx, self.inbound, self.now)):
            return None
        if dialogue.lapses_at <= self.now:
            dialogues.end(self.tx, dialogue)
            self._say("form.asked.lapsed", title=dialogue.form.title, minutes=LAPSE_MS // 60_000)
            return Receipt() if pressed else None
        said = _pressed(dialogue, self.inbound.choice) if pressed else self.inbound.text
        return self._take(dialogue, said) if said is not None else self._stale()

    def _stale(self) -> Receipt:
        return Receipt(notice=wording.text("refuse.stale", self.language))

    def _take(self, dialogue: Dialogue, said: str) -> Receipt:
        field = dialogue.asked
        if replies.fold(said) in CANCEL:
            return self._cancel(dialogue)
        if field is None:
            return self._end(dialogue, said)
        value = _value(field, said)
        mistakes = forms.mistakes((field,), {field.name: value}, self.language)
        if mistakes:
            self._ask(dialogue, mistakes[field.name])
            return Receipt()
        dialogue = dialogues.give(self.tx, dialogue, value, self.now)
        if dialogue.asked is None and not dialogue.form.preview:
            return self._submit(dialogue)
        return self._ask(dialogue)

    def _end(self, dialogue: Dialogue, said: str) -> Receipt:
        """A form that is filled in is sent, changed or left."""
        options = [
            (each, (each, *(wording.text(key, language) for language in wording.LANGUAGES)))
            for each, key in ENDINGS.items()
        ]
        match replies.read_choice(said, options):
            case "send":
                return self._submit(dialogue)
            case "change":
                return self._begin(forms.with_mistakes(dialogue.form, dialogue.given, {}), {})
            case "cancel":
                return self._cancel(dialogue)
        return self._ask(dialogue, wording.text("form.mistake.choose", self.language))

    def _cancel(self, dialogue: Dialogue) -> Receipt:
        dialogues.end(self.tx, dialogue)
        self._say("form.asked.cancelled", title=dialogue.form.title)
        return Receipt()

    def _submit(self, dialogue: Dialogue) -> Receipt:
        dialogues.end(self.tx, dialogue)
        return self._sent(dialogue, dialogue.form.key)

    def _sent(self, dialogue: Dialogue, key: str) -> Receipt:
        """What comes of the form, as where a channel has such and it was sent."""
        form = replace(self.inbound, kind="form", text="", about="", choice=key, fields=dialogue.given)
        return dispatch.handle(self.tx, form, self.now, self.found, self.can)

    # What is asked ----------------------------------------------------------------------------------------------------

    def _open(self, form: Form) -> None:
        """A form that is to be shown, or asked; where it came back with mistakes, only those fields are asked."""
        if not form.submit:
            self._say("form.asked.shown", title=form.title, text=form.intro, beside=form.note)
            return
        came_back = any(field.error for field in form.fields)
        known = {field.name: field.value for field in form.fields if came_back and not field.error}
        self._begin(form, {**known, **form.given})

    def _begin(self, form: Form, given: Mapping[str, str]) -> Receipt:
        return self._ask(dialogues.begin(self.tx, self.inbound.channel, self.inbound.sender, form, given, self.now))

    def _ask(self, dialogue: Dialogue, mistake: str = "") -> Receipt:
        """Asks the next field; where none is left, shows what would be said and asks what to do with it."""
        field = dialogue.asked
        if field is None:
            return self._ask_to_send(dialogue, mistake)
        at, count = dialogue.form.fields.index(field), len(dialogue.form.fields)
        mistake = mistake or field.error
        how = [field.hint, *_ways(field)]
        if at == 0 or mistake:
            how.append({"key": "form.asked.cancel_hint", "args": {}})
        self._say(
            "form.asked.field",
            mistake=mistake,
            title=dialogue.form.title,
            intro=dialogue.form.intro if at == 0 and not mistake else "",
            n=at + 1 if count > 1 else "",
            count=count,
            label=field.label,
            how=how,
            choices=_choices(dialogue, [label for _, label in field.options]),
        )
        return Receipt()

    def _ask_to_send(self, dialogue: Dialogue, mistake: str) -> Receipt:
        form = dialogue.form
        if form.preview:
            receipt = self._sent(dialogue, PREVIEW + form.key)
            if receipt.form is None:
                dialogues.end(self.tx, dialogue)  # it is refused by now, and the receipt says why
                return receipt
            form = receipt.form
        labels = [{"key": key, "args": {}} for key in ENDINGS.values()]
        choices = _choices(dialogue, labels)
        key = "form.asked.shown"
        self._say(key, mistake=mistake, title=form.title, text=form.intro, beside=form.note, choices=choices)
        return Receipt()

    def _say(self, key: str = "", kind: outbox.Kind = "message", **args: Any) -> None:
        row = outbox.say(
            self.tx,
            self.now,
            channel=self.inbound.channel,
            address=self.inbound.sender,
            language=self.language,
            key=key,
            args=args,
            kind=kind,
        )
        self.said.append(row)

    @cached_property
    def language(self) -> str:
        """The sender's, else their team's, else the company's."""
        person = people.by_address(self.tx, self.inbound.channel, self.inbound.sender)
        return (teams.language_of(self.tx, person) if person else "") or settings.company(self.tx).language


def _may_answer(inbound: Inbound) -> bool:
    """Whether a text may be meant for what is being asked: no command, and no word that stops messages."""
    if inbound.command or commands.plainly_meant(inbound.text) or pairing.code_in(inbound):
        return False
    # "cancel" is such a word to who is asked by us, and leaves the form to who opened one.
    stops = replies.read_intent(inbound.text) in ("stop", "stop_all", "start")
    return not stops or replies.fold(inbound.text) in CANCEL


def _pressed(dialogue: Dialogue, choice: str) -> str | None:
    """The value of the option that was pressed; None where it belongs to what was asked before."""
    _, dialogue_id, name, number, *_ = [*choice.split(":"), "", "", ""]
    field = dialogue.asked
    values = [value for value, _ in field.options] if field else [*ENDINGS]
    if (dialogue_id, name) != (dialogue.id, field.name if field else "") or not number.isdecimal():
        return None
    return values[int(number) - 1] if 1 <= int(number) <= len(values) else None


def _value(field: Field, said: str) -> str:
    """The value that was said, "" where the field is skipped; words that name no option stay as they are."""
    word = replies.fold(said)
    if word in SKIP:
        return ""
    if word in KEEP and _filled_in(field):
        return field.value
    if not field.options or said in dict(field.options):
        return said.strip()
    # "Ben · 4 open" is Ben to who types it.
    return (
        replies.read_choice(said, [(value, (label, label.split(" · ")[0])) for value, label in field.options]) or said
    )


def _filled_in(field: Field) -> bool:
    return bool(field.value) and not field.error


def _ways(field: Field) -> list[dict[str, Any]]:
    """What can be written besides a value, as meanings."""
    ways: list[dict[str, Any]] = []
    if _filled_in(field):
        shown = dict(field.options).get(field.value, field.value)
        ways.append({"key": "form.asked.keep_hint", "args": {"value": shown}})
    if not field.required:
        ways.append({"key": "form.asked.skip_hint", "args": {}})
    return ways


def _choices(dialogue: Dialogue, labels: list[Any]) -> list[dict[str, Any]]:
    name = dialogue.asked.name if dialogue.asked else ""
    return [{"key": f"{KEY}{dialogue.id}:{name}:{n}", "label": label} for n, label in enumerate(labels, 1)]
