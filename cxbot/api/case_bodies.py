"""What another system sends to work on a case, and what it is answered."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from cxbot import wording
from cxbot.api.answers import Case, Time
from cxbot.api.bodies import Body, Word, channel_name, clean, identifier, read_time

LONGEST_WORDS = 2_000


def _moment(value: object, info: ValidationInfo) -> int:
    try:
        moment = read_time(value)
    except ValueError as error:
        raise PydanticCustomError("time", "This {fault}", {"fault": str(error)}) from None
    if moment <= (info.context or {}).get("now", 0):
        raise PydanticCustomError("time_past", "This is not in the future")
    return moment


def _lines(value: object) -> object:
    """Words as somebody wrote them, with their line breaks."""
    return "\n".join(clean(line) for line in value.splitlines()).strip() if isinstance(value, str) else value


Said = Annotated[str, BeforeValidator(_lines), Field(max_length=LONGEST_WORDS)]
Wanted = Annotated[Said, Field(min_length=1)]


def _spoken(value: dict[str, str]) -> dict[str, str]:
    for language in value:
        if language not in wording.LANGUAGES:
            known = ", ".join(wording.LANGUAGES)
            raise PydanticCustomError("language", "There is no such language; there is {known}", {"known": known})
    return value


Told = Annotated[dict[str, Said], AfterValidator(_spoken)]
"""What customers read, by language."""
Identifier = Annotated[str, BeforeValidator(identifier), Field(min_length=1, max_length=200)]


class ColleagueBody(Body):
    """A colleague, by our id or by an address of theirs."""

    id: Annotated[str, BeforeValidator(identifier), Field(max_length=200)] = Field(
        "", description="Our id of the person.", examples=[""]
    )
    channel: Annotated[str, BeforeValidator(channel_name), Field(max_length=32)] = Field(
        "", description="The name of a configured channel.", examples=["web"]
    )
    address: Annotated[str, BeforeValidator(identifier), Field(max_length=255)] = Field(
        "", description="The person's address there.", examples=["member:ana"]
    )

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if bool(self.id) == bool(self.channel and self.address):
            raise PydanticCustomError("colleague", "Name one person: an id, or a channel and an address")
        return self


class CaseActionBody(Body):
    """Who acts, and your id of the request."""

    id: Identifier = Field(
        description="Your id of the request. The same id and body again is answered as before, and nothing is done.",
        examples=["CRM-771"],
    )
    actor: ColleagueBody = Field(
        description="In whose name it is done; they need the rights they would need in chat.",
        examples=[{"channel": "web", "address": "member:ana"}],
    )

    def arguments(self) -> dict[str, Any]:
        """The action's own arguments."""
        return self.model_dump(exclude={"id", "actor", "preview"})


class ReplyBody(CaseActionBody):
    """What the customer is written."""

    words: Wanted = Field(description="What the customer reads, in their language.", examples=["We are on it."])
    preview: bool = Field(False, description="true: only what they would read; nothing is sent.", examples=[False])


class SnoozeBody(CaseActionBody):
    """No reminders until then, and why."""

    until: Annotated[int, BeforeValidator(_moment, json_schema_input_type=int | str)] = Field(
        description="Until when: RFC 3339 with an offset, or epoch milliseconds; at most 14 days ahead.",
        examples=["2025-11-21T09:00:00+08:00"],
    )
    reason: Wanted = Field(description="Why.", examples=["waiting for the warehouse"])


class HandOverBody(CaseActionBody):
    """To whom the case is given: a colleague, or another team."""

    to: ColleagueBody | None = Field(
        None, description="The colleague.", examples=[{"channel": "web", "address": "member:ben"}]
    )
    team: Word = Field("", description="Id or name of the other team.", examples=["delivery"])

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.to is None) == (not self.team):
            raise PydanticCustomError("taker", "Name either a colleague or a team")
        return self


class ResolveBody(CaseActionBody):
    """Why it happened, what was done, and what the customer is told."""

    root_cause: Annotated[Word, Field(min_length=1)] = Field(
        description="The id of one of the team's causes.", examples=["waiting"]
    )
    done: Wanted = Field(description="What was done, for the team.", examples=["Called them"])
    told: Said = Field("", description="What the customer is told; absent: nothing.", examples=["It is fixed."])
    preview: bool = Field(False, description="true: only what they would read; nothing is done.", examples=[False])


class DismissBody(CaseActionBody):
    """Why this is no case."""

    ending: Literal["misclick", "scale_misread", "not_ours", "spam"] = Field(description="Why.", examples=["spam"])


class MergeBody(CaseActionBody):
    """Into which other case of the same customer."""

    into: Identifier = Field(description="The id or the code of the other case.", examples=["B4XT2P"])


class Reading(BaseModel):
    """What is read in one language, and by how many."""

    language: str
    n: int
    words: str


class Delivery(BaseModel):
    """Whether the customer can be written to now."""

    state: Literal["now", "held", "unreachable", "opted_out_of_all", "no_address"]
    until: Time = Field(description="Until when, where their platform says so; else ''.")
    left: int = Field(description="How many messages, where their platform counts; else 0.")
    message: str


class CaseActionAnswer(BaseModel):
    """What was done. A repeat says the same, with the case as it is by then and the header Idempotency-Replayed."""

    event: str = Field(description="What the case's history has of it; '' in a preview.")
    message: str
    case: Case
    reads: str = Field(description="What the customer reads; '' where that is nothing.")
    delivery: Delivery


class PageQuery(Body):
    """Which page."""

    page: int = Field(1, ge=1, le=1_000, description="1 has the newest entries.", examples=[1])
    limit: int = Field(50, ge=1, le=200, description="How many entries at most.", examples=[50])


class Happening(BaseModel):
    """One thing that happened to a case."""

    at: Time
    what: str = Field(description="interaction, invitation, decision, answer, event, message or remark.")
    kind: str = Field(description="Of an event, what was done; of a message, its key.")
    by: str
    via: str = Field(description="Where it was done: a channel, or api: and the name of a token.")
    state: str
    reason: str
    words: str
    detail: dict[str, Any] = Field(description="What an event has besides.")


class TimelinePage(BaseModel):
    """What happened to a case, oldest first."""

    items: list[Happening]
    older: int = Field(description="How many entries are on later pages.")


class Utterance(BaseModel):
    """One thing that was said to or by the customer."""

    at: Time
    said_by: Literal["customer", "colleague", "bot"]
    name: str
    channel: str
    state: str = Field(description="What became of a message to the customer; '' of theirs.")
    reason: str
    words: str
    media: str


class TranscriptPage(BaseModel):
    """The conversation with the customer on all channels, oldest first."""

    items: list[Utterance]
    older: int = Field(description="How many entries are on later pages.")
