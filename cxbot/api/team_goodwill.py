"""A team's goodwill of a month by API: what was given and asked for, and what is left."""

from __future__ import annotations

import re
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from cxbot.api import recovery_answers, serving
from cxbot.api.answers import Time, time_text
from cxbot.api.bodies import Body, clean
from cxbot.api.recovery_bodies import Grant
from cxbot.api.serving import Endpoint, json_answer, missing
from cxbot.domain import goodwill
from cxbot.ports import Clock, Row, Store, Tx
from cxbot.transactions import grants, teams

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


def _month(value: object) -> object:
    if isinstance(value, str) and value and not _MONTH.fullmatch(value):
        raise PydanticCustomError("month", "This is no month: write a year and a month, such as 2025-03")
    return value


class MonthQuery(Body):
    """Which month."""

    month: Annotated[str, BeforeValidator(_month)] = Field(
        "", description="A month of the team's time zone; absent: the present one.", examples=["2025-03"]
    )


class GoodwillCount(BaseModel):
    """How much goodwill is in a state, in one currency."""

    state: str
    currency: str
    number: int
    amount: str


class TeamGrant(Grant):
    """Goodwill with the case it belongs to."""

    case: str


class MonthBudget(BaseModel):
    """What a team may give without asking a second person; `left` is of the present month."""

    currency: str
    each: str
    customer: str
    team: str
    left: str


class TeamGoodwill(BaseModel):
    """A team's goodwill of a month: sums by state, and the newest grants, the newest first."""

    since: Time
    until: Time
    counts: list[GoodwillCount]
    items: list[TeamGrant]
    budget: MonthBudget | None


class TeamGoodwillRoutes:
    """The endpoint of a team's goodwill, over a store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Its rows in the table of endpoints."""
        return (
            Endpoint(
                "GET",
                "/teams/{id}/goodwill",
                "getTeamGoodwill",
                "Read what a team gave in a month, what waits and what is left",
                200,
                TeamGoodwill,
                self.read,
                query=MonthQuery,
                refusals=(404, 422),
            ),
        )

    async def read(self, request: web.Request) -> web.Response:
        """GET /teams/{id}/goodwill."""
        asked = serving.query(MonthQuery, request)
        answer = await self._store.read(_read, clean(request.match_info["id"]), asked.month, self._clock.now())
        if answer is None:
            raise missing("team")
        return json_answer(answer, 200)


def _read(tx: Tx, team_id: str, month: str, now: int) -> TeamGoodwill | None:
    team = teams.get(tx, team_id)
    if team is None:
        return None
    zone = team["time_zone"]
    named = _MONTH.fullmatch(month)
    since, until = goodwill.month_of(int(named[1]), int(named[2]), zone) if named else goodwill.month(now, zone)
    found = grants.figures(tx, team_id, since, until, now)
    return TeamGoodwill(
        since=time_text(since),
        until=time_text(until),
        counts=[
            GoodwillCount(
                state=row["state"],
                currency=row["currency"],
                number=row["n"],
                amount=recovery_answers.amount(int(row["amount"]), row["currency"]),
            )
            for row in found.counts
        ],
        items=[_grant(row) for row in found.listed],
        budget=None if found.budget is None else _budget(found.budget, found.left),
    )


def _grant(row: Row) -> TeamGrant:
    return TeamGrant(**recovery_answers.grant(row).model_dump(), case=row["code"])


def _budget(budget: goodwill.Budget, left: int) -> MonthBudget:
    def shown(amount: int) -> str:
        return recovery_answers.amount(amount, budget.currency)

    return MonthBudget(
        currency=budget.currency,
        each=shown(budget.each),
        customer=shown(budget.person),
        team=shown(budget.team),
        left=shown(left),
    )
