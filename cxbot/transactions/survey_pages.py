"""A survey answered on its page: all answers at once, the link spent by them; a second use is kept apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cxbot.domain import conversation
from cxbot.domain.survey import Survey
from cxbot.ports import Row, Tx
from cxbot.transactions import (
    case_messages,
    cases,
    invitations,
    links,
    outbox,
    people,
    responses,
    surveys,
    teams,
)

MOST_AGAIN = 3
"""Further answers to one invitation that are kept; a link that goes round is closed after that."""
NOBODY = "anonymous"
"""Stands for the response of an anonymous survey where a link is marked as spent."""


@dataclass(frozen=True, slots=True)
class LinkResult:
    """What became of a survey page sent in. `mistakes`: question id -> message key; `thanks`: a nested meaning."""

    state: str
    response_id: str = ""
    mistakes: Mapping[str, str] = field(default_factory=dict)
    thanks: Mapping[str, Any] | None = None


def submit(
    tx: Tx, invitation_id: str, answers: Mapping[str, str], token_hash: str, language: str, now: int
) -> LinkResult:
    """Takes the answers of a survey page. A link used before, or a survey already answered, is kept apart.

    States: taken, again (shown to the team as such, not counted, opens nothing), expired, invalid. With mistakes
    nothing is stored.
    """
    found = tx.one("invitations.get", id=invitation_id)
    if found is None or found["state"] in ("waiting", "not_asked", "retracted"):
        return LinkResult("invalid")
    person = people.lock(tx, found["person_id"]) if found["person_id"] else None
    invitation = tx.one("invitations.get", id=invitation_id)
    assert invitation is not None
    if invitation["expires_at"] <= now or invitation["state"] == "expired":
        return LinkResult("expired")
    survey = surveys.asked(tx, invitation)
    steps, mistakes = conversation.answer_all(survey, answers)
    if mistakes:
        return LinkResult("invalid", mistakes=mistakes)
    first = links.spend(tx, token_hash, "", now) and invitation["state"] == "asked" and not invitation["response_id"]
    if not first and _times_again(tx, invitation_id) >= MOST_AGAIN:
        return LinkResult("expired")
    invitation = {**invitation, "language": language or invitation["language"]}
    response = _store(tx, person, invitation, survey, steps, "link" if first else "again", now)
    led_to = NOBODY if survey.anonymous else response["id"]
    links.led_to(tx, token_hash, led_to)
    notes: list[Any] = []
    if first:
        opened = responses.detect(tx, person, invitation, survey, response, now) if person else None
        notes = [opened.notice] if opened else []
        _close_chat(tx, invitation, now)
    elif person is not None and not survey.anonymous:
        _show_again(tx, person, invitation, response, now)
    args = {
        "survey": survey.key,
        "survey_version": invitation["survey_version"],
        "band": "default" if survey.anonymous else response["band"] or "default",
        "variables": invitations.variables(tx, invitation),
        "note": notes,
    }
    if first:
        invitations.end(tx, invitation, "done", "", now)
    return LinkResult("taken" if first else "again", led_to, thanks={"key": "survey.thanks", "args": args})


def _store(
    tx: Tx,
    person: Row | None,
    invitation: Row,
    survey: Survey,
    steps: Sequence[conversation.Step],
    via: str,
    now: int,
) -> Row:
    response = responses.begin(tx, person["id"] if person else "", invitation, survey, via, now)
    for step in steps:
        response = responses.store_answers(tx, response, survey, step, now)
    return response


def _close_chat(tx: Tx, invitation: Row, now: int) -> None:
    question = tx.one("outbox.last_question", invitation_id=invitation["id"])
    if question is not None and question["state"] in ("sent", "sending"):
        invitations.close_question(tx, invitation, question, now, key="question.answered_on_page")


def _times_again(tx: Tx, invitation_id: str) -> int:
    row = tx.one("survey_pages.times_again", invitation_id=invitation_id)
    return int(row["n"]) if row else 0


def _show_again(tx: Tx, person: Row, invitation: Row, response: Row, now: int) -> None:
    """Tells the team what somebody with the link answered besides: it may be another person, so nothing changes."""
    args = {"name": person["name"], "score": response["score"], "words": cases.said(tx, response["id"])[1]}
    case = cases.of_response(tx, invitation["response_id"]) if invitation["response_id"] else None
    if case is None:
        first = tx.one("survey_pages.first_response", invitation_id=invitation["id"])
        case = cases.of_response(tx, first["id"]) if first else None
    if case is not None:
        case_messages.team_says(tx, case, "team.answered_again", args, now)
        return
    team = teams.get(tx, response["team_id"]) if response["team_id"] else None
    if team is not None and team["place"]:
        outbox.say(
            tx,
            now,
            channel=team["channel"],
            address=team["place"],
            language=team["language"],
            key="team.answered_again",
            args=args,
        )
