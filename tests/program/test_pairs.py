"""Every customer's channel with every team's: the whole loop, in the languages of both, in one program."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
from callbacks import AES_KEY, TOKEN
from fake_slack import BOT_TOKEN, SECRET, FakeSlack
from fake_slack import visible as in_slack
from fake_wechat import APP_ID, APP_SECRET, FakeWeChat
from fake_wecom import AGENT_ID, CORP_ID, FakeWeCom
from fake_wecom import APP_SECRET as CORP_SECRET

from cxbot.app import App
from cxbot.config import parse_config
from cxbot.ports import Allowance, Inbound
from cxbot.store import open_store, statements
from cxbot.testing import FakeClock
from cxbot.transactions import interactions

THURSDAY_TEN, DAY = 1_763_604_000_000, 86_400_000
KF = "wkKF1"
SETTINGS = """
[company]
name = { en = "Harbour", zh-CN = "海港", zh-TW = "海港" }
privacy_url = "https://example.com/privacy"
time_zone = "Asia/Shanghai"

[seed.teams.slackers]
policy = { queue_alerts = false }
name = "Slackers"
channel = "slack"
place = "CTEAM"
time_zone = "America/Chicago"
hours = { days = { mon-sun = ["00:00-24:00"] } }
touchpoints = ["ticket"]
members = [{ address = "slack:UANA", name = "Ana", role = "lead", language = "en" }]

[seed.teams.wecomers]
policy = { queue_alerts = false }
name = "企微"
channel = "wecom"
place = "group:one"
language = "zh-CN"
time_zone = "Asia/Shanghai"
touchpoints = ["delivery"]
members = [{ address = "wecom:wei", name = "小伟", role = "lead", language = "zh-CN" }]

[seed.teams.webbers]
policy = { queue_alerts = false }
name = "網頁"
channel = "web"
place = "team:web"
language = "zh-TW"
time_zone = "Asia/Taipei"
touchpoints = ["store"]
members = [{ address = "web:member:lin", name = "小林", role = "lead", language = "zh-TW" }]

