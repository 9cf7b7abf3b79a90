"""Trying a survey out: asked as a customer would be, question by question, and counted nowhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cxbot.domain import conversation, detection
from cxbot.domain.survey import Survey, from_json, to_json
from cxbot.ports import Row, Tx
from cxbot.transactions import outbox, people, settings

ID = "pv-"
"""How the id of a try begins, where a question carries the id of its invitation."""
LAPSE_MS = 60 * 60 * 1000
"""How long after the last question it may still be answered."""
KEPT_MS = 7 * 24 * 60 * 60 * 1000
WORDS = "words"
"""Under this name what was written stands beside the progress, until it is over."""
NOTE = {"key": "survey.preview.note", "args": {}}


def begin(tx: Tx, survey: Survey, channel: str, address: str, language: str, now: int) -> str:
    """Asks the first question of a survey at an address, with the introduction; gives the id of the try."""
    tx.run("survey_previews.forget", channel=channel, address=address, before=now - KEPT_MS)
    tx.run("survey_previews.end_at", channel=channel, address=address, now=now)
    step = conversation.begin(survey)
    preview = {
        "id": f"{ID}{tx.random_id()[-20:]}",
        "channel": channel,
        "address": address,
        "body": to_json(survey),
        "language": language,
        "progress": step.progress.dump(),
        "lapses_at": now + LAPSE_MS,
    }
    tx.run("survey_previews.begin", **preview)
    _ask(tx, preview, step.ask, [], now, intro=True)
    return str(preview["id"])


def survey_of(tx: Tx, preview_id: str) -> Survey:
    """The survey of a try. Raises LookupError where there is no such try any more."""
    row = tx.one("survey_previews.get", id=preview_id)
    if row is None:
        raise LookupError(f"no preview {preview_id!r}")
    return from_json(row["body"])


def open_at(tx: Tx, channel: str, address: str, now: int) -> Row | None:
    """What is being tried out at an address, or None."""
    return tx.one("survey_previews.open_at", channel=channel, address=address, now=now)


def leave(tx: Tx, channel: str, address: str, now: int) -> None:
    """Ends what is being tried out at an address."""
    tx.run("survey_previews.end_at", channel=channel, address=address, now=now)


def language_of(tx: Tx, preview: Row) -> str:
    """The language of who tries a survey out, in which they are told what is no part of it."""
    person = people.by_address(tx, preview["channel"], preview["address"])
    return str((person or {}).get("language") or preview["language"])


def reply(tx: Tx, preview: Row, said: conversation.Said, now: int) -> bool:
    """Takes a reply as a customer's would be taken. False where it was a press on what no longer asks anything."""
    survey = from_json(preview["body"])
    step = conversation.reply(survey, conversation.Progress.load(preview["progress"]), said)
    if step.ignored:
        return False
    words = [*json.loads(preview["progress"]).get(WORDS, ()), *_written(step)]
    kept = {} if step.done else {WORDS: words}
    tx.run(
        "survey_previews.progressed",
        id=preview["id"],
        progress=json.dumps({**json.loads(step.progress.dump()), **kept}, ensure_ascii=False),
        lapses_at=now if step.done else now + LAPSE_MS,
    )
    note = [{"key": step.note, "args": {}}] if step.note else []
    if step.again:
        _ask(tx, preview, step.progress.question, note, now, picked=list(step.progress.picked))
    elif step.done:
        _finish(tx, preview, survey, step.progress.answers, words, now)
    elif step.ask:
        _ask(tx, preview, step.ask, note, now)
    else:
        _say(tx, preview, now, key=step.note or "customer.noted", args={"note": [NOTE]})
    return True


def _ask(tx: Tx, preview: Mapping[str, Any], question: str, note: list[Any], now: int, **more: Any) -> None:
    args = {
        "invitation": preview["id"],
        "preview": preview["id"],
        "question": question,
        "variables": _variables(tx, preview["language"]),
        "note": [NOTE, *note],
        **more,
    }
    _say(tx, preview, now, kind="question", args=args)


def _written(step: conversation.Step) -> list[str]:
    """The words of a reply, by which a case may be raised."""
    texts = [str(answered.value) for answered in step.answered if answered.kind == "text"]
    return [text for text in (*texts, *(answered.words for answered in step.answered), step.remark) if text]


def _finish(tx: Tx, preview: Row, survey: Survey, answers: Mapping[str, Any], words: Sequence[str], now: int) -> None:
    """The thanks a customer would read; and, to who tries it out, what would have followed for somebody unknown."""
    band = conversation.band_after(survey, answers)
    args: dict[str, Any] = {
        "preview": preview["id"],
        "band": band.name if band else "",
        "variables": _variables(tx, preview["language"]),
        "note": [NOTE],
    }
    _say(tx, preview, now, key="survey.thanks", args=args)
    finding = detection.find(survey, answers, words, detection.About())
    key = "survey.preview.would_open" if finding else "survey.preview.over"
    severity = {"key": f"severity.{finding.severity}", "args": {}} if finding else ""
    told = {**preview, "language": language_of(tx, preview)}
    _say(tx, told, now, key=key, args={"survey": survey.key, "severity": severity})


def _variables(tx: Tx, language: str) -> dict[str, str]:
    """What only an interaction knows is shown by name."""
    company = settings.company(tx)
    named = {name: f"[{name}]" for name in ("name", "agent", "reference", "touchpoint")}
    return {**named, "company": company.name_in(language), "privacy_url": company.privacy_url}


def _say(tx: Tx, preview: Mapping[str, Any], now: int, **row: Any) -> None:
    place = {"channel": preview["channel"], "address": preview["address"], "language": preview["language"]}
    outbox.say(tx, now, **place, **row)
