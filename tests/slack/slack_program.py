"""The whole program beside a Slack of our own: people act there, and what they see is read there."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import AsyncIterator
from typing import Any

from fake_slack import APP_TOKEN, BOT_TOKEN, SECRET, FakeSlack

from cxbot.api import auth
from cxbot.app import App
from cxbot.config import parse_config
from cxbot.store import EngineStore, open_store, statements
from cxbot.testing import FakeClock
from cxbot.transactions import tokens

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
THURSDAY_TEN = 1_763_604_000_000
"""Thursday 20 November 2025, 10:00 in Shanghai."""
SAM, MEI, YITING, ANA, BEN, ADA, WEI = "USAM", "UMEI", "UYITING", "UANA", "UBEN", "UADA", "UWEI"
SUPPORT, DELIVERY, FALLBACK, SHARED, LOBBY = "CSUPPORT", "CDELIVERY", "CFALLBACK", "CSHARED", "CLOBBY"
SETTINGS = f"""
[company]
name = {{ en = "Harbour", zh-CN = "海港", zh-TW = "海港" }}
privacy_url = "https://example.com/privacy"
time_zone = "Asia/Shanghai"
fallback = "slack:{FALLBACK}"

[contact]
relationship_days = 0
transactional_days = 0
floor_hours = 0

[seed]
owners = [{{ address = "slack:{ADA}", name = "Ada", role = "owner", language = "en" }}]

[seed.teams.support]
name = "Support"
channel = "slack"
place = "{SUPPORT}"
time_zone = "Asia/Shanghai"
touchpoints = ["ticket", "*"]
members = [
  {{ address = "slack:{ANA}", name = "Ana", role = "lead", language = "en" }},
  {{ address = "slack:{BEN}", name = "Ben", role = "member", language = "en" }},
]

[seed.teams.delivery]
name = "Delivery"
channel = "slack"
place = "{DELIVERY}"
language = "zh-CN"
time_zone = "Asia/Shanghai"
touchpoints = ["delivery"]
members = [{{ address = "slack:{WEI}", name = "小伟", role = "lead", language = "zh-CN" }}]

