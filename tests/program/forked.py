"""The program as a process of its own that can be started again in a moment: the test's end of `zygote.py`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

STARTING = 30.0
"""Seconds that a start may take on a busy machine."""


class Child:
    """One running program."""

    def __init__(self, zygote: Zygote, pid: int, url: str) -> None:
        self._zygote = zygote
        self.pid = pid
        self.url = url

    async def kill(self) -> None:
        """SIGKILL; returns when nothing of it is left."""
        assert await self._end(signal.SIGKILL) == -signal.SIGKILL

    async def stop(self) -> None:
        """SIGTERM; it finishes what is in flight and ends well."""
        assert await self._end(signal.SIGTERM) == 0

    async def _end(self, number: signal.Signals) -> int:
        os.kill(self.pid, number)
        self._zygote.running.discard(self.pid)
        said = await self._zygote.asked(f"reap {self.pid}")
        return int(said.removeprefix("ended "))


class Zygote:
    """The process that is forked; made by `zygote`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.running: set[int] = set()

    async def start(self, offset: int, run: int) -> Child:
        """One more program, its clocks ahead by `offset` ms; returns once it listens."""
        pid, url = (await self.asked(f"start {offset} {run}")).split()
        self.running.add(int(pid))
        return Child(self, int(pid), url)

    async def start_at_once(self, offset: int, runs: range) -> list[Child]:
        """Several programs at the same moment; returns once all of them listen."""
        assert self._process.stdin is not None
        for run in runs:
            self._process.stdin.write(f"start {offset} {run}\n".encode())
        children = [Child(self, int(pid), url) for pid, url in [(await self.line()).split() for _ in runs]]
        self.running.update(child.pid for child in children)
        return children

    async def asked(self, order: str) -> str:
        """Gives an order; the line that is said about it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n".encode())
        return await self.line()

    async def line(self) -> str:
        assert self._process.stdout is not None
        async with asyncio.timeout(STARTING):
            line = await self._process.stdout.readline()
        assert line, "the program did not start; what it said is above"
        return line.decode().strip()


@contextlib.asynccontextmanager
async def zygote(url: str, folder: Path, env: Mapping[str, str] | None = None) -> AsyncIterator[Zygote]:
    """A zygote of the demo on a store. `folder/sends` lists what was handed over, `folder/errors` what was logged."""
    settings = {"env": {"CXBOT_STORE__URL": url, **(env or {})}, "sends": str(folder / "sends")}
    with (folder / "errors").open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(Path(__file__).with_name("zygote.py")), json.dumps(settings),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        made = Zygote(process)
        try:
            assert await made.line() == "ready"
            yield made
        finally:
            for pid in made.running:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            assert process.stdin is not None
            process.stdin.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), STARTING)


def handed_over(folder: Path) -> list[tuple[int, int, str]]:
    """What was handed to the channel, in order: (run, process, outbox id)."""
    lines = (folder / "sends").read_text().splitlines() if (folder / "sends").exists() else []
    return [(int(run), int(pid), row) for run, pid, row in (line.split() for line in lines)]