[channels.slack]
[channels.wechat]
[channels.wecom]
"""
TEAMS = {
    "slack": ("ticket", "closed", "slack", "UANA", "CTEAM", "Ana", "High"),
    "wecom": ("delivery", "late", "wecom", "wei", "group:one", "小伟", "严重"),
    "web": ("store", "visited", "web", "member:lin", "team:web", "小林", "嚴重"),
}
CUSTOMERS = {
    "slack": ("slack", "UC{n}", "en", "They never called back."),
    "wechat": ("wechat", "oC{n}", "zh-CN", "没有人告诉我。"),
    "kf": ("wecom", f"kf:{KF}:wmC{{n}}", "zh-CN", "等了三天。"),
    "web": ("web", "customer:c{n}", "zh-TW", "沒有人回電。"),
}


@contextlib.asynccontextmanager
async def company(store_url: str) -> AsyncIterator[tuple[App, FakeClock, FakeSlack, FakeWeChat, FakeWeCom, Any]]:
    clock = FakeClock(THURSDAY_TEN)
    async with contextlib.AsyncExitStack() as stack:
        slack = await stack.enter_async_context(FakeSlack.open())
        wechat = await stack.enter_async_context(FakeWeChat())
        wecom = await stack.enter_async_context(FakeWeCom())
        slack.add_channel("CTEAM", "team")
        slack.add_user("UANA", "Ana")
        wecom.add_members("wei")
        wecom.webhooks.add("key-one")
        wecom.add_kf(KF, "wei")
        slack.now = wechat.now = wecom.now = lambda: clock.machine / 1000
        given = {
            "CXBOT_STORE__URL": store_url,
            "CXBOT_CHANNELS__SLACK__API_URL": slack.url,
            "CXBOT_CHANNELS__SLACK__BOT_TOKEN": BOT_TOKEN,
            "CXBOT_CHANNELS__SLACK__SIGNING_SECRET": SECRET,
            "CXBOT_CHANNELS__WECHAT__API_URL": wechat.url,
            "CXBOT_CHANNELS__WECHAT__APP_ID": APP_ID,
            "CXBOT_CHANNELS__WECHAT__APP_SECRET": APP_SECRET,
            "CXBOT_CHANNELS__WECHAT__TOKEN": TOKEN,
            "CXBOT_CHANNELS__WECOM__API_URL": wecom.url,
            "CXBOT_CHANNELS__WECOM__CORP_ID": CORP_ID,
            "CXBOT_CHANNELS__WECOM__AGENT_ID": str(AGENT_ID),
            "CXBOT_CHANNELS__WECOM__SECRET": CORP_SECRET,
            "CXBOT_CHANNELS__WECOM__TOKEN": TOKEN,
            "CXBOT_CHANNELS__WECOM__AES_KEY": AES_KEY,
            "CXBOT_CHANNELS__WECOM__GROUP_WEBHOOKS": '{"one": "key-one"}',
            "CXBOT_CHANNELS__WECOM__KF": f'{{"{KF}": "ticket"}}',
        }
        app = await App.start(parse_config(SETTINGS, "config.toml", given), clock=clock.clock, port=0)
        stack.push_async_callback(app.stop)
        every = "".join(f"-- name: {t}\n-- All.\nSELECT * FROM {t} ORDER BY id\n\n" for t in ("cases", "outbox"))
        seen = await open_store(store_url, statements={**statements.load(), **statements.parse(every, "every")})
        stack.push_async_callback(seen.close)
        yield app, clock, slack, wechat, wecom, seen
        assert slack.problems == wechat.problems == wecom.problems == []


class Pair:
    """One customer and one team, by what they do: the vendors' own ways in are tested beside each channel."""

    def __init__(self, app: App, clock: FakeClock, seen: Any, wechat: FakeWeChat, wecom: FakeWeCom) -> None:
        self.app, self.clock, self.seen, self.wechat, self.wecom = app, clock, seen, wechat, wecom
        self.numbers = itertools.count(1)

    async def rest(self) -> None:
        for _ in range(150):
            await self.app.settle()
            rows = await self.rows("outbox")
            now = self.clock.now
            if not [row for row in rows if row["state"] == "queued" and row["due_at"] <= now]:
                return
            self.clock.machine += 1_000
        raise AssertionError([(row["key"], row["address"], row["reason"]) for row in rows if row["state"] == "queued"])

    async def rows(self, table: str) -> list[dict[str, Any]]:
        return list(await self.seen.read(lambda tx: tx.all(f"every.{table}")))

    async def does(self, channel: str, who: str, place: str = "", **more: Any) -> Any:
        opens = (Allowance("reply", 5, self.clock.machine + 48 * 3_600_000),) if channel in ("wechat", "wecom") else ()
        if channel == "wechat":
            self.wechat.acted(who, "message")
        elif who.startswith("kf:"):
            self.wecom.customer_writes(KF, who.rpartition(":")[2], more.get("text", ""))
        inbound = Inbound(f"in-{next(self.numbers)}", channel, place or who, who, opens=opens, **more)
        receipt = await self.app.deliver(inbound)
        await self.rest()
        return receipt

    async def told(self, address: str) -> str:
        return "\n".join(row["words"] for row in await self.rows("outbox") if row["address"] == address)

    async def later(self, minutes: float) -> None:
        self.clock.advance(int(minutes * 60_000))
        await self.rest()


@pytest.mark.timeout(240)
async def test_every_customers_channel_works_with_every_teams(store_url):
    async with company(store_url) as (app, clock, slack, wechat, wecom, seen):
        pair = Pair(app, clock, seen, wechat, wecom)
        for n, (customer, team) in enumerate(itertools.product(CUSTOMERS, TEAMS)):
            channel, address, language, words = CUSTOMERS[customer]
            address = address.format(n=n)
            if channel == "slack":
                slack.add_user(address, f"Customer {n}")
            elif channel == "wechat":
                wechat.follow(address)
            await pair.later((THURSDAY_TEN + n * DAY - clock.now) / 60_000)  # at ten in the morning, each day one
            await loop(pair, (channel, address, language, words), TEAMS[team], f"{customer} with {team}")
        assert any("never called back" in in_slack(each) for each in slack.said("CTEAM"))


