"""A WeChat platform of our own on the loopback address: the Official Account's API, its allowances, its faults."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, ClassVar, Literal, Self

from aiohttp import web

APP_ID, APP_SECRET = "wx0123456789abcdef", "0123456789abcdef0123456789abcdef"
MINUTE, HOUR, DAY = 60, 3_600, 86_400
ALLOWANCES = {
    "message": (5, 48 * HOUR),
    "menu": (3, MINUTE),  # CLICK and the scans of a menu
    "subscribe": (3, MINUTE),
    "scan": (3, MINUTE),
    "msgmenu": (3, MINUTE),  # a tap in a message's menu counts as a menu's click
    "view": (0, 0),
}
ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[0-7])")
"""A character beyond ASCII sent as \\uXXXX; the platforms want UTF-8 as it is."""

Dropping = Literal["", "before", "after"]
Answer = dict[str, Any] | web.Response
Handler = Callable[["Call"], Answer]


class RefusedError(Exception):
    """An answer with this errcode."""

    def __init__(self, errcode: int, errmsg: str = "refused") -> None:
        super().__init__(errcode, errmsg)
        self.errcode, self.errmsg = errcode, errmsg


class MalformedError(RefusedError):
    """A request that a correct program never makes; it is kept in `problems` too."""


@dataclasses.dataclass(frozen=True)
class Call:
    """One request as it came in; `body` is its JSON, None where there is none."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    raw: bytes
    at: float


@dataclasses.dataclass
class Fault:
    """How the next calls of a path end; see `Loopback.fail`."""

    errcode: int | None
    errmsg: str
    status: int
    body: str | bytes | None
    content_type: str
    delay: float | asyncio.Event
    drop: Dropping
    accept: bool
    times: int

    @property
    def answers(self) -> bool:
        return self.errcode is not None or self.body is not None or self.status != 200

    @property
    def carried_out(self) -> bool:
        return self.accept or self.drop == "after" or not (self.answers or self.drop)

    async def wait(self) -> None:
        if isinstance(self.delay, asyncio.Event):
            await self.delay.wait()
        elif self.delay:
            await asyncio.sleep(self.delay)

    def response(self) -> web.Response:
        if self.errcode is not None:
            return web.json_response({"errcode": self.errcode, "errmsg": self.errmsg}, status=self.status)
        body = "<html>oops</html>" if self.body is None else self.body
        raw = body.encode() if isinstance(body, str) else body
        return web.Response(status=self.status, body=raw, content_type=self.content_type)


