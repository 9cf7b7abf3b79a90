"""Answering: each answer committed as it comes, with the case it may open and whatever is said next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from cxbot.domain import conversation, detection
from cxbot.domain.survey import Band, Question, Survey, fill
from cxbot.ports import Inbound, Row, Tx
from cxbot.transactions import (
    case_opening,
    cases,
    inbox,
    invitations,
    outbox,
    remarks,
    settings,
    surveys,
    teams,
)

DAY_MS = 24 * 60 * 60 * 1000
ANONYMOUS_OPEN_MS = 60 * 60 * 1000
"""How long after an answer an anonymous survey waits for the next one."""
LATE_AFTER_MS = DAY_MS
"""An answer later than this is taken with a note."""
CASE_NOTICES = ("customer.case_opened", "customer.case_joined", "customer.promise_sooner")


def reply(tx: Tx, person: Row, invitation: Row, said: conversation.Said, inbound: Inbound, now: int) -> bool:
    """Takes one reply to an open survey. False where it was a press on something that no longer asks anything."""
    survey = surveys.asked(tx, invitation)
    if survey.anonymous:
        inbox.forget_words(tx, inbound)
    progress = conversation.Progress.load(invitation["progress"])
    step = conversation.reply(survey, progress, said)
    if step.ignored:
        return False
    invitation = invitations.with_variables(tx, {**invitation, "channel": inbound.channel, "address": inbound.place})
    question = tx.one("outbox.last_question", invitation_id=invitation["id"])
    if step.again:
        _redraw(tx, invitation, survey, step, question, now)
        return True
    response = _respond(tx, person, invitation, survey, step, now)
    opened = detect(tx, person, invitation, survey, response, now) if response else None
    if step.remark:
        _remark(tx, person, invitation, survey, response, step.remark, now)
    if question is not None and step.answered:
        _show_answered(tx, invitation, survey, step, question, now)
    note = _note(invitation, survey, step, opened, now)
    if step.done:
        _finish(tx, invitation, survey, response, note, now)
    elif step.ask:
        invitations.ask_question(tx, invitation, survey, step.ask, now, note=note)
    elif step.note or step.remark:
        key = "survey.anonymous_not_kept" if survey.anonymous and step.remark else step.note or "customer.noted"
        invitations.say(tx, invitation, now, key=key, args={})
    return True


def _redraw(tx: Tx, invitation: Row, survey: Survey, step: conversation.Step, question: Row | None, now: int) -> None:
    tx.run(
        "invitations.progressed",
        id=invitation["id"],
        progress=step.progress.dump(),
        response_id=invitation["response_id"],
        due_at=invitation["due_at"],
        expires_at=invitation["expires_at"],
    )
    replaces, note = (question["id"], _case_notices(question)) if question else ("", [])
    picked = list(step.progress.picked)
    invitations.ask_question(
        tx, invitation, survey, step.progress.question, now, picked=picked, note=note, replaces=replaces
    )


def _respond(tx: Tx, person: Row, invitation: Row, survey: Survey, step: conversation.Step, now: int) -> Row | None:
    """Stores the answers of a step and how far the conversation has come; gives the response, once there is one."""
    response = tx.one("responses.get", id=invitation["response_id"]) if invitation["response_id"] else None
    if response is None and step.answered:
        response = begin(tx, person["id"], invitation, survey, "chat", now)
    if response is not None and (step.answered or step.withdrawn or step.done):
        response = store_answers(tx, response, survey, step, now)
    expires_at = invitation["expires_at"]
    if survey.anonymous and response is not None:
        # Only while it is open does anything tie the answers to the person: not for days.
        expires_at = min(expires_at, now + ANONYMOUS_OPEN_MS)
    tx.run(
        "invitations.progressed",
        id=invitation["id"],
        progress=step.progress.dump(),
        response_id=response["id"] if response else "",
        due_at=expires_at if response else invitation["due_at"],
        expires_at=expires_at,
    )
    return response


def begin(tx: Tx, person_id: str, invitation: Row, survey: Survey, via: str, now: int) -> Row:
    """Starts a response. An anonymous one names nobody, and neither its id nor its time tells who it was."""
    interaction = tx.once("interactions.get", id=invitation["interaction_id"]) or {}
    touchpoint = interaction.get("touchpoint", "")
    hidden = survey.anonymous
    row: Row = {
        "id": tx.random_id() if hidden else tx.new_id(),
        "invitation_id": "" if hidden else invitation["id"],
        "interaction_id": "" if hidden else invitation["interaction_id"],
        "person_id": "" if hidden else person_id,
        "survey": survey.key,
        "survey_version": invitation["survey_version"],
        "metric": survey.metric,
        "touchpoint": touchpoint,
        "team_id": "" if hidden else team_of(tx, interaction),
        "channel": "" if hidden else invitation["channel"],
        "language": "" if hidden else invitation["language"],
        "score": None,
        "band": "",
        "state": "partial",
        "via": via,
        "late": int(now - invitation["asked_at"] > LATE_AFTER_MS),
        "started_at": _day_start(tx, now) if hidden else now,
        "completed_at": 0,
        "variant": invitation["variant"],
    }
    tx.run("responses.insert", **row)
    return row


def store_answers(tx: Tx, response: Row, survey: Survey, step: conversation.Step, now: int) -> Row:
    """Keeps the answers of a step, the score and band that follow, and the counts that reports are made of."""
    at = _day_start(tx, now) if survey.anonymous else now
    answers = given(tx, response["id"])
    for question in step.withdrawn:
        tx.run("responses.forget_answer", response_id=response["id"], question=question)
        answers.pop(question, None)
    for answered in step.answered:
        answers[answered.question] = answered.value
        tx.run(
            "responses.answer",
            response_id=response["id"],
            question=answered.question,
            kind=answered.kind,
            value=json.dumps(answered.value, ensure_ascii=False),
            words=answered.words,
            answered_at=at,
        )
    band = detection.band_of(survey, answers)
    scored = survey.scored
    value = answers.get(scored.id) if scored else None
    score = int(value) if isinstance(value, int | bool) else None
    done = step.done and not response["completed_at"]
    after = {
        **response,
        "score": score,
        "band": band.name if band else "",
        "state": "complete" if step.done else response["state"],
        "completed_at": at if done else response["completed_at"],
    }
    if any(after[column] != response[column] for column in ("score", "band", "state", "completed_at")):
        tx.run("responses.update", **{name: after[name] for name in ("id", "score", "band", "state", "completed_at")})
    if (after["score"], after["band"]) != (response["score"], response["band"]):
        _count(tx, response, -1)
        _count(tx, after, 1)
    return after


def _day_start(tx: Tx, now: int) -> int:
    """The beginning of the day in the company's time zone: all that is told of the time of an anonymous answer."""
    zone = ZoneInfo(settings.company(tx).time_zone)
    day = datetime.fromtimestamp(now / 1000, zone).date()
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)


