"""Files that customers sent on a channel that keeps them for a few days only, shown by a signed link."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from cxbot import links
from cxbot.channels.web import pages
from cxbot.ports import Surroundings
from cxbot.transactions import files

SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "audio/mpeg", "audio/mp4", "video/mp4"})
"""What a browser may show in its place; anything else is handed over as a file."""
PLAYED = "default-src 'none'; media-src 'self'; sandbox allow-same-origin"
"""A browser plays a sound or a film only where it may load it once more, from within its own page; scripts stay off."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


class KeptFiles:
    """The route of `/f/<token>`. A GET records nothing."""

    def __init__(self, page: pages.Pages, surroundings: Surroundings) -> None:
        self._page = page
        self._around = surroundings

    def mount(self, app: web.Application) -> None:
        """Adds the route."""
        app.router.add_get("/f/{token}", self.show)

    async def show(self, request: web.Request) -> web.Response:
        """The file, or a page that says that it is not there."""
        now = self._around.clock.now()
        named = links.read_shown("file", self._around.secret, request.match_info["token"], now)
        file = None
        if isinstance(named, links.Shown):
            file = await self._around.store.read(files.get, named.subject)
        if file is None:
            return self._page.page("no_file.html", pages.language_of(request), status=404)
        mime = file.mime if file.mime in SHOWN else "application/octet-stream"
        how = "inline" if file.mime in SHOWN else "attachment"
        name = quote(file.name or file.kind, safe="")
        headers = {**HEADERS, "Content-Disposition": f"{how}; filename*=UTF-8''{name}"}
        if mime.startswith(("audio/", "video/")):
            headers["Content-Security-Policy"] = PLAYED
        return web.Response(body=file.body, content_type=mime, headers=headers)