[channels.slack]
"""
TABLES = {"cases": "id", "decisions": "id", "events": "happened_at, id", "inbox": "arrived_at, id",
          "interactions": "id", "invitations": "id", "outbox": "id", "people": "id", "remarks": "id", "responses": "id",
          "addresses": "channel, address", "answers": "answered_at, question"}  # fmt: skip


@functools.cache
def _every() -> dict[str, statements.Statement]:
    text = "".join(
        f"-- name: {table}\n-- Everything in it.\nSELECT * FROM {table} ORDER BY {order}\n\n"
        for table, order in TABLES.items()
    )
    return {**statements.load(), **statements.parse(text, "every")}


def add_people(slack: FakeSlack) -> None:
    slack.add_user(SAM, "Sam", email="sam@example.com")
    slack.add_user(MEI, "林美", locale="zh-CN")
    slack.add_user(YITING, "陳怡婷", locale="zh-TW")
    for user, name in ((ANA, "Ana"), (BEN, "Ben"), (ADA, "Ada"), (WEI, "小伟")):
        slack.add_user(user, name)
    for channel in (SUPPORT, DELIVERY, FALLBACK, SHARED):
        slack.add_channel(channel, channel.lower())
    slack.add_channel(LOBBY, "lobby", member=False)


def config_of(slack: FakeSlack, store_url: str, mode: str = "http", **env: str):
    given = {
        "CXBOT_STORE__URL": store_url,
        "CXBOT_CHANNELS__SLACK__MODE": mode,
        "CXBOT_CHANNELS__SLACK__API_URL": slack.url,
        "CXBOT_CHANNELS__SLACK__BOT_TOKEN": BOT_TOKEN,
        "CXBOT_CHANNELS__SLACK__APP_TOKEN": APP_TOKEN,
        "CXBOT_CHANNELS__SLACK__SIGNING_SECRET": SECRET,
        **env,
    }
    return parse_config(SETTINGS, "config.toml", given)


class Workspace:
    """The program, its clock and the Slack it lives in."""

    def __init__(self, app: App, clock: FakeClock, slack: FakeSlack, token: str, seen: EngineStore) -> None:
        self.app = app
        self.clock = clock
        self.slack = slack
        self.token = token
        self._seen = seen

    async def report(
        self, who: str, touchpoint: str = "ticket", outcome: str = "closed", **more: Any
    ) -> dict[str, Any]:
        """The shop's system reports an interaction over the API."""
        number = len(await self.rows("interactions")) + 1
        body = {"id": f"X-{number}", "touchpoint": touchpoint, "outcome": outcome, "reference": f"HC-{number}",
                "person": {"addresses": [{"channel": "slack", "address": who}]}, **more}  # fmt: skip
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.app.url}/api/v1/interactions"
        async with self.slack.session.post(url, json=body, headers=headers) as answer:
            assert answer.status == 202, await answer.text()
            told = await answer.json()
        await self.rest()
        return dict(told)

    async def unhappy(self, who: str = SAM, score: str = "2") -> dict[str, Any]:
        """A ticket is closed and the customer gives a low score; the case."""
        await self.report(who)
        await self.slack.click(who, who, f":{score}")
        await self.rest()
        return (await self.rows("cases"))[-1]

    async def rest(self) -> None:
        """Delivers all that may leave, second by second, for one address takes one message a second."""
        for _ in range(90):
            await self.app.settle()
            now, machine = self.clock.now, self.clock.machine
            waiting = [
                row
                for row in await self.rows("outbox")
                if row["state"] == "queued" and row["due_at"] <= now and row["retry_at"] <= machine + 2 * SECOND
            ]
            if not waiting:
                return
            self.clock.machine += SECOND
        raise AssertionError([(row["key"], row["address"], row["reason"]) for row in waiting])

    async def later(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        self.clock.advance(int(hours * HOUR + minutes * MINUTE + seconds * SECOND))
        await self.rest()

    async def rows(self, table: str, **wanted: Any) -> list[dict[str, Any]]:
        """The rows of a table in which the wanted columns say so, oldest first."""
        found = await self._seen.read(lambda tx: tx.all(f"every.{table}"))
        return [row for row in found if all(row[column] == value for column, value in wanted.items())]

    async def reasons(self) -> list[str]:
        return [row["reason"] for row in await self.rows("decisions")]

    def cards(self, channel: str = SUPPORT) -> list[dict[str, Any]]:
        """The alerts of a channel: its messages with a header."""
        return [m for m in self.slack.said(channel) if any(b["type"] == "header" for b in m.get("blocks") or [])]

    def thread(self, card: dict[str, Any]) -> list[dict[str, Any]]:
        return [m for m in self.slack.messages[card["channel"]] if m.get("thread_ts") == card["ts"]]

    async def metric(self, name: str) -> float:
        async with self.slack.session.get(f"{self.app.url}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


@contextlib.asynccontextmanager
async def workspace(store_url: str, *, mode: str = "http", slack: FakeSlack | None = None,
                    clock: FakeClock | None = None, **env: str) -> AsyncIterator[Workspace]:  # fmt: skip
    """The program in a workspace; a second one on the same store is a restart, or another replica."""
    clock = clock or FakeClock(THURSDAY_TEN)
    async with contextlib.AsyncExitStack() as stack:
        if slack is None:
            slack = await stack.enter_async_context(FakeSlack.open())
            add_people(slack)
        slack.now = lambda: clock.machine / 1000
        slack.use_socket = mode == "socket"
        app = await App.start(config_of(slack, store_url, mode, **env), clock=clock.clock, port=0)
        stack.push_async_callback(app.stop)
        seen = await open_store(store_url, statements=_every())
        stack.push_async_callback(seen.close)
        slack.request_url = f"{app.url}/slack/events"
        token, kept = auth.new_token()
        await app.store.run(tokens.create, f"crm-{token[-8:]}", kept, clock.now)
        yield Workspace(app, clock, slack, token, seen)
        assert slack.problems == []


def arguments(row: dict[str, Any]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(row["args"])
    return loaded
