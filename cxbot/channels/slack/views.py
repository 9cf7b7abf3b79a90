"""Forms as Slack draws them: a modal, its fields read back, its mistakes beside the fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cxbot.channels.slack import texts
from cxbot.channels.slack.blocks import PREFIX, SECTION
from cxbot.ports import PREVIEW, Field, Form

View = dict[str, Any]

TITLE = 24
LONGEST = 3_000
OPTION = 75
MOST_OPTIONS = 100
LABEL, HINT = 200, 400
MOST_INTRO = 5
VALUE = "value"
"""The action id of every field; its block is called as the field is."""


def modal(form: Form, *, place: str, about: str) -> View:
    """A form as a modal; `place` and `about` come back with it."""
    blocks: list[dict[str, Any]] = []
    if len(form.title) > TITLE:
        blocks.append(_section(f"*{texts.chunks(texts.mrkdwn(form.title), LABEL)[0]}*"))
    blocks += [_section(part) for part in texts.chunks(texts.mrkdwn(form.intro), SECTION)[:MOST_INTRO]]
    blocks += [_block(field) for field in form.fields]
    if form.note:
        note = {"type": "mrkdwn", "text": texts.chunks(texts.mrkdwn(form.note), SECTION)[0]}
        blocks.append({"type": "context", "elements": [note]})
    if form.preview:
        button = {
            "type": "button",
            "action_id": f"{PREFIX}{PREVIEW}{form.key}",
            "text": {"type": "plain_text", "text": texts.plain(form.preview, OPTION), "emoji": True},
        }
        blocks.append({"type": "actions", "block_id": f"{PREFIX}{about}|{place}|preview", "elements": [button]})
    view: View = {
        "type": "modal",
        "callback_id": f"{PREFIX}{form.key}",
        "title": _plain(form.title, TITLE),
        "private_metadata": json.dumps({"place": place, "about": about}),
        "blocks": blocks or [_section("…")],
    }
    can_be_sent = all(field.options for field in form.fields if field.kind == "choice")
    if form.submit and can_be_sent:
        view["submit"] = _plain(form.submit, TITLE)
    if form.cancel:
        view["close"] = _plain(form.cancel, TITLE)
    return view


def mistakes(form: Form) -> dict[str, str]:
    """What is wrong with what was sent, by field."""
    return {field.name: field.error[:LONGEST] for field in form.fields if field.error}


def values(view: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the fields of a view that was sent, or that a button within it was pressed in."""
    given: dict[str, str] = {}
    for name, actions in view.get("state", {}).get("values", {}).items():
        element = actions.get(VALUE)
        if element is not None:
            given[name] = _value(element)
    return given


def _value(element: Mapping[str, Any]) -> str:
    match element.get("type"):
        case "static_select":
            return str((element.get("selected_option") or {}).get("value", ""))
        case "datetimepicker":
            moment = element.get("selected_date_time")
            return datetime.fromtimestamp(moment, UTC).isoformat(timespec="minutes") if moment else ""
        case _:
            return str(element.get("value") or "")


def _block(field: Field) -> dict[str, Any]:
    if field.kind == "choice" and not field.options:
        return _section(f"*{texts.chunks(texts.mrkdwn(field.label), LABEL)[0]}*\n—")
    block: dict[str, Any] = {
        "type": "input",
        "block_id": field.name,
        "optional": not field.required,
        "label": _plain(field.label, LABEL),
        "element": _element(field),
    }
    if field.hint:
        block["hint"] = _plain(field.hint, HINT)
    return block


def _element(field: Field) -> dict[str, Any]:
    if field.kind == "choice":
        options = [{"text": _plain(label, OPTION), "value": value} for value, label in field.options[:MOST_OPTIONS]]
        element: dict[str, Any] = {"type": "static_select", "action_id": VALUE, "options": options}
        chosen = [option for option in options if option["value"] == field.value]
        return element | ({"initial_option": chosen[0]} if chosen else {})
    if field.kind == "date_time":
        return {"type": "datetimepicker", "action_id": VALUE}
    element = {
        "type": "plain_text_input",
        "action_id": VALUE,
        "multiline": field.kind == "long_text",
        "max_length": LONGEST,
    }
    return element | ({"initial_value": field.value[:LONGEST]} if field.value else {})


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _plain(text: str, length: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": texts.plain(text, length) or "…", "emoji": True}
