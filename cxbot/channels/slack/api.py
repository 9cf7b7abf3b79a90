"""Slack's Web API on one shared session, with one kind of error each way; uploads and the rest by slack_sdk."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from cxbot.channels.slack.errors import ApiError, NoAnswer

TIMEOUT_S = 20.0
FILE_TIMEOUT_S = 35.0
Answer = dict[str, Any]


class Api:
    """Calls methods with the bot token. Raises ApiError for what Slack refuses, NoAnswer for what nobody knows."""

    def __init__(self, base_url: str, token: str) -> None:
        # A proxy of the environment is looked up once, by slack_sdk; `trust_env` would read it and .netrc each time.
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        self.client = AsyncWebClient(
            token=token,
            base_url=base_url,
            session=self.session,
            retry_handlers=[],  # its own retry posts a message twice whose answer was lost
        )
        self._base_url = base_url
        self._token = token
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}

    async def call(self, method: str, **arguments: Any) -> Answer:
        """One call with JSON arguments; None among them is left out. Gives the answer and its `headers`."""
        given = {name: value for name, value in arguments.items() if value is not None}
        body = json.dumps(given, ensure_ascii=False).encode()
        return await self._ask(method, data=body, headers=self._headers)

    async def get(self, method: str, **arguments: Any) -> Answer:
        """One call of a method that reads, which takes its arguments as a form."""
        form = {name: str(value) for name, value in arguments.items()}
        return await self._ask(method, data=form, headers={"Authorization": f"Bearer {self._token}"})

    async def _ask(self, method: str, **request: Any) -> Answer:
        url = self._base_url + method
        try:
            async with self.session.post(url, proxy=self.client.proxy, **request) as answer:
                status, headers = answer.status, answer.headers
                text = await answer.read()
        except aiohttp.ClientConnectorError as error:
            raise NoAnswer(method, type(error).__name__, begun=False) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NoAnswer(method, type(error).__name__, begun=True) from error
        read = _read(text)
        if status == 429 or read.get("error") in ("ratelimited", "rate_limited"):
            raise ApiError(method, "ratelimited", after=_seconds(headers.get("Retry-After", "1")) * 1000)
        if status >= 500 or "ok" not in read:
            raise NoAnswer(method, f"HTTP {status}", begun=True)
        if not read["ok"]:
            raise _refused(method, read)
        return {**read, "headers": headers}

    async def upload(self, channel: str, name: str, body: bytes, *, words: str, about: str, thread: str) -> str:
        """Hands a file over by the external upload; gives its id."""
        try:
            async with asyncio.timeout(FILE_TIMEOUT_S):
                answer = await self.client.files_upload_v2(
                    channel=channel,
                    filename=name,
                    title=name,
                    content=None,
                    file=body,
                    alt_txt=about or name,
                    initial_comment=words,
                    thread_ts=thread or None,
                )
        except Exception as error:
            raise _uploading(error) from error
        files = answer.get("files") or [{}]
        return str(files[0].get("id", ""))

    async def download(self, url: str, most: int) -> bytes:
        """A file somebody sent. Raises ValueError where it is none or too large, NoAnswer where it cannot be had."""
        headers = {"Authorization": f"Bearer {self._token}"}
        timeout = aiohttp.ClientTimeout(total=FILE_TIMEOUT_S)
        body = bytearray()
        try:
            request = self.session.get(
                url, headers=headers, timeout=timeout, allow_redirects=False, proxy=self.client.proxy
            )
            async with request as answer:
                if answer.status >= 500 or answer.status == 429:
                    raise NoAnswer("file", f"HTTP {answer.status}", begun=False)
                if answer.status != 200 or answer.content_type == "text/html":
                    # Without the scope files:read Slack answers with its own sign-in page.
                    raise ValueError("Slack does not hand the file over; the app needs the scope files:read")
                async for chunk in answer.content.iter_chunked(65_536):
                    body += chunk
                    if len(body) > most:
                        raise ValueError(f"the file is larger than {most // 1_000_000} MB")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NoAnswer("file", type(error).__name__, begun=False) from error
        return bytes(body)

    async def respond(self, url: str, body: Answer) -> None:
        """Answers an action at the address that came with it. Raises NoAnswer."""
        try:
            async with self.session.post(url, json=body, proxy=self.client.proxy) as answer:
                if answer.status != 200:
                    raise NoAnswer("response_url", f"HTTP {answer.status}", begun=False)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NoAnswer("response_url", type(error).__name__, begun=False) from error

    async def close(self) -> None:
        """Closes the connections."""
        await self.session.close()


def _read(text: bytes) -> Answer:
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _refused(method: str, answer: Answer) -> ApiError:
    code = str(answer.get("error") or "unknown")
    return ApiError(method, code, detail=str(answer.get("needed", "")) if code == "missing_scope" else "")


def _uploading(error: Exception) -> ApiError | NoAnswer:
    """What slack_sdk's upload ended with; it fails in ways of its own on an answer that is no JSON object."""
    method = "files.completeUploadExternal"
    if isinstance(error, SlackApiError) and isinstance(data := getattr(error.response, "data", None), dict):
        headers = getattr(error.response, "headers", {}) or {}
        if data.get("error") == "ratelimited":
            return ApiError(method, "ratelimited", after=_seconds(headers.get("Retry-After", "1")) * 1000)
        if data.get("error"):
            return _refused(method, data)
    if isinstance(error, aiohttp.ClientError | TimeoutError | SlackClientError | AttributeError | ValueError):
        return NoAnswer(method, type(error).__name__, begun=not isinstance(error, aiohttp.ClientConnectorError))
    raise error


def _seconds(value: str) -> int:
    return max(1, int(value)) if value.isdecimal() else 1
