"""Starts the program over and over: everything is imported once, then each start is a fork.

Read from stdin, one line each: `start OFFSET RUN` forks a program whose two clocks are ahead of the machine's by OFFSET
ms; `reap PID` waits until it has ended. Each program tells its own pid and address on stdout.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from cxbot import demo as demos
from cxbot import logs, wording
from cxbot.app import App
from cxbot.check import check_config
from cxbot.ports import Channel, Clock, Outcome, Outgoing
from cxbot.signals import until_signalled
from cxbot.store import postgres, sqlite  # noqa: F401 -- loaded once for all that are forked


class Recording:
    """A channel as it is, which writes each message down before and after it is handed over."""

    def __init__(self, channel: Channel, file: str, run: int) -> None:
        self._channel = channel
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._run = run
        self._random = random.Random(run)
        self.name = channel.name
        self.limits = channel.limits

    async def send(self, outgoing: Outgoing) -> Outcome:
        os.write(self._file, f"{self._run} {os.getpid()} {outgoing.row_id}\n".encode())
        await asyncio.sleep(self._random.uniform(0, 0.004))  # a platform takes its time: so a kill can come between
        return await self._channel.send(outgoing)


def ahead(offset: int) -> Clock:
    """The machine's clock, ahead by so many ms."""

    def now() -> int:
        return time.time_ns() // 1_000_000 + offset

    return Clock(now=now, machine=now)


async def serve(settings: dict[str, Any], offset: int, run: int) -> None:
    """Runs the program until it is told to stop, or killed."""
    config, customers = demos.read_cast(settings["env"])
    app = await App.start(config, clock=ahead(offset), port=0, demo=demos.Demo(demos.DemoClock(), customers))
    app.delivery.channels = {"web": Recording(app.channels["web"], settings["sends"], run)}
    sys.stdout.write(f"{os.getpid()} {app.url}\n")
    sys.stdout.flush()
    await app.serve()


def main() -> None:
    """Obeys stdin until it is closed."""
    settings = json.loads(sys.argv[1])
    logs.configure("error", "words")
    wording.preload()
    check_config(demos.read_cast(settings["env"])[0])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        order, *numbers = line.split()
        if order == "start":
            if os.fork() == 0:
                status = 1
                try:
                    asyncio.run(until_signalled(serve(settings, *(int(number) for number in numbers))))
                    status = 0
                finally:
                    os._exit(status)
        else:
            _, status = os.waitpid(int(numbers[0]), 0)
            sys.stdout.write(f"ended {os.waitstatus_to_exitcode(status)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
