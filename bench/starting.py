"""How soon the program is ready on a store that has grown, how much memory it holds, and a flood of due work."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

from bench import company, stores
from bench.answers import Variant
from bench.engines import FOLDER, Engine
from bench.memory import resident
from bench.moulds import Moulds
from bench.processes import HOME, serving
from bench.results import Table, median, milliseconds, verdict

AIM_SECONDS = 1.5
AIM_BYTES = 130_000_000
AIM_BLOCKED = 0.050
REMIND_AFTER_MS = 31 * 60_000


@dataclass(frozen=True, slots=True)
class Size:
    """What the store holds, and how often it is started."""

    rounds: int
    answers: int
    cases: int


FULL = Size(3, 1_000_000, 10_000)
QUICK = Size(2, 10_000, 1_000)


def measure(variants: Sequence[Variant], moulds: Moulds, size: Size) -> list[Table]:
    """Starts, one engine after the other in each round; then once the reminders, all due at once."""
    started = Table(
        f"Start to ready with {size.answers // 10:,} people, {size.answers:,} answers, {size.cases:,} open cases",
        ("engine", "seconds", "aim", "RSS MB", "aim"),
    )
    reminded = Table(
        f"{size.cases:,} reminders due at once",
        ("engine", "fired", "seconds", "messages handed over", "longest block ms", "blocks > 50 ms", "aim"),
    )
    names = {
        variant.name: stores.made(
            variant.engine,
            f"grown{size.answers}",
            teams=company.TEAMS,
            answers=size.answers,
            cases=size.cases,
            cast=moulds,
        )
        for variant in variants
    }
    starts: dict[str, list[tuple[float, int]]] = {variant.name: [] for variant in variants if not variant.delay}
    for _ in range(size.rounds):
        for variant in variants:
            if not variant.delay:
                starts[variant.name].append(_start(variant.engine, names[variant.name]))
    for name, found in starts.items():
        seconds, size_of = median(each for each, _ in found), median(each for _, each in found)
        started.add(
            name,
            f"{seconds:.2f}",
            f"≤ {AIM_SECONDS}: {verdict(seconds, AIM_SECONDS)}",
            f"{size_of / 1e6:.0f}",
            f"≤ {AIM_BYTES / 1e6:.0f}: {verdict(size_of, AIM_BYTES)}",
        )
    started.notes.append(
        "From starting `python bot.py run` to the first 200 of /readyz, the interpreter and its imports included."
    )
    for variant in variants:
        _remind(variant, names[variant.name], size.cases, reminded)
    reminded.notes.append(
        "Fired means that the case says so and the line under its alert was handed to the channel, beside the redrawn "
        "alert. A block is how late a task that sleeps 5 ms wakes; no other work runs in between."
    )
    return [started, reminded]


def _start(engine: Engine, store: str) -> tuple[float, int]:
    """Seconds until it is ready, and the bytes it holds then."""
    settings = company.write_settings(FOLDER / "started.toml", engine.url(store))
    command = [sys.executable, "bot.py", "run", "--config", str(settings)]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            url = next(line.split()[-1] for line in process.stdout if line.startswith("Listening on"))
            while not _is_ready(url):
                time.sleep(0.002)
            return time.perf_counter() - began, resident(process.pid)
        finally:
            process.terminate()


def _is_ready(url: str) -> bool:
    with contextlib.suppress(urllib.error.URLError), urllib.request.urlopen(f"{url}/readyz", timeout=5) as response:
        return bool(response.status == 200)
    return False


def _remind(variant: Variant, store: str, cases: int, table: Table) -> None:
    engine = variant.engine
    engine.copy(store, "round_reminders")
    options = (f"--delay={variant.delay}", "--ticks")
    with serving("program", engine.url("round_reminders"), *options) as server:
        server.ask("settle")
        server.ask("ticks")
        began = time.perf_counter()
        server.ask(f"wind {REMIND_AFTER_MS}")
        server.ask("settle")
        seconds = time.perf_counter() - began
        late: list[float] = server.ask("ticks")["late"]
    bulk = engine.bulk("round_reminders")
    fired = bulk.rows(
        "SELECT COUNT(*) FROM events e JOIN cases c ON c.id = e.subject_id WHERE e.kind = 'remind' AND c.reminders = 1"
    )
    said = bulk.rows("SELECT COUNT(*) FROM outbox WHERE key = 'case.reminder' AND state = 'sent'")
    handed = bulk.rows(f"SELECT COUNT(*) FROM outbox WHERE state = 'sent' AND created_at > {company.START + 60_000}")
    bulk.finish()
    engine.drop("round_reminders")
    count = min(int(fired[0][0]), int(said[0][0]))
    table.add(
        variant.name,
        f"{count:,}",
        f"{seconds:.1f}",
        f"{int(handed[0][0]):,}",
        milliseconds(late[0]),
        str(sum(each > AIM_BLOCKED for each in late)),
        f"all, ≤ 50 ms: {'met' if count == cases and late[0] <= AIM_BLOCKED else 'missed'}",
    )