async def unhappy(pair: Pair, customer: tuple[str, ...], touchpoint: str, outcome: str, name: str) -> dict[str, Any]:
    channel, address, language, _ = customer
    await pair.does(channel, address, kind="opened")
    person = {"language": language, "time_zone": "Asia/Shanghai"}
    person["addresses"] = [{"channel": channel, "address": address}]  # type: ignore[assignment]
    body = {"id": name, "touchpoint": touchpoint, "outcome": outcome, "person": person}
    taken = await pair.app.store.run(interactions.take, body, "crm", pair.clock.now)
    assert isinstance(taken, interactions.Taken)
    assert (taken.state, taken.reason) == ("asked", ""), name
    await pair.rest()
    await pair.does(channel, address, kind="text", text="1")
    return (await pair.rows("cases"))[-1]


async def loop(pair: Pair, customer: tuple[str, ...], team: tuple[str, ...], name: str) -> None:
    channel, address, language, words = customer
    touchpoint, outcome, team_channel, member, place, member_name, severity = team
    case = await unhappy(pair, customer, touchpoint, outcome, name)
    assert (case["channel"], case["address"]) == (channel, address), name
    assert case["code"] in await pair.told(address), name
    for text in ("1", words, words):
        await pair.does(channel, address, kind="text", text=text)
    shown = await pair.told(place)
    assert severity in shown, name
    assert words in shown, f"{name}: the customer's words, as they wrote them"

    await pair.does(team_channel, member, place, kind="choice", choice=f"c:claim:{case['id']}")
    told = f"Done, {case['code']}."
    fields = {"root_cause": "waiting", "done": "called", "told": told}
    await pair.does(team_channel, member, place, kind="form", choice=f"c:resolve:{case['id']}", fields=fields)
    await pair.later(0.6)
    assert told in await pair.told(address), name
    await pair.later(62)
    await pair.does(channel, address, kind="text", text={"en": "yes", "zh-CN": "解决了", "zh-TW": "解決了"}[language])
    case = next(each for each in await pair.rows("cases") if each["id"] == case["id"])
    assert (case["state"], case["confirm"]) == ("closed", "yes"), name
    assert member_name in await pair.told(place), name


@pytest.mark.timeout(240)
async def test_while_a_colleague_talks_with_a_customer_the_bot_asks_nothing_on_any_channel(store_url):
    async with company(store_url) as (app, clock, slack, wechat, wecom, seen):
        pair = Pair(app, clock, seen, wechat, wecom)
        for n, (customer, team) in enumerate(zip(CUSTOMERS, itertools.cycle(TEAMS), strict=False)):
            channel, address, language, words = CUSTOMERS[customer]
            address = address.format(n=n)
            if channel == "slack":
                slack.add_user(address, f"Customer {n}")
            elif channel == "wechat":
                wechat.follow(address)
            await talk(pair, (channel, address, language, words), TEAMS[team], f"{customer} with {team}")


async def talk(pair: Pair, customer: tuple[str, ...], team: tuple[str, ...], name: str) -> None:
    channel, address, _, words = customer
    touchpoint, outcome, team_channel, member, place, *_ = team
    case = await unhappy(pair, customer, touchpoint, outcome, name)
    said = {"words": f"This is {name}."}
    await pair.does(team_channel, member, place, kind="form", choice=f"c:reply:{case['id']}", fields=said)
    assert said["words"] in await pair.told(address), name
    asked = [row["id"] for row in await pair.rows("outbox") if row["kind"] == "question"]
    for text in (words, words):
        await pair.does(channel, address, kind="text", text=text)
    await pair.later(26 * 60)
    rows = await pair.rows("outbox")
    assert [row["id"] for row in rows if row["kind"] == "question"] == asked, name
    assert [row["key"] for row in rows if row["address"] == address].count("customer.noted") == 1, name
    assert (await pair.told(place)).count(words) >= 2, f"{name}: what the customer answers stands under the case"
