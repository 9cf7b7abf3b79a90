"""All that was said with the customer of a case, on all channels: who said it, what became of it. Reads only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cxbot.ports import Row, Tx
from cxbot.transactions import case_work, cases, people, timeline
from cxbot.transactions.timeline import RANK, Entry
from cxbot.transactions.viewing import Viewer

SHOWN = 20
LONGEST = 1_500
"""Characters of one message that are shown."""
OF_THE_CUSTOMER = ("confirmed", "not_yet", "reopened", "asked_progress", "asked_agent")
"""Events that are the customer's own answer or question."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said. `words` are texts and meanings; `by`: the colleague whose words they are."""

    id: str
    at: int
    from_customer: bool
    words: tuple[Any, ...]
    by: str = ""
    channel: str = ""
    state: str = ""
    reason: str = ""
    media: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A page of lines, oldest first; how many are older, and what the customer is called."""

    lines: tuple[Line, ...]
    older: int
    name: str


def read(tx: Tx, case_id: str, viewer_id: str, page: int) -> Conversation:
    """The conversation with the customer of a case, as far as somebody may see it; page 1 has the newest lines."""
    case = cases.get(tx, case_id)
    return of(tx, case, Viewer(tx, viewer_id, case["person_id"]), page, SHOWN)


def of(tx: Tx, case: Row, viewer: Viewer, page: int, most: int) -> Conversation:
    """As `read`, with so many lines a page, for anybody who may see so much."""
    found = timeline.everything(tx, case["person_id"], viewer)
    entries = [said for each in found if not each.team and _is_said(each) for said in _one_by_one(tx, each)]
    entries.sort(key=lambda each: (each.at, RANK[each.what], each.row.get("id", "")))
    end = max(0, len(entries) - (page - 1) * most)
    start = max(0, end - most)
    lines = tuple(_line(each) for each in entries[start:end])
    return Conversation(lines, start, people.name_of(tx, case["person_id"]))


def _is_said(entry: Entry) -> bool:
    if entry.what != "event":
        return entry.what in ("message", "remark", "answer")
    kind = entry.row["kind"]
    return kind in OF_THE_CUSTOMER and (kind != "reopened" or bool(json.loads(entry.row["args"]).get("by_customer")))


def _one_by_one(tx: Tx, entry: Entry) -> Iterable[Entry]:
    """Each answer of a response by itself, when it was given; anything else as it is."""
    if entry.what != "answer":
        yield entry
        return
    for answer in timeline.answers(tx, entry.row, LONGEST):
        words = (*([answer.score] if answer.score else []), *answer.said)
        if words:
            row = {"id": f"{entry.row['id']}:{answer.question}", "words": words}
            yield Entry("answer", answer.at, row, interaction_id=entry.interaction_id)


def _line(entry: Entry) -> Line:
    row = entry.row
    match entry.what:
        case "message":
            return _message(row, entry.at)
        case "remark":
            media = json.loads(row["media"])["kind"] if row["media"] else ""
            return Line(row["id"], entry.at, True, _words(row["words"]), media=media)
        case "event":
            said = {"key": f"event.{row['kind']}", "args": {}}
            return Line(row["id"], entry.at, True, (said,), channel=json.loads(row["args"]).get("via", ""))
    return Line(row["id"], entry.at, True, tuple(row["words"]))


def _message(row: Mapping[str, Any], at: int) -> Line:
    args = json.loads(row["args"])
    human = row["key"] in case_work.IN_THEIR_WORDS
    words = str(args.get(case_work.IN_THEIR_WORDS[row["key"]]) or "") if human else _as_sent(row["words"])
    reason = row["reason"] if row["state"] in ("held", "dead", "dropped", "cancelled") else ""
    by = str(args.get("by") or args.get("team") or "") if human else ""
    return Line(row["id"], at, False, _words(words), by, row["channel"], row["state"], reason)


def _as_sent(words: str) -> str:
    try:
        return str(json.loads(words).get("text", "")) if words else ""
    except ValueError:
        return words


def _words(words: str) -> tuple[str, ...]:
    said = words.strip()
    return (said if len(said) <= LONGEST else f"{said[: LONGEST - 1].rstrip()}…",) if said else ()
