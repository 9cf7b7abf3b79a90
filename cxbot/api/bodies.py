"""What other systems may report: the body of an interaction, checked whole, every mistake at once."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from cxbot import wording
from cxbot.transactions.people import is_zone

DAY_MS = 86_400_000
EARLIEST = 946_684_800_000
"""2000-01-01, so that a time in seconds is not taken for one in milliseconds."""
FUTURE_MS = DAY_MS
MOST_ATTRIBUTES = 50
MOST_ADDRESSES = 10
LONGEST_ATTRIBUTE = 500
LARGEST_NUMBER = 2**53

_LINES = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(?P<zone>[Zz]|[+-]\d\d:\d\d)?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}")


def clean(text: str) -> str:
    """Text on one line, without control characters, signs that turn its direction, lone surrogates and outer blanks."""
    return _CONTROLS.sub("", _LINES.sub(" ", text)).strip()


def read_time(value: object) -> int:
    """Epoch milliseconds of an RFC 3339 text or of epoch milliseconds; ValueError says what is wrong with it."""
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,18}\s*", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("is no time")
    if isinstance(value, str):
        return _read_rfc3339(value.strip())
    if EARLIEST // 1000 <= value < EARLIEST // 10:
        raise ValueError("looks like seconds: epoch milliseconds are a thousand times as many")
    return value


def _read_rfc3339(text: str) -> int:
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("is neither an RFC 3339 time nor epoch milliseconds")
    if match["zone"] is None:
        raise ValueError("has no offset from UTC, such as Z or +08:00")
    try:
        moment = datetime.fromisoformat(text.upper())
        return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
    except (ValueError, OverflowError):
        raise ValueError("is a day or an hour that does not exist") from None


def _clean(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def identifier(value: object) -> object:
    """An id that came as a number is meant as its digits."""
    return (
        str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30 else _clean(value)
    )


def _happened_at(value: object, info: ValidationInfo) -> int:
    try:
        moment = read_time(value)
    except ValueError as error:
        raise PydanticCustomError("time", "This {fault}", {"fault": str(error)}) from None
    if moment < EARLIEST:
        raise PydanticCustomError("time_early", "This is before the year 2000")
    if moment > (info.context or {}).get("now", moment) + FUTURE_MS:
        raise PydanticCustomError("time_late", "This is more than a day in the future")
    return moment


def _language(value: object) -> object:
    if not isinstance(value, str) or not value.strip():
        return value
    if not _LANGUAGE.fullmatch(value.strip()):
        raise PydanticCustomError("language", "This is no language tag")
    return wording.negotiate(value.strip())


def _time_zone(value: object) -> object:
    if isinstance(value, str) and value.strip() and not is_zone(value.strip()):
        raise PydanticCustomError("time_zone", "This is no IANA time zone")
    return _clean(value)


def _whole(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,15}\.\d{1,6}\s*", value):
        value = float(value)
    return round(value) if isinstance(value, float) and math.isfinite(value) else value


def channel_name(value: object, info: ValidationInfo) -> object:
    """The name of a channel, which has to be a configured one where those are known."""
    known: Collection[str] = (info.context or {}).get("channels") or ()
    if isinstance(value, str) and known and clean(value) not in known:
        raise PydanticCustomError(
            "channel", "No channel of this name is configured; there is {known}", {"known": ", ".join(sorted(known))}
        )
    return _clean(value)


def _attributes(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    if len(value) > MOST_ATTRIBUTES:
        raise PydanticCustomError("attributes", "There are more than {most} attributes", {"most": MOST_ATTRIBUTES})
    kept: dict[str, object] = {}
    for key, one in value.items():
        name = clean(key) if isinstance(key, str) else ""
        if not name or len(name) > 64:
            raise PydanticCustomError("attribute_name", "An attribute's name has 1 to 64 characters")
        if one is not None:
            kept[name] = _attribute(name, _clean(one))
    return kept


def _attribute(name: str, value: object) -> object:
    if isinstance(value, str) and len(value) <= LONGEST_ATTRIBUTE:
        return value
    if isinstance(value, bool) or (isinstance(value, int | float) and abs(value) <= LARGEST_NUMBER):
        return value
    raise PydanticCustomError(
        "attribute",
        "The attribute {name} is no text of up to {most} characters, number, true or false",
        {"name": repr(name), "most": LONGEST_ATTRIBUTE},
    )


Word = Annotated[str, BeforeValidator(_clean), Field(max_length=64)]
Words = Annotated[str, BeforeValidator(_clean), Field(max_length=200)]
Attributes = Annotated[dict[str, str | bool | int | float], BeforeValidator(_attributes)]


class Body(BaseModel):
    """Refuses unknown keys; null is the same as absent."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: object) -> object:
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, Mapping) else data


