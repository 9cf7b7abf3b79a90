"""How a caller narrows and turns the pages of a reading."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from cxbot.api.bodies import Body, Word, read_time
from cxbot.transactions.reading import END_OF_TIME, Filters, Place

MOST = 200
USUAL = 50

_CURSOR = re.compile(r"(\d{1,15})-([0-9A-Za-z]{1,40})")


def _time(value: object) -> int:
    try:
        moment = read_time(value)
    except ValueError as error:
        raise PydanticCustomError("time", "This {fault}", {"fault": str(error)}) from None
    if not 0 <= moment < END_OF_TIME:
        raise PydanticCustomError("time", "This is out of range")
    return moment


def _cursor(value: object) -> object:
    if isinstance(value, str) and value and not _CURSOR.fullmatch(value):
        raise PydanticCustomError("cursor", "This is no cursor of ours")
    return value


Time = Annotated[int, BeforeValidator(_time, json_schema_input_type=int | str)]


class Query(Body):
    """What every reading takes."""

    cursor: Annotated[str, BeforeValidator(_cursor)] = Field("", description="The `next` of the page before.")
    limit: int = Field(USUAL, ge=1, le=MOST, description="How many rows at most.", examples=[100])
    since: Time = Field(
        0,
        description="Only what began then or later: RFC 3339 or epoch milliseconds.",
        examples=["2025-03-02T00:00:00Z"],
    )
    until: Time = Field(
        END_OF_TIME - 1,
        description="Only what began before: RFC 3339 or epoch milliseconds.",
        examples=["2025-03-09T00:00:00Z"],
    )
    touchpoint: Word = Field("", description="Only of this touchpoint.", examples=["ticket"])
    team: Word = Field("", description="Only of the team with this id.", examples=["support"])

    def filters(self) -> Filters:
        """The filters for the reading."""
        state = str(getattr(self, "state", ""))
        return Filters(since=self.since, until=self.until, touchpoint=self.touchpoint, team=self.team, state=state)

    def after(self) -> Place:
        """Where the page begins."""
        match = _CURSOR.fullmatch(self.cursor)
        return Place(int(match[1]), match[2]) if match else Place()


class InvitationQuery(Query):
    """Which invitations."""

    state: Literal["", "waiting", "asked", "done", "declined", "expired", "not_asked", "retracted", "unreachable"] = (
        Field("", description="Only in this state.", examples=["done"])
    )


class ResponseQuery(Query):
    """Which responses."""

    state: Literal["", "partial", "complete"] = Field("", description="Only in this state.", examples=["complete"])


class CaseQuery(Query):
    """Which cases."""

    state: Literal["", "open", "claimed", "resolved", "closed", "dismissed", "merged"] = Field(
        "", description="Only in this state.", examples=["open"]
    )


def cursor(place: Place | None) -> str:
    """The cursor for what comes after a place; '' where nothing does."""
    return f"{place.time}-{place.id}" if place else ""
