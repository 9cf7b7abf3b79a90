"""The Official Account as a channel: its callback, the answers that ride in it, and what is sent besides."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Awaitable
from functools import partial

import structlog
from aiohttp import web

from cxbot.channels.wechat import OFFICIAL, Settings, api, reading
from cxbot.channels.wechat.callbacks import SUCCESS, Door, Odd, Opened, Refused
from cxbot.channels.wechat.media import Fetcher
from cxbot.channels.wechat.passive import Answers, Slot
from cxbot.channels.wechat.sending import PASSIVE, Sender
from cxbot.ports import Deliver, Inbound, Outcome, Outgoing, Receipt, Surroundings
from cxbot.transactions import deliveries

log = structlog.get_logger(__name__)

PATH = "/wechat/callback"


class Official:
    """An Official Account as a channel."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self.name = "wechat"
        self.limits = dataclasses.replace(OFFICIAL, buttons=settings.verified)
        self._settings = settings
        self._template = settings.notice.template if settings.notice else ""
        self._around = surroundings
        secret = settings.app_secret.get_secret_value()
        self._api = api.official(settings.api_url, settings.app_id, secret, surroundings.state, surroundings.clock)
        self._door = Door(
            settings.token.get_secret_value(),
            settings.aes_key.get_secret_value(),
            settings.app_id,
            surroundings.clock.machine,
        )
        self._answers = Answers()
        company = dict(surroundings.company)
        self._sender = Sender(settings, self._api, self._answers, surroundings.state, surroundings.clock, company)
        self._fetcher = Fetcher("wechat", self._api, surroundings, settings.file_bytes)
        self._deliver: Deliver | None = None
        self._called = False
        self._under_way: set[asyncio.Task[Receipt]] = set()

    def mount(self, app: web.Application) -> None:
        """Adds the address that WeChat checks and posts to."""
        app.router.add_get(PATH, self._verify)
        app.router.add_post(PATH, self._receive)

    async def run(self, deliver: Deliver) -> None:
        """Takes what customers do until cancelled."""
        self._deliver = deliver  # first, for the platform may already be calling
        await self._sender.recall()
        await self._fetcher.run()

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Hands one message to WeChat."""
        return await self._sender.send(outgoing)

    async def close(self) -> None:
        """Waits for what is under way, and closes the connections."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.synced(), 10)
        await self._api.close()

    async def synced(self) -> None:
        """Waits until everything that came in is committed."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _verify(self, request: web.Request) -> web.Response:
        try:
            return web.Response(text=self._door.verify(request.query))
        except Refused as refused:
            return self._forbidden(refused)

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        try:
            opened = await self._door.open(request)
        except Refused as refused:
            return self._forbidden(refused)
        except Odd as odd:
            return self._odd(str(odd))
        if self._deliver is None:
            return web.Response(status=503)
        if not self._called:
            self._called = True
            await self._around.state.put("called", {"at": self._around.clock.machine()})
        try:
            inbound = await self._read(opened)
        except Odd as odd:
            return self._odd(str(odd))
        if inbound is None:
            return web.Response(text=SUCCESS)
        return await self._answer(request, opened, inbound)

    async def _read(self, opened: Opened) -> Inbound | None:
        inbound = reading.read(opened, self._around.clock.machine(), self._settings.visit_outcome, self._template)
        number = reading.menu_id(opened)
        if inbound is None or inbound.kind != "text" or number in ("", "0"):
            return inbound
        key, row = await self._sender.tapped(inbound.sender, number)
        # An entry that is not known any more is read by its words.
        return dataclasses.replace(inbound, kind="choice", choice=key, about=row) if key else inbound

    async def _answer(self, request: web.Request, opened: Opened, inbound: Inbound) -> web.StreamResponse:
        given = self._answers.given(inbound.id)
        if given is not None:
            return _xml(self._door.reply(opened, given))
        slot, words = await self._answers.wait(inbound.id, inbound.place, partial(self._committed, inbound))
        words = words or self._answers.given(inbound.id) or ""
        if not words:
            return web.Response(text=SUCCESS)
        return await self._written(request, _xml(self._door.reply(opened, words)), slot, words)

    async def _committed(self, inbound: Inbound) -> Receipt:
        receipt = await asyncio.shield(self._spawn(self._until_committed(inbound)))
        if receipt.repeated and (words := await self._said_before(inbound)):
            self._answers.remember(inbound.id, words)
            return dataclasses.replace(receipt, repeated=False)
        return receipt

    async def _until_committed(self, inbound: Inbound) -> Receipt:
        """Tries again while the store cannot be reached: WeChat is answered in time meanwhile, so it does not ask
        again, for the customer would read of a fault.
        """
        assert self._deliver is not None
        pause = 0.5
        while True:
            try:
                media = inbound.media if inbound.media is not None and inbound.media.kept else None
                if media is not None:
                    await self._fetcher.add(media, inbound.sender)
                receipt = await self._deliver(inbound)
                if media is not None:
                    await self._fetcher.taken(media)
                return receipt
            except Exception as error:  # noqa: BLE001 -- whatever it is, the message is kept and tried again
                log.error("wechat_message_waits", inbound_id=inbound.id, error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(pause)
                pause = min(pause * 2, 30.0)

    def _spawn(self, work: Awaitable[Receipt]) -> asyncio.Task[Receipt]:
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _said_before(self, inbound: Inbound) -> str:
        """What an earlier process answered the same callback with; '' where nothing is known of it."""
        return await self._around.store.read(deliveries.said_as, "wechat", inbound.place, f"{PASSIVE}{inbound.id}")

    async def _written(
        self, request: web.Request, response: web.Response, slot: Slot | None, words: str
    ) -> web.StreamResponse:
        """Writes the answer here, for only then is it known whether it has left."""
        try:
            await response.prepare(request)
            await response.write_eof()
        except (ConnectionError, asyncio.CancelledError):
            if slot is not None:
                slot.end(written=False)
            raise
        if slot is not None:
            self._answers.remember(slot.key, words)
            slot.end(written=True)
        return response

    def _forbidden(self, refused: Refused) -> web.Response:
        self._around.refused(refused.why)
        return web.Response(status=403, text="Forbidden: the signature is not ours.\n")

    def _odd(self, why: str) -> web.Response:
        log.warning("wechat_callback_odd", why=why)
        self._around.refused("odd")
        return web.Response(text=SUCCESS)


def _xml(text: str) -> web.Response:
    return web.Response(text=text, content_type="application/xml")
