"""The platforms' HTTP interfaces: wechatpy's clients on one shared aiohttp session, and one access token for all."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from wechatpy.client import WeChatClient
from wechatpy.work import WeChatClient as WorkClient

from cxbot.channels.wechat.errors import ApiError, NoAnswer
from cxbot.ports import ChannelState, Clock

TIMEOUT_S = 15.0
MARGIN_MS = 300_000
"""A token is renewed so long before it lapses."""
LEASE_MS = 10_000
"""So long one replica alone asks for a new token; the others wait for what it brings."""
LOOK_S = 0.05
IP_CODES = frozenset({40164, 60020})
STALE_CODES = frozenset({40001, 40014, 42001, 41001})
Answer = dict[str, Any]
Fetch = Callable[[], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and until when it is used (machine time, epoch ms)."""

    value: str
    until: int


class Tokens:
    """One access token for every send of every replica: kept in the store, asked for once however many wait."""

    def __init__(self, fetch: Fetch, state: ChannelState, clock: Clock, name: str) -> None:
        self._fetch = fetch
        self._state = state
        self._clock = clock
        self._name = name
        self._lock = asyncio.Lock()
        self._known = Token("", 0)

    async def get(self, stale: str = "") -> str:
        """The token; another than `stale`, which the platform refused. Raises ApiError, NoAnswer."""
        if self._good(self._known, stale):
            return self._known.value
        async with self._lock:
            if not self._good(self._known, stale):
                self._known = await self._renewed(stale)
            return self._known.value

    def _good(self, token: Token, stale: str) -> bool:
        return bool(token.value) and token.value != stale and token.until > self._clock.machine()

    async def _renewed(self, stale: str) -> Token:
        """What another replica has brought, else a new one; one replica asks at a time."""
        while True:
            kept = await self._state.get(self._name)
            found = Token(str(kept["value"]), int(kept["until"])) if kept else Token("", 0)
            if self._good(found, stale):
                return found
            now = self._clock.machine()
            asking = int(kept["asking"]) if kept else 0
            if asking > now:
                await asyncio.sleep(LOOK_S)
                continue
            mine = {"value": found.value, "until": found.until, "asking": now + LEASE_MS}
            if await self._state.swap(self._name, kept, mine):
                return await self._ask(mine)

    async def _ask(self, mine: Mapping[str, Any]) -> Token:
        try:
            answer = await self._fetch()
        except BaseException:
            await self._state.swap(self._name, mine, {**mine, "asking": 0})
            raise
        lifetime = max(int(answer.get("expires_in", 0)) * 1000, MARGIN_MS * 2)
        token = Token(str(answer["access_token"]), self._clock.machine() + lifetime - MARGIN_MS)
        await self._state.put(self._name, {"value": token.value, "until": token.until, "asking": 0})
        return token


class _Carried:
    """wechatpy's client with its HTTP carried by aiohttp: each call of it is a coroutine, and all of them end here."""

    ask: Callable[..., Coroutine[Any, Any, Answer]]

    def _request(self, method: str, url_or_endpoint: str, **given: Any) -> Coroutine[Any, Any, Answer]:
        return self.ask(method, url_or_endpoint, **given)


class OfficialClient(_Carried, WeChatClient):  # type: ignore[misc]
    """The Official Account's interfaces."""


class WeComClient(_Carried, WorkClient):  # type: ignore[misc]
    """WeCom's interfaces."""


