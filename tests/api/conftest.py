"""The API on a server of its own, with a token, and a survey that asks about closed tickets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from cxbot import api
from cxbot.api.auth import new_token
from cxbot.domain.survey import Band, Question, Survey, Trigger
from cxbot.transactions import surveys, tokens

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
