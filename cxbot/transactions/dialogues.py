"""Forms that are asked field by field in somebody's own conversation, and what was given so far."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass

from cxbot.ports import Field, Form, Tx
from cxbot.transactions import inbox

LAPSE_MS = 30 * 60 * 1000
"""Business time after the last question, from which on nothing answers it any more."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One form being asked at an address. The form stays as it was opened, so that a number keeps its meaning."""

    id: str
    channel: str
    address: str
    form: Form
    given: Mapping[str, str]
    lapses_at: int

    @property
    def asked(self) -> Field | None:
        """The first field nothing was given for; None where the form is ready to be sent."""
        return next((field for field in self.form.fields if field.name not in self.given), None)


def begin(tx: Tx, channel: str, address: str, form: Form, given: Mapping[str, str], now: int) -> Dialogue:
    """Keeps a form to be asked at an address, in place of any other there."""
    dialogue = Dialogue(tx.new_id(), channel, address, form, dict(given), now + LAPSE_MS)
    tx.run(
        "dialogues.begin",
        channel=channel,
        address=address,
        id=dialogue.id,
        form=json.dumps(dataclasses.asdict(form), ensure_ascii=False),
        given=_text(dialogue.given),
        lapses_at=dialogue.lapses_at,
    )
    return dialogue


def hold(tx: Tx, channel: str, address: str) -> Dialogue | None:
    """What is being asked at an address, lapsed or not, held until the commit; None where nothing is."""
    row = tx.one("dialogues.hold", channel=channel, address=address)
    if row is None:
        return None
    form = inbox.read_form(json.loads(row["form"]))
    return Dialogue(row["id"], channel, address, form, json.loads(row["given"]), row["lapses_at"])


def give(tx: Tx, dialogue: Dialogue, value: str, now: int) -> Dialogue:
    """Keeps a value for the field that is asked; the dialogue with it."""
    assert dialogue.asked is not None
    given = {**dialogue.given, dialogue.asked.name: value}
    after = dataclasses.replace(dialogue, given=given, lapses_at=now + LAPSE_MS)
    tx.run("dialogues.give", given=_text(given), lapses_at=after.lapses_at, **_place(dialogue))
    return after


def end(tx: Tx, dialogue: Dialogue) -> None:
    """Forgets a dialogue that was sent or left."""
    tx.run("dialogues.end", **_place(dialogue))


def _place(dialogue: Dialogue) -> dict[str, str]:
    return {"channel": dialogue.channel, "address": dialogue.address, "id": dialogue.id}


def _text(given: Mapping[str, str]) -> str:
    return json.dumps(given, ensure_ascii=False)
