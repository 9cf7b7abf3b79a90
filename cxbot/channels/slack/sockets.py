"""Socket Mode: the same payloads over a connection the bot opens; each is acknowledged once it is committed."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from cxbot.channels.slack.intake import Intake

log = structlog.get_logger(__name__)

PING_S = 5.0


class Sockets:
    """Keeps a connection to Slack; what it loses is sent again by Slack, for it was not acknowledged."""

    def __init__(self, api_url: str, app_token: str, intake: Intake) -> None:
        self._api_url = api_url
        self._token = app_token
        self._intake = intake
        self._client: SocketModeClient | None = None

    async def run(self) -> None:
        """Serves until cancelled; slack_sdk reconnects by itself."""
        # With a client of its own: by default it would ask Slack's own address with the bot's token.
        web_client = AsyncWebClient(token=self._token, base_url=self._api_url, retry_handlers=[])
        client = SocketModeClient(app_token=self._token, web_client=web_client, ping_interval=PING_S)
        client.socket_mode_request_listeners.append(self._receive)
        self._client = client
        try:
            await client.connect()  # type: ignore[no-untyped-call]  # slack_sdk leaves these untyped
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def close(self) -> None:
        """Ends the connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()  # type: ignore[no-untyped-call]  # see run

    async def _receive(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        payload: dict[str, Any] = request.payload if isinstance(request.payload, dict) else {}
        repeats = {}
        if request.retry_attempt:
            repeats = {
                "X-Slack-Retry-Num": str(request.retry_attempt),
                "X-Slack-Retry-Reason": request.retry_reason or "",
            }
        try:
            answer = await self._intake.take(payload, repeats)
        except Exception:
            log.exception("slack_envelope_failed", kind=request.type)
            return  # not acknowledged: Slack sends it again
        if answer.status != 200:
            return
        body = dict(answer.body) if answer.body is not None else None
        try:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, body))
        except Exception as error:  # noqa: BLE001 -- the connection is gone; the repeat is answered with what was kept
            log.info("slack_not_acknowledged", error=type(error).__name__)
