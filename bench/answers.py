"""Answers a second through the whole program, against the floor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bench import company, stores
from bench.engines import Engine
from bench.moulds import Moulds
from bench.processes import Waits, post, serving
from bench.results import Table, median, milliseconds

CONNECTIONS = (1, 16, 64, 256)
MIX = ("good", "words", "good", "words", "good", "good", "words", "good", "words", "bad")
"""Of ten answers five are good scores, four are words, and one is a bad score that opens a case."""
AIM = 0.6


@dataclass(frozen=True, slots=True)
class Variant:
    """An engine as it is, or on a disk with a slow fsync (seconds slept after each commit)."""

    engine: Engine
    delay: float = 0

    @property
    def name(self) -> str:
        return f"{self.engine.name}, fsync +{self.delay * 1000:.0f} ms" if self.delay else self.engine.name


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: rounds, the seconds of each cell, and its answers at most, by its connections."""

    rounds: int
    longest: float
    answers: dict[int, int]


FULL = Size(3, 6, {1: 400, 16: 2_000, 64: 3_000, 256: 3_000})
QUICK = Size(2, 2.5, {1: 100, 16: 500, 64: 1_000, 256: 1_000})


def measure(variants: Sequence[Variant], moulds: Moulds, size: Size) -> list[Table]:
    """Rounds in which program and floor take turns; each table row is the median of the rounds."""
    waits: dict[tuple[str, str, int], list[Waits]] = defaultdict(list)
    settled: dict[tuple[str, int], list[float]] = defaultdict(list)
    for each in range(size.rounds):
        for variant in variants:
            _round(variant, moulds, size, waits, settled)
        print(f"  answers: round {each + 1} of {size.rounds}", flush=True)
    return [_table(variant.name, waits, settled) for variant in variants]


def mixed(people: dict[str, list[int]], count: int) -> list[tuple[str, int]]:
    """So many answers in the usual mix, each by somebody else; takes them out of `people`."""
    return [
        (kind, people["words" if kind == "words" else "scores"].pop())
        for kind, _ in zip(MIX * (count // len(MIX) + 1), range(count), strict=False)
    ]


def _round(
    variant: Variant,
    moulds: Moulds,
    size: Size,
    waits: dict[tuple[str, str, int], list[Waits]],
    settled: dict[tuple[str, int], list[float]],
) -> None:
    engine = variant.engine
    base = stores.made(engine, "open", teams=company.TEAMS, answers=10_000, cases=0, cast=moulds)
    count = sum(size.answers.values())
    engine.copy(base, "round_program")
    bulk = engine.bulk("round_program")
    cast = stores.People(1, company.TEAMS)
    scores, words = cast.cast(bulk, moulds.fresh, count), cast.cast(bulk, moulds.telling, count)
    before = stores.kept(bulk)
    bulk.finish()
    engine.copy("round_program", "round_floor")
    taken = {"program": 0, "floor": 0}
    options = (f"--delay={variant.delay}",)
    with (
        serving("program", engine.url("round_program"), *options) as program,
        serving("floor", engine.url("round_floor"), *options) as floor,
    ):
        people = {kind: {"scores": list(scores), "words": list(words)} for kind in ("program", "floor")}
        for connections, answers in size.answers.items():
            for name, server in (("program", program), ("floor", floor)):
                came = post(server, moulds, mixed(people[name], answers), connections=connections, longest=size.longest)
                waits[variant.name, name, connections].append(came)
                taken[name] += len(came.waited)
                behind = server.ask("settle")["seconds"]
                if name == "program":
                    settled[variant.name, connections].append(behind)
    for name, count in taken.items():
        stores.check_kept(engine, f"round_{name}", before + count)
        engine.drop(f"round_{name}")


def _table(
    variant: str,
    waits: dict[tuple[str, str, int], list[Waits]],
    settled: dict[tuple[str, int], list[float]],
) -> Table:
    table = Table(
        f"Answers a second, {variant}",
        (
            "connections",
            "answers/s",
            "p50 ms",
            "p99 ms",
            "delivery behind s",
            "floor answers/s",
            "floor p50 ms",
            "floor p99 ms",
            "of the floor",
            "aim",
        ),
    )
    for connections in CONNECTIONS:
        program, floor = waits[variant, "program", connections], waits[variant, "floor", connections]
        ratio = median(p.per_second / f.per_second for p, f in zip(program, floor, strict=True))
        behind = f"{median(settled[variant, connections]):.2f}"
        aim = "" if connections != 64 else f"≥ {AIM}: {'met' if ratio >= AIM else 'missed'}"
        table.add(str(connections), *_figures(program), behind, *_figures(floor), f"{ratio:.2f}", aim)
    table.notes.append(
        "Five answers of ten are good scores, four are words, one is a bad score that opens a case. Program and floor "
        "take turns; the ratio is the median of the rounds' own. The floor delivers nothing, the program does: "
        "`delivery behind` is how long it went on handing over messages after the last answer."
    )
    return table


def _figures(came: Sequence[Waits]) -> tuple[str, str, str]:
    return (
        f"{median(waits.per_second for waits in came):.0f}",
        milliseconds(median(waits.percentile(50) for waits in came)),
        milliseconds(median(waits.percentile(99) for waits in came)),
    )
