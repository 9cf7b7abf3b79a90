"""A server in a process of its own, the program or the floor, that does what it is told on standard input.

It prints a line of JSON when it is ready, and one for each command: `settle`, `alerts`, `wind MS`, `ticks`, `memory`.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bench import company, floor
from bench.memory import resident
from cxbot import logs
from cxbot.app import App
from cxbot.delivery import Report
from cxbot.demo import Demo, DemoClock
from cxbot.ports import Outcome, Sent
from cxbot.transactions.deliveries import Taken

TICK = 0.005


class Ticks:
    """A task that wakes every 5 ms and notes by how much it is late: so long nothing else could run either."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK)
            self._late.append(time.perf_counter() - began - TICK)

    def take(self) -> list[float]:
        """The delays since this was asked last, the longest first, in seconds."""
        late, self._late = self._late, []
        return sorted(late, reverse=True)[:200]


class Program:
    """The whole program behind the try-out page."""

    def __init__(self, app: App, clock: company.CompanyClock) -> None:
        self.app = app
        self.url = app.url
        self._clock = clock
        self._alerts: list[tuple[str, float]] = []
        self._report = app.delivery.report
        app.delivery.report = self._note

    @classmethod
    async def start(cls, url: str, teams: int, *, paced: bool) -> Program:
        clock = company.CompanyClock()
        app = await App.start(company.config(url, teams), clock=clock.clock, demo=Demo(DemoClock(), ()))
        if paced:
            web = app.channels["web"]
            web.limits = dataclasses.replace(web.limits, per_second=1.0)
        return cls(app, clock)

    def _note(self, channel: str, outcome: Outcome, taken: Taken) -> None:
        if isinstance(outcome, Sent) and taken.row["kind"] == "card" and not taken.row["replaces"]:
            self._alerts.append((taken.args["person_name"], time.time()))
        report: Report | None = self._report
        if report is not None:
            report(channel, outcome, taken)

    async def settle(self) -> dict[str, Any]:
        """Waits until nothing that may be done is left."""
        began = time.perf_counter()
        await company.settled(self.app.store, self._clock.clock)
        return {"seconds": time.perf_counter() - began}

    async def alerts(self) -> dict[str, Any]:
        """Whose alerts were handed to the channel since this was asked last, and when (epoch seconds)."""
        alerts, self._alerts = self._alerts, []
        return {"alerts": alerts}

    async def wind(self, ms: int) -> None:
        """Makes business time leap."""
        self._clock.offset += ms

    async def stop(self) -> None:
        await self.app.stop()


async def serve(arguments: argparse.Namespace) -> None:
    logs.configure("warning", "words")
    company.open_stores_with(commit_delay=arguments.delay)
    server: Program | floor.Floor
    if arguments.kind == "floor":
        server = await floor.Floor.start(arguments.url, commit_delay=arguments.delay)
    else:
        server = await Program.start(arguments.url, arguments.teams, paced=arguments.paced)
    ticks = Ticks() if arguments.ticks else None

    async def ticked() -> dict[str, Any]:
        return {"late": ticks.take() if ticks else []}

    async def memory() -> dict[str, Any]:
        return {"bytes": resident("self")}

    async def wind(ms: str) -> dict[str, Any]:
        assert isinstance(server, Program)
        await server.wind(int(ms))
        return {}

    commands: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
        "settle": server.settle,
        "alerts": server.alerts,
        "ticks": ticked,
        "memory": memory,
        "wind": wind,
    }
    try:
        _say({"url": server.url})
        async for line in _lines():
            name, *parameters = line.split()
            _say(await commands[name](*parameters))
    finally:
        await server.stop()


async def _lines() -> Any:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode().strip()


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["program", "floor"])
    parser.add_argument("url")
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--teams", type=int, default=company.TEAMS)
    parser.add_argument("--paced", action="store_true")
    parser.add_argument("--ticks", action="store_true")
    asyncio.run(serve(parser.parse_args()))
