"""WeChat's interface as far as a bench needs it: every call is answered at once. It prints its address when ready."""

from __future__ import annotations

import asyncio
import json
import sys

from aiohttp import web


async def call(request: web.Request) -> web.Response:
    await request.read()
    if request.path.endswith("/stable_token"):
        return web.json_response({"access_token": "bench-token", "expires_in": 7200})
    return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": 1})


async def main() -> None:
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", call)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"url": f"http://127.0.0.1:{runner.addresses[0][1]}"}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