class AddressBody(Body):
    """Where a person can be written to."""

    channel: Annotated[str, BeforeValidator(channel_name), Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")] = Field(
        description="The name of a configured channel.", examples=["web"]
    )
    address: Annotated[str, BeforeValidator(identifier), Field(min_length=1, max_length=255)] = Field(
        description="The person's address there.", examples=["customer:sam"]
    )


class PersonBody(Body):
    """The person it happened to. Facts that are absent stay as they are known."""

    id: Annotated[str, BeforeValidator(identifier), Field(max_length=200)] = Field(
        "", description="Your id of the person; found again by it within your source.", examples=["C-1024"]
    )
    addresses: Annotated[list[AddressBody], Field(max_length=MOST_ADDRESSES)] = Field(
        default_factory=list,
        description="One or several addresses.",
        examples=[[{"channel": "web", "address": "customer:sam"}]],
    )
    name: Words = Field("", description="What the person is called.", examples=["Sam Rivera"])
    language: Annotated[str, BeforeValidator(_language), Field(max_length=35)] = Field(
        "", description="A language tag; the bot speaks en, zh-CN and zh-TW.", examples=["en"]
    )
    time_zone: Annotated[str, BeforeValidator(_time_zone), Field(max_length=64)] = Field(
        "", description="An IANA time zone.", examples=["Asia/Shanghai"]
    )
    segment: Word = Field("", description="The group of customers the person belongs to.", examples=["retail"])
    value: Annotated[int, BeforeValidator(_whole), Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)] | None = Field(
        None, description="What the customer is worth, a whole number in your currency.", examples=[1200]
    )
    vip: bool | None = Field(None, description="Whether complaints of this person are more severe.", examples=[True])
    attributes: Attributes = Field(
        default_factory=dict, description="Your own facts: texts, numbers, true or false.", examples=[{"tier": "gold"}]
    )

    @model_validator(mode="after")
    def _somebody(self) -> PersonBody:
        if not (self.id or self.addresses or self.name):
            raise PydanticCustomError("person", "Nobody is named here")
        return self


class InteractionBody(Body):
    """What happened, to whom, and who was responsible."""

    id: Annotated[str, BeforeValidator(identifier), Field(min_length=1, max_length=200)] = Field(
        description="Your id of it. The same id and body again is answered as before.", examples=["T-88231"]
    )
    source: Word = Field("", description="The system it comes from; the token's name if absent.", examples=["helpdesk"])
    touchpoint: Annotated[Word, Field(min_length=1)] = Field(
        description="Where in the journey it happened; it chooses the survey.", examples=["ticket"]
    )
    stage: Word = Field("", description="The stage of the journey.", examples=["support"])
    outcome: Word = Field("", description="How it ended.", examples=["closed"])
    happened_at: (
        Annotated[
            int,
            BeforeValidator(_happened_at, json_schema_input_type=int | str),
        ]
        | None
    ) = Field(
        None,
        description="When: RFC 3339 with an offset, or epoch milliseconds; now if absent.",
        examples=["2025-03-02T09:30:00+08:00"],
    )
    person: PersonBody = Field(
        description="Whom it happened to.", examples=[{"addresses": [{"channel": "web", "address": "customer:sam"}]}]
    )
    team: Word = Field(
        "", description="Id or name of the team responsible; the touchpoint's if absent.", examples=["support"]
    )
    agent: Words = Field("", description="Who served the person.", examples=["Ben"])
    reference: Words = Field("", description="The number the person knows it by.", examples=["#88231"])
    attributes: Attributes = Field(
        default_factory=dict, description="Your own facts: texts, numbers, true or false.", examples=[{"city": "Oslo"}]
    )
    closed_by: Word = Field("", description="Who or what ended it.", examples=["agent"])
    auto_closed: bool = Field(False, description="Whether it was ended by a rule, not by somebody.", examples=[True])
    internal: bool = Field(False, description="Whether it concerns no customer.", examples=[False])
    spam: bool = Field(False, description="Whether it was no request at all.", examples=[False])
    self_solved: bool = Field(False, description="Whether the person solved it without anybody.", examples=[False])
    unanswered: bool = Field(
        False, description="Whether an agent began it and the person never answered.", examples=[False]
    )
    survey: bool = Field(True, description="false: nobody is asked about it.", examples=[False])
    reopened: bool = Field(
        False, description="true: it is not over after all; an unanswered survey is taken back.", examples=[True]
    )

    def kept(self) -> dict[str, Any]:
        """The body as it is kept and compared: without what is absent, times in epoch milliseconds, no source."""
        return self.model_dump(exclude_defaults=True, exclude={"source"})


class BatchBody(Body):
    """Up to 500 interactions; each is checked and kept by itself."""

    interactions: Annotated[list[InteractionBody], Field(min_length=1, max_length=500)] = Field(
        description="The interactions."
    )
