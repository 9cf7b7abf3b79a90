"""The page of a message: for channels that can tell a customer that there is one, and not what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from cxbot import links, wording
from cxbot.channels.web import pages
from cxbot.ports import Deliver, Inbound, Limits, Outgoing, Surroundings
from cxbot.transactions import shown
from cxbot.transactions.deliveries import Taken
from cxbot.transactions.shown import Thread

_PAGE = Limits(forms=False)


class MessagePage:
    """The routes of `/m/<token>`. A GET records nothing."""

    def __init__(self, page: pages.Pages, surroundings: Surroundings) -> None:
        self._page = page
        self._around = surroundings
        self.deliver: Deliver | None = None

    def mount(self, app: web.Application) -> None:
        """Adds the page's routes."""
        app.router.add_get("/m/{token}", self.show)
        app.router.add_post("/m/{token}", self.press)

    async def show(self, request: web.Request) -> web.Response:
        """The message and what was said since, or the survey it asks."""
        thread = await self._thread(request)
        if thread is None:
            return self._closed(request)
        if thread.invitation is not None:
            address = links.page_of(self._around.secret, self._around.public_url, thread.invitation)
            raise web.HTTPFound(address)
        return self._shown(request, thread)

    async def press(self, request: web.Request) -> web.Response:
        """Takes what was pressed, once however often the form is sent."""
        thread = await self._thread(request)
        if thread is None or self.deliver is None:
            return self._closed(request)
        if not self._page.own_origin(request, may_be_absent=True):
            return self._page.page("closed.html", pages.language_of(request), status=403, what="origin")
        key = str((await request.post()).get("choice", ""))
        taken = next((each for each in thread.messages if each.row["id"] == thread.open_row), None)
        label = _choices(taken, self._around.clock.now()).get(key) if taken is not None else None
        if taken is None or label is None:
            return self._shown(request, thread, closed=True)
        row = taken.row
        await self.deliver(
            Inbound(
                id=f"page:{row['id']}:{key}",
                channel=row["channel"],
                place=row["address"],
                sender=row["address"],
                kind="choice",
                choice=key,
                text=label,
                about=row["id"],
                elsewhere=True,
            )
        )
        raise web.HTTPSeeOther(request.path)

    async def _thread(self, request: web.Request) -> Thread | None:
        clock = self._around.clock
        named = links.read_shown("message", self._around.secret, request.match_info["token"], clock.now())
        if isinstance(named, links.Invalid):
            return None
        return await self._around.store.read(shown.thread, named.subject, clock.now(), clock.machine())

    def _shown(self, request: web.Request, thread: Thread, *, closed: bool = False) -> web.Response:
        now = self._around.clock.now()
        language = pages.language_of(request, thread.language)
        messages = [
            {
                "text": _worded(each, now).text,
                "choices": _choices(each, now) if each.row["id"] == thread.open_row else {},
            }
            for each in thread.messages
        ]
        return self._page.page("shown.html", language, status=410 if closed else 200, messages=messages, closed=closed)

    def _closed(self, request: web.Request) -> web.Response:
        return self._page.page("closed.html", pages.language_of(request), status=404, what="invalid")


def _worded(taken: Taken, now: int) -> Outgoing:
    row = taken.row
    meaning = wording.Meaning(
        row_id=row["id"],
        channel="web",
        address=row["address"],
        kind=row["kind"],
        key=row["key"],
        args=taken.args,
        language=row["language"],
        survey=taken.survey,
    )
    return wording.render(meaning, _PAGE, now)


def _choices(taken: Taken, now: int) -> Mapping[str, Any]:
    """What can be pressed, by its key."""
    return {choice.key: choice.label for choice in _worded(taken, now).choices}
