"""What an answer costs as the store grows, and how long a report over all of it takes."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench import company, history, stores
from bench.answers import Variant, mixed
from bench.engines import Engine
from bench.moulds import Moulds
from bench.processes import post, serving
from bench.results import Table, median, milliseconds, verdict
from cxbot.store import open_store
from cxbot.transactions import reports

CONNECTIONS = 64
AIM_GROWTH = 1.2
AIM_REPORT = 0.100


@dataclass(frozen=True, slots=True)
class Size:
    """The stores, by their answers; how many more answers each takes a round; rounds."""

    rounds: int
    stores: tuple[int, ...]
    answers: int


FULL = Size(3, (10_000, 100_000, 1_000_000, 10_000_000), 2_000)
QUICK = Size(2, (10_000, 50_000), 1_000)
FIRST_PERSON = 100_000_000
"""Numbers of those who answer now; a large store is used where it stands, so each run begins behind the last one."""


def measure(variants: Sequence[Variant], moulds: Moulds, size: Size) -> list[Table]:
    """All sizes take turns in each round."""
    names = {
        (variant.name, answers): stores.made(
            variant.engine, f"store{answers}", teams=company.TEAMS, answers=answers, cases=0, cast=moulds
        )
        for variant in variants
        if not variant.delay
        for answers in size.stores
    }
    costs = Table(
        f"What an answer costs as the store grows, at {CONNECTIONS} connections",
        ("engine", "answers in the store", "answers/s", "ms an answer", f"times {size.stores[0]:,}", "aim"),
    )
    report = Table(
        "NPS by week and touchpoint",
        ("engine", "answers", "weeks × touchpoints", "ms", "aim"),
    )
    for variant in variants:
        if not variant.delay:
            _grow(variant.engine, {n: names[variant.name, n] for n in size.stores}, moulds, size, costs)
            _report(variant.engine, names[variant.name, size.stores[-1]], size.stores[-1], report)
    costs.notes.append(
        "The cost is the wall-clock time from the first answer until the last message it led to is handed over, by the "
        "number of answers. The ratio is the median of the rounds' own ratios."
    )
    report.notes.append(
        f"Answers of {history.DAYS // 7} weeks, read by `reports.by_week` from the counts kept beside them."
    )
    return [report, costs]


def _grow(engine: Engine, names: dict[int, str], moulds: Moulds, size: Size, table: Table) -> None:
    spent: dict[int, list[float]] = defaultdict(list)
    answered: dict[int, list[float]] = defaultdict(list)
    for each in range(size.rounds):
        order = list(names) if each % 2 == 0 else list(reversed(names))
        for n in order:
            seconds, per_second = _cost(engine, names[n], moulds, size.answers)
            spent[n].append(seconds)
            answered[n].append(per_second)
        print(f"  growth on {engine.name}: round {each + 1} of {size.rounds}", flush=True)
    first = min(names)
    for n in names:
        ratio = median(own / small for own, small in zip(spent[n], spent[first], strict=True))
        table.add(
            engine.name,
            f"{n:,}",
            f"{median(answered[n]):.0f}",
            milliseconds(median(spent[n])),
            f"{ratio:.2f}",
            "" if n == first else f"≤ {AIM_GROWTH}: {verdict(ratio, AIM_GROWTH)}",
        )


def _cost(engine: Engine, store: str, moulds: Moulds, answers: int) -> tuple[float, float]:
    """Seconds an answer with all it leads to, and answers a second."""
    bulk = engine.bulk(store)
    found = bulk.rows("SELECT MAX(address) FROM addresses WHERE channel = 'web' AND address LIKE 'customer:t%'")
    people = stores.People(int(found[0][0][-10:]) + 1 if found[0][0] else FIRST_PERSON, company.TEAMS)
    scores, words = people.cast(bulk, moulds.fresh, answers), people.cast(bulk, moulds.telling, answers)
    before = stores.kept(bulk)
    bulk.settle()
    with serving("program", engine.url(store)) as server:
        came = post(
            server, moulds, mixed({"scores": list(scores), "words": list(words)}, answers), connections=CONNECTIONS
        )
        seconds = came.seconds + float(server.ask("settle")["seconds"])
    stores.check_kept(engine, store, before + answers)
    return seconds / answers, came.per_second


def _report(engine: Engine, store: str, answers: int, table: Table) -> None:
    since = datetime.fromtimestamp(company.START / 1000, UTC).date() - timedelta(days=history.DAYS)
    until = since + timedelta(days=history.DAYS + 1)

    async def read() -> tuple[list[float], int, int]:
        opened = await open_store(engine.url(store))
        took = []
        cells: list[reports.WeekScore] = []
        for _ in range(11):
            began = time.perf_counter()
            cells = await opened.read(reports.by_week, "nps", since, until)
            took.append(time.perf_counter() - began)
        await opened.close()
        return took, len({cell.monday for cell in cells}), len({cell.touchpoint for cell in cells})

    took, weeks, touchpoints = asyncio.run(read())
    seconds = median(took)
    table.add(
        engine.name,
        f"{answers:,}",
        f"{weeks} × {touchpoints}",
        milliseconds(seconds),
        f"≤ {AIM_REPORT * 1000:.0f}: {verdict(seconds, AIM_REPORT)}",
    )
