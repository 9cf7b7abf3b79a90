"""The Slack channel: joins the door or the socket, the intake, the listeners and the sender."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web

from cxbot.channels.slack import LIMITS, Settings, examining
from cxbot.channels.slack.api import Api
from cxbot.channels.slack.directory import Directory
from cxbot.channels.slack.door import PATH, Door
from cxbot.channels.slack.intake import Intake
from cxbot.channels.slack.listeners import Listeners
from cxbot.channels.slack.sending import Asides, Sender
from cxbot.channels.slack.sockets import Sockets
from cxbot.ports import Deliver, Outcome, Outgoing, Surroundings

log = structlog.get_logger(__name__)


class SlackChannel:
    """Slack as a channel."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self.name = "slack"
        self.limits = LIMITS
        self._api = Api(settings.api_url, settings.bot_token.get_secret_value())
        self._directory = Directory(self._api, surroundings.state, surroundings.clock)
        self._asides = Asides()
        self._intake = Intake(self._api, self._directory, self._asides)
        self._listeners = Listeners(
            settings, self._api, self._directory, self._asides, self._intake, surroundings.store, surroundings.clock
        )
        self._intake.rest = self._listeners.take
        self._intake.seen = examining.Seen(surroundings.state, surroundings.clock, self._intake.spawn)
        self._sender = Sender(self._api, self._directory, self._asides, settings.file_bytes)
        self._door: Door | None = None
        self._sockets: Sockets | None = None
        if settings.mode == "http":
            secret = settings.signing_secret.get_secret_value()
            self._door = Door(secret, self._intake, surroundings.clock.machine, surroundings.refused)
        else:
            self._sockets = Sockets(settings.api_url, settings.app_token.get_secret_value(), self._intake)

    def mount(self, app: web.Application) -> None:
        """Adds the request address, where Slack posts to it."""
        if self._door is not None:
            app.router.add_post(PATH, self._door.receive)

    async def run(self, deliver: Deliver) -> None:
        """Takes what people do until cancelled."""
        self._intake.open(deliver)
        if self._sockets is not None:
            await self._sockets.run()
        else:
            await asyncio.Event().wait()

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Hands one message to Slack."""
        return await self._sender.send(outgoing)

    async def close(self) -> None:
        """Ends the socket, waits for what is under way, and closes the connections."""
        if self._sockets is not None:
            await self._sockets.close()
        await self._intake.close()
        await self._api.close()
