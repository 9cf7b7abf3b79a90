"""The API's endpoints: one table of them, from which both the routes and their description are made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import structlog
from aiohttp import web
from pydantic import BaseModel

from cxbot.api import answers, checks, queries, serving
from cxbot.api.auth import Gate
from cxbot.api.bodies import BatchBody, InteractionBody, clean
from cxbot.api.case_routes import CaseRoutes
from cxbot.api.errors import Detail, Problem, json_errors, problem_body
from cxbot.api.improvement_routes import ImprovementRoutes
from cxbot.api.incident_routes import IncidentRoutes
from cxbot.api.rotas import RotaRoutes
from cxbot.api.serving import BODY_BYTES, CALLER, PREFIX, REPLAYED, Endpoint, json_answer, language, missing, read_body
from cxbot.api.team_goodwill import TeamGoodwillRoutes
from cxbot.ports import Clock, Row, Store
from cxbot.transactions import interactions, reading

log = structlog.get_logger(__name__)

BATCH_BYTES = 8 * 1024 * 1024
BATCH_MOST = 500


class Api:
    """Serves the endpoints over a store; `channels` are the names an address may have (none given: any)."""

    def __init__(
        self, store: Store, clock: Clock, channels: Collection[str] = (), link: Callable[[Row], str] = lambda _: ""
    ) -> None:
        self._shown: dict[reading.Kind, Callable[[Row], BaseModel]] = {
            "invitations": lambda row: answers.invitation(row, link(row)),
            "responses": lambda row: answers.response(row, row["answers"]),
            "cases": answers.case,
        }
        self._store = store
        self._clock = clock
        self._channels = channels
        self._gate = Gate(store, clock)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every endpoint that wants a token."""
        return (
            Endpoint(
                "POST",
                "/interactions",
                "takeInteraction",
                "Report what happened to somebody",
                202,
                answers.TakenAnswer,
                self.take,
                body=InteractionBody,
                refusals=(400, 409, 413, 422),
            ),
            Endpoint(
                "POST",
                "/interactions:batch",
                "takeInteractions",
                "Report up to 500 interactions; bad ones do not stop the rest",
                202,
                answers.BatchAnswer,
                self.take_batch,
                body=BatchBody,
                refusals=(400, 413, 422),
            ),
            Endpoint(
                "POST",
                "/interactions/{id}:reopen",
                "reopenInteraction",
                "Reopen an interaction: an unanswered survey is taken back",
                202,
                answers.TakenAnswer,
                self.reopen,
                refusals=(404,),
            ),
            *self._readings("invitations", answers.InvitationPage, answers.Invitation, queries.InvitationQuery),
            *self._readings("responses", answers.ResponsePage, answers.Response, queries.ResponseQuery),
            *self._readings("cases", answers.CasePage, answers.Case, queries.CaseQuery),
            *CaseRoutes(self._store, self._clock, self._channels).endpoints(),
            *IncidentRoutes(self._store, self._clock, self._channels).endpoints(),
            *ImprovementRoutes(self._store, self._clock, self._channels).endpoints(),
            *RotaRoutes(self._store, self._clock).endpoints(),
            *TeamGoodwillRoutes(self._store, self._clock).endpoints(),
        )

    def guarded(self, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """The endpoint's handler behind the token check."""

        async def handle(request: web.Request) -> web.StreamResponse:
            request[CALLER] = await self._gate.caller(request)
            return await endpoint.handler(request)

        return handle

    async def take(self, request: web.Request) -> web.Response:
        """POST /interactions."""
        data = checks.read_json(await read_body(request, BODY_BYTES))
        body = checks.read_interaction(data, self._clock.now(), self._channels)
        if isinstance(body, list):
            raise checks.invalid(body)
        source = body.source or request[CALLER]
        outcome = await self._store.run(interactions.take, body.kept(), source, self._clock.now())
        if isinstance(outcome, interactions.Conflict):
            raise _conflict(outcome)
        return _accepted(outcome, body.id, source, language(request))

    async def take_batch(self, request: web.Request) -> web.Response:
        """POST /interactions:batch, either {"interactions": [...]} or the list alone."""
        data = checks.read_json(await read_body(request, BATCH_BYTES))
        items = data.get("interactions") if isinstance(data, dict) and len(data) == 1 else data
        if not isinstance(items, list) or not 1 <= len(items) <= BATCH_MOST:
            raise Problem(
                422,
                "invalid",
                f"This is no list of 1 to {BATCH_MOST} interactions.",
                'Send {"interactions": [ … ]} with at most 500 of them.',
            )
        bodies = [
            checks.read_interaction(item, self._clock.now(), self._channels, at=f"/interactions/{index}")
            for index, item in enumerate(items)
        ]
        results = await asyncio.gather(*(self._item(request, index, body) for index, body in enumerate(bodies)))
        taken = sum(result.status == 202 for result in results)
        answer = answers.BatchAnswer(taken=taken, refused=len(results) - taken, results=results)
        return json_answer(answer, 202 if taken else 422)

    async def reopen(self, request: web.Request) -> web.Response:
        """POST /interactions/{id}:reopen, with our id, or yours; `?source=` names another source than the token's."""
        source = clean(request.query.get("source", "")) or request[CALLER]
        source_id = clean(request.match_info["id"])
        taken = await self._store.run(interactions.reopen, source, source_id, self._clock.now())
        if taken is None:
            raise missing("interaction")
        return _accepted(taken, source_id, source, language(request))

    async def _item(self, request: web.Request, index: int, body: InteractionBody | list[Any]) -> answers.BatchItem:
        try:
            if isinstance(body, list):
                raise checks.invalid(body)
            source = body.source or request[CALLER]
            outcome = await self._store.run(interactions.take, body.kept(), source, self._clock.now())
            if isinstance(outcome, interactions.Conflict):
                raise _conflict(outcome)
        except Problem as problem:
            error = answers.ErrorAnswer.model_validate(problem_body(problem)).error
            return answers.BatchItem(index=index, status=problem.status, error=error)
        except Exception:  # one that fails must not stop the rest
            log.exception("api_item_failed", index=index)
            error = answers.ErrorBody(
                code="internal", message="This one could not be kept.", what_to_do="Send it again.", details=[]
            )
            return answers.BatchItem(index=index, status=500, error=error)
        return answers.BatchItem(
            index=index, status=202, taken=answers.taken_answer(outcome, body.id, source, language(request))
        )

    def _readings(
        self, kind: reading.Kind, page: type[BaseModel], one: type[BaseModel], query: type[queries.Query]
    ) -> Sequence[Endpoint]:
        async def read_page(request: web.Request) -> web.Response:
            asked = serving.query(query, request)
            found = await self._store.read(reading.page, kind, asked.filters(), asked.after(), asked.limit)
            items = [self._shown[kind](row) for row in found.rows]
            return json_answer(page.model_validate({"items": items, "next": queries.cursor(found.next)}), 200)

        async def read_one(request: web.Request) -> web.Response:
            row = await self._store.read(reading.one, kind, clean(request.match_info["id"]))
            if row is None:
                raise missing(kind.removesuffix("s"))
            return json_answer(self._shown[kind](row), 200)

        title = kind.removesuffix("s").capitalize()
        return (
            Endpoint(
                "GET",
                f"/{kind}",
                f"list{title}s",
                f"Read {kind}, oldest first",
                200,
                page,
                read_page,
                query=query,
                refusals=(422,),
            ),
            Endpoint(
                "GET", f"/{kind}/{{id}}", f"get{title}", f"Read one of the {kind}", 200, one, read_one, refusals=(404,)
            ),
        )


def mount(
    app: web.Application,
    store: Store,
    clock: Clock,
    *,
    channels: Collection[str] = (),
    link: Callable[[Row], str] = lambda _: "",
) -> None:
    """Adds the API under /api/v1, with its own error form; `link` gives the address of an invitation's survey page."""
    from cxbot.api.openapi import describe  # noqa: PLC0415 -- it reads this module's table

    api = Api(store, clock, channels, link)
    inside = web.Application(middlewares=[json_errors])
    description = describe(api.endpoints())

    async def openapi(_: web.Request) -> web.Response:
        return web.json_response(description)

    inside.router.add_get("/openapi.json", openapi)
    for endpoint in api.endpoints():
        path = endpoint.path.replace("{id}", "{id:[^/]+}")
        inside.router.add_route(endpoint.method, path, api.guarded(endpoint))
    app.add_subapp(PREFIX, inside)


def _accepted(taken: interactions.Taken, source_id: str, source: str, spoken: str) -> web.Response:
    response = json_answer(answers.taken_answer(taken, source_id, source, spoken), 202)
    if taken.repeated:
        response.headers[REPLAYED] = "true"
    return response


def _conflict(conflict: interactions.Conflict) -> Problem:
    return Problem(
        409,
        "conflict",
        "This id came before with another body.",
        "Send a new id for something new, the same body to repeat, or reopened: true if it is not over after all.",
        [
            Detail(key, "This differs from what came first.", "Send what came first, or a new id.")
            for key in conflict.keys
        ],
    )
