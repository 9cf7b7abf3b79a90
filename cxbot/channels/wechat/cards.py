"""A message as WeCom's template card or Markdown. Pure: an `Outgoing` in, JSON of the platform's out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cxbot import wording
from cxbot.channels.wechat import texts
from cxbot.ports import Choice, Outgoing, without_marks

BUTTONS, MENU = 6, 3
BUTTON = 10
TITLE, BODY, KEY, VALUE, LINES = 36, 300, 10, 60, 6
GROUP_BYTES = 4_096
_STYLES = {"primary": 1, "danger": 2, "chosen": 1}
_OTHER = 4
_FIRST = ("claim", "contacted", "resolve", "reply", "undo", "reopen")
"""What stands on a card itself where there is no room for all of it."""
_LINK = re.compile(r"<(?=/?a\b)", re.IGNORECASE)
"""The one thing that is markup in a plain text."""
NOWHERE = "https://work.weixin.qq.com"
"""Where a card leads that has nowhere to lead to."""
_MARKUP = re.compile(r"(https?://[^\s<>\[\]()`*\\]+)|[\\`*_\[\]<>#]")


def can_be_buttons(choices: Sequence[Choice]) -> bool:
    """Whether all of them fit on one card."""
    return 0 < len(choices) <= BUTTONS and all(len(choice.label) <= BUTTON for choice in choices)


def card(outgoing: Outgoing, task_id: str, url: str) -> dict[str, Any]:
    """The card; without buttons it is one to read, which the platform wants to lead somewhere."""
    title, text = outgoing.title, outgoing.text
    if not title:
        title, _, text = without_marks(text).partition("\n")
        if len(title) > TITLE:
            text = outgoing.text
    # A card has six lines for facts, each of one line; the others, which lead to the case, must not be lost.
    lines = [fact for fact in outgoing.facts if "\n" not in fact[1]]
    more = without_marks(texts.facts([fact for fact in outgoing.facts if fact not in lines[:LINES]]))
    said = _clip(without_marks(text).strip(), BODY - len(more) - 1)
    drawn: dict[str, Any] = {
        "main_title": {"title": _line(title, TITLE)},
        "sub_title_text": "\n".join(part for part in (said, more) if part),
        "horizontal_content_list": [
            {"keyname": _line(label, KEY), "value": _line(without_marks(value), VALUE)}
            for label, value in lines[:LINES]
        ],
        "task_id": task_id,
    }
    buttons, others = _buttons(outgoing.choices)
    if not buttons:
        return {"card_type": "text_notice", **drawn, "card_action": {"type": 1, "url": url or NOWHERE}}
    if others:
        entries = [{"text": choice.label, "key": choice.key} for choice in others[:MENU]]
        drawn["action_menu"] = {"desc": wording.text("wecom.more", outgoing.language), "action_list": entries}
    drawn["button_list"] = [
        {"text": _line(choice.label, BUTTON), "style": _STYLES.get(choice.style, _OTHER), "key": choice.key}
        for choice in buttons
    ]
    return {"card_type": "button_interaction", **drawn}


def words(outgoing: Outgoing) -> list[str]:
    """The message in plain texts, as many as it takes; nothing in it links anywhere under other words."""
    return texts.parts(_LINK.sub("＜", texts.whole(outgoing, in_words=True)))


def markdown(outgoing: Outgoing) -> str:
    """The message for a group: what a robot may write there, with those who should act called by name."""
    parts = [f"**{_plain(outgoing.title)}**"] if outgoing.title else []
    parts += [_quoted(f"{label}: {value}") for label, value in outgoing.facts]
    parts.append(_plain(without_marks(outgoing.text)))
    called = " ".join(f"<@{userid}>" for userid in outgoing.mentions)
    text = "\n".join(part for part in parts if part)
    room = GROUP_BYTES - len(called.encode()) - 1
    return f"{texts.clipped(text, room)}\n{called}" if called else texts.clipped(text, room)


def _buttons(choices: Sequence[Choice]) -> tuple[list[Choice], list[Choice]]:
    """What stands on the card, and what there is no room for: that goes into the menu in its corner."""
    if len(choices) <= BUTTONS:
        return list(choices), []
    first = [choice for choice in choices if _action(choice) in _FIRST][:BUTTONS]
    kept = [*first, *(choice for choice in choices if choice not in first)][:BUTTONS]
    return [choice for choice in choices if choice in kept], [choice for choice in choices if choice not in kept]


def _action(choice: Choice) -> str:
    return choice.key.split(":")[1] if choice.key.startswith("c:") else ""


def _quoted(text: str) -> str:
    """Every line as a quotation of its own: the platform ends one at the end of the line."""
    return "\n".join(f"> {_plain(line)}" for line in without_marks(text).splitlines())


def _clip(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(most - 1, 0)].rstrip() + "…"


def _line(text: str, most: int) -> str:
    return _clip(" ".join(text.split()), most)


def _plain(text: str) -> str:
    """A customer's words must not be markup: nothing in them calls anybody, links anywhere or changes the type."""
    return _MARKUP.sub(lambda match: match[1] or _WIDE[match[0]], text)


_WIDE = dict(zip("\\`*_[]<>#", "＼'＊＿［］＜＞＃", strict=True))