class Loopback:
    """A vendor's HTTP API on a free port: routes, tokens' place, faults, and all that was asked and accepted.

    `problems` keeps every request that is wrong in itself; a test may end with `assert vendor.problems == []`.
    `now` is the vendor's clock in seconds.
    """

    BARE: ClassVar[frozenset[str]] = frozenset()
    """Paths whose good answers carry no errcode."""
    OPEN: ClassVar[frozenset[str]] = frozenset()
    """Paths that need no access token."""
    MALFORMED: ClassVar[int] = 47001

    def __init__(self) -> None:
        self.url = ""
        self.now: Callable[[], float] = time.time
        self.requests: list[Call] = []
        self.sent: list[dict[str, Any]] = []
        self.problems: list[str] = []
        self.media: dict[str, tuple[str, str, bytes]] = {}
        self.content_type = "application/json"
        self.reject_tokens = 0
        """An errcode with which every token is refused, as with a wrong configuration."""
        self._routes: dict[str, tuple[str, Handler]] = {}
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._numbers = itertools.count(1)
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def fail(self, path: str, *, errcode: int | None = None, errmsg: str = "fault", status: int = 200,
             body: str | bytes | None = None, content_type: str = "text/html", delay: float | asyncio.Event = 0,
             drop_connection: Dropping = "", accept: bool = False, times: int = 1) -> Fault:  # fmt: skip
        """Queues a fault for a path, with or without "cgi-bin/".

        `drop_connection` ends the connection "before" or "after" the call was carried out (a lost reply). `accept`
        carries the call out and still answers the fault. `delay` alone delays a good answer, by seconds or until the
        event is set. `times=-1` lasts until `heal`.
        """
        fault = Fault(errcode, errmsg, status, body, content_type, delay, drop_connection, accept, times)
        self._faults[full(path)].append(fault)
        return fault

    def heal(self, path: str = "") -> None:
        """Forgets the faults of a path, or all."""
        if path:
            self._faults.pop(full(path), None)
        else:
            self._faults.clear()

    def calls(self, path: str) -> list[Call]:
        """The requests of one path, oldest first."""
        return [call for call in self.requests if call.path == full(path)]

    async def until(self, seen: Callable[[], Any], seconds: float = 30) -> Any:
        """Waits until something is so; every request wakes it, at its arrival and when it was carried out."""
        async with asyncio.timeout(seconds):
            while not (found := seen()):
                self._changed.clear()
                await self._changed.wait()
        return found

    def add_media(self, media_id: str, content: bytes, *, name: str = "photo.jpg", kind: str = "image/jpeg") -> None:
        self.media[media_id] = (name, kind, content)

    # Answering ----------------------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.Response:
        raw = await request.read()
        path = request.path.strip("/")
        call = Call(request.method, path, dict(request.query), _loaded(raw), raw, self.now())
        self.requests.append(call)
        self._changed.set()
        fault = self._next_fault(path)
        if fault is None:
            return self._answer(call)
        await fault.wait()
        response = self._answer(call) if fault.carried_out else fault.response()
        if fault.drop and request.transport is not None:
            request.transport.close()
        return fault.response() if fault.answers else response

    def _next_fault(self, path: str) -> Fault | None:
        queue = self._faults.get(path)
        if not queue:
            return None
        fault = queue[0]
        fault.times -= 1
        if fault.times == 0:
            queue.pop(0)
        return fault

    def _answer(self, call: Call) -> web.Response:
        try:
            found = self._carried_out(call)
        except RefusedError as error:
            if isinstance(error, MalformedError):
                self.problems.append(f"{call.path}: {error.errcode} {error.errmsg}")
            found = {"errcode": error.errcode, "errmsg": error.errmsg}
        self._changed.set()
        if isinstance(found, web.Response):
            return found
        if "errcode" not in found and call.path not in self.BARE:
            found = {"errcode": 0, "errmsg": "ok", **found}
        text = json.dumps(found, ensure_ascii=False)
        return web.Response(text=text, content_type=self.content_type, charset="utf-8")

    def _carried_out(self, call: Call) -> Answer:
        if call.path not in self._routes:
            raise MalformedError(40066, f"invalid url {call.path}")
        method, handler = self._routes[call.path]
        if method not in (call.method, "*"):
            raise MalformedError(43002 if method == "POST" else 43001, f"require {method} method")
        self._admit(call)
        if call.path not in self.OPEN:
            self._check_token(call.query.get("access_token", ""))
        if ESCAPED.search(call.raw):
            raise MalformedError(40033, "characters as \\uXXXX")
        try:
            return handler(call)
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            raise MalformedError(self.MALFORMED, f"data format error: {error!r}") from error

    def _admit(self, call: Call) -> None:
        """What is looked at before the token: addresses allowed, quotas."""

    def _check_token(self, token: str) -> None:
        raise NotImplementedError

    def _media(self, call: Call) -> Answer:
        kept = self.media.get(call.query.get("media_id", ""))
        if kept is None:
            text = json.dumps({"errcode": 40007, "errmsg": "invalid media_id"})
            return web.Response(text=text, content_type="text/plain")
        name, kind, content = kept
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=content, content_type=kind, headers=headers)


@dataclasses.dataclass
class Follower:
    """What the platform knows of one openid."""

    following: bool = True
    unionid: str = ""
    language: str = "zh_CN"
    open: dict[str, tuple[int, float]] = dataclasses.field(default_factory=dict)
    """By the kind of action: how many messages are left, and until when."""
    accepted: dict[str, int] = dataclasses.field(default_factory=dict)
    """By template: how many subscription notices the person agreed to."""


