"""The door for Slack's requests: size, time and signature are checked on the bytes as they came, then they are read."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from aiohttp import web
from yarl import URL

from cxbot.channels.slack.intake import Answer, Intake

log = structlog.get_logger(__name__)

PATH = "/slack/events"
OLDEST_S = 5 * 60
REMEMBERED = 50_000
_REPEATS = ("X-Slack-Retry-Num", "X-Slack-Retry-Reason")


class Door:
    """Lets in what Slack has signed within the last five minutes and has not sent already; the rest gets 401."""

    def __init__(self, secret: str, intake: Intake, now: Callable[[], int], refused: Callable[[str], None]) -> None:
        self._secret = secret.encode()
        self._intake = intake
        self._now = now
        self._refused = refused
        self._spent: OrderedDict[str, int] = OrderedDict()

    async def receive(self, request: web.Request) -> web.Response:
        """One request of Slack."""
        body = await request.read()
        reason = self.check(request.headers, body)
        if reason:
            self._refused(reason)
            log.warning("slack_request_refused", reason=reason)
            return web.Response(status=401)
        payload = _payload(request.content_type, body)
        if payload is None:
            self._refused("unreadable")
            return web.Response(status=400)
        if payload.get("type") == "url_verification":
            return web.json_response({"challenge": str(payload.get("challenge", ""))})
        if "ssl_check" in payload:
            return web.Response()
        repeats = {name: request.headers[name] for name in _REPEATS if name in request.headers}
        answer = await self._intake.take(payload, repeats)
        if answer.status != 200:
            # Slack asks again at once, and within the same second its request is the same to the letter.
            self._spent.pop(request.headers.get("X-Slack-Signature", ""), None)
        return _response(answer)

    def check(self, headers: Mapping[str, str], body: bytes) -> str:
        """Why a request is not let in: unsigned, stale, forged or replayed; '' where it is."""
        given, stamp = headers.get("X-Slack-Signature", ""), headers.get("X-Slack-Request-Timestamp", "")
        if not given or not stamp:
            return "unsigned"
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
            return "forged"
        now = self._now() // 1000
        if abs(now - int(stamp)) > OLDEST_S:
            return "stale"
        made = hmac.new(self._secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"v0={made}".encode(), given.encode("utf-8", "replace")):
            return "forged"
        if given in self._spent:
            return "replayed"
        self._spent[given] = now
        while len(self._spent) > REMEMBERED or now - next(iter(self._spent.values())) > 2 * OLDEST_S:
            self._spent.popitem(last=False)
        return ""


def _payload(content_type: str, body: bytes) -> dict[str, Any] | None:
    try:
        if content_type == "application/json":
            read = json.loads(body)
            return read if isinstance(read, dict) else None
        form = URL.build(path="/", query_string=body.decode(), encoded=True).query
        if "payload" in form:
            read = json.loads(form["payload"])
            return read if isinstance(read, dict) else None
        return dict(form) if "command" in form or "ssl_check" in form else None
    except (ValueError, UnicodeDecodeError):
        return None


def _response(answer: Answer) -> web.Response:
    if answer.body is None:
        return web.Response(status=answer.status)
    return web.json_response(answer.body, status=answer.status)
