"""A server in a process of its own: the program, the floor, or the sample, at the address WeChat would post to.

It prints its address when it is ready, and for each line of standard input an empty object once nothing is left to do.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import secrets
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import xmltodict
from aiohttp import web
from waitress.server import create_server
from wechatpy.replies import TextReply

from bench import floor
from bench.company import machine, settled
from bench.wechat import company, sample
from cxbot import logs
from cxbot.app import App
from cxbot.ports import Tx
from cxbot.server import Listener
from cxbot.store import open_store
from cxbot.store.statements import load


async def program(url: str, api: str) -> tuple[str, Callable[[], Awaitable[None]]]:
    """The whole program."""
    app = await App.start(company.config(url, api))
    return app.url, lambda: settled(app.store, app.clock)


async def bare(url: str, _api: str) -> tuple[str, Callable[[], Awaitable[None]]]:
    """A handler that decrypts, parses and group-commits the rows of an answer, decides nothing and delivers nothing."""
    store = await open_store(url, statements=load(Path(floor.__file__).parent))
    crypto = company.crypto()

    async def receive(request: web.Request) -> web.Response:
        given, body = request.query, await request.read()
        stamp, nonce = given["timestamp"], given["nonce"]
        sealed = xmltodict.parse(body)["xml"]["Encrypt"]
        made = hashlib.sha1("".join(sorted((company.TOKEN, stamp, nonce, sealed))).encode()).hexdigest()
        if not hmac.compare_digest(made, given["msg_signature"]) or abs(time.time() - int(stamp)) > 300:
            raise web.HTTPForbidden
        plain = crypto.decrypt_message({"Encrypt": sealed}, given["msg_signature"], stamp, nonce)
        message = xmltodict.parse(plain)["xml"]
        if not await store.run(_answered, message, machine()):
            raise web.HTTPConflict
        reply = TextReply(content=sample.NEXT, source=message["ToUserName"], target=message["FromUserName"]).render()
        text = crypto.encrypt_message(reply, secrets.token_hex(8), stamp)
        return web.Response(text=text, content_type="application/xml")

    application = web.Application()
    application.router.add_post("/wechat/callback", receive)
    bound = floor.free_port()
    await Listener(application, bound).open()
    host, port = bound.getsockname()
    return f"http://{host}:{port}", _nothing


def _answered(tx: Tx, message: dict[str, str], now: int) -> bool:
    who, words = message["FromUserName"], message["Content"]
    fields = {"channel": "wechat", "place": who, "id": f"m:{message['MsgId']}", "text": words, "label": words}
    if not words.isdecimal():
        return floor.wrote(tx, fields, now)
    row = tx.one("floor.open_of_address", address=who, channel="wechat")
    return row is not None and floor.pressed(tx, {**fields, "choice": f"s:{row['id']}:score:{words}"}, now)


async def flask(url: str, _api: str) -> tuple[str, Callable[[], Awaitable[None]]]:
    """The small bot on waitress, as Flask's own pages say, with a thread for each connection."""
    path = url.removeprefix("sqlite:///")
    app = sample.make(path, company.TOKEN, company.AES_KEY, company.APP_ID)
    server = create_server(app, host="127.0.0.1", port=0, threads=16)
    threading.Thread(target=server.run, daemon=True).start()
    return f"http://127.0.0.1:{server.effective_port}", _nothing


async def _nothing() -> None:
    await asyncio.sleep(0)


async def main(arguments: argparse.Namespace) -> None:
    logs.configure("error", "words")
    start: Any = {"program": program, "floor": bare, "sample": flask}[arguments.kind]
    url, rest = await start(arguments.url, arguments.api)
    print(json.dumps({"url": url}), flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        await rest()
        print(json.dumps({}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["program", "floor", "sample"])
    parser.add_argument("url")
    parser.add_argument("api")
    asyncio.run(main(parser.parse_args()))
