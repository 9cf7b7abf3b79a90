"""From a bad answer to its alert in the team's channel, while answers come at a steady rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench import stores
from bench.answers import Variant
from bench.moulds import Moulds
from bench.processes import percentile, post, serving
from bench.results import Table, median, milliseconds, verdict

RATE = 300
"""Answers a second."""
BAD_EVERY = 5
TEAMS = 240
"""Each channel takes one message a second: one answer of five alerts, so each team is alerted every four seconds."""
CONNECTIONS = 64
AIM = 0.050


@dataclass(frozen=True, slots=True)
class Size:
    """How long the load is kept up, in seconds, and how often."""

    rounds: int
    seconds: int


FULL = Size(3, 20)
QUICK = Size(1, 5)


def measure(variants: Sequence[Variant], moulds: Moulds, size: Size) -> Table:
    """Rounds in which the engines take turns; each row is the median of its rounds."""
    table = Table(
        f"From answer to alert, at {RATE} answers a second",
        ("engine", "answers/s", "alerts/s", "p50 ms", "p99 ms", "longest ms", "answer p99 ms", "aim: p99"),
    )
    found: dict[str, list[tuple[float, float, list[float], float]]] = {variant.name: [] for variant in variants}
    for each in range(size.rounds):
        for variant in variants:
            found[variant.name].append(_round(variant, moulds, size.seconds))
        print(f"  alerts: round {each + 1} of {size.rounds}", flush=True)
    for name, rounds in found.items():
        p99 = median(percentile(waits, 99) for _, _, waits, _ in rounds)
        table.add(
            name,
            f"{median(rate for rate, _, _, _ in rounds):.0f}",
            f"{median(rate for _, rate, _, _ in rounds):.0f}",
            milliseconds(median(percentile(waits, 50) for _, _, waits, _ in rounds)),
            milliseconds(p99),
            milliseconds(max(waits[-1] for _, _, waits, _ in rounds)),
            milliseconds(median(answer for _, _, _, answer in rounds)),
            f"≤ {AIM * 1000:.0f} ms: {verdict(p99, AIM)}",
        )
    table.notes.append(
        f"From the moment the customer sends to the moment the channel has the alert. One answer of {BAD_EVERY} is "
        f"bad; the alerts go to {TEAMS} channels, and every address, team's or customer's, takes one a second."
    )
    return table


def _round(variant: Variant, moulds: Moulds, seconds: int) -> tuple[float, float, list[float], float]:
    """Answers a second, alerts a second, how long each alert took (sorted), and the answers' own p99, in seconds."""
    engine = variant.engine
    engine.copy(stores.made(engine, "teams", teams=TEAMS, answers=10_000, cases=0, cast=moulds), "round_alerts")
    bulk = engine.bulk("round_alerts")
    people = stores.People(1, TEAMS)
    count = RATE * seconds
    bad = list(people.cast(bulk, moulds.fresh, count // BAD_EVERY))
    words = people.cast(bulk, moulds.telling, count // BAD_EVERY * 2)
    good = people.cast(bulk, moulds.fresh, count)
    before = stores.kept(bulk)
    bulk.finish()
    others = iter([pair for a, b in zip(good, words, strict=False) for pair in (("good", a), ("words", b))])
    answers = [("bad", bad.pop()) if n % BAD_EVERY == 0 else next(others) for n in range(count)]
    options = (f"--delay={variant.delay}", f"--teams={TEAMS}", "--paced")
    with serving("program", engine.url("round_alerts"), *options) as server:
        came = post(server, moulds, answers, connections=CONNECTIONS, rate=RATE)
        server.ask("settle")
        alerts = server.ask("alerts")["alerts"]
    stores.check_kept(engine, "round_alerts", before + count)
    engine.drop("round_alerts")
    sent_at = {n: at for (kind, n), at in zip(answers, came.sent_at, strict=True) if kind == "bad"}
    waits = sorted(at - sent_at[int(name[-10:])] for name, at in alerts)
    if len(waits) != len(sent_at):
        raise RuntimeError(f"{len(sent_at)} bad answers led to {len(waits)} alerts")
    return came.per_second, len(waits) / came.seconds, waits, came.percentile(99)