def given(tx: Tx, response_id: str) -> dict[str, Any]:
    """The answers of a response so far: value by question id."""
    return {row["question"]: json.loads(row["value"]) for row in tx.all("responses.answers", response_id=response_id)}


def team_of(tx: Tx, interaction: Mapping[str, Any]) -> str:
    """The team responsible for an interaction: the one it names, else its touchpoint's; none that is archived."""
    named = teams.get(tx, interaction["team_id"]) if interaction.get("team_id") else None
    if named is not None and not named["archived_at"]:
        return str(named["id"])
    team = teams.for_touchpoint(tx, interaction.get("touchpoint", ""))
    return str(team["id"]) if team else ""


def _count(tx: Tx, response: Row, n: int) -> None:
    if response["score"] is None or response["via"] == "again":
        return
    zone = ZoneInfo(settings.company(tx).time_zone)
    day = datetime.fromtimestamp(response["started_at"] / 1000, zone).date().isoformat()
    tx.bump(
        (
            day,
            response["touchpoint"],
            response["survey"],
            response["survey_version"],
            response["metric"],
            response["team_id"],
            response["band"],
            response["score"],
        ),
        n,
    )


def detect(tx: Tx, person: Row, invitation: Row, survey: Survey, response: Row, now: int) -> case_opening.Opened | None:
    """Opens or raises the case that the answers and words so far ask for."""
    if survey.anonymous:
        return None
    return case_opening.detect(tx, person, invitation, survey, response, now)


