"""The door for HTTP: one aiohttp application, with its limits, its headers and the pages a monitoring system reads."""

from __future__ import annotations

import re
import secrets
import socket
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import structlog
from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from cxbot import wording
from cxbot.metrics import CONTENT_TYPE, Metrics
from cxbot.ports import Clock, Store
from cxbot.settings import ServerSettings
from cxbot.transactions import audit, health

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger(__name__)

LATE_MS = 60_000
"""A message or a due reminder that waits longer than this makes /healthz red."""
GRACE_SECONDS = 10.0
"""How long requests under way may take once the program is asked to stop."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # A survey page's address is its key: it must not travel to other sites.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_STATIC = re.compile(r"/static/")
_BODY_READERS = frozenset({"web_request.py", "multipart.py", "streams.py", "payload.py", "helpers.py"})


@dataclass(frozen=True, slots=True)
class Doors:
    """What the server's own pages look at: the store, the clock, the counters, and which channels stopped, and why."""

    store: Store
    clock: Clock
    metrics: Metrics
    channels: tuple[str, ...]
    stopped: Callable[[], Mapping[str, str]]
    ready: Callable[[], bool]


def make_application(settings: ServerSettings, doors: Doors) -> web.Application:
    """The application without its channels: /healthz, /readyz, /metrics, the size limit, errors and headers."""
    application = web.Application(client_max_size=settings.body_limit_bytes, middlewares=[plain_errors])
    application.on_response_prepare.append(_secure(settings.public_url.startswith("https://")))
    pages = _Pages(doors)
    application.router.add_get("/healthz", pages.healthz)
    application.router.add_get("/readyz", pages.readyz)
    application.router.add_get("/metrics", pages.metrics)
    return application


class Listener:
    """The socket of the application: opened last, closed first."""

    def __init__(self, application: web.Application, bound: socket.socket) -> None:
        # No access log: the path of a survey page is its key.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=GRACE_SECONDS, handle_signals=False)
        self._bound = bound

    async def open(self) -> None:
        """Takes connections from now on."""
        await self._runner.setup()
        await web.SockSite(self._runner, self._bound).start()

    async def close(self) -> None:
        """Takes no new connections, and waits for the requests under way."""
        for site in list(self._runner.sites):
            await site.stop()
        await self._runner.cleanup()


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers refusals in words, and a fault of ours with an id that is in the log; a bad body is never our fault."""
    try:
        return await handler(request)
    except web.HTTPException as refused:
        if refused.status < 400 or refused.content_type in _IN_ITS_OWN_WORDS:
            raise
        if isinstance(refused, web.HTTPRequestEntityTooLarge):
            return _words(413, "This is too large. Send less at once.")
        headers = {hdrs.ALLOW: refused.headers[hdrs.ALLOW]} if hdrs.ALLOW in refused.headers else {}
        return _words(refused.status, _REFUSALS.get(refused.status, f"{refused.reason}."), headers)
    except web.RequestPayloadError:
        return _words(400, "The request could not be read. Send it again.")
    except Exception as error:
        if _is_unreadable(error):
            return _words(400, "The request could not be read. Send text as UTF-8, and forms as a browser does.")
        fault = secrets.token_hex(4)
        route = request.match_info.route.resource
        log.exception("request_failed", fault=fault, method=request.method, route=route.canonical if route else "")
        return _words(500, f"Something went wrong on our side. Try again; if it stays, name the number {fault}.")


_IN_ITS_OWN_WORDS = ("text/html", "application/json")
"""What a refusal is written in that says by itself what is wrong: a page, or what a page's script shows."""
_REFUSALS = {
    403: "This is not allowed.",
    404: "There is nothing here. The address may be mistyped or too old.",
    405: "This address is not used that way.",
}


def _words(status: int, text: str, headers: dict[Any, str] | None = None) -> web.Response:
    return web.Response(status=status, text=f"{text}\n", headers=headers)


def _is_unreadable(error: Exception) -> bool:
    """Whether the fault arose while aiohttp read the body: what was sent cannot be decoded or taken apart."""
    if isinstance(error, HttpProcessingError):
        return True
    if not isinstance(error, ValueError | LookupError | AssertionError | RuntimeError):
        return False
    frames = [PurePath(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]
    return any(path.parent.name == "aiohttp" and path.name in _BODY_READERS for path in frames[-4:])


def _secure(https: bool) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    headers = {**_HEADERS, "Strict-Transport-Security": "max-age=31536000"} if https else _HEADERS

    async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if not _STATIC.search(request.path):
            response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
        response.headers.popall(hdrs.SERVER, None)

    return add_headers


class _Pages:
    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def healthz(self, _request: web.Request) -> web.Response:
        problems = await self._problems()
        body = {"status": "red" if problems else "green", "problems": problems}
        return web.json_response(body, status=503 if problems else 200)

    async def readyz(self, _request: web.Request) -> web.Response:
        if not self._doors.ready():
            return web.json_response({"status": "starting or stopping"}, status=503)
        try:
            await self._doors.store.read(health.alive)
        except Exception:
            log.exception("store_not_readable")
            return web.json_response({"status": "the store cannot be read"}, status=503)
        return web.json_response({"status": "ready"})

    async def metrics(self, _request: web.Request) -> web.Response:
        now = self._doors.clock.now()
        figures = await self._doors.store.read(health.figures, now)
        stopped = dict(self._doors.stopped())
        body = self._doors.metrics.exposition(figures, stopped, self._doors.channels, now)
        return web.Response(body=body, headers={hdrs.CONTENT_TYPE: CONTENT_TYPE})

    async def _problems(self) -> list[str]:
        problems = [f"Channel {name} has stopped: {what}" for name, what in sorted(self._doors.stopped().items())]
        now = self._doors.clock.now()
        try:
            queue = await self._doors.store.read(health.queue, now)
            due = await self._doors.store.read(health.due_since, now)
            found = await self._doors.store.read(audit.standing)
        except Exception:
            log.exception("store_not_readable")
            return [*problems, "The store cannot be read; look whether the database runs and its disk has room."]
        for waiting in queue:
            late = now - waiting.oldest
            if waiting.state == "queued" and waiting.oldest and late > LATE_MS:
                problems.append(f"{waiting.n} messages wait on {waiting.channel}, the oldest for {late // 1000} s.")
        if due and now - due > LATE_MS:
            problems.append(f"Reminders and expiries are late by {(now - due) // 1000} s.")
        return problems + [wording.text(f"audit.{each.kind}", "en", n=each.n, about=each.about) for each in found]
