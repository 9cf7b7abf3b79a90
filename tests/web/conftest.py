"""The web channel in an application of its own, with a small cast; what is posted is kept instead of handled."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from web_cast import SECRET, seed_cast

from cxbot.channels.web import CHANNEL, Settings
from cxbot.ports import Inbound, Receipt, Surroundings
from cxbot.transactions.channel_state import StoredState


@pytest.fixture(params=["sqlite"])
def engine(request) -> str:
    """Pages are the same on every engine; what they read is tested on both in test_transcripts.py."""
    return request.param


@dataclass
class Web:
    """The channel behind a test client, and what came of what was posted."""

    client: TestClient
    store: object
    clock: object
    inbounds: list[Inbound] = field(default_factory=list)
    receipt: Receipt = field(default_factory=Receipt)
    wound: list[int] = field(default_factory=list)

    async def deliver(self, inbound: Inbound) -> Receipt:
        self.inbounds.append(inbound)
        return self.receipt

    async def act(self, *, origin: str = "", **fields):
        headers = {"Origin": origin or str(self.client.make_url("/")).rstrip("/")}
        values = {
            "id": "a" * 16,
            "seat": "customer",
            "place": "customer:sam",
            "sender": "customer:sam",
            "kind": "text",
            **fields,
        }
        return await self.client.post("/try/act", data=values, headers=headers)

    async def post(self, path: str, **fields):
        headers = {"Origin": str(self.client.make_url("/")).rstrip("/")}
        return await self.client.post(path, data=fields, headers=headers)


@pytest.fixture
async def make_web(store, clock):
    """Makes the channel; `demo` says whether there is a try-out page."""
    await store.run(seed_cast, clock.now)
    made: list[tuple[Web, object, object]] = []

    async def make(*, demo: bool = True) -> Web:
        state = StoredState(store, "web")
        company = {"en": "Harbour & Co", "zh-CN": "海港商店", "zh-TW": "海港商店"}
        around = Surroundings(store, clock.clock, state, SECRET, "https://cx.example", company, demo=demo)
        channel = CHANNEL.build(Settings(upload_bytes=50_000), around)
        app = web.Application()
        channel.mount(app)
        wound: list[int] = []

        async def wind(ms: int) -> None:
            wound.append(ms)

        app._state.update({"wind": wind, "next_morning": lambda: 999})
        client = TestClient(TestServer(app))
        await client.start_server()
        found = Web(client, store, clock, wound=wound)
        if channel._try is not None:
            channel._try.deliver = found.deliver
        made.append((found, channel, client))
        return found

    yield make
    for _, channel, client in made:
        await channel.close()
        await client.close()


@pytest.fixture
async def page(make_web) -> Web:
    return await make_web()
