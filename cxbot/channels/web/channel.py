"""The web channel: sending is a row that is marked; the pages read what was sent."""

from __future__ import annotations

import asyncio

from aiohttp import web

from cxbot.channels.web import LIMITS
from cxbot.channels.web.kept_files import KeptFiles
from cxbot.channels.web.message_page import MessagePage
from cxbot.channels.web.pages import Pages
from cxbot.channels.web.pulse import Pulse
from cxbot.channels.web.survey_page import SurveyPage
from cxbot.channels.web.try_page import TryPage
from cxbot.ports import Deliver, Outcome, Outgoing, Sent, Surroundings


class WebChannel:
    """The browser as a channel. The try-out page exists in the demo only; the survey page always."""

    def __init__(self, upload_bytes: int, surroundings: Surroundings) -> None:
        self.name = "web"
        self.limits = LIMITS
        self._pulse = Pulse()
        self._pages = Pages(surroundings.public_url, surroundings.company)
        self._survey = SurveyPage(self._pages, surroundings)
        self._files = KeptFiles(self._pages, surroundings)
        self._message = MessagePage(self._pages, surroundings)
        self._try = TryPage(self._pages, self._pulse, upload_bytes, surroundings) if surroundings.demo else None
        if self._try is not None:
            surroundings.store.on_commit(self._pulse.beat)
        self._closed = asyncio.Event()

    def mount(self, app: web.Application) -> None:
        """Adds the pages and their static files; open streams end when the app shuts down."""
        app.router.add_get("/static/web/{version}/{name}", self._pages.static)
        self._survey.mount(app)
        self._message.mount(app)
        self._files.mount(app)
        if self._try is not None:
            self._try.mount(app)
        app.on_shutdown.append(self._on_shutdown)

    async def run(self, deliver: Deliver) -> None:
        """Takes what the pages post until it is cancelled or closed."""
        self._message.deliver = deliver
        if self._try is not None:
            self._try.deliver = deliver
        await self._closed.wait()

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Sent as soon as the row says so: the pages read rows."""
        return Sent(outgoing.row_id)

    async def close(self) -> None:
        """Ends the open streams."""
        self._pulse.stop()
        self._closed.set()

    async def _on_shutdown(self, _app: web.Application) -> None:
        self._pulse.stop()