def _remark(tx: Tx, person: Row, invitation: Row, survey: Survey, response: Row | None, words: str, now: int) -> None:
    if survey.anonymous:
        return
    interaction = tx.once("interactions.get", id=invitation["interaction_id"]) or {}
    team_id = response["team_id"] if response else team_of(tx, interaction)
    case = cases.of_response(tx, response["id"]) if response else None
    remarks.hear(tx, person, now, words=words, response=response, case=case, team_id=team_id)


def _show_answered(tx: Tx, invitation: Row, survey: Survey, step: conversation.Step, question: Row, now: int) -> None:
    """Replaces the question on the person's screen by what they answered, with a way to change it."""
    answered = step.answered[-1]
    asked = survey.question(answered.question)
    assert asked is not None
    hidden = survey.anonymous
    # What was typed stands right below; an anonymous answer is not repeated beside an address.
    repeated = not hidden and asked.kind != "text"
    args: dict[str, Any] = {
        "question": invitations.question_text(tx, invitation, asked),
        "answer": answer_label(asked, answered.value) if repeated else {"key": "question.kept"},
        "note": [*_introduction(tx, invitation, survey, question), *_case_notices(question)],
    }
    if not step.done and not hidden:
        change = {"key": f"o:change:{invitation['id']}:{asked.id}", "label": {"key": "question.change"}}
        args["choices"] = [change]
    invitations.say(tx, invitation, now, key="question.answered", args=args, replaces=question["id"])


def _introduction(tx: Tx, invitation: Row, survey: Survey, question: Row) -> list[Any]:
    """Who asks and how to stop, where it stood above a question: it stays on the screen when that is replaced."""
    if not json.loads(question["args"]).get("intro"):
        return []
    text = fill(_text(survey.intro, invitation["language"]), invitations.variables(tx, invitation))
    return [{"key": "text", "args": {"text": text}}]


def _case_notices(question: Row) -> list[Any]:
    """The number of their case and the promise, where they stand above a question: they stay when it is replaced."""
    told = json.loads(question["args"]).get("note") or []
    return [each for each in told if isinstance(each, dict) and each["key"] in CASE_NOTICES]


def _text(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts["en"]


def answer_label(question: Question, value: Any) -> Any:
    """An answer to a question that is pressed, in the words of what was pressed."""
    if question.kind == "yes_no":
        return {"key": "question.yes" if value else "question.no"}
    if question.kind in ("one_of", "several_of"):
        chosen = value if isinstance(value, list) else [value]
        return [dict(option.label) for option in question.options if option.id in chosen]
    return str(value)


def _note(
    invitation: Row, survey: Survey, step: conversation.Step, opened: case_opening.Opened | None, now: int
) -> list[Any]:
    """What is said before the next question: what was understood, and the case that was opened, in one message."""
    notes: list[Any] = []
    if step.remark and survey.anonymous:
        notes.append({"key": "survey.anonymous_not_kept", "args": {}})
    elif step.note:
        notes.append({"key": step.note, "args": {}})
    if opened is not None and opened.new:
        notes.append(opened.notice)
    first = not invitation["response_id"] and step.answered
    if first and now - invitation["asked_at"] > LATE_AFTER_MS:
        notes.append({"key": "customer.late_answer", "args": {}})
    return notes


def _finish(tx: Tx, invitation: Row, survey: Survey, response: Row | None, note: list[Any], now: int) -> None:
    band: Band | None = None
    if response is not None and not survey.anonymous:
        band = next((each for each in survey.bands if each.name == response["band"]), None)
    args = {
        "survey": survey.key,
        "survey_version": invitation["survey_version"],
        "band": band.name if band else "default",
        "variables": invitations.variables(tx, invitation),
        "note": note,
    }
    _end_of_changes(tx, invitation, now)
    invitations.say(tx, invitation, now, key="survey.thanks", args=args)
    invitations.end(tx, invitation, "done" if response else "declined", "", now)


def _end_of_changes(tx: Tx, invitation: Row, now: int) -> None:
    """Takes the way to change an answer off the screen, for after the end there is none."""
    for row in tx.all("outbox.changeable", invitation_id=invitation["id"]):
        args = {name: value for name, value in outbox.arguments(row).items() if name != "choices"}
        invitations.say(tx, invitation, now, key=row["key"], args=args, replaces=row["replaces"])
