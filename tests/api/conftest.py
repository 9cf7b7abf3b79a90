"""The API on a server of its own, with a token, and a survey that asks about closed tickets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from world import ANA

from cxbot import api
from cxbot.api.auth import new_token
from cxbot.domain.survey import Band, Question, Survey, Trigger
from cxbot.transactions import surveys, tokens

AS_ANA = {"channel": "web", "address": ANA}
CSAT = Survey(
    key="csat",
    metric="csat",
    kind="transactional",
    trigger=Trigger(touchpoints=("ticket",), outcomes=("closed",), delay="30m"),
    questions=(Question(id="score", kind="scale", low=1, high=5, score=True, text={"en": "How was it?"}),),
    bands=(Band(name="low", low=1, high=2, detractor=True, severity="high"), Band(name="high", low=3, high=5)),
)


@pytest.fixture
async def token(store, clock) -> str:
    given, kept = new_token()
    await store.run(tokens.create, "crm", kept, clock.now)
    await store.run(surveys.seed, CSAT, "1", clock.now)
    return given


@pytest.fixture
async def stranger(store, clock) -> AsyncIterator[TestClient]:
    """A client without a token."""
    application = web.Application()
    api.mount(application, store, clock.clock, channels=("web", "slack"))
    async with TestClient(TestServer(application)) as client:
        yield client


@pytest.fixture
async def client(stranger, token) -> TestClient:
    """A client with the token of the system `crm`."""
    stranger.session.headers["Authorization"] = f"Bearer {token}"
    return stranger


@pytest.fixture
async def crm(world):
    """A client with the token of the system `crm`, on the world's store."""
    given, kept = new_token()
    await world.store.run(tokens.create, "crm", kept, world.now)
    application = web.Application()
    api.mount(application, world.store, world.clock.clock, channels=("web", "slack"))
    async with TestClient(TestServer(application), headers={"Authorization": f"Bearer {given}"}) as client:
        yield client


@pytest.fixture
def does(crm, world):
    """Does something to a case or a storm; gives the status, the answer and whether it was a repeat."""
    numbers = iter(range(1, 1000))

    async def act(case, action, actor=AS_ANA, language="en", **more):
        body = {"id": f"R-{next(numbers)}", "actor": actor, **more}
        ref = case if isinstance(case, str) else case["id"]
        kind = "cases" if isinstance(case, str) or "person_id" in case else "incidents"
        response = await crm.post(f"/api/v1/{kind}/{ref}:{action}", json=body, headers={"Accept-Language": language})
        await world.settle()
        return response.status, await response.json(), "Idempotency-Replayed" in response.headers

    return act
