"""Messages as Slack draws them: an `Outgoing` in Block Kit, within its limits, with a text that reads well alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cxbot.channels.slack import texts
from cxbot.ports import Choice, Outgoing, Page, without_marks

Block = dict[str, Any]

PREFIX = "cx|"
"""How what is ours begins among the ids of actions and forms."""
SECTION = 2_900
FIELD = 1_900
MOST_FIELDS = 10
HEADER = 150
LABEL = 75
ROW = 5
"""Buttons that stand beside each other on a phone, where their labels are short."""
LONG_SCALE_ROW = 4
MOST_BLOCKS = 50
ALL_BLOCKS = 12_000
"""Characters of all blocks of a message: Slack refuses it from about 13,000."""
SHORT = 2_500
"""A text this long fits beside the longest facts and buttons, so that nothing need be measured."""
HOME_BLOCKS = 100
HOME_SIZE = 80_000
"""Characters of all blocks of the Home tab, of up to three bytes each: Slack takes 250 kB."""
MARKS = {"critical": "🔴", "high": "🟠", "medium": "🟡", "low": "🔵", "good": "🟢"}


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: the blocks, and the text for notifications and screen readers."""

    text: str
    blocks: list[Block]


def draw(outgoing: Outgoing, *, addressee: str = "") -> Message:
    """A message in blocks. `addressee` is the user it is for, in a place that others read too."""
    called = [f"<@{user}>" for user in ([addressee] if addressee else outgoing.mentions)]
    blocks: list[Block] = []
    title = outgoing.title and f"{MARKS.get(outgoing.tone, '')} {outgoing.title}".strip()
    if title:
        blocks.append({"type": "header", "text": _plain(title, HEADER)})
    for at in range(0, len(outgoing.facts), MOST_FIELDS):
        facts = outgoing.facts[at : at + MOST_FIELDS]
        fields = [_mrkdwn(f"*{texts.mrkdwn(label)}*\n{texts.mrkdwn(value)}", FIELD) for label, value in facts]
        blocks.append({"type": "section", "fields": fields})
    below: list[Block] = []
    if outgoing.low_label and outgoing.high_label and outgoing.choices:
        below.append({"type": "context", "elements": [_mrkdwn(_ends(outgoing), 2_000)]})
    below += choices(outgoing.choices, outgoing.layout, outgoing.row_id, outgoing.address)
    said = " ".join([*called, texts.mrkdwn(outgoing.text)]) if outgoing.text or called else ""
    sections = [{"type": "section", "text": _mrkdwn(part, 3_000)} for part in texts.chunks(said, SECTION)]
    if len(said) > SHORT:
        sections = _within(sections, ALL_BLOCKS - _size(blocks) - _size(below), MOST_BLOCKS - len(blocks) - len(below))
    blocks += sections
    return Message(_alone(outgoing, title, called), blocks + below)


def choices(given: Sequence[Choice], layout: str, row_id: str, address: str) -> list[Block]:
    """What can be pressed: buttons in rows that fit a phone, or a menu. The block names the row and the address."""
    if not given:
        return []
    if layout == "menu":
        menu = {
            "type": "static_select",
            "action_id": f"{PREFIX}menu",
            "placeholder": _plain("▾", 150),
            "options": [{"text": _plain(choice.label, LABEL), "value": choice.key} for choice in given[:100]],
        }
        return [{"type": "actions", "block_id": _block_id(row_id, address, 0), "elements": [menu]}]
    scale = [choice for choice in given if layout == "scale" and choice.key.rpartition(":")[2].lstrip("-").isdigit()]
    rest = [choice for choice in given if choice not in scale]
    row = ROW if len(scale) <= ROW else LONG_SCALE_ROW
    rows = [*_rows(scale, row), *_rows(rest, ROW)]
    return [
        {
            "type": "actions",
            "block_id": _block_id(row_id, address, n),
            "elements": [_button(choice) for choice in each],
        }
        for n, each in enumerate(rows)
    ]


def home(page: Page, user: str) -> Block:
    """The bot's own page as the Home tab of one user."""
    blocks: list[Block] = []
    for n, section in enumerate(page.sections):
        if section.title:
            blocks.append({"type": "header", "text": _plain(section.title, HEADER)})
        said = texts.chunks(texts.mrkdwn(section.text), SECTION)
        blocks += [{"type": "section", "text": _mrkdwn(part, 3_000)} for part in said]
        blocks += choices(section.choices, "buttons", f"home{n}", user)
    return {"type": "home", "blocks": _within(blocks, HOME_SIZE, HOME_BLOCKS)}


def _within(given: Sequence[Block], size: int, most: int) -> list[Block]:
    """The first blocks that fit; the last of them says that there is more."""
    found: list[Block] = []
    for block in given[:most]:
        size -= _size([block])
        if size < 0:
            return [*found[: most - 1], {"type": "context", "elements": [_mrkdwn("…", 1)]}]
        found.append(block)
    return found


def _size(blocks: Sequence[Block]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))


def where(block_id: str) -> tuple[str, str]:
    """The outbox row and the address that a block names; ('', '') where it is none of ours."""
    prefix, _, rest = block_id.partition("|")
    row_id, _, rest = rest.partition("|")
    return (row_id, rest.rpartition("|")[0]) if prefix == "cx" else ("", "")


def _block_id(row_id: str, address: str, n: int) -> str:
    return f"{PREFIX}{row_id}|{address}|{n}"[:255]


def _rows(given: Sequence[Choice], most: int) -> list[Sequence[Choice]]:
    """As even as may be: eleven in rows of four, four and three."""
    return [given[at : at + most] for at in range(0, len(given), most)]


def _button(choice: Choice) -> Block:
    button: Block = {
        "type": "button",
        "action_id": f"{PREFIX}{choice.key}",
        "text": _plain(choice.label, LABEL),
    }
    if choice.style:
        button["style"] = "danger" if choice.style == "danger" else "primary"
    return button


def _ends(outgoing: Outgoing) -> str:
    numbers = [choice.key.rpartition(":")[2] for choice in outgoing.choices]
    numbers = [number for number in numbers if number.lstrip("-").isdigit()]
    low, high = (numbers[0], numbers[-1]) if numbers else ("", "")
    return f"{low} = {texts.mrkdwn(outgoing.low_label)}  ·  {high} = {texts.mrkdwn(outgoing.high_label)}"


def _alone(outgoing: Outgoing, title: str, called: Sequence[str]) -> str:
    """The message without its blocks: in a notification, or read out."""
    lines = [title, *(f"{label}: {value}" for label, value in outgoing.facts), outgoing.text]
    said = texts.escaped(without_marks("\n".join(line for line in lines if line)))
    return " ".join([*called, said])[:4_000] or "…"


def _plain(text: str, length: int) -> Block:
    return {"type": "plain_text", "text": texts.plain(text, length) or "…", "emoji": True}


def _mrkdwn(text: str, length: int) -> Block:
    return {"type": "mrkdwn", "text": (texts.chunks(text, length) or ["…"])[0], "verbatim": True}
