"""Rounds in which the program, the floor and the sample take turns at encrypted messages, and at a steady rate."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.company import settled
from bench.engines import FOLDER
from bench.processes import HOME, Waits
from bench.results import Table, median, milliseconds, verdict
from bench.slack.measuring import process
from bench.wechat import company
from cxbot.app import App
from cxbot.store import migrate

SERVERS = ("program", "floor", "sample")
CONNECTIONS, RATE = 16, 50
AIM_FLOOR, AIM_SAMPLE, AIM_P99 = 0.6, 3.0, 0.020
NAMES = {"good": "a good score", "bad": "a bad score", "words": "words after a score"}


@dataclass(frozen=True, slots=True)
class Size:
    """Rounds, messages of a kind in each, and seconds at a steady rate."""

    rounds: int
    many: int
    seconds: int


FULL = Size(3, 1_500, 20)
QUICK = Size(1, 400, 5)
Found = dict[tuple[str, str], list[Waits]]


def measure(size: Size) -> list[Table]:
    """The tables."""
    found: Found = defaultdict(list)
    steady: list[Waits] = []
    for each in range(size.rounds):
        with process("bench.wechat.stub") as stub:
            people = asyncio.run(_prepare(size, stub.url))
            steady.append(_round(size, found, people, stub.url))
        print(f"  wechat: round {each + 1} of {size.rounds}", flush=True)
    return [_speed(found), _steady(steady)]


def _round(size: Size, found: Found, people: dict[str, list[int]], api: str) -> Waits:
    for name in SERVERS:
        (FOLDER / f"wechat_{name}.db").unlink(missing_ok=True)
        if name != "sample":
            shutil.copyfile(FOLDER / "wechat_seeded.db", FOLDER / f"wechat_{name}.db")
    with contextlib.ExitStack() as stack:
        servers = {
            name: stack.enter_context(process("bench.wechat.serving", name, _url(name), api)) for name in SERVERS
        }
        for kind in company.KINDS:
            for name in SERVERS:
                found[name, kind].append(_post(servers[name].url, kind, people[kind], connections=CONNECTIONS))
                servers[name].ask()
        return _post(servers["program"].url, "good", people["steady"], connections=CONNECTIONS, rate=RATE)


async def _prepare(size: Size, api: str) -> dict[str, list[int]]:
    """A store in which everybody has been asked; by kind of message, who writes it."""
    for file in FOLDER.glob("wechat_*.db-*"):
        file.unlink()
    path = FOLDER / "wechat_seeded.db"
    FOLDER.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    await asyncio.to_thread(migrate, _url("seeded"))
    app = await App.start(company.config(_url("seeded"), api))
    people, first = {}, 1
    counts = {**dict.fromkeys(company.KINDS, size.many), "steady": size.seconds * RATE}
    for kind, count in counts.items():
        people[kind] = await company.asked(app, first, count, scored=kind == "words")
        first += count
    await settled(app.store, app.clock)
    await app.stop()
    return people


def _url(name: str) -> str:
    return f"sqlite:///{FOLDER / f'wechat_{name}.db'}"


def _post(url: str, kind: str, people: Sequence[int], *, connections: int, rate: float = 0) -> Waits:
    job = {"url": url, "kind": kind, "people": people, "connections": connections, "rate": rate, "longest": 60}
    done = subprocess.run(
        [sys.executable, "-m", "bench.wechat.load"], cwd=HOME, input=json.dumps(job), stdout=subprocess.PIPE,
        text=True, check=True, timeout=600,
    )  # fmt: skip
    came: dict[str, Any] = json.loads(done.stdout)
    if came["refused"]:
        raise RuntimeError(f"{came['refused']} of {len(people)} were not answered: {came['first_refusal']}")
    return Waits(came["seconds"], sorted(came["waited"]), came["sent_at"])


def _speed(found: Found) -> Table:
    table = Table(
        f"WeChat, encrypted messages a second on {CONNECTIONS} connections",
        ("message", "program/s", "p50 ms", "p99 ms", "floor/s", "wechatpy + Flask/s", "of the floor", "aim",
         "of the sample", "aim"),
    )  # fmt: skip
    for kind in company.KINDS:
        program, floor, stock = (found[name, kind] for name in SERVERS)
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
            f"≥ {AIM_FLOOR}: {'met' if ratio >= AIM_FLOOR else 'missed'}",
            f"{against:.2f}",
            f"≥ {AIM_SAMPLE:.0f}: {'met' if against >= AIM_SAMPLE else 'missed'}",
        )
    table.notes.append(
        "The program decrypts, decides, commits the answer, its case and what is said, and hands the next question "
        "back as the encrypted answer of the callback, through the outbox. The floor decrypts, commits the same rows "
        "and answers with a constant; the sample inserts one row and answers with a constant."
    )
    return table


def _steady(waits: Sequence[Waits]) -> Table:
    table = Table(
        f"WeChat, the answer of a callback at {RATE} a second",
        ("messages", "p50 ms", "p99 ms", "longest ms", "aim: p99"),
    )
    p99 = median(each.percentile(99) for each in waits)
    table.add(
        str(sum(len(each.waited) for each in waits)),
        milliseconds(median(each.percentile(50) for each in waits)),
        milliseconds(p99),
        milliseconds(max(each.waited[-1] for each in waits)),
        f"≤ {AIM_P99 * 1000:.0f} ms: {verdict(p99, AIM_P99)}",
    )
    return table
