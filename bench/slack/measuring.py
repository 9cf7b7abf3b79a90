"""Rounds in which the program, the floor and the sample take turns at what Slack sends, and answer to alert."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.company import settled
from bench.engines import FOLDER
from bench.processes import HOME, Waits, percentile
from bench.results import Table, median, milliseconds, verdict
from bench.slack import company
from cxbot.app import App
from cxbot.store import migrate

SERVERS = ("program", "floor", "sample")
CONNECTIONS = 16
ALERTS_A_SECOND = 50
AIM_RATIO, AIM_P50, AIM_P99, AIM_ALERT = 0.6, 0.002, 0.007, 0.006
NAMES = {"press": "a button", "form": "a form", "typed": "a typed answer"}


@dataclass(frozen=True, slots=True)
class Size:
    """Rounds, answers of a kind in each at 16 connections and one at a time, and seconds of alerts."""

    rounds: int
    many: int
    single: int
    alert_seconds: int


FULL = Size(3, 1_500, 300, 20)
QUICK = Size(1, 400, 100, 5)
Found = dict[tuple[str, str, str], list[Waits]]


def measure(size: Size) -> list[Table]:
    """The tables."""
    found: Found = defaultdict(list)
    waits: list[list[float]] = []
    for each in range(size.rounds):
        waits.append(_round(size, found))
        print(f"  slack: round {each + 1} of {size.rounds}", flush=True)
    return [_speed(found), _single(found), _alerts(waits)]


def _round(size: Size, found: Found) -> list[float]:
    with process("bench.slack.stub") as stub:
        people, alerted = asyncio.run(_prepare(size, stub.url))
        _answers(size, found, people, stub.url)
        _forget()
        with process("bench.slack.serving", "program", _url("program"), stub.url) as server:
            stub.ask()
            came = _post(server.url, "press", alerted, connections=16, rate=ALERTS_A_SECOND, score=1)
            server.ask()
            alerts = stub.ask()["alerts"]
    sent_at = {n: at for (n, _), at in zip(alerted, came.sent_at, strict=True)}
    found_at = [(int(text.partition("Person ")[2][:8]), at) for text, at in alerts if "Person " in text]
    return sorted(at - sent_at[n] for n, at in found_at if n in sent_at)


def _answers(size: Size, found: Found, people: dict[str, list[tuple[int, str]]], api: str) -> None:
    for name in SERVERS:
        (FOLDER / f"slack_{name}.db").unlink(missing_ok=True)
        if name != "sample":
            shutil.copyfile(FOLDER / "slack_seeded.db", FOLDER / f"slack_{name}.db")
    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(process("bench.slack.serving", name, _url(name), api)) for name in SERVERS}
        for kind in company.KINDS:
            many, single = people[kind][: size.many], people[kind][size.many :]
            for name in SERVERS:
                url = servers[name].url
                found[name, kind, "many"].append(_post(url, kind, many, connections=CONNECTIONS))
                servers[name].ask()
                found[name, kind, "single"].append(_post(url, kind, single, connections=1))
                servers[name].ask()
    shutil.copyfile(FOLDER / "slack_seeded.db", FOLDER / "slack_program.db")


async def _prepare(size: Size, api: str) -> tuple[dict[str, list[tuple[int, str]]], list[tuple[int, str]]]:
    """A store in which everybody has been asked; by kind of answer, who gives it."""
    _forget()
    path = FOLDER / "slack_seeded.db"
    FOLDER.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    await asyncio.to_thread(migrate, _url("seeded"))
    app = await App.start(company.config(_url("seeded"), api))
    each, first, people = size.many + size.single, 1, {}
    for kind in company.KINDS:
        people[kind] = list((await company.asked(app, first, each, scored=kind != "press")).items())
        first += each
    count = size.alert_seconds * ALERTS_A_SECOND
    alerted = list((await company.asked(app, first, count, scored=False)).items())
    await settled(app.store, app.clock)
    await app.stop()
    return people, alerted


def _forget() -> None:
    for file in FOLDER.glob("slack_*.db-*"):
        file.unlink()


def _url(name: str) -> str:
    return f"sqlite:///{FOLDER / f'slack_{name}.db'}"


@dataclass(slots=True)
class _Server:
    process: subprocess.Popen[str]
    url: str

    def ask(self) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@contextlib.contextmanager
def process(module: str, *arguments: str) -> Iterator[_Server]:
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield _Server(process, json.loads(process.stdout.readline())["url"])
        finally:
            process.kill()


def _post(
    url: str, kind: str, people: Sequence[tuple[int, str]], *, connections: int, rate: float = 0, score: int = 5
) -> Waits:
    job = {"url": url, "kind": kind, "people": people, "connections": connections, "rate": rate, "longest": 60,
           "score": score}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench.slack.load"], cwd=HOME, input=json.dumps(job), stdout=subprocess.PIPE,
        text=True, check=True, timeout=600,
    )  # fmt: skip
    came: dict[str, Any] = json.loads(done.stdout)
    if came["refused"]:
        raise RuntimeError(f"{came['refused']} of {len(people)} were not taken: {came['first_refusal']}")
    return Waits(came["seconds"], sorted(came["waited"]), came["sent_at"])


def _speed(found: Found) -> Table:
    table = Table(
        f"Slack, answers a second on {CONNECTIONS} connections",
        ("answer", "program/s", "p50 ms", "p99 ms", "floor/s", "stock bolt/s", "of the floor", "aim", "of stock bolt"),
    )
    for kind in company.KINDS:
        program, floor, stock = (found[name, kind, "many"] for name in SERVERS)
        ratio = median(p.per_second / f.per_second for p, f in zip(program, floor, strict=True))
        against = median(p.per_second / s.per_second for p, s in zip(program, stock, strict=True))
        table.add(
            NAMES[kind],
            f"{median(each.per_second for each in program):.0f}",
            milliseconds(median(each.percentile(50) for each in program)),
            milliseconds(median(each.percentile(99) for each in program)),
            f"{median(each.per_second for each in floor):.0f}",
            f"{median(each.per_second for each in stock):.0f}",
            f"{ratio:.2f}",
            f"≥ {AIM_RATIO}: {'met' if ratio >= AIM_RATIO else 'missed'}",
            f"{against:.2f}",
        )
    table.notes.append(
        "Signed requests to /slack/events. The program verifies, decides, commits the answer, its case and what is "
        "said before it acknowledges, and delivers to a Slack of the bench's own meanwhile; the floor verifies, parses "
        "and commits the same rows and delivers nothing; stock bolt inserts one row and posts one message."
    )
    return table


def _single(found: Found) -> Table:
    table = Table(
        "Slack, acknowledged one at a time",
        ("answer", "program p50 ms", "p99 ms", "aims", "floor p50 ms", "p99 ms", "stock bolt p50 ms", "p99 ms"),
    )
    for kind in company.KINDS:
        cells = []
        for name in SERVERS:
            came = found[name, kind, "single"]
            cells += [median(each.percentile(50) for each in came), median(each.percentile(99) for each in came)]
        aims = f"≤ 2: {verdict(cells[0], AIM_P50)}, ≤ 7: {verdict(cells[1], AIM_P99)}"
        shown = [milliseconds(cell) for cell in cells]
        table.add(NAMES[kind], *shown[:2], aims, *shown[2:])
    return table


def _alerts(waits: Sequence[Sequence[float]]) -> Table:
    table = Table(
        f"Slack, from a press to its alert at {ALERTS_A_SECOND} a second",
        ("alerts", "p50 ms", "p99 ms", "longest ms", "aim: p99"),
    )
    p99 = median(percentile(each, 99) for each in waits)
    table.add(
        str(sum(len(each) for each in waits)),
        milliseconds(median(percentile(each, 50) for each in waits)),
        milliseconds(p99),
        milliseconds(max(each[-1] for each in waits)),
        f"≤ {AIM_ALERT * 1000:.0f} ms: {verdict(p99, AIM_ALERT)}",
    )
    table.notes.append(
        f"From the moment somebody presses a low score to the moment Slack has the alert, over {company.TEAMS} "
        "channels with the usual pacing of one message a second each."
    )
    return table