class FakeWeChat(Loopback):
    """api.weixin.qq.com of one Official Account: `async with FakeWeChat() as wechat`."""

    BARE = frozenset(
        f"cgi-bin/{name}"
        for name in "stable_token token user/info qrcode/create get_api_domain_ip callback/check menu/get "
        "get_current_selfmenu_info".split()
    )
    OPEN = frozenset({"cgi-bin/stable_token", "cgi-bin/token"})

    def __init__(self, *, verified: bool = True) -> None:
        super().__init__()
        self.app_id, self.secret = APP_ID, APP_SECRET
        self.verified = verified
        self.ip_listed = True
        self.unfollowed = 43004
        """The errcode for who does not follow; 45015 is seen for customer-service messages too."""
        self.msgmenu_max = 10
        """Unsure: the platform's own limit is not documented."""
        self.followers: dict[str, Follower] = {}
        self.templates: dict[str, tuple[str, ...]] = {}
        self.menu: dict[str, Any] | None = None
        self.qrcodes: dict[str, dict[str, Any]] = {}
        self.quotas: dict[str, int] = {}
        """By path: how many calls before 45009."""
        self.token_calls = 0
        self.tokens_issued = 0
        self.force_refreshes = 0
        self.quota_clears = 0
        self._used: dict[str, int] = defaultdict(int)
        self._stable: tuple[str, float] = ("", 0)
        self._plain: tuple[str, float] = ("", 0)
        self._live: dict[str, float] = {}
        self._dead: dict[str, int] = {}
        self._routes = {
            full(path): (method, handler)
            for path, method, handler in [
                ("stable_token", "POST", self._stable_token),
                ("token", "GET", self._plain_token),
                ("message/custom/send", "POST", self._custom),
                ("message/template/send", "POST", self._template),
                ("message/subscribe/bizsend", "POST", self._notice),
                ("qrcode/create", "POST", self._qrcode),
                ("media/get", "GET", self._media),
                ("user/info", "GET", self._user_info),
                ("clear_quota", "POST", self._clear_quota),
                ("get_api_domain_ip", "GET", lambda _: {"ip_list": ["101.91.0.1", "101.91.0.0/24"]}),
                ("callback/check", "POST", self._callback_check),
                ("menu/get", "GET", self._menu),
                ("get_current_selfmenu_info", "GET", self._selfmenu),
            ]
        }

    # What people do -----------------------------------------------------------------------------------------------

    def follow(self, openid: str, *, unionid: str = "", language: str = "zh_CN") -> Follower:
        """Somebody follows the account, without an allowance; `acted(openid, "subscribe")` gives that too."""
        kept = self.followers.setdefault(openid, Follower(unionid=unionid, language=language))
        kept.following = True
        return kept

    def unfollow(self, openid: str) -> None:
        """Somebody leaves; what was open is closed."""
        kept = self.follow(openid)
        kept.following = False
        kept.open.clear()
        kept.accepted.clear()

    def acted(self, openid: str, kind: str = "message", at: float | None = None) -> None:
        """Somebody acts: message, menu, subscribe, scan, msgmenu (a tap), view (opens nothing).

        Unsure: that kinds have an allowance each, and that the same action again makes it full and never more.
        """
        count, seconds = ALLOWANCES[kind]
        kept = self.follow(openid)
        if count:
            began = self.now() if at is None else at
            kept.open["menu" if kind == "msgmenu" else kind] = (count, began + seconds)

    def accept(self, openid: str, template_id: str, times: int = 1) -> None:
        """Somebody agrees to so many subscription notices of a template."""
        kept = self.follow(openid)
        kept.accepted[template_id] = kept.accepted.get(template_id, 0) + times

    def left(self, openid: str) -> int:
        """How many customer-service messages the platform would still take."""
        return sum(count for count, until in self.followers[openid].open.values() if until > self.now())

    def said(self, openid: str) -> list[dict[str, Any]]:
        """The bodies of what an openid was sent, oldest first."""
        return [each["body"] for each in self.sent if each["openid"] == openid]

    def texts(self, openid: str) -> list[str]:
        """What an openid reads in the chat; a msgmenu's items are lines in brackets."""
        return [visible(body) for body in self.said(openid)]

    # Tokens -------------------------------------------------------------------------------------------------------

    def expire_token(self, errcode: int = 42001) -> None:
        """All tokens so far are refused with this errcode; the next one asked for is new."""
        self._dead |= dict.fromkeys(self._live, errcode)
        self._stable = self._plain = ("", 0)

    def _stable_token(self, call: Call) -> Answer:
        self._credentials(call.body["appid"], call.body["secret"], call.body["grant_type"])
        forced = call.body.get("force_refresh", False)
        if not isinstance(forced, bool):
            raise TypeError(forced)
        token, until = self._stable
        if forced:
            self.force_refreshes += 1
            if self.force_refreshes > 20:
                raise RefusedError(45009, "reach max api daily quota limit")
            self._dead[token] = 40001
        if forced or until - self.now() < 5 * MINUTE:
            self._stable = self._issued()
        return {"access_token": self._stable[0], "expires_in": int(self._stable[1] - self.now())}

    def _plain_token(self, call: Call) -> Answer:
        self._credentials(call.query["appid"], call.query["secret"], call.query["grant_type"])
        if self._plain[0]:  # the one before lives for five minutes more
            self._live[self._plain[0]] = min(self._plain[1], self.now() + 5 * MINUTE)
        self._plain = self._issued()
        return {"access_token": self._plain[0], "expires_in": 7_200}

    def _credentials(self, app_id: str, secret: str, grant: str) -> None:
        self.token_calls += 1
        if not self.ip_listed:
            raise RefusedError(40164, "invalid ip 127.0.0.1, not in whitelist")
        if grant != "client_credential":
            raise MalformedError(40002, "invalid grant_type")
        if app_id != self.app_id:
            raise RefusedError(40013, "invalid appid")
        if secret != self.secret:
            raise RefusedError(40125, "invalid appsecret")

    def _issued(self) -> tuple[str, float]:
        self.tokens_issued += 1
        token, until = f"oa-token-{next(self._numbers)}", self.now() + 2 * HOUR
        self._live[token] = until
        return token, until

    def _check_token(self, token: str) -> None:
        if not token:
            raise MalformedError(41001, "access_token missing")
        if self.reject_tokens:
            raise RefusedError(self.reject_tokens, "invalid credential, access_token is invalid or not latest")
        if token in self._dead:
            raise RefusedError(self._dead[token], "invalid credential, access_token is invalid or not latest")
        if token not in self._live:
            raise RefusedError(40001, "invalid credential, access_token is invalid or not latest")
        if self._live[token] <= self.now():
            raise RefusedError(42001, "access_token expired")

    def _admit(self, call: Call) -> None:
        if call.path in self.quotas and call.path != full("clear_quota"):
            self._used[call.path] += 1
            if self._used[call.path] > self.quotas[call.path]:
                raise RefusedError(45009, "reach max api daily quota limit")

    # Messages -----------------------------------------------------------------------------------------------------

    def _person(self, openid: str) -> Follower:
        if openid not in self.followers:
            raise RefusedError(40003, "invalid openid")
        if not self.followers[openid].following:
            raise RefusedError(self.unfollowed, "require subscribe")
        return self.followers[openid]

    def _custom(self, call: Call) -> Answer:
        body = call.body
        self._check_content(body)
        kept = self._person(body["touser"])
        if body["msgtype"] == "msgmenu" and not self.verified:
            raise RefusedError(40200, "invalid account type")
        running = {kind: each for kind, each in kept.open.items() if each[1] > call.at}
        if not running:
            raise RefusedError(45015, "response out of time limit or subscription is canceled")
        usable = [kind for kind, (count, _) in running.items() if count]
        if not usable:
            raise RefusedError(45047, "out of response count limit")
        first = min(usable, key=lambda kind: running[kind][1])
        kept.open[first] = (running[first][0] - 1, running[first][1])
        self._accept(call)
        return {}

    def _check_content(self, body: dict[str, Any]) -> None:
        kind = body["msgtype"]
        part: Any = body.get(kind)
        if kind == "text":
            measure(part["content"])
        elif kind == "msgmenu":
            measure(part["head_content"])
            measure(part.get("tail_content") or "-")
            if not part["list"]:
                raise MalformedError(40200, "no items")
            if len(part["list"]) > self.msgmenu_max:
                raise RefusedError(45098, "too many menu items")
            for item in part["list"]:
                if not str(item["id"]).isdecimal() or int(item["id"]) == 0 or not item["content"]:
                    raise MalformedError(40200, f"item {item}")
        elif kind in {"image", "voice"}:
            if part["media_id"] not in self.media:
                raise RefusedError(40007, "invalid media_id")
        elif kind not in {"news", "mpnewsarticle", "miniprogrampage"}:
            raise MalformedError(40008, "invalid message type")

    def _template(self, call: Call) -> Answer:
        self._check_template(call.body)
        self._person(call.body["touser"])
        return {"msgid": self._accept(call)}

    def _notice(self, call: Call) -> Answer:
        self._check_template(call.body)
        openid, template_id = call.body["touser"], call.body["template_id"]
        kept = self._person(openid)
        if not kept.accepted.get(template_id):
            raise RefusedError(43101, "user refuse to accept the msg")
        kept.accepted[template_id] -= 1
        self._accept(call)
        return {}

    def _check_template(self, body: dict[str, Any]) -> None:
        if body["template_id"] not in self.templates:
            raise RefusedError(40037, "invalid template_id")
        data = body["data"]
        for key in self.templates[body["template_id"]]:
            value = data.get(key, {}).get("value")
            if not isinstance(value, str) or not value or (key.startswith("thing") and len(value) > 20):
                raise RefusedError(47003, f"argument invalid! data.{key}.value")

    def _accept(self, call: Call) -> int:
        msg_id = 4_000_000_000_000 + next(self._numbers)
        self.sent.append({"path": call.path, "openid": call.body["touser"], "body": call.body, "at": call.at,
                          "msgid": msg_id})  # fmt: skip
        return msg_id

    # The rest -----------------------------------------------------------------------------------------------------

    def _qrcode(self, call: Call) -> Answer:
        name, scene = call.body["action_name"], call.body["action_info"]["scene"]
        if name not in {"QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"}:
            raise MalformedError(40053, "invalid action info")
        known = scene["scene_str"] if "STR" in name else scene["scene_id"]
        if "STR" in name and not (isinstance(known, str) and 1 <= len(known) <= 64):
            raise MalformedError(40053, "scene_str is 1 to 64 characters")
        if "STR" not in name and not (isinstance(known, int) and known > 0):
            raise MalformedError(40053, "scene_id is a positive number")
        if name.startswith("QR_LIMIT"):
            lasts = {}
        else:
            lasts = {"expire_seconds": call.body.get("expire_seconds", MINUTE)}
            if not 1 <= lasts["expire_seconds"] <= 30 * DAY:
                raise MalformedError(40097, "expire_seconds")
        ticket = f"gQ-ticket-{next(self._numbers)}=="
        self.qrcodes[ticket] = {"action_name": name, "scene": str(known), **lasts}
        return {"ticket": ticket, **lasts, "url": f"http://weixin.qq.com/q/{ticket.strip('=')}"}

    def _user_info(self, call: Call) -> Answer:
        openid = call.query["openid"]
        if openid not in self.followers:
            raise RefusedError(40003, "invalid openid")
        kept = self.followers[openid]
        if not kept.following:
            return {"subscribe": 0, "openid": openid}
        union = {"unionid": kept.unionid} if kept.unionid else {}
        return {"subscribe": 1, "openid": openid, "language": kept.language, "subscribe_time": 1_700_000_000, **union,
                "remark": "", "groupid": 0, "tagid_list": [], "subscribe_scene": "ADD_SCENE_QR_CODE", "qr_scene": 0,
                "qr_scene_str": ""}  # fmt: skip

    def _clear_quota(self, call: Call) -> Answer:
        if call.body["appid"] != self.app_id:
            raise RefusedError(40013, "invalid appid")
        self.quota_clears += 1
        if self.quota_clears > 10:
            raise RefusedError(48006, "forbid to clear quota because of reaching the limit")
        self._used.clear()
        return {}

    def _callback_check(self, call: Call) -> Answer:
        if call.body["action"] not in {"dns", "ping", "all"}:
            raise MalformedError(40097, "invalid action")
        found = [{"ip": "127.0.0.1", "real_operator": "UNICOM"}]
        ping = [{"ip": "127.0.0.1", "from_operator": "UNICOM", "package_loss": "0%", "time": "1.0ms"}]
        return {"dns": found, "ping": ping}

    def _menu(self, call: Call) -> Answer:
        if self.menu is None:
            raise RefusedError(46003, "menu no exist")
        return {"menu": self.menu}

    def _selfmenu(self, call: Call) -> Answer:
        return {"is_menu_open": int(self.menu is not None), "selfmenu_info": self.menu or {"button": []}}


def visible(body: dict[str, Any]) -> str:
    """What somebody reads of a message."""
    kind = body.get("msgtype", "")
    if kind == "text":
        return str(body["text"]["content"])
    if kind == "msgmenu":
        menu = body["msgmenu"]
        items = [f"[{item.get('content') or item.get(item.get('type'), {}).get('content')}]" for item in menu["list"]]
        return "\n".join(filter(None, [menu.get("head_content"), *items, menu.get("tail_content")]))
    return json.dumps(body.get(kind, body.get("data")), ensure_ascii=False)


def full(path: str) -> str:
    """A path with "cgi-bin/" and without slashes at its ends."""
    return f"cgi-bin/{path.strip('/').removeprefix('cgi-bin/')}"


def measure(text: Any, most: int = 2_048, errcode: int = 45002) -> None:
    """Refuses what is no text, is empty, or has more bytes."""
    if not isinstance(text, str):
        raise TypeError(text)
    if not text:
        raise MalformedError(44004, "empty content")
    if len(text.encode()) > most:
        raise MalformedError(errcode, f"content over {most} bytes")


def _loaded(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None
