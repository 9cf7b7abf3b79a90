"""A Slack of our own on the loopback address: its Web API, its signed requests, its sockets, its faults."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
import hmac
import itertools
import json
import time
import urllib.parse
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import aiohttp
import block_limits
from aiohttp import WSMsgType, web

BOT_TOKEN, APP_TOKEN = "xoxb-loopback", "xapp-loopback"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BOT, TEAM = "UBOT", "T1"
SCOPES = frozenset(
    "app_mentions:read channels:history channels:read chat:write commands files:read files:write groups:history "
    "groups:read im:history im:write reactions:read users:read users:read.email".split()
)
NEEDED = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.postEphemeral": "chat:write",
    "conversations.open": "im:write",
    "conversations.info": "channels:read",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "users.info": "users:read",
    "users.lookupByEmail": "users:read.email",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
}


@dataclasses.dataclass(frozen=True)
class Limited:
    """HTTP 429 with Retry-After in seconds."""

    seconds: int


class Lost:
    """The call is carried out and its answer never comes."""


class Dropped:
    """The connection ends before anything is done."""


@dataclasses.dataclass(frozen=True)
class Status:
    """An answer that is no JSON, with this status."""

    status: int
    body: str = "<html>oops</html>"
    content_type: str = "text/html"


class Gate:
    """The call waits until the test opens it."""

    def __init__(self) -> None:
        self.reached, self.opened = asyncio.Event(), asyncio.Event()


@dataclasses.dataclass
class Ack:
    """What the bot answered Slack, and after how many seconds."""

    status: int
    body: Any
    seconds: float


class SlackError(Exception):
    """An answer with ok = false."""


class FakeSlack:
    """State, Web API and people. `problems` keeps every message or view that Slack would have refused."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.ephemerals: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.homes: dict[str, dict[str, Any]] = {}
        self.uploads: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.problems: list[str] = []
        self.workflows: list[tuple[str, dict[str, Any]]] = []
        self.scopes = set(SCOPES)
        self.no_dm: dict[str, str] = {}
        self.request_url = ""
        self.url = ""
        self.last: tuple[bytes, dict[str, str]] = (b"", {})
        self.now: Callable[[], float] = time.time
        self._scripts: dict[str, list[Any]] = defaultdict(list)
        self._numbers = itertools.count(1)
        self._triggers: dict[str, bool] = {}
        self._responses: dict[str, dict[str, Any]] = {}
        self._sockets: list[web.WebSocketResponse] = []
        self._envelopes: dict[str, tuple[dict[str, Any], asyncio.Future[Any]]] = {}
        self._changed = asyncio.Event()
        self.use_socket = False
        self.session: aiohttp.ClientSession

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls) -> AsyncIterator[FakeSlack]:
        slack = cls()
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", slack._api)
        app.router.add_post("/response/{key}", slack._respond)
        app.router.add_post("/upload/{key}", slack._uploaded)
        app.router.add_get("/files/{name}", slack._download)
        app.router.add_get("/socket", slack._socket)
        runner = web.AppRunner(app, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        slack.root = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        slack.url = f"{slack.root}/api/"
        async with aiohttp.ClientSession() as slack.session:
            try:
                yield slack
            finally:
                await runner.cleanup()

    # Who and what there is ----------------------------------------------------------------------------------------

    def add_user(
        self, user: str, name: str, *, email: str = "", locale: str = "en-US", tz: str = "Asia/Shanghai", **more
    ):
        profile = {"real_name": name, "display_name": name, "email": email}
        self.users[user] = {"id": user, "team_id": TEAM, "name": name.lower(), "locale": locale, "tz": "Asia/Shanghai",
                            "profile": profile, **more}  # fmt: skip

    def add_channel(self, channel: str, name: str, *, member: bool = True, **more):
        self.channels[channel] = {"id": channel, "name": name, "is_member": member, "is_archived": False, **more}

    def script(self, method: str, *steps: Any) -> None:
        """How the next calls of a method end: a dict to answer, or one of the faults."""
        self._scripts[method].extend(steps)

    def dm(self, user: str) -> str:
        return f"D{user[1:]}"

    def said(self, where: str) -> list[dict[str, Any]]:
        """The messages of a channel, or of a user's direct messages, oldest first."""
        return self.messages[self.dm(where) if where in self.users else where]

    def texts(self, where: str) -> list[str]:
        return [visible(message) for message in self.said(where)]

    async def until(self, seen: Callable[[], Any], seconds: float = 30) -> Any:
        """Waits until something is so; every change wakes it."""
        async with asyncio.timeout(seconds):
            while not (found := seen()):
                self._changed.clear()
                await self._changed.wait()
        return found

    # The Web API --------------------------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append((method, arguments))
        step = self._scripts[method].pop(0) if self._scripts[method] else None
        if isinstance(step, Gate):
            step.reached.set()
            self._changed.set()
            await step.opened.wait()
        if isinstance(step, Dropped):
            request.transport.close()
            return web.Response()
        if isinstance(step, Status):
            return web.Response(status=step.status, text=step.body, content_type=step.content_type)
        headers = {"x-oauth-scopes": ",".join(sorted(self.scopes))}
        if isinstance(step, Limited):
            headers["Retry-After"] = str(step.seconds)
            self._changed.set()
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        try:
            if isinstance(step, dict):
                body = step
            else:
                self._allow(method, request)
                body = {"ok": True, **self._call(method, arguments)}
        except SlackError as error:
            body = {"ok": False, "error": str(error), "needed": NEEDED.get(method, "")}
        self._changed.set()
        if isinstance(step, Lost):
            request.transport.close()
        return web.json_response(body, headers=headers)

    def _allow(self, method: str, request: web.Request) -> None:
        wanted = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if request.headers.get("Authorization", "") != f"Bearer {wanted}":
            raise SlackError("invalid_auth")
        if method in NEEDED and NEEDED[method] not in self.scopes:
            raise SlackError("missing_scope")

    def _call(self, method: str, a: dict[str, Any]) -> dict[str, Any]:  # noqa: C901, PLR0912 -- a table of methods
        match method:
            case "auth.test":
                return {"user_id": BOT, "team_id": TEAM, "bot_id": "BBOT"}
            case "users.info":
                return {"user": self._user(a["user"], "user_not_found")}
            case "users.lookupByEmail":
                for user in self.users.values():
                    if user["profile"]["email"] == a["email"]:
                        return {"user": {name: value for name, value in user.items() if name != "locale"}}
                raise SlackError("users_not_found")
            case "conversations.open":
                user = self._user(a["users"], "user_not_found")
                if user["id"] in self.no_dm:
                    raise SlackError(self.no_dm[user["id"]])
                return {"channel": {"id": self.dm(user["id"])}}
            case "conversations.info":
                return {"channel": self._channel(a["channel"])}
            case "chat.postMessage":
                return self._posted(a)
            case "chat.update":
                message = self._message(a["channel"], a["ts"])
                self._check(block_limits.of_message(a), method)
                message.update(text=a["text"], blocks=a.get("blocks", []), edited=True)
                return {"channel": a["channel"], "ts": a["ts"]}
            case "chat.postEphemeral":
                self._writable(a["channel"])
                self._check(block_limits.of_message(a), method)
                self.ephemerals.append(dict(a))
                return {"message_ts": self._ts()}
            case "conversations.history" | "conversations.replies":
                return self._history(method, a)
            case "views.open" | "views.push":
                if self._triggers.pop(a["trigger_id"], None) is None:
                    raise SlackError("expired_trigger_id")
                return {"view": self._shown(a["view"])}
            case "views.publish":
                self._check(block_limits.of_view(a["view"]), method)
                self.homes[a["user_id"]] = {**a["view"], "id": f"V{next(self._numbers)}"}
                return {}
            case "files.getUploadURLExternal":
                key = f"F{next(self._numbers)}"
                self.uploads.append({"id": key, **a})
                return {"upload_url": f"{self.root}/upload/{key}", "file_id": key}
            case "files.completeUploadExternal":
                files = a["files"] if isinstance(a["files"], list) else json.loads(a["files"])
                upload = next(each for each in self.uploads if each["id"] == files[0]["id"])
                upload.update(channel=a.get("channel_id"), thread=a.get("thread_ts"), words=a.get("initial_comment"))
                return {"files": [{"id": files[0]["id"], "title": files[0].get("title", "")}]}
            case "apps.connections.open":
                return {"url": f"{self.root.replace('http', 'ws')}/socket"}
            case "functions.completeSuccess" | "functions.completeError":
                self.workflows.append((method, a))
                return {}
        raise SlackError("unknown_method")

    def _user(self, user: str, otherwise: str) -> dict[str, Any]:
        if user not in self.users:
            raise SlackError(otherwise)
        return self.users[user]

    def _channel(self, channel: str) -> dict[str, Any]:
        if channel.startswith("D"):
            return {"id": channel, "is_im": True, "is_member": True}
        if channel not in self.channels:
            raise SlackError("channel_not_found")
        return self.channels[channel]

    def _writable(self, channel: str) -> None:
        there = self._channel(channel)
        if there.get("is_archived"):
            raise SlackError("is_archived")
        if not there["is_member"]:
            raise SlackError("not_in_channel")

    def _message(self, channel: str, ts: str) -> dict[str, Any]:
        for message in self.messages[channel]:
            if message["ts"] == ts:
                return message
        raise SlackError("message_not_found")

    def _posted(self, a: dict[str, Any]) -> dict[str, Any]:
        channel = self.dm(a["channel"]) if a["channel"] in self.users else a["channel"]
        self._writable(channel)
        self._check(block_limits.of_message(a), "chat.postMessage")
        message = {**a, "ts": self._ts(), "user": BOT, "bot_id": "BBOT"}
        self.messages[channel].append(message)
        return {"channel": channel, "ts": message["ts"]}

    def _history(self, method: str, a: dict[str, Any]) -> dict[str, Any]:
        found = self.messages[a["channel"]]
        if method == "conversations.replies":
            root = self._message(a["channel"], a["ts"])
            top = root.get("thread_ts") or root["ts"]
            found = [each for each in found if each["ts"] == top or each.get("thread_ts") == top]
        else:
            found = [each for each in reversed(found) if not each.get("thread_ts")]
        return {"messages": found[: int(a.get("limit", 100))]}

    def _shown(self, view: dict[str, Any]) -> dict[str, Any]:
        self._check(block_limits.of_view(view), "view")
        self.views.append({**view, "id": f"V{next(self._numbers)}"})
        return self.views[-1]

    def _check(self, problems: list[str], method: str) -> None:
        if problems:
            self.problems += [f"{method}: {each}" for each in problems]
            raise SlackError("invalid_blocks")

    def _ts(self) -> str:
        return f"{int(self.now())}.{next(self._numbers):06d}"

    async def _uploaded(self, request: web.Request) -> web.Response:
        upload = next(each for each in self.uploads if each["id"] == request.match_info["key"])
        upload["body"] = await request.read()
        return web.Response(text="OK")

    async def _download(self, request: web.Request) -> web.Response:
        if "files:read" not in self.scopes or request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            return web.Response(text="<!doctype html><title>Sign in</title>", content_type="text/html")
        return web.Response(body=self.files[request.match_info["name"]], content_type="image/png")

    async def _respond(self, request: web.Request) -> web.Response:
        kept, body = self._responses[request.match_info["key"]], await request.json()
        self.calls.append(("response_url", body))
        kept["used"] += 1
        if kept["used"] > 5:
            return web.Response(status=404)
        self._check(block_limits.of_message(body), "response_url")
        if body.get("replace_original"):
            kept["message"].update(text=body["text"], blocks=body.get("blocks", []), edited=True)
        else:
            self.ephemerals.append({"channel": kept["channel"], "user": kept["user"], **body})
        self._changed.set()
        return web.Response()

    # What people do -----------------------------------------------------------------------------------------------

    async def click(self, user: str, where: str, part: str, *, at: int = -1, view: dict[str, Any] | None = None,
                    values: dict[str, str] | None = None) -> Ack:  # fmt: skip
        """Somebody presses what has this in its label or its action id; in a message, or in a view."""
        channel = self.dm(where) if where in self.users else where
        source = view or [m for m in self.messages[channel] if buttons(m)][at]
        block, element, option = _find(source["blocks"], part)
        action = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"],
                  "action_ts": f"{self.now():.6f}{next(self._numbers)}", "text": element.get("text")}  # fmt: skip
        if option:
            action["selected_option"] = option
        payload = {"type": "block_actions", "user": {"id": user, "name": user.lower(), "team_id": TEAM},
                   "trigger_id": self._trigger(), "actions": [action]}  # fmt: skip
        if view is not None:
            shown = {**view, "state": {"values": _state(view, values or {})}}
            payload |= {"view": shown, "container": {"type": "view", "view_id": view["id"]}}
        else:
            payload |= {"channel": {"id": channel}, "message": source,
                        "container": {"type": "message", "message_ts": source["ts"], "channel_id": channel},
                        "response_url": self._response_url(channel, user, source)}  # fmt: skip
        return await self._interact(payload)

    async def submit(self, user: str, view: dict[str, Any], **values: str) -> Ack:
        """Somebody fills in a modal and sends it; what is not named keeps its first value."""
        shown = {**view, "state": {"values": _state(view, values)}}
        ack = await self._interact({"type": "view_submission", "user": {"id": user, "name": user.lower()},
                                    "trigger_id": self._trigger(), "view": shown})  # fmt: skip
        if ack.body and ack.body.get("response_action") in ("update", "push"):
            self._shown(ack.body["view"])
        return ack

    async def writes(self, user: str, text: str, *, files: Iterable[dict[str, Any]] = (), channel: str = "",
                     thread: str = "", kind: str = "message") -> Ack:  # fmt: skip
        """Somebody writes to the bot, or in a channel."""
        where = channel or self.dm(user)
        event = {"type": kind, "user": user, "text": text, "ts": self._ts(), "channel": where}
        if kind == "message":
            event["channel_type"] = "channel" if channel else "im"
        if thread:
            event["thread_ts"] = thread
        if files:
            event |= {"files": list(files), "subtype": "file_share"}
        self.messages[where].append(dict(event))
        return await self.event(event)

    async def event(self, event: dict[str, Any]) -> Ack:
        body = {"type": "event_callback", "event_id": f"Ev{next(self._numbers)}", "team_id": TEAM, "event": event,
                "authorizations": [{"user_id": BOT, "team_id": TEAM, "is_bot": True}]}  # fmt: skip
        if self.use_socket:
            return await self._by_socket("events_api", body)
        return await self.post(json.dumps(body).encode(), "application/json")

    async def command(self, user: str, channel: str, text: str) -> Ack:
        body = {"command": "/cx", "text": text, "user_id": user, "user_name": user.lower(), "channel_id": channel,
                "team_id": TEAM, "trigger_id": self._trigger(),
                "response_url": self._response_url(channel, user, {})}  # fmt: skip
        if self.use_socket:
            return await self._by_socket("slash_commands", body)
        return await self.post(urllib.parse.urlencode(body).encode(), "application/x-www-form-urlencoded")

    async def shortcut(self, user: str, channel: str, message: dict[str, Any]) -> Ack:
        return await self._interact({
            "type": "message_action", "callback_id": "ask_for_feedback", "user": {"id": user}, "message": message,
            "channel": {"id": channel}, "trigger_id": self._trigger(), "team": {"id": TEAM},
            "response_url": self._response_url(channel, user, {}), "message_ts": message["ts"],
        })  # fmt: skip

    async def react(self, user: str, channel: str, message: dict[str, Any], name: str) -> Ack:
        item = {"type": "message", "channel": channel, "ts": message["ts"]}
        return await self.event({"type": "reaction_added", "user": user, "reaction": name, "item": item,
                                 "item_user": message["user"], "event_ts": self._ts()})  # fmt: skip

    async def opens_home(self, user: str) -> Ack:
        return await self.event({"type": "app_home_opened", "user": user, "tab": "home", "channel": self.dm(user)})

    async def _interact(self, payload: dict[str, Any]) -> Ack:
        payload.setdefault("team", {"id": TEAM})
        if self.use_socket:
            return await self._by_socket("interactive", payload)
        body = urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()
        return await self.post(body, "application/x-www-form-urlencoded")

    # Signed requests ----------------------------------------------------------------------------------------------

    def signed(self, body: bytes, *, stamp: int | None = None, secret: str = SECRET) -> dict[str, str]:
        at = str(int(self.now()) if stamp is None else stamp)
        digest = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}

    async def post(self, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> Ack:
        given = {"Content-Type": content_type, **(self.signed(body) if headers is None else headers)}
        self.last = (body, given)
        began = time.perf_counter()
        async with self.session.post(self.request_url, data=body, headers=given) as answer:
            text = await answer.text()
        read = json.loads(text) if answer.content_type == "application/json" and text else None
        return Ack(answer.status, read, time.perf_counter() - began)

    async def again(self, *, seconds_later: int = 1) -> Ack:
        """Slack sends the last request once more, signed anew, as it does where it heard nothing."""
        body, headers = self.last
        fresh = self.signed(body, stamp=int(self.now()) + seconds_later)
        return await self.post(body, headers["Content-Type"], {**fresh, "X-Slack-Retry-Num": "1"})

    # Socket Mode --------------------------------------------------------------------------------------------------

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._sockets.append(socket)
        for envelope, _ in list(self._envelopes.values()):  # what nobody acknowledged comes again
            await socket.send_json({**envelope, "retry_attempt": 1, "retry_reason": "timeout"})
        self._changed.set()
        async for message in socket:
            if message.type is WSMsgType.TEXT and message.data.startswith("{"):
                ack = json.loads(message.data)
                _, future = self._envelopes.pop(ack["envelope_id"], ({}, None))
                if future is not None and not future.done():
                    future.set_result(ack.get("payload"))
        if socket in self._sockets:
            self._sockets.remove(socket)
        return socket

    async def _by_socket(self, kind: str, payload: dict[str, Any]) -> Ack:
        await self.until(lambda: self._sockets)
        name = f"E{next(self._numbers)}"
        envelope = {"envelope_id": name, "type": kind, "payload": payload, "accepts_response_payload": True}
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._envelopes[name] = (envelope, future)
        began = time.perf_counter()
        with contextlib.suppress(ConnectionError):
            await self._sockets[-1].send_json(envelope)
        async with asyncio.timeout(15):
            body = await future
        return Ack(200, body, time.perf_counter() - began)

    async def refresh(self) -> None:
        """Slack asks for a new connection, then ends the old one."""
        old = self._sockets[-1]
        await old.send_json({"type": "disconnect", "reason": "refresh_requested"})
        await self.until(lambda: self._sockets and self._sockets[-1] is not old)

    def drop(self) -> None:
        """The connection is gone without a word."""
        for socket in list(self._sockets):
            self._sockets.remove(socket)
            socket._req.transport.abort()

    def _trigger(self) -> str:
        trigger = f"trigger.{next(self._numbers)}"
        self._triggers[trigger] = True
        return trigger

    def expire_triggers(self) -> None:
        self._triggers.clear()

    def _response_url(self, channel: str, user: str, message: dict[str, Any]) -> str:
        key = f"R{next(self._numbers)}"
        self._responses[key] = {"channel": channel, "user": user, "message": message, "used": 0}
        return f"{self.root}/response/{key}"


def visible(message: dict[str, Any]) -> str:
    """Every text of a message, as somebody sees it."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") in ("plain_text", "mrkdwn"):
                found.append(node["text"])
            else:
                for value in node.values():
                    walk(value)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(message.get("blocks") or [])
    return "\n".join(found) or message.get("text", "")


def buttons(message: dict[str, Any]) -> dict[str, str]:
    """What can be pressed: label to action id, or to the option's value."""
    found: dict[str, str] = {}
    for block in message.get("blocks") or []:
        for element in block.get("elements", []) if block["type"] == "actions" else []:
            for option in element.get("options", []):
                found[option["text"]["text"]] = option["value"]
            if element["type"] == "button":
                found[element["text"]["text"]] = element["action_id"]
    return found


def _find(blocks: list[dict[str, Any]], part: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]:
    found = []
    for block in blocks:
        for element in block.get("elements", []) if block["type"] == "actions" else []:
            if element["type"] == "button" and (element["text"]["text"] == part or part in element["action_id"]):
                found.append((block, element, None))
            for option in element.get("options", []):
                if part in (option["text"]["text"], option["value"]):
                    found += [(block, element, option)]
    exact = [each for each in found if part == ((each[2] or each[1])["text"]["text"])]
    assert found, (part, blocks)
    return (exact or found)[0]


def _state(view: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, name = block["element"], block["block_id"]
        state: dict[str, Any] = {"type": element["type"]}
        if element["type"] == "static_select":
            option = element.get("initial_option")
            if name in given:
                option = next(
                    each for each in element["options"] if given[name] in (each["value"], each["text"]["text"])
                )
            state["selected_option"] = option
        else:
            state["value"] = given.get(name, element.get("initial_value")) or None
        values[name] = {element["action_id"]: state}
    return values


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    return {
        **request.query,
        **{name: value for name, value in (await request.post()).items() if isinstance(value, str)},
    }
