"""The whole program beside a WeChat and a WeCom of our own: people act there, and what they see is read there."""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import callbacks
from callbacks import AES_KEY, TOKEN, Caller
from fake_wechat import APP_ID, APP_SECRET, FakeWeChat
from fake_wecom import AGENT_ID, CORP_ID, FakeWeCom, keys_of
from fake_wecom import APP_SECRET as CORP_SECRET

from cxbot.api import auth
from cxbot.app import App
from cxbot.config import parse_config
from cxbot.store import EngineStore, open_store, statements
from cxbot.testing import FakeClock
from cxbot.transactions import channel_state, files, tokens

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
THURSDAY_TEN = callbacks.THURSDAY_TEN * 1000
MEI, YITING, SAM = "oMEI", "oYITING", "oSAM"
WEI, ANA, BEN, ADA = "xiaowei", "ana", "ben", "ada"
GROUP_KEY, KF, LILI = "group-key-1", "wkKF1", "wmLILI"
NUMBERS = itertools.count(23_000_000_001)
"""The ids of messages, of which no two are alike, whatever program is running."""
TEMPLATE, SERVICE = "tpl-notice", "tpl-service"
SETTINGS = f"""
[company]
name = {{ en = "Harbour", zh-CN = "海港", zh-TW = "海港" }}
privacy_url = "https://example.com/privacy"
time_zone = "Asia/Shanghai"
language = "zh-CN"

[contact]
relationship_days = 0
transactional_days = 0
floor_hours = 0

[seed]
owners = [{{ address = "wecom:{ADA}", name = "Ada", role = "owner", language = "en" }}]

[seed.teams.delivery]
name = "配送"
channel = "wecom"
place = "group:delivery"
language = "zh-CN"
time_zone = "Asia/Shanghai"
touchpoints = ["delivery", "*"]
members = [
  {{ address = "wecom:{WEI}", name = "小伟", role = "lead", language = "zh-CN" }},
  {{ address = "wecom:{BEN}", name = "Ben", role = "member", language = "zh-CN" }},
]

[seed.teams.support]
name = "Support"
channel = "wecom"
place = "members:support"
time_zone = "Asia/Shanghai"
touchpoints = ["ticket"]
members = [{{ address = "wecom:{ANA}", name = "Ana", role = "lead", language = "en" }}]

[channels.wechat]
[channels.wecom]
"""
TABLES = {"cases": "id", "decisions": "id", "events": "happened_at, id", "inbox": "arrived_at, id",
          "interactions": "id", "invitations": "id", "outbox": "id", "people": "id", "remarks": "id", "responses": "id",
          "addresses": "channel, address", "answers": "answered_at, question",
          "allowances": "channel, address, kind", "channel_state": "channel, name"}  # fmt: skip


@functools.cache
def _every() -> dict[str, statements.Statement]:
    text = "".join(
        f"-- name: {table}\n-- Everything in it.\nSELECT * FROM {table} ORDER BY {order}\n\n"
        for table, order in TABLES.items()
    )
    return {**statements.load(), **statements.parse(text, "every")}


def config_of(wechat: FakeWeChat, wecom: FakeWeCom, store_url: str, aes: bool, **env: str):
    given = {
        "CXBOT_STORE__URL": store_url,
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
        "CXBOT_CHANNELS__WECOM__GROUP_WEBHOOKS": f'{{"delivery": "{GROUP_KEY}"}}',
        "CXBOT_CHANNELS__WECOM__KF": f'{{"{KF}": "ticket"}}',
        **({"CXBOT_CHANNELS__WECHAT__AES_KEY": AES_KEY} if aes else {}),
        **env,
    }
    return parse_config(SETTINGS, "config.toml", given)


