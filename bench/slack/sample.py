"""What a developer would write in an afternoon: stock slack-bolt, a row in SQLite, a message to the channel."""

from __future__ import annotations

import re
import sqlite3
import time
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY, user TEXT NOT NULL, action TEXT NOT NULL, value TEXT NOT NULL, answered_at REAL NOT NULL
)
"""


class Answers:
    """The rows, each committed as it comes."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL").fetchall()
        self._connection.execute("PRAGMA synchronous=FULL").fetchall()
        self._connection.execute(SCHEMA)

    def add(self, user: str, action: str, value: str) -> None:
        row = (user, action, value, time.time())
        self._connection.execute("INSERT INTO answers (user, action, value, answered_at) VALUES (?, ?, ?, ?)", row)


def make(path: str, api_url: str, secret: str) -> web.Application:
    """The bot as an aiohttp application with its request address at /slack/events."""
    answers = Answers(path)
    client = AsyncWebClient(token="xoxb-bench", base_url=api_url)
    bolt = AsyncApp(client=client, signing_secret=secret)

    async def tell(client: AsyncWebClient, words: str) -> None:
        await client.chat_postMessage(channel="CSAMPLE", text=words)

    @bolt.action(re.compile(".*"))
    async def pressed(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        action = body["actions"][0]
        answers.add(body["user"]["id"], action["action_id"], action.get("value", ""))
        await ack()
        await tell(client, f"{body['user']['id']} pressed {action['action_id']}")

    @bolt.view(re.compile(".*"))
    async def sent(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        words = body["view"]["state"]["values"]["words"]["value"]["value"]
        answers.add(body["user"]["id"], body["view"]["callback_id"], words)
        await ack()
        await tell(client, f"{body['user']['id']}: {words}")

    @bolt.event("message")
    async def wrote(event: dict[str, Any], client: AsyncWebClient) -> None:
        answers.add(event["user"], "text", event["text"])
        await tell(client, f"{event['user']}: {event['text']}")

    async def receive(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    application = web.Application()
    application.router.add_post("/slack/events", receive)
    return application
