"""Everything that happened to a person, or to one case of theirs, on all channels, in one line of time. Reads only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cxbot.ports import Row, Tx
from cxbot.transactions import causes, invitations, people, responses, surveys, teams
from cxbot.transactions.viewing import Viewer

What = Literal["interaction", "invitation", "decision", "answer", "event", "message", "remark", "case"]

MOST = 1_000
"""Rows of each kind that are read; what is older is not shown."""
SHOWN = 30
FIRST_WORDS = 60
RANK: Mapping[What, int] = {
    "interaction": 0,
    "decision": 1,
    "invitation": 1,
    "answer": 2,
    "case": 3,
    "event": 3,
    "message": 4,
    "remark": 5,
}
"""The order in which what happened at one moment is told."""
ABOUT_MESSAGES = ("held", "dead", "dropped")
"""Decisions that the message they are about tells of itself."""
SAID_OTHERWISE = ("done", "not_asked", "retracted", "unreachable")
"""Ends of an invitation of which the answers or a decision tell."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `team`: whose it is, where the one who looks may not see more than that."""

    what: What
    at: int
    row: Mapping[str, Any]
    team: str = ""
    case_id: str = ""
    interaction_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: to which question, when, the score where it is that, and what else was said with it."""

    question: str
    at: int
    score: Any
    said: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """What was found: who is meant, the case if it is one, a page of entries (oldest first), and how many are older."""

    found: tuple[Row, ...]
    case: Row | None = None
    team: str = ""
    """Whose case it is, where the one who looks may not see into it."""
    entries: tuple[Entry, ...] = ()
    older: int = 0


def read(tx: Tx, wanted: str, viewer_id: str, page: int) -> Timeline:
    """The timeline of a case by its number or of a person by name, address or id; page 1 has the newest entries."""
    case = tx.one("cases.by_code", code=wanted.upper())
    person = people.get(tx, case["person_id"]) if case else None
    found = (person,) if person else tuple(people.find(tx, wanted))
    if len(found) != 1:
        return Timeline(found)
    viewer = Viewer(tx, viewer_id, found[0]["id"])
    if case is not None and (team := viewer.hidden_case(case)):
        return Timeline(found, case, team)
    entries = [each for each in everything(tx, found[0]["id"], viewer) if case is None or _is_of(each, case)]
    shown, older = _page(tx, entries, page, SHOWN)
    return Timeline(found, case, entries=shown, older=older)


def of_case(tx: Tx, case: Row, viewer: Viewer, page: int, most: int) -> tuple[tuple[Entry, ...], int]:
    """A page of what happened to a case, oldest first, and how many entries are older; page 1 has the newest."""
    entries = [each for each in everything(tx, case["person_id"], viewer) if _is_of(each, case)]
    return _page(tx, entries, page, most)


def _page(tx: Tx, entries: list[Entry], page: int, most: int) -> tuple[tuple[Entry, ...], int]:
    entries.sort(key=lambda each: (each.at, RANK[each.what], each.row.get("id", "")))
    end = max(0, len(entries) - (page - 1) * most)
    start = max(0, end - most)
    return tuple(told(tx, each) for each in entries[start:end]), start


def _is_of(entry: Entry, case: Row) -> bool:
    same = bool(entry.interaction_id) and entry.interaction_id == case["interaction_id"]
    return entry.case_id == case["id"] or (same and not entry.case_id)


def everything(tx: Tx, person_id: str, viewer: Viewer) -> Iterable[Entry]:
    """All that happened to a person, as far as somebody may see it, in no order."""
    cases = {case["id"]: case for case in viewer.cases}
    hidden = {case_id: viewer.hidden_case(case) for case_id, case in cases.items()}
    for row in tx.all("timeline.interactions", person_id=person_id, most=MOST):
        yield Entry("interaction", row["happened_at"], row, viewer.hidden(row), interaction_id=row["id"])
    yield from _of_others(tx, person_id, viewer)
    for case_id, case in cases.items():
        if hidden[case_id]:
            yield Entry("case", case["opened_at"], {}, hidden[case_id], case_id)
            continue
        for row in tx.all("timeline.events", subject_id=case_id, most=MOST):
            yield Entry("event", row["happened_at"], {**row, "code": case["code"]}, case_id=case_id)
    for row in tx.all("timeline.events", subject_id=person_id, most=MOST):
        yield Entry("event", row["happened_at"], row)
    for row in tx.all("timeline.messages", person_id=person_id, most=MOST):
        if not _seen(viewer, hidden, row) or _anonymous(tx, row):
            continue
        at = row["shown_at"] or row["created_at"]
        yield Entry("message", at, row, case_id=row["case_id"], interaction_id=row["interaction_id"])
    for row in tx.all("timeline.remarks", person_id=person_id, most=MOST):
        if _seen(viewer, hidden, row):
            of = {"case_id": row["case_id"], "interaction_id": row["interaction_id"]}
            yield Entry("remark", row["said_at"], row, **of)


def _of_others(tx: Tx, person_id: str, viewer: Viewer) -> Iterable[Entry]:
    """What was asked, decided and answered; of another team's matter only the interaction itself is shown."""
    for row in tx.all("timeline.invitations", person_id=person_id, most=MOST):
        if viewer.hidden(row) or _anonymous(tx, row):
            continue
        of = {"interaction_id": row["interaction_id"]}
        if row["state"] == "waiting":
            yield Entry("invitation", row["created_at"], {**row, "what": "waits"}, **of)
        if row["asked_at"]:
            yield Entry("invitation", row["asked_at"], {**row, "what": "asked", "reason": ""}, **of)
        told_otherwise = row["state"] in SAID_OTHERWISE or row["reason"] == invitations.TALKING
        if row["asked_at"] and row["ended_at"] and not told_otherwise:
            yield Entry("invitation", row["ended_at"], {**row, "what": row["state"]}, **of)
    for row in tx.all("timeline.decisions", person_id=person_id, most=MOST):
        if row["what"] not in ABOUT_MESSAGES and not viewer.hidden(row):
            yield Entry("decision", row["decided_at"], row, interaction_id=row["interaction_id"])
    for row in tx.all("timeline.answers", person_id=person_id, most=MOST):
        if not viewer.hidden(row):
            yield Entry("answer", row["started_at"], row, interaction_id=row["interaction_id"])


