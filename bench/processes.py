"""Starts servers and customers in processes of their own, and talks with them."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.engines import FOLDER
from bench.moulds import Mould, Moulds

HOME = FOLDER.parent.parent


@dataclass(frozen=True, slots=True)
class Waits:
    """What a load came to: how many seconds it took, and how long each answer waited, in seconds, sorted."""

    seconds: float
    waited: Sequence[float]
    sent_at: Sequence[float]

    @property
    def per_second(self) -> float:
        return len(self.waited) / self.seconds

    def percentile(self, percent: float) -> float:
        """In seconds."""
        return percentile(self.waited, percent)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The value below which so many percent of a sorted list lie."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


class Server:
    """A running `bench.serving`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = process.pid
        self.url: str = self._read()["url"]

    def ask(self, command: str) -> dict[str, Any]:
        """Gives a command and waits for what comes of it."""
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the server ended with {self._process.wait()}")
        found: dict[str, Any] = json.loads(line)
        return found


@contextlib.contextmanager
def serving(kind: str, url: str, *options: str) -> Iterator[Server]:
    """A server for as long as the block runs."""
    command = [sys.executable, "-m", "bench.serving", kind, url, *options]
    with subprocess.Popen(command, cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process)
            assert process.stdin is not None
            process.stdin.close()
            process.wait(60)
        finally:
            process.kill()


def post(
    server: Server,
    moulds: Moulds,
    answers: Sequence[tuple[str, int]],
    *,
    connections: int,
    rate: float = 0,
    longest: float = 3600,
) -> Waits:
    """Lets customers answer: all, or as many as begin within `longest` seconds; at a steady rate where one is given.

    Every answer must be taken. Raises RuntimeError where one is not.
    """
    kinds: dict[str, Mould] = {"good": moulds.fresh, "bad": moulds.fresh, "words": moulds.telling}
    job = {
        "url": server.url,
        "connections": connections,
        "rate": rate,
        "longest": longest,
        "moulds": {kind: {"address": m.address, "invitation": m.invitation} for kind, m in kinds.items()},
        "answers": answers,
    }
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(
        command, cwd=HOME, input=json.dumps(job), stdout=subprocess.PIPE, text=True, check=True, timeout=600
    )
    came: dict[str, Any] = json.loads(done.stdout)
    if came["refused"]:
        raise RuntimeError(f"{came['refused']} of {len(answers)} answers were not taken: {came['first_refusal']}")
    return Waits(came["seconds"], sorted(came["waited"]), came["sent_at"])
