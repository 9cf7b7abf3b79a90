"""Slack's Web API: slack_sdk's client on one shared session, without its retry, and with one kind of error each way."""

from __future__ import annotations

import asyncio
import ssl
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
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S), trust_env=True)
        self.client = AsyncWebClient(
            token=token,
            base_url=base_url,
            session=self.session,
            retry_handlers=[],  # its own retry posts a message twice whose answer was lost
            ssl=ssl.create_default_context() if base_url.startswith("https") else None,
        )
        self._token = token

    async def call(self, method: str, **arguments: Any) -> Answer:
        """One call with JSON arguments; None among them is left out. Gives the answer and its `headers`."""
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            answer = await self.client.api_call(method, json=given)
        except Exception as error:
            raise _error(method, error) from error
        body = answer.data if isinstance(answer.data, dict) else {}
        return {**body, "headers": dict(answer.headers)}

    async def get(self, method: str, **arguments: Any) -> Answer:
        """One call of a method that reads, which takes its arguments as a form."""
        try:
            answer = await self.client.api_call(method, data=arguments)
        except Exception as error:
            raise _error(method, error) from error
        return dict(answer.data) if isinstance(answer.data, dict) else {}

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
            raise _error("files.completeUploadExternal", error) from error
        files = answer.get("files") or [{}]
        return str(files[0].get("id", ""))

    async def download(self, url: str, most: int) -> bytes:
        """A file somebody sent. Raises ValueError where it is none or too large, NoAnswer where it cannot be had."""
        headers = {"Authorization": f"Bearer {self._token}"}
        timeout = aiohttp.ClientTimeout(total=FILE_TIMEOUT_S)
        body = bytearray()
        try:
            async with self.session.get(url, headers=headers, timeout=timeout, allow_redirects=False) as answer:
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
            async with self.session.post(url, json=body) as answer:
                if answer.status != 200:
                    raise NoAnswer("response_url", f"HTTP {answer.status}", begun=False)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NoAnswer("response_url", type(error).__name__, begun=False) from error

    async def close(self) -> None:
        """Closes the connections."""
        await self.session.close()


def _error(method: str, error: Exception) -> ApiError | NoAnswer:
    if isinstance(error, aiohttp.ClientConnectorError):
        return NoAnswer(method, type(error).__name__, begun=False)
    if isinstance(error, SlackApiError):
        return _answered(method, error)
    if isinstance(error, aiohttp.ClientError | TimeoutError | SlackClientError | AttributeError | ValueError):
        # slack_sdk fails in ways of its own on an answer that is no JSON object.
        return NoAnswer(method, type(error).__name__, begun=True)
    raise error


def _answered(method: str, error: SlackApiError) -> ApiError | NoAnswer:
    answer = error.response
    status = int(getattr(answer, "status_code", None) or getattr(answer, "status", 0) or 0)
    headers = getattr(answer, "headers", {}) or {}
    data = getattr(answer, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return ApiError(method, "ratelimited", after=_seconds(headers.get("Retry-After", "1")) * 1000)
    if status >= 500 or not code:
        return NoAnswer(method, f"HTTP {status}", begun=True)
    data = data if isinstance(data, dict) else {}
    detail = str(data.get("needed", "")) if code == "missing_scope" else ""
    return ApiError(method, code, detail=detail)


def _seconds(value: str) -> int:
    return max(1, int(value)) if value.isdecimal() else 1
