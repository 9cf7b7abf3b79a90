"""The schema's history: numbered `.sql` files, the same for both engines, each applied once and in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "migrations"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema. Once released it is never edited, only followed by another."""

    name: str
    sql: str


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """Every step, oldest first."""
    return [Migration(file.stem, file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.sql"))]


def migrate(url: str, steps: Sequence[Migration] | None = None) -> list[str]:
    """Brings the store up to date and returns the names applied now. Blocks; several replicas may call it at once.

    Each step is applied with its record or not at all.
    """
    steps = migrations() if steps is None else steps
    if is_sqlite(url):
        from cxbot.store import sqlite  # noqa: PLC0415 -- each engine is loaded where it is used

        return sqlite.migrate(sqlite_path(url), steps)
    from cxbot.store import postgres  # noqa: PLC0415 -- see above

    return postgres.migrate(url, steps)


def is_sqlite(url: str) -> bool:
    """Which engine the URL names. Raises ValueError for anything but SQLite and PostgreSQL."""
    if url.startswith("sqlite:///"):
        return True
    if url.startswith(("postgresql://", "postgres://")):
        return False
    raise ValueError(
        f"store.url begins with {url.partition(':')[0]!r}: write sqlite:///path/to/file.db or postgresql://user@host/database"
    )


def sqlite_path(url: str) -> Path:
    """The file behind `sqlite:///relative.db` or `sqlite:////absolute.db`. Raises ValueError for `:memory:`."""
    path = url.removeprefix("sqlite:///")
    if not path or path.startswith(":memory:"):
        raise ValueError(
            "store.url: the store is a file that several connections open: write sqlite:///path/to/file.db"
        )
    return Path(path)
