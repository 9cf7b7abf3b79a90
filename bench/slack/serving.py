"""A server in a process of its own: the program, the floor, or the sample, at the address Slack would post to.

It prints its address when it is ready, and for each line of standard input an empty object once nothing is left to do.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from yarl import URL

from bench import floor
from bench.company import machine, settled
from bench.slack import company, sample
from cxbot import logs
from cxbot.app import App
from cxbot.server import Listener
from cxbot.store import open_store
from cxbot.store.statements import load


async def program(url: str, api: str) -> tuple[str, Callable[[], Awaitable[None]]]:
    """The whole program."""
    app = await App.start(company.config(url, api))
    return app.url, lambda: settled(app.store, app.clock)


async def bare(url: str, _api: str) -> tuple[str, Callable[[], Awaitable[None]]]:
    """A handler that verifies, parses and group-commits the rows of an answer, decides nothing and sends nothing."""
    store = await open_store(url, statements=load(Path(floor.__file__).parent))
    secret = company.SECRET.encode()

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        stamp = request.headers["X-Slack-Request-Timestamp"]
        made = hmac.new(secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        forged = not hmac.compare_digest(f"v0={made}", request.headers["X-Slack-Signature"])
        if forged or abs(time.time() - int(stamp)) > 300:
            raise web.HTTPUnauthorized
        if not await store.run(*_read(request.content_type, body), machine()):
            raise web.HTTPConflict
        return web.Response()

    application = web.Application()
    application.router.add_post("/slack/events", receive)
    return await _listening(application), _nothing


def _read(content_type: str, body: bytes) -> tuple[Callable[..., bool], dict[str, str]]:
    if content_type == "application/json":
        event = json.loads(body)["event"]
        name = f"m:{event['channel']}:{event['ts']}"
        return floor.wrote, {"channel": "slack", "place": event["user"], "id": name, "text": event["text"]}
    payload = json.loads(URL.build(path="/", query_string=body.decode(), encoded=True).query["payload"])
    user = payload["user"]["id"]
    if payload["type"] == "view_submission":
        words = payload["view"]["state"]["values"]["words"]["value"]["value"]
        return floor.wrote, {"channel": "slack", "place": user, "id": payload["trigger_id"], "text": words}
    action = payload["actions"][0]
    return floor.pressed, {
        "channel": "slack",
        "place": user,
        "id": action["action_ts"],
        "choice": action["action_id"].removeprefix("cx|"),
        "label": action["text"]["text"],
    }


async def stock(url: str, api: str) -> tuple[str, Callable[[], Awaitable[None]]]:
    """The small bot on stock bolt."""
    application = sample.make(url.removeprefix("sqlite:///"), f"{api}/api/", company.SECRET)
    return await _listening(application), _nothing


async def _listening(application: web.Application) -> str:
    bound = floor.free_port()
    await Listener(application, bound).open()
    host, port = bound.getsockname()
    return f"http://{host}:{port}"


async def _nothing() -> None:
    await asyncio.sleep(0)


async def main(arguments: argparse.Namespace) -> None:
    logs.configure("error", "words")
    start: Any = {"program": program, "floor": bare, "sample": stock}[arguments.kind]
    url, rest = await start(arguments.url, arguments.api)
    print(json.dumps({"url": url}), flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        began = time.perf_counter()
        await rest()
        print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["program", "floor", "sample"])
    parser.add_argument("url")
    parser.add_argument("api")
    asyncio.run(main(parser.parse_args()))
