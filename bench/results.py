"""Tables, printed as they come and kept in bench/results.md."""

from __future__ import annotations

import os
import platform
import re
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).with_name("results.md")


@dataclass(slots=True)
class Table:
    """One figure: a title, columns, rows of words, and what must be known to read it."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """Adds a row."""
        self.rows.append(cells)

    def markdown(self) -> str:
        """As it stands in the file and on the screen."""
        widths = [max(len(row[at]) for row in (self.columns, *self.rows)) for at in range(len(self.columns))]
        lines = [_line(self.columns, widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
        lines += [_line(row, widths) for row in self.rows]
        return "\n".join([f"### {self.title}", "", *lines, "", *(f"{note}\n" for note in self.notes)])


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def median(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(values)


def milliseconds(seconds: float) -> str:
    """Seconds as milliseconds, in as many digits as mean something."""
    ms = seconds * 1000
    return f"{ms:.1f}" if ms < 100 else f"{ms:.0f}"


def verdict(value: float, aim: float) -> str:
    """Whether a figure that should be small is."""
    return "met" if value <= aim else "missed"


def machine() -> str:
    """What the figures were measured on."""
    try:
        found = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(encoding="ascii"), re.MULTILINE)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        more = f"{found[1] if found else platform.machine()}, {memory:.0f} GiB"
    except (OSError, ValueError):
        more = platform.machine()
    system = f"{platform.system()} {platform.release()}; Python {platform.python_version()}"
    return f"{os.cpu_count()} cores of {more}; {system}"


def write(tables: Iterable[Table], *, quick: bool) -> None:
    """Writes the file anew."""
    kind = "a quick run: small stores and few rounds" if quick else "a full run"
    head = [
        "# What was measured",
        "",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {kind}. {machine()}.",
        "",
        "`make bench` writes this file anew. Everything runs on one machine, the customers and the database included;",
        "so trust the ratios more than the figures. Each is the median of rounds that took turns.",
        "",
    ]
    FILE.write_text("\n".join([*head, *(table.markdown() for table in tables)]), encoding="utf-8")