class China:
    """The program, its clock, and the platforms it lives in."""

    def __init__(
        self,
        app: App,
        clock: FakeClock,
        wechat: FakeWeChat,
        wecom: FakeWeCom,
        session: aiohttp.ClientSession,
        token: str,
        seen: EngineStore,
        aes: bool,
    ) -> None:
        self.app = app
        self.clock = clock
        self.wechat = wechat
        self.wecom = wecom
        self.session = session
        self.aes = aes
        self.official = Caller(session, f"{app.url}/wechat/callback", app_id=APP_ID, now=wechat.now)
        self.corp = Caller(
            session, f"{app.url}/wecom/callback", app_id=CORP_ID, to_user=CORP_ID, wecom=True, now=wecom.now
        )
        self.numbers = NUMBERS
        self._token = token
        self._seen = seen

    # What customers do ------------------------------------------------------------------------------------------------

    async def call(self, xml: bytes) -> str:
        """A callback of the Official Account; the words of the passive reply, "" where there were none."""
        status, reply = await (self.official.aes(xml) if self.aes else self.official.plain(xml))
        assert status == 200, reply
        return "" if reply == "success" else callbacks.passive(reply)["Content"]

    async def writes(self, openid: str, words: str, *, msg_id: int = 0, menu_id: str = "", rest: bool = True) -> str:
        """Somebody writes, or taps with `menu_id`; the words of the passive reply."""
        self.wechat.acted(openid, "msgmenu" if menu_id else "message")
        number = msg_id or next(self.numbers)
        xml = callbacks.text(openid, words, number, menu_id=menu_id, create_time=int(self.wechat.now()))
        reply = await self.call(xml)
        if rest:
            await self.rest()
        return reply

    async def taps(self, openid: str, words: str) -> str:
        """Somebody taps the entry that begins so, on the last message with entries they were sent."""
        menu = next(body["msgmenu"] for body in reversed(self.wechat.said(openid)) if "msgmenu" in body)
        entry = next(each for each in menu["list"] if each["content"].startswith(words))
        return await self.writes(openid, entry["content"], menu_id=str(entry["id"]))

    async def event(self, openid: str, name: str, key: str = "", **more: Any) -> str:
        """An event of the Official Account, with what it opens."""
        kind = {"subscribe": "subscribe", "SCAN": "scan", "CLICK": "menu"}.get(name)
        if kind:
            self.wechat.follow(openid)
            self.wechat.acted(openid, kind)
        reply = await self.call(callbacks.event(openid, name, key, create_time=int(self.wechat.now()), **more))
        await self.rest()
        return reply

    # What members do --------------------------------------------------------------------------------------------------

    async def member_writes(self, userid: str, words: str, *, msg_id: int = 0) -> None:
        number = msg_id or next(self.numbers)
        xml = callbacks.app_text(userid, words, number, create_time=int(self.wecom.now()))
        assert await self.corp.aes(xml) == (200, "success")
        await self.rest()

    async def presses(self, userid: str, key: str, *, task_id: str = "", times: int = 1) -> None:
        """A member presses the button of the last card they see it on; the same click may come several times."""
        task_id = task_id or self.card_with(userid, key)
        full = next(each for each in self.keys(userid, task_id) if each.startswith(key))
        fields = self.wecom.press(task_id, userid, full)
        for _ in range(times):
            await self.click(fields)
        await self.rest()

    async def click(self, fields: dict[str, Any]) -> None:
        """The callback of a press."""
        assert await self.corp.aes(callbacks.card_click(fields)) == (200, "success")

    def last_alert(self, userid: str) -> dict[str, Any]:
        """What the member sees of the last card of a case they were sent."""
        shown = (each.shown[userid] for each in reversed(self.wecom.cards.values()) if userid in each.shown)
        return next(each for each in shown if "c:" in str(each.get("button_list")))

    def keys(self, userid: str, task_id: str) -> list[str]:
        shown = self.wecom.cards[task_id].shown.get(userid) or {}
        return keys_of(shown)

    def card_with(self, userid: str, key: str) -> str:
        for task_id in reversed(self.wecom.cards):
            if any(each.startswith(key) for each in self.keys(userid, task_id)):
                return task_id
        raise AssertionError(f"{userid} sees no {key}: {[self.keys(userid, each) for each in self.wecom.cards]}")

    async def kf_event(self) -> None:
        """Something happened in 微信客服, and the callback says so."""
        xml = callbacks.kf_event(self.wecom.kf_token(KF), KF, create_time=int(self.wecom.now()))
        assert await self.corp.aes(xml) == (200, "success")
        await self.app.channels["wecom"].synced()  # type: ignore[attr-defined]
        await self.rest()

    # What happens, and what there is ----------------------------------------------------------------------------------

    async def report(
        self, who: str, touchpoint: str = "delivery", outcome: str = "late", *, channel: str = "wechat", **more: Any
    ) -> dict[str, Any]:
        """The shop's system reports an interaction over the API."""
        number = len(await self.rows("interactions")) + 1
        person = {"addresses": [{"channel": channel, "address": who}], **more.pop("person", {})}
        body = {"id": f"X-{number}", "touchpoint": touchpoint, "outcome": outcome, "reference": f"HC-{number}",
                "person": person, **more}  # fmt: skip
        told = await self.take(body)
        await self.rest()
        return told

    async def take(self, body: dict[str, Any]) -> dict[str, Any]:
        """An interaction over the API."""
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self.session.post(f"{self.app.url}/api/v1/interactions", json=body, headers=headers) as answer:
            assert answer.status == 202, await answer.text()
            return dict(await answer.json())

    async def unhappy(self, who: str = MEI) -> dict[str, Any]:
        """A delivery came late and the customer gives a low score by tapping; the case."""
        await self.writes(who, "你好")
        await self.report(who)
        await self.taps(who, "2")
        return (await self.rows("cases"))[-1]

    async def rest(self) -> None:
        """Delivers all that may leave, second by second, as far as pacing alone keeps it."""
        for _ in range(120):
            await self.app.settle()
            now, machine = self.clock.now, self.clock.machine
            waiting = [
                row
                for row in await self.rows("outbox")
                if row["state"] == "queued" and row["due_at"] <= now and row["retry_at"] <= machine + 6 * SECOND
            ]
            if not waiting:
                return
            self.clock.machine += SECOND
        raise AssertionError([(row["key"], row["address"], row["reason"]) for row in waiting])

    async def rest_long(self) -> None:
        """Delivers what pacing spreads over many minutes."""
        for _ in range(200):
            await self.app.settle()
            waiting = [row for row in await self.rows("outbox", state="queued") if row["due_at"] <= self.clock.now]
            if not waiting:
                return
            self.clock.machine += 5 * SECOND
        raise AssertionError([(row["key"], row["address"], row["reason"]) for row in waiting])

    async def later(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        self.clock.advance(int(days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND))
        await self.rest()

    async def rows(self, table: str, **wanted: Any) -> list[dict[str, Any]]:
        """The rows of a table in which the wanted columns say so, oldest first."""
        found = await self._seen.read(lambda tx: tx.all(f"every.{table}"))
        return [row for row in found if all(row[column] == value for column, value in wanted.items())]

    async def state(self, name: str, channel: str = "wechat") -> Any:
        """What a channel remembers under a name."""
        return await self._seen.read(channel_state.get, channel, name)

    async def kept(self, key: str) -> files.Kept | None:
        """A file among those that are kept."""
        return await self._seen.read(files.get, key)

    async def scores(self) -> list[int]:
        """The scores of all responses, oldest first."""
        return [row["score"] for row in await self.rows("responses")]

    async def metric(self, name: str) -> float:
        async with self.session.get(f"{self.app.url}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


@contextlib.asynccontextmanager
async def platforms(*, verified: bool = True) -> AsyncIterator[tuple[FakeWeChat, FakeWeCom]]:
    """Both platforms with their people, for several programs one after another."""
    async with FakeWeChat(verified=verified) as wechat, FakeWeCom() as wecom:
        for openid in (MEI, YITING, SAM):
            wechat.follow(openid)
        wecom.add_members(WEI, ANA, BEN, ADA)
        wecom.webhooks.add(GROUP_KEY)
        wecom.add_kf(KF, ANA)
        yield wechat, wecom


@contextlib.asynccontextmanager
async def china(
    store_url: str,
    *,
    aes: bool = True,
    wechat: FakeWeChat | None = None,
    wecom: FakeWeCom | None = None,
    clock: FakeClock | None = None,
    verified: bool = True,
    **env: str,
) -> AsyncIterator[China]:
    """The program among its platforms; a second one on the same store is a restart, or another replica."""
    clock = clock or FakeClock(THURSDAY_TEN)
    async with contextlib.AsyncExitStack() as stack:
        if wechat is None or wecom is None:
            wechat, wecom = await stack.enter_async_context(platforms(verified=verified))
        wechat.now = wecom.now = lambda: clock.machine / 1000
        session = await stack.enter_async_context(aiohttp.ClientSession())
        app = await App.start(config_of(wechat, wecom, store_url, aes, **env), clock=clock.clock, port=0)
        stack.push_async_callback(app.stop)
        seen = await open_store(store_url, statements=_every())
        stack.push_async_callback(seen.close)
        token, kept = auth.new_token()
        await app.store.run(tokens.create, f"crm-{token[-8:]}", kept, clock.now)
        yield China(app, clock, wechat, wecom, session, token, seen, aes)
        assert wechat.problems == []
        assert wecom.problems == []
