"""The outer loop: root causes of a period, and improvements read, proposed, moved on and told to the customers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from cxbot.api import acting, improvement_answers, serving
from cxbot.api import improvement_bodies as bodies
from cxbot.api.case_bodies import CaseActionBody
from cxbot.api.serving import Endpoint, Handler, json_answer, language
from cxbot.domain.cases import Refusal
from cxbot.ports import Clock, Row, Store, Tx
from cxbot.transactions import improvement_requests
from cxbot.transactions.api_requests import Asked, Conflict, Missing
from cxbot.transactions.improvement_requests import PROPOSE, TELL
from cxbot.transactions.improvement_telling import Reader

ACTIONS: Mapping[str, tuple[type[CaseActionBody], str]] = {
    "edit": (bodies.EditBody, "Change what an improvement is, whose, and until when"),
    "move": (bodies.MoveBody, "Take an improvement to another state"),
    "tell": (bodies.TellBody, "Tell those who had complained that it was changed"),
    "stop": (CaseActionBody, "Tell nobody else"),
    "undo": (CaseActionBody, "Take telling back before anybody is told"),
}
"""Each action on an improvement with its body and what it does; one is proposed by a POST to /improvements."""
MOST_EVENTS = 200


class ImprovementRoutes:
    """The endpoints of root causes and improvements, over a store."""

    def __init__(self, store: Store, clock: Clock, channels: Collection[str]) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels

    def endpoints(self) -> tuple[Endpoint, ...]:
        """The causes, the improvements, one of them with its figures and its history, and each action."""
        actions = acting.endpoints(
            "improvement",
            ACTIONS,
            lambda name: bodies.TellAnswer if name == TELL else bodies.ImprovementAnswer,
            self._acting,
        )
        return (
            Endpoint(
                "GET", "/causes", "listCauses", "Read what customers complained of, by root cause", 200,
                bodies.CauseList, self._causes, query=bodies.CauseQuery, refusals=(422,),
            ),
            Endpoint(
                "GET", "/improvements", "listImprovements", "Read improvements, those being worked on first", 200,
                bodies.ImprovementList, self._list, query=bodies.ImprovementQuery, refusals=(422,),
            ),
            Endpoint(
                "POST", "/improvements", "proposeImprovement", "Propose to change something because of a cause", 200,
                bodies.ImprovementAnswer, self._acting(PROPOSE, bodies.ProposeBody), body=bodies.ProposeBody,
                refusals=acting.REFUSALS,
            ),
            Endpoint(
                "GET", "/improvements/{id}", "getImprovement", "Read an improvement, its figures before and after", 200,
                bodies.ImprovementWithFigures, self._reading(improvement_answers.with_figures), refusals=(404,),
            ),
            Endpoint(
                "GET", "/improvements/{id}/history", "getImprovementHistory", "Read what was done with it", 200,
                bodies.ImprovementHistory, self._reading(_history), refusals=(404,),
            ),
            *actions,
        )  # fmt: skip

    async def _causes(self, request: web.Request) -> web.StreamResponse:
        asked = serving.query(bodies.CauseQuery, request)
        found = await self._store.read(improvement_answers.gathered, asked, self._clock.now(), language(request))
        return json_answer(found, 200)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        asked = serving.query(bodies.ImprovementQuery, request)

        def read(tx: Tx, now: int, spoken: str) -> bodies.ImprovementList:
            rows = tx.all("improvements.listed", team_id=asked.team, state=asked.state, most=asked.limit + 1)
            items = [improvement_answers.shown(tx, row, now, spoken) for row in rows[: asked.limit]]
            return bodies.ImprovementList(items=items, more=len(rows) > asked.limit)

        return json_answer(await self._store.read(read, self._clock.now(), language(request)), 200)

    def _reading(self, of: Callable[[Tx, Row, int, str], BaseModel]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            now, spoken = self._clock.now(), language(request)
            return await acting.shown(
                self._store,
                request,
                "improvement",
                improvement_requests.find,
                lambda tx, improvement: of(tx, improvement, now, spoken),
            )

        return handle

    def _acting(self, name: str, model: type[CaseActionBody]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            now, spoken = self._clock.now(), language(request)
            asked = await acting.read_asked(request, name, model, now, self._channels)
            readers: tuple[Reader, ...] = ()
            if name == TELL:
                # Who had complained is looked for beside the writer.
                readers = await self._store.read(improvement_requests.audience, asked.subject, now)
            came = await self._store.run(_act, asked, now, spoken, readers)
            answer, repeated = acting.done(came, "improvement", spoken, now)
            return acting.answered(answer, repeated=repeated)

        return handle


def _act(
    tx: Tx, asked: Asked, now: int, spoken: str, readers: tuple[Reader, ...]
) -> tuple[BaseModel, bool] | Refusal | Conflict | Missing:
    """Does it, and reads in the same moment what its answer shows."""
    done = improvement_requests.act(tx, asked, now, readers)
    if isinstance(done, Refusal | Conflict | Missing):
        return done
    return improvement_answers.done(tx, done, now, spoken), done.repeated


def _history(tx: Tx, improvement: Row, now: int, spoken: str) -> BaseModel:
    rows: list[Any] = tx.all("timeline.events", subject_id=improvement["id"], most=MOST_EVENTS)
    return bodies.ImprovementHistory(items=[improvement_answers.happened(row) for row in reversed(rows)])