def _seen(viewer: Viewer, hidden: Mapping[str, str], row: Row) -> bool:
    """Whether what was said is of a case, or beside a survey, of the viewer's own teams, or of neither."""
    if row["case_id"]:
        return not hidden.get(row["case_id"], "")
    return not viewer.hidden(row)


def _anonymous(tx: Tx, row: Row) -> bool:
    """Whether it is of a survey of which nothing may be shown, not even that somebody was asked."""
    return bool(row["survey"]) and surveys.asked(tx, row).anonymous


# What is told of an entry that is shown -------------------------------------------------------------------------------


def told(tx: Tx, entry: Entry) -> Entry:
    """The entry with what is shown of it: names for ids, answers in words, how a message begins."""
    if entry.team:
        return Entry(entry.what, entry.at, {}, entry.team)
    more: dict[str, Any] = {}
    if entry.what == "answer":
        more = _answers(tx, entry.row)
    elif entry.what == "event":
        args = json.loads(entry.row["args"])
        more = {"args": _named(tx, args), "cause": _cause(tx, entry, args.get("root_cause"))}
    elif entry.what == "message":
        more = {"first_words": _first_words(entry.row)}
    return Entry(entry.what, entry.at, {**entry.row, **more})


def _answers(tx: Tx, response: Mapping[str, Any]) -> dict[str, Any]:
    """The score as it was given, the options that were chosen, and the words."""
    score: Any = ""
    said: list[Any] = []
    for answer in answers(tx, response, FIRST_WORDS):
        score = answer.score or score
        said += answer.said
    return {"score": score, "said": said}


def answers(tx: Tx, response: Mapping[str, Any], longest: int) -> list[Answer]:
    """The answers of a response, in the order they were given; texts are cut where they are longer."""
    survey = surveys.asked(tx, response)
    found: list[Answer] = []
    for row in tx.all("responses.answers", response_id=response["id"]):
        question, value = survey.question(row["question"]), json.loads(row["value"])
        if question is None or value is None:
            continue
        score: Any = ""
        said: list[Any] = []
        if question.kind == "scale":
            label: Any = f"{value}/{question.high}"
        elif question.kind == "text":
            label = {"key": "word.quoted", "args": {"words": _cut(str(value), longest)}}
        else:
            label = responses.answer_label(question, value)
        if question.score:
            score = label
        elif label:
            said.append(label)
        if row["words"]:
            said.append({"key": "word.quoted", "args": {"words": _cut(row["words"], longest)}})
        found.append(Answer(row["question"], row["answered_at"], score, tuple(said)))
    return found


def _named(tx: Tx, args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of an event with names in the place of the ids of people and teams."""
    named = dict(args)
    for name in ("from", "to"):
        if isinstance(value := args.get(name), str):
            team = teams.get(tx, value)
            named[name] = team["name"] if team else people.name_of(tx, value)
    if isinstance(into := args.get("into"), str):
        case = tx.one("cases.get", id=into)
        named["into"] = case["code"] if case else ""
    return named


def _cause(tx: Tx, entry: Entry, cause: Any) -> Any:
    """A root cause in the words of the case's own team, for two teams may call theirs by one id; '' for none."""
    if not isinstance(cause, str) or not cause:
        return ""
    case = tx.one("cases.get", id=entry.case_id) if entry.case_id else None
    team = teams.get(tx, case["team_id"]) if case is not None else None
    own = next((dict(each.label) for each in teams.causes(team) if each.id == cause), None) if team else None
    return own or causes.label(tx, cause)


def _first_words(row: Mapping[str, Any]) -> str:
    """How a message begins as it was sent; of one that never was, the words of a colleague in it."""
    try:
        sent = json.loads(row["words"]) if row["words"] else {}
    except ValueError:
        sent = {"text": row["words"]}
    args = json.loads(row["args"])
    words = sent.get("text") or args.get("words") or args.get("told") or args.get("text") or ""
    return _cut(words) if isinstance(words, str) else ""


def _cut(words: str, longest: int = FIRST_WORDS) -> str:
    line = " ".join(words.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
