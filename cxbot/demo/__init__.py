"""The demo: the same program on embedded defaults, with a cast of its own and a clock that can be wound forward."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cxbot.config import parse_config
from cxbot.demo.winding import DemoClock
from cxbot.ports import Tx
from cxbot.settings import Config
from cxbot.transactions import people

__all__ = ["Demo", "DemoClock", "move_aside", "read_cast", "seed_customers"]

CAST = Path(__file__).with_name("demo.toml")


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo adds to the program: its clock and its customers."""

    clock: DemoClock
    customers: tuple[Mapping[str, Any], ...]


def read_cast(env: Mapping[str, str]) -> tuple[Config, tuple[Mapping[str, Any], ...]]:
    """The demo's settings, with the environment over them, and its customers. Raises ConfigMistakes."""
    text = CAST.read_text(encoding="utf-8")
    settings, marker, _ = text.partition("\n[[customers]]\n")
    customers = tomllib.loads(text)["customers"] if marker else []
    return parse_config(settings, CAST.name, env), tuple(customers)


def seed_customers(tx: Tx, customers: tuple[Mapping[str, Any], ...], now: int) -> None:
    """Makes the demo's customers; who is there already stays as they have become."""
    for place, customer in enumerate(customers):
        channel, _, address = customer["address"].partition(":")
        if people.by_address(tx, channel, address) is not None:
            continue
        facts = {name: value for name, value in customer.items() if name != "address"}
        people.upsert(tx, now + place, addresses=[(channel, address)], **facts)


def move_aside(database: Path, now: datetime) -> Path | None:
    """Renames the demo's database, so that the next start is fresh and nothing is lost; None where there is none."""
    if not database.exists():
        return None
    kept = database.with_name(f"{database.stem}-{now:%Y%m%d-%H%M%S}{database.suffix}")
    for ending in ("", "-wal", "-shm"):
        part = database.with_name(database.name + ending)
        if part.exists():
            part.rename(kept.with_name(kept.name + ending))
    return kept
