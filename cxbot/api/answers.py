"""What the API answers: its models, which are also its description."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field

from cxbot import wording
from cxbot.ports import Row
from cxbot.transactions.interactions import Taken

Time = str
"""RFC 3339 in UTC with milliseconds; '' where it has not happened."""


class ErrorDetail(BaseModel):
    """One mistake."""

    pointer: str = Field(description="JSON pointer into the body; ?/name is a query parameter.")
    message: str
    what_to_do: str


class ErrorBody(BaseModel):
    """Why a request was refused."""

    code: str
    message: str
    what_to_do: str
    details: list[ErrorDetail]


class ErrorAnswer(BaseModel):
    """Every refusal has this form."""

    error: ErrorBody


class InvitationState(BaseModel):
    """The invitation an interaction led to."""

    id: str
    state: str
    due_at: Time = Field(description="When it is looked at next; '' where nothing is due.")


class Reason(BaseModel):
    """Why nothing was sent, or not yet."""

    code: str
    message: str
    detail: dict[str, Any]


class TakenAnswer(BaseModel):
    """The interaction is kept. The same body again gets the same answer, with the header Idempotency-Replayed."""

    id: str = Field(description="Your id of it.")
    source: str
    interaction_id: str = Field(description="Our id of it.")
    state: str = Field(description="The invitation's state; not_asked where there is none.")
    invitation: InvitationState | None
    reason: Reason | None
    warnings: list[str]


class BatchItem(BaseModel):
    """What became of one interaction of a batch."""

    index: int
    status: int = Field(description="202 taken; 409, 422 or 500 refused, as it would be alone.")
    taken: TakenAnswer | None = None
    error: ErrorBody | None = None


class BatchAnswer(BaseModel):
    """What became of each interaction, in the order they came."""

    taken: int
    refused: int
    results: list[BatchItem]


class Invitation(BaseModel):
    """One survey meant for one person about one interaction."""

    id: str
    state: str
    reason: str
    survey: str
    survey_version: int
    metric: str
    kind: str
    interaction_id: str
    source: str
    source_id: str = Field(description="Your id of the interaction.")
    touchpoint: str
    team: str
    person_id: str
    channel: str
    language: str
    nudges: int
    response_id: str
    created_at: Time
    due_at: Time
    asked_at: Time
    expires_at: Time
    ended_at: Time
    link: str = Field(description="The survey as a page, for a letter or an e-mail of yours; '' unless it is open.")


class Answer(BaseModel):
    """The answer to one question."""

    question: str
    kind: str
    value: str | int | float | bool | list[str]
    words: str = Field(description="What was said beside it.")
    answered_at: Time


class Response(BaseModel):
    """All answers of one invitation. Answers to anonymous surveys are in the reports only."""

    id: str
    state: str
    survey: str
    survey_version: int
    variant: str = Field(description="The wording it was asked in; '' where there was only one.")
    metric: str
    score: int | None
    band: str
    invitation_id: str
    interaction_id: str
    source: str
    source_id: str = Field(description="Your id of the interaction.")
    touchpoint: str
    team: str
    person_id: str
    channel: str
    language: str
    via: str
    late: bool
    started_at: Time
    completed_at: Time
    answers: list[Answer]


class Case(BaseModel):
    """The work that follows an unhappy answer."""

    id: str
    code: str
    state: str
    severity: str
    cause: str
    person_id: str
    team: str
    owner_id: str
    interaction_id: str
    source: str
    source_id: str = Field(description="Your id of the interaction.")
    response_id: str
    touchpoint: str
    score: int | None
    summary: str
    root_cause: str
    done: str
    confirmed: str
    ending: str
    reopened: int
    merged_into: str
    incident_id: str = Field(description="The storm it belongs to; '' where it stands alone.")
    opened_at: Time
    promised_at: Time
    due_at: Time
    claimed_at: Time
    contacted_at: Time
    resolved_at: Time
    closed_at: Time


class InvitationPage(BaseModel):
    """Invitations, oldest first."""

    items: list[Invitation]
    next: str = Field(description="Give it as `cursor` for the next page; '' on the last one.")


class ResponsePage(BaseModel):
    """Responses, oldest first."""

    items: list[Response]
    next: str = Field(description="Give it as `cursor` for the next page; '' on the last one.")


class CasePage(BaseModel):
    """Cases, oldest first."""

    items: list[Case]
    next: str = Field(description="Give it as `cursor` for the next page; '' on the last one.")


def time_text(moment: int) -> Time:
    """Epoch milliseconds as RFC 3339 in UTC; '' for 0."""
    if not moment:
        return ""
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def taken_answer(taken: Taken, source_id: str, source: str, language: str) -> TakenAnswer:
    """What the caller is told about an interaction that was kept."""
    due_at = taken.detail.get("due_at", 0)
    return TakenAnswer(
        id=source_id,
        source=source,
        interaction_id=taken.interaction_id,
        state=taken.state,
        invitation=InvitationState(
            id=taken.invitation_id, state=taken.state, due_at=time_text(due_at if isinstance(due_at, int) else 0)
        )
        if taken.invitation_id
        else None,
        reason=Reason(
            code=taken.reason,
            message=wording.text(f"reason.{taken.reason}", language, **taken.detail),
            detail={key: value for key, value in taken.detail.items() if key != "due_at"},
        )
        if taken.reason
        else None,
        warnings=[f'There is no team "{taken.unknown_team}"; the touchpoint chooses the team.']
        if taken.unknown_team
        else [],
    )


def invitation(row: Row, link: str = "") -> Invitation:
    """An invitation as the API shows it, with the address of its page."""
    return Invitation.model_validate({**_shown(row, Invitation), "link": link})


def response(row: Row, answers: list[Row]) -> Response:
    """A response with its answers as the API shows it."""
    shown = [
        {**answer, "value": _value(answer["value"]), "answered_at": time_text(answer["answered_at"])}
        for answer in answers
    ]
    return Response.model_validate({**_shown(row, Response), "late": bool(row["late"]), "answers": shown})


def case(row: Row) -> Case:
    """A case as the API shows it."""
    return Case.model_validate({**_shown(row, Case), "done": row["done_words"], "confirmed": row["confirm"]})


def _shown(row: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    return {key: time_text(row[key]) if key.endswith("_at") else row[key] for key in model.model_fields if key in row}


def _value(text: str) -> Any:
    """An answer's value is kept as JSON; what is none is text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str | int | float | bool | list) else text
