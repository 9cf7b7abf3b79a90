"""Root causes and improvements: what another system sends, and what it reads."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from cxbot.api.answers import Time
from cxbot.api.bodies import Body, Word
from cxbot.api.case_bodies import CaseActionBody, ColleagueBody, Reading, Said, Told, Wanted

LONGEST_TITLE = 120
MOST = 200
MOST_WORDS = 20

State = Literal["proposed", "planned", "doing", "done", "dropped"]
Period = Literal["today", "week", "month", "quarter", "year"]


Title = Annotated[Said, Field(max_length=LONGEST_TITLE)]

_OWNER = "Who sees to it, a colleague of the team."
_DUE = "The day by which it is done, in the team's time zone: 2025-12-05, 12-05, or so far ahead as 2w."
_TOUCHPOINT = "One of the team's touchpoints; '' for all of them."
_TOLD = "What customers read, by language; in one that is not named they read a sentence without it."
_ANA = {"channel": "web", "address": "member:ana"}
_WORDS = {"en": "A second courier drives on Fridays.", "zh-CN": "周五增加了一名配送员。"}


class ProposeBody(CaseActionBody):
    """What is to change because of a root cause, who sees to it, and by when."""

    cause: Annotated[Word, Field(min_length=1)] = Field(description="The id of the root cause.", examples=["late"])
    team: Annotated[Word, Field(min_length=1)] = Field(
        description="Id or name of the team whose improvement it is.", examples=["delivery"]
    )
    title: Annotated[Wanted, Field(max_length=LONGEST_TITLE)] = Field(
        description="What is to change, for the team.", examples=["A second courier on Fridays"]
    )
    due: Annotated[Word, Field(min_length=1)] = Field(description=_DUE, examples=["4w"])
    owner: ColleagueBody | None = Field(None, description=f"{_OWNER} Absent: who acts.", examples=[_ANA])
    touchpoint: Word = Field("", description=_TOUCHPOINT, examples=["delivery"])
    told: Told = Field({}, description=_TOLD, examples=[_WORDS])


class EditBody(CaseActionBody):
    """What changes of an improvement; what is absent stays as it is."""

    title: Title = Field("", description="What is to change, for the team.", examples=["Two couriers on Fridays"])
    due: Word = Field("", description=_DUE, examples=["2025-12-05"])
    owner: ColleagueBody | None = Field(None, description=_OWNER, examples=[_ANA])
    touchpoint: Word | None = Field(None, description=_TOUCHPOINT, examples=["delivery"])
    told: Told | None = Field(None, description=_TOLD, examples=[_WORDS])


class MoveBody(CaseActionBody):
    """To which state."""

    to: State = Field(description="The state it takes.", examples=["doing"])
    reason: Said = Field("", description="Why it is dropped; needed there, and kept nowhere else.", examples=[""])


class TellBody(CaseActionBody):
    """What those who had complained are told."""

    told: Told | None = Field(
        None,
        description="What they read, by language; what is absent stays as it was written before, '' takes it back.",
        examples=[_WORDS],
    )
    preview: bool = Field(
        False, description="true: only how many they are and what they would read; nobody is told.", examples=[False]
    )


class CauseQuery(Body):
    """Of which time, team, touchpoint or cause."""

    period: Period = Field(
        "month", description="The last 1, 7, 30, 90 or 365 days, today included.", examples=["month"]
    )
    team: Word = Field("", description="Only of the team with this id.", examples=["delivery"])
    touchpoint: Word = Field("", description="Only of this touchpoint.", examples=["delivery"])
    cause: Word = Field("", description="Only the root cause with this id.", examples=["late"])
    words: int = Field(1, ge=0, le=MOST_WORDS, description="So many of the customers' sentences each.", examples=[8])


class ImprovementQuery(Body):
    """Which improvements."""

    team: Word = Field("", description="Only of the team with this id.", examples=["delivery"])
    state: Literal["", "proposed", "planned", "doing", "done", "dropped"] = Field(
        "", description="Only in this state.", examples=["doing"]
    )
    limit: int = Field(50, ge=1, le=MOST, description="How many at most.", examples=[100])


class Cause(BaseModel):
    """One root cause in a period."""

    id: str
    label: str
    cases: int
    open: int
    customers: int
    before: int = Field(description="Cases in as much of the period before.")
    trend: Literal["more", "fewer", "same"] = Field(description="More or fewer than before, beyond chance.")
    words: list[str] = Field(description="What customers wrote, the newest first.")
    improvements: list[str] = Field(description="The numbers of what is being changed because of it.")


class CauseList(BaseModel):
    """The root causes of a period, the most frequent first."""

    items: list[Cause]
    days: int
    unknown: int = Field(description="Open cases that name no cause yet.")


class Reason(BaseModel):
    """A reason and how many there are of it."""

    reason: str
    n: int
    message: str


class Progress(BaseModel):
    """How far telling the customers has come."""

    state: Literal["", "going", "stopping", "stopped", "over"]
    by: str
    begins_at: Time = Field(description="Until when it can be undone; '' where it has begun, or nobody is told.")
    told: int
    waiting: int
    held: int = Field(description="Held back by a channel that cannot be written to now.")
    not_told: list[Reason]


class Improvement(BaseModel):
    """What a team changes because of a root cause."""

    id: str
    code: str
    team: str
    cause: str
    label: str = Field(description="The root cause in words.")
    touchpoint: str = Field(description="'' for all of them.")
    title: str
    state: State
    reason: str = Field(description="Why it was dropped.")
    owner_id: str
    owner: str
    done_by: Time
    late: bool
    proposed_at: Time
    started_at: Time
    done_at: Time
    told: dict[str, str] = Field(description="What customers read, by language.")
    telling: Progress


class ImprovementList(BaseModel):
    """Improvements, those being worked on first, by their day."""

    items: list[Improvement]
    more: bool = Field(description="true: there are more than these.")


class Figure(BaseModel):
    """A figure with its 95 % interval: points of an NPS, per cent of others."""

    value: float
    low: float
    high: float
    n: int
    enough: bool = Field(description="false: there are too few answers to say anything.")


class Span(BaseModel):
    """Whole days, both ends included."""

    first: str
    last: str


class MetricCompared(BaseModel):
    """One metric before the work began and after it was done."""

    metric: str
    before: Figure | None = Field(description="null where too few answered anonymously to show it.")
    after: Figure | None = Field(description="The same; null too while it is too early to say.")
    verdict: Literal["", "better", "worse", "chance", "too_few"]
    difference: float | None
    difference_low: float | None
    difference_high: float | None


class ComplaintsCompared(BaseModel):
    """Cases of the cause before and after."""

    before: int
    after: int
    trend: Literal["more", "fewer", "same"]


class FiguresCompared(BaseModel):
    """Equally many days before and after."""

    days: int
    before: Span
    after: Span | None = Field(description="null while no whole day has passed since it was done.")
    metrics: list[MetricCompared]
    complaints: ComplaintsCompared | None
    compared_at: Time = Field(description="When the team is told of them by itself; '' where that is over.")


class ImprovementWithFigures(Improvement):
    """An improvement with what it has changed."""

    cases: int = Field(description="Of its cause in the last 365 days.")
    customers: int = Field(description="Of its cause in the last 365 days.")
    figures: FiguresCompared | None = Field(description="null where it is not done.")


class ImprovementEvent(BaseModel):
    """One thing that was done with an improvement."""

    at: Time
    kind: str
    by: str
    via: str = Field(description="Where it was done: a channel, or api: and the name of a token.")
    detail: dict[str, Any]


class ImprovementHistory(BaseModel):
    """What was done with an improvement, oldest first."""

    items: list[ImprovementEvent]


class ImprovementAnswer(BaseModel):
    """What was done. A repeat says the same, with the improvement as it is by then."""

    event: str = Field(description="What the history has of it; '' where nothing was changed, and in a preview.")
    message: str
    improvement: Improvement


class TellAnswer(ImprovementAnswer):
    """Who is told what; it begins after 30 seconds, in which it can be undone."""

    customers: int
    reads: list[Reading]
    not_told: list[Reason]