class Api:
    """Calls interfaces with the access token. Raises ApiError for what is refused, NoAnswer for what nobody knows.

    A token is renewed once where the platform refuses it; where it refuses the new one too, that is an ApiError.
    """

    def __init__(self, base_url: str, client: OfficialClient | WeComClient) -> None:
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        self.client = client
        self.tokens: Tokens
        self._base_url = base_url
        client.ask = self._ask

    async def call(self, path: str, body: Mapping[str, Any] | None = None, **params: Any) -> Answer:
        """One call under `cgi-bin/`: with a body it is posted as JSON, else asked for."""
        if body is None:
            answer = await self.client.get(path, params=params)
        else:
            answer = await self.client.post(path, data=dict(body), params=params)
        return dict(answer)

    async def _ask(self, method: str, path: str, **given: Any) -> Answer:
        params = dict(given.get("params") or {})
        token = await self.tokens.get()
        try:
            return await self.request(method, path, {**params, "access_token": token}, given.get("data"))
        except ApiError as error:
            if error.code not in STALE_CODES:
                raise
        token = await self.tokens.get(stale=token)
        return await self.request(method, path, {**params, "access_token": token}, given.get("data"))

    async def request(self, method: str, path: str, params: Mapping[str, Any], body: Any = None) -> Answer:
        """One request without a word of tokens. The address is kept out of every error, for a token may be in it."""
        data = json.dumps(body, ensure_ascii=False).encode() if isinstance(body, Mapping) else body
        headers = {"Content-Type": "application/json; charset=utf-8"} if data is not None else {}
        try:
            async with self.session.request(
                method, f"{self._base_url}/cgi-bin/{path}", params=params, data=data, headers=headers
            ) as answer:
                status, text = answer.status, await answer.read()
        except aiohttp.ClientConnectorError:
            raise NoAnswer(path, "no connection", begun=False) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NoAnswer(path, type(error).__name__, begun=True) from None
        return _read(path, status, text)

    async def download(self, path: str, params: Mapping[str, Any], most: int) -> tuple[bytes, str]:
        """A file and its content type. Raises ValueError where it is larger than `most` bytes, ApiError, NoAnswer."""
        body, token = bytearray(), ""
        for _ in range(2):
            token = await self.tokens.get(stale=token)
            url, query = f"{self._base_url}/cgi-bin/{path}", {**params, "access_token": token}
            try:
                async with self.session.get(url, params=query) as answer:
                    mime = answer.content_type
                    if mime in ("application/json", "text/plain") or answer.status != 200:
                        _read(path, answer.status, await answer.read())
                    async for chunk in answer.content.iter_chunked(65_536):
                        body += chunk
                        if len(body) > most:
                            raise ValueError(f"the file is larger than {most // 1000} kB")
                    return bytes(body), mime
            except ApiError as error:
                if error.code not in STALE_CODES:
                    raise
            except (aiohttp.ClientError, TimeoutError) as error:
                raise NoAnswer(path, type(error).__name__, begun=False) from None
        raise ApiError(path, 40001)

    async def close(self) -> None:
        """Closes the connections."""
        await self.session.close()


def _address(message: str) -> str:
    """The address of this machine as the platform saw it; the rest of its words is kept out of errors and logs."""
    found = re.search(r"\d{1,3}(?:\.\d{1,3}){3}", message)
    return found[0] if found else ""


def _read(path: str, status: int, text: bytes) -> Answer:
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    if not isinstance(read, dict) or status >= 500:
        # A gateway's page in place of an answer: what was asked may have been done behind it.
        raise NoAnswer(path, f"HTTP {status}, and no answer of the interface", begun=True)
    code = read.get("errcode", 0)
    if not isinstance(code, int):
        code = int(code) if str(code).lstrip("-").isdecimal() else -1
    if code:
        raise ApiError(path, code, _address(str(read.get("errmsg", ""))) if code in IP_CODES else "")
    return read


def official(base_url: str, app_id: str, secret: str, state: ChannelState, clock: Clock) -> Api:
    """The Official Account's interface, with the stable token that all replicas are given alike."""
    api = Api(base_url, OfficialClient(app_id, secret, timeout=TIMEOUT_S))

    async def fetch() -> Answer:
        body = {"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": False}
        return await api.request("post", "stable_token", {}, body)

    api.tokens = Tokens(fetch, state, clock, f"token:{app_id}")
    return api


def wecom(base_url: str, corp_id: str, secret: str, state: ChannelState, clock: Clock, *, name: str = "token") -> Api:
    """WeCom's interface for one app, or for 微信客服 with a secret of its own."""
    api = Api(base_url, WeComClient(corp_id, secret, timeout=TIMEOUT_S))

    async def fetch() -> Answer:
        return await api.request("get", "gettoken", {"corpid": corp_id, "corpsecret": secret})

    api.tokens = Tokens(fetch, state, clock, f"{name}:{corp_id}")
    return api
