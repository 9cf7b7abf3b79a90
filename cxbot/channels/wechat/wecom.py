"""WeCom as a channel: its callback, teams and their members, and the customers of 微信客服."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import structlog
from aiohttp import web

from cxbot.channels.wechat import WECOM, WeComSettings, api, errors
from cxbot.channels.wechat.callbacks import SUCCESS, Door, Odd, Opened, Refused
from cxbot.channels.wechat.errors import ApiError, NoAnswer
from cxbot.channels.wechat.kf import PREFIX, Kf
from cxbot.channels.wechat.media import Fetcher
from cxbot.channels.wechat.members import GROUP, MEMBERS, Members
from cxbot.ports import Deliver, Inbound, Outcome, Outgoing, Receipt, Sent, Surroundings
from cxbot.transactions import places, undelivered

log = structlog.get_logger(__name__)

PATH = "/wecom/callback"
CHANNEL = "wecom"
SYNC_S = 60.0
"""How often the accounts of 微信客服 are looked at without a callback, for one may be lost."""
ANSWER_S = 4.0
"""The platform waits five seconds, then it asks again."""
PRESSED = ("template_card_event", "template_card_menu_event")
OPENED = ("enter_agent", "subscribe")
"""A member opens the app, or may see it from now on."""


class WeCom:
    """WeCom as a channel."""

    def __init__(self, settings: WeComSettings, surroundings: Surroundings) -> None:
        self.name = CHANNEL
        self.limits = WECOM
        self._settings = settings
        self._around = surroundings
        clock, state = surroundings.clock, surroundings.state
        secret = settings.secret.get_secret_value()
        self._api = api.wecom(settings.api_url, settings.corp_id, secret, state, clock)
        own = settings.kf_secret.get_secret_value()
        self._kf_api = self._api
        if own:
            self._kf_api = api.wecom(settings.api_url, settings.corp_id, own, state, clock, name="kf_token")
        self._door = Door(
            settings.token.get_secret_value(),
            settings.aes_key.get_secret_value(),
            settings.corp_id,
            clock.machine,
            work=True,
        )
        self._members = Members(settings, self._api, state, clock, surroundings.public_url)
        self._fetcher = Fetcher(CHANNEL, self._kf_api, surroundings, settings.file_bytes)
        self._kf = Kf(settings, self._kf_api, state, clock)
        self._deliver: Deliver | None = None
        self._called = False
        self._under_way: set[asyncio.Task[Any]] = set()

    def mount(self, app: web.Application) -> None:
        """Adds the address that WeCom checks and posts to."""
        app.router.add_get(PATH, self._verify)
        app.router.add_post(PATH, self._receive)

    async def run(self, deliver: Deliver) -> None:
        """Takes what people do until cancelled; looks at 微信客服 once in a while besides."""
        self._deliver = deliver
        async with asyncio.TaskGroup() as group:
            group.create_task(self._fetcher.run())
            group.create_task(self._look())

    async def _look(self) -> None:
        while True:
            for open_kfid in self._settings.kf:
                await self._sync(open_kfid, "")
            await asyncio.sleep(SYNC_S)

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Hands one message to WeCom."""
        if not (outgoing.text or outgoing.title):
            return Sent("")
        try:
            if outgoing.address.startswith(PREFIX):
                return await self._kf.send(outgoing)
            if outgoing.address.startswith((GROUP, MEMBERS)):
                return await self._members.to_team(outgoing)
            return await self._members.to_member(outgoing)
        except (ApiError, NoAnswer) as error:
            return errors.outcome(CHANNEL, error)

    async def close(self) -> None:
        """Waits for what is under way, and closes the connections."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=10)
        await self._api.close()
        if self._kf_api is not self._api:
            await self._kf_api.close()

    async def _verify(self, request: web.Request) -> web.Response:
        try:
            return web.Response(text=self._door.verify(request.query))
        except Refused as refused:
            return self._forbidden(refused)

    async def _receive(self, request: web.Request) -> web.Response:
        try:
            opened = await self._door.open(request)
            if self._deliver is None:
                return web.Response(status=503)
            if not self._called:
                self._called = True
                await self._around.state.put("called", {"at": self._around.clock.machine()})
            await self._take(opened, self._deliver)
        except Refused as refused:
            return self._forbidden(refused)
        except Odd as odd:
            log.warning("wecom_callback_odd", why=str(odd))
            self._around.refused("odd")
        return web.Response(text=SUCCESS)

    async def _take(self, opened: Opened, deliver: Deliver) -> None:
        """Commits what came in before it is answered, or as far as the platform waits."""
        kind, event = opened.get("MsgType").lower(), opened.get("Event").lower()
        if kind == "event" and event == "kf_msg_or_event":
            self._spawn(self._sync(opened.get("OpenKfId"), opened.get("Token")))
            return
        inbound = _read(opened)
        if inbound is None:
            return
        work = self._spawn(self._until_committed(opened, inbound, deliver))
        await asyncio.wait({work}, timeout=ANSWER_S)

    async def _until_committed(self, opened: Opened, inbound: Inbound, deliver: Deliver) -> None:
        """Tries again while the store cannot be reached: the platform is answered meanwhile, and will not ask again."""
        pause = 0.5
        while True:
            try:
                if inbound.kind == "choice":
                    # First: what comes of the press may change the card at once, by the code that it brought.
                    await self._members.pressed(opened.get("TaskId"), opened.get("ResponseCode"), inbound.choice)
                await deliver(inbound)
                await self._reached(inbound.sender)
            except Exception as error:  # noqa: BLE001 -- whatever it is, the message is kept and tried again
                log.error("wecom_message_waits", inbound_id=inbound.id, error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(pause)
                pause = min(pause * 2, 30.0)
            else:
                return

    async def _reached(self, userid: str) -> None:
        """A member is there: a team of theirs that could not be told anything can be told again."""
        store = self._around.store
        if await store.read(places.lost_of_member, CHANNEL, userid):
            await store.run(places.found_by_member, CHANNEL, userid, self._around.clock.now())

    async def _sync(self, open_kfid: str, token: str) -> None:
        if self._deliver is None:
            return
        try:
            await self._kf.sync(open_kfid, token, self._taken, self._failed)
        except (ApiError, NoAnswer) as error:
            # The next callback, or the next look, goes on where this one stopped.
            log.error("kf_not_read", error=str(error))
        except Exception:
            log.exception("kf_sync_failed")

    async def _taken(self, inbound: Inbound) -> Receipt:
        """Takes what a customer of 微信客服 did, with the file that came with it."""
        assert self._deliver is not None
        media = inbound.media if inbound.media is not None and inbound.media.kept else None
        if media is not None:
            await self._fetcher.add(media, inbound.sender)
        receipt = await self._deliver(inbound)
        if media is not None:
            await self._fetcher.taken(media)
        return receipt

    async def synced(self) -> None:
        """Waits until what is under way has been taken."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _failed(self, address: str, platform_id: str, why: str) -> None:
        now = self._around.clock.now()
        await self._around.store.run(undelivered.failed_after_all, CHANNEL, address, platform_id, why, now)

    def _spawn(self, work: Awaitable[Any]) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    def _forbidden(self, refused: Refused) -> web.Response:
        self._around.refused(refused.why)
        return web.Response(status=403, text="Forbidden: the signature is not ours.\n")


def _read(opened: Opened) -> Inbound | None:
    """What a member did in the app; None where it is nothing to us. Raises Odd where it cannot be read."""
    kind, event, userid = opened.get("MsgType").lower(), opened.get("Event").lower(), opened.get("FromUserName")
    if not userid or len(userid) > 64:
        raise Odd("no sender")
    if not kind:
        raise Odd("no kind")
    at = opened.get("CreateTime")
    if kind == "event" and event in PRESSED:
        key = opened.get("EventKey")
        name = f"c:{opened.get('ResponseCode') or at}:{userid}:{key}"[:255]
        return Inbound(name, CHANNEL, userid, userid, "choice", choice=key)
    if kind == "event" and event in OPENED:
        return Inbound(f"e:{event}:{at}:{userid}"[:255], CHANNEL, userid, userid, "opened")
    if kind != "text":
        return None  # a member's pictures and the app's other events are nobody's answer
    number, words = opened.get("MsgId"), opened.get("Content")
    if not number:
        raise Odd("no id")
    return Inbound(f"m:{number}", CHANNEL, userid, userid, "text", text=words, command=words.lstrip().startswith("/"))
