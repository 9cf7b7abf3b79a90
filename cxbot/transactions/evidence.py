"""Why somebody was not asked, in facts: what happened when, and the survey or cadence in which it is decided."""

from __future__ import annotations

from typing import Any

from cxbot.ports import Row, Tx
from cxbot.transactions import people, surveys

DAY_MS = 24 * 60 * 60 * 1000
REPORTED = ("internal", "spam", "self_solved", "unanswered", "survey_off", "auto_closed", "closed_by", "too_old")
"""Reasons that lie in what happened, or in what its system said of it."""


def of(tx: Tx, reason: str, person_id: str, survey: str, interaction_id: str) -> dict[str, Any]:
    """What is known of a reason at the moment it is recorded; empty where there is nothing to add."""
    found: dict[str, Any] = {"survey": survey} if survey else {}
    interaction = tx.once("interactions.get", id=interaction_id) if interaction_id else None
    match reason:
        case "opted_out":
            return {**found, **_last(tx, person_id, "opted_out")}
        case "paused":
            return {**found, **_last(tx, f"{surveys.SUBJECT}{survey}", "survey.paused")}
        case "no_survey" if interaction:
            return {"touchpoint": interaction["touchpoint"]}
        case "unreachable":
            rows = [row for row in people.addresses(tx, person_id) if row["unreachable"]]
            return {**found, "why": rows[0]["unreachable"]} if rows else found
        case "open_survey":
            other = tx.one("invitations.open_of_person", person_id=person_id)
            return {**found, **_open(other)} if other else found
        case "too_old" if interaction:
            live = surveys.live(tx, survey)
            days = live.survey.expires_ms // DAY_MS if live else 0
            return {**found, "at": interaction["happened_at"], "days": days}
        case "not_sampled":
            live = surveys.live(tx, survey)
            return {**found, "percent": live.survey.trigger.sample_percent} if live else found
        case _ if reason in REPORTED and interaction:
            return {**found, "at": interaction["happened_at"], "reference": interaction["reference"]}
    return found


def answered(tx: Tx, invitation: Row) -> dict[str, Any]:
    """The score they had given, on its scale; nothing of an anonymous survey."""
    survey = surveys.asked(tx, invitation)
    response = tx.one("responses.get", id=invitation["response_id"])
    if survey.anonymous or response is None or response["score"] is None:
        return {}
    high = next((question.high for question in survey.questions if question.kind == "scale"), "")
    return {"score": f"{response['score']}/{high}"}


def _open(other: Row) -> dict[str, Any]:
    return {"other": other["survey"], "at": other["asked_at"], "until": other["expires_at"]}


def _last(tx: Tx, subject_id: str, kind: str) -> dict[str, Any]:
    row = tx.one("cases.last_event", subject_id=subject_id, kind=kind)
    return {"at": row["happened_at"]} if row else {}
