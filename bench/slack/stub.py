"""Slack's Web API as far as a bench needs it: every call is answered at once, and the alerts are noted with their time.

It prints its address when it is ready and, for each line of standard input, what it noted since the last.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time

from aiohttp import web

TEAM = b'"channel": "CTEAM'
_numbers = itertools.count(1)
_alerts: list[tuple[str, float]] = []


async def call(request: web.Request) -> web.Response:
    body = await request.read()
    answer: dict[str, object] = {"ok": True, "ts": f"1700000000.{next(_numbers):06d}", "channel": "C1", "bot_id": "B1"}
    if request.path.endswith("/conversations.open"):
        answer["channel"] = {"id": f"D{next(_numbers):08}"}
    if request.path.endswith("/chat.postMessage") and TEAM in body:
        _alerts.append((json.loads(body)["text"][:80], time.time()))
    return web.json_response(answer)


async def main() -> None:
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", call)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"url": f"http://127.0.0.1:{runner.addresses[0][1]}"}), flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps({"alerts": _alerts}), flush=True)
        _alerts.clear()


if __name__ == "__main__":
    asyncio.run(main())
