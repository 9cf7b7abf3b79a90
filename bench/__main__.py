"""`python -m bench`: measures everything, prints the tables and writes bench/results.md."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence

from bench import alerts, answers, growing, moulds, results, starting
from bench.answers import Variant
from bench.engines import Engine, Postgres, Sqlite
from bench.moulds import Moulds
from bench.results import Table
from bench.slack import measuring as slack
from bench.wechat import measuring as wechat
from cxbot import logs

SLOW_DISK = 0.002
FIGURES = ("answers", "alerts", "slack", "wechat", "starting", "growing")


def main() -> None:
    """Reads the command line; BENCH=quick leaves the large stores out."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", default=os.environ.get("BENCH") == "quick")
    parser.add_argument("--only", choices=FIGURES, nargs="+", default=FIGURES, help="and write no file")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], help="this one alone, and write no file")
    arguments = parser.parse_args()
    logs.configure("warning", "words")
    with contextlib.ExitStack() as stack:
        engines: dict[str, Callable[[], Engine]] = {"sqlite": Sqlite, "postgresql": Postgres}
        variants: list[Variant] = []
        for name, make in engines.items():
            if arguments.engine in (None, name):
                engine = make()
                stack.callback(engine.close)
                variants.append(Variant(engine))
                if name == "sqlite":
                    variants.append(Variant(engine, SLOW_DISK))
        tables = _measured(arguments.only, variants, asyncio.run(moulds.make()), quick=arguments.quick)
    if tuple(arguments.only) == FIGURES and arguments.engine is None:
        results.write(tables, quick=arguments.quick)
        print(f"Written to {results.FILE.name}.")


def _measured(only: Sequence[str], variants: Sequence[Variant], cast: Moulds, *, quick: bool) -> list[Table]:
    tables: list[Table] = []
    print(f"On {results.machine()}", flush=True)
    for figure in only:
        match figure:
            case "answers":
                found = answers.measure(variants, cast, answers.QUICK if quick else answers.FULL)
            case "alerts":
                found = [alerts.measure(variants, cast, alerts.QUICK if quick else alerts.FULL)]
            case "slack":
                found = slack.measure(slack.QUICK if quick else slack.FULL)
            case "wechat":
                found = wechat.measure(wechat.QUICK if quick else wechat.FULL)
            case "starting":
                found = starting.measure(variants, cast, starting.QUICK if quick else starting.FULL)
            case _:
                found = growing.measure(variants, cast, growing.QUICK if quick else growing.FULL)
        for table in found:
            print(f"\n{table.markdown()}", flush=True)
        tables += found
    return tables


if __name__ == "__main__":
    main()
