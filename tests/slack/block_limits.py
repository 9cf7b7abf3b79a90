"""Block Kit's limits, as Slack checks them: what is wrong with a message or a view, in words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
ALL_BLOCKS = 13_000


def of_message(payload: dict[str, Any]) -> list[str]:
    blocks = payload.get("blocks") or []
    found = list(_blocks(blocks, MESSAGE_BLOCKS))
    text = payload.get("text") or ""
    if not text.strip():
        found.append("no text to read alone")
    if len(text) > 40_000:
        found.append("text over 40,000")
    if len(json.dumps(blocks, ensure_ascii=False)) > ALL_BLOCKS:
        found.append("msg_blocks_too_long")
    return found


def of_view(view: dict[str, Any]) -> list[str]:
    blocks = view.get("blocks") or []
    found = list(_blocks(blocks, VIEW_BLOCKS))
    if len(json.dumps(view, ensure_ascii=False).encode()) > 250_000:
        found.append("view over 250 kB")
    for name, most in (("private_metadata", 3_000), ("callback_id", 255)):
        if len(view.get(name, "")) > most:
            found.append(f"{name} over {most}")
    if view["type"] == "modal":
        if not blocks:
            found.append("a modal without blocks")
        for name in ("title", "submit", "close"):
            if name in view:
                found += _plain(view[name], 24, name)
        if "title" not in view:
            found.append("a modal without a title")
        if any(block["type"] == "input" for block in blocks) and "submit" not in view:
            found.append("inputs without submit")
    return found


def _blocks(blocks: list[dict[str, Any]], most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield f"{len(blocks)} blocks, at most {most}"
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"block_id {name} twice" for name, n in ids.items() if n > 1)
    yield from (f"block_id {name} over 255" for name in ids if not 0 < len(name) <= 255)
    for block in blocks:
        check = _CHECKS.get(block["type"])
        if check is None:
            yield f"unknown block {block['type']}"
        else:
            yield from check(block)


def _header(block: dict[str, Any]) -> Iterator[str]:
    yield from _plain(block["text"], 150, "header")


def _section(block: dict[str, Any]) -> Iterator[str]:
    if not block.get("text") and not block.get("fields"):
        yield "an empty section"
    if "text" in block:
        yield from _text(block["text"], 3_000, "section")
    fields = block.get("fields", [])
    if len(fields) > 10:
        yield "over 10 fields"
    for each in fields:
        yield from _text(each, 2_000, "field")


def _context(block: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= 10:
        yield "context of 1 to 10 elements"
    for each in block["elements"]:
        yield from _text(each, 3_000, "context")


def _actions(block: dict[str, Any]) -> Iterator[str]:
    elements = block["elements"]
    if not 1 <= len(elements) <= 25:
        yield f"{len(elements)} elements in an actions block"
    ids = Counter(element["action_id"] for element in elements)
    yield from (f"action_id {name} twice" for name, n in ids.items() if n > 1)
    for element in elements:
        yield from _element(element)


def _input(block: dict[str, Any]) -> Iterator[str]:
    yield from _plain(block["label"], 2_000, "label")
    if "hint" in block:
        yield from _plain(block["hint"], 2_000, "hint")
    yield from _element(block["element"])


def _element(element: dict[str, Any]) -> Iterator[str]:  # noqa: C901, PLR0912 -- a table of elements
    if not 0 < len(element.get("action_id", "")) <= 255:
        yield "action_id of 1 to 255"
    match element["type"]:
        case "button":
            yield from _plain(element["text"], 75, "button")
            if element.get("style", "primary") not in ("primary", "danger"):
                yield f"button style {element['style']}"
            if len(element.get("value", "")) > 2_000:
                yield "button value over 2,000"
        case "static_select":
            options = element["options"]
            if not 1 <= len(options) <= 100:
                yield f"{len(options)} options"
            values = Counter(option["value"] for option in options)
            yield from (f"option {value} twice" for value, n in values.items() if n > 1)
            for option in options:
                yield from _plain(option["text"], 75, "option")
                if not 0 < len(option["value"]) <= 150:
                    yield "option value of 1 to 150"
            if "placeholder" in element:
                yield from _plain(element["placeholder"], 150, "placeholder")
            if "initial_option" in element and element["initial_option"] not in options:
                yield "initial_option is no option"
        case "plain_text_input":
            longest = element.get("max_length", 3_000)
            if not 1 <= longest <= 3_000:
                yield "max_length of 1 to 3,000"
            if len(element.get("initial_value", "")) > longest:
                yield "initial_value over max_length"
        case "datetimepicker":
            pass
        case other:
            yield f"unknown element {other}"


def _plain(text: dict[str, Any], most: int, what: str) -> Iterator[str]:
    if text["type"] != "plain_text":
        yield f"{what} must be plain_text"
    yield from _text(text, most, what)


def _text(text: dict[str, Any], most: int, what: str) -> Iterator[str]:
    if not 1 <= len(text["text"]) <= most:
        yield f"{what} of {len(text['text'])}, at most {most} and not empty"


_CHECKS = {
    "header": _header, "section": _section, "context": _context, "actions": _actions, "input": _input,
    "divider": lambda _: iter(()),
}  # fmt: skip
