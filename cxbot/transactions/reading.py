"""Reading for other systems: invitations, responses and cases in the order of time, a page at once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from cxbot.ports import Row, Tx

Kind = Literal["invitations", "responses", "cases"]

TIME_COLUMN = {"invitations": "created_at", "responses": "started_at", "cases": "opened_at"}
END_OF_TIME = 2**62


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows: from `since` to before `until` (epoch ms, by when they began); '' leaves a filter out."""

    since: int = 0
    until: int = END_OF_TIME
    touchpoint: str = ""
    team: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after the row of this time and id."""

    time: int = -1
    id: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one kind, oldest first; `next` is None on the last page. Rows of responses carry their `answers`."""

    rows: tuple[Row, ...]
    next: Place | None


def page(tx: Tx, kind: Kind, filters: Filters, after: Place, most: int) -> Page:
    """At most `most` rows after a place."""
    rows = tx.all(f"reading.{kind}", after_time=after.time, after_id=after.id, most=most + 1, **asdict(filters))
    shown = rows[:most]
    if kind == "responses":
        shown = [_with_answers(tx, row) for row in shown]
    last = shown[-1] if len(rows) > most else None
    return Page(tuple(shown), Place(last[TIME_COLUMN[kind]], last["id"]) if last else None)


def one(tx: Tx, kind: Kind, row_id: str) -> Row | None:
    """One row of a kind by its id, a case also by its number; None where there is none or it may not be shown."""
    row = tx.one(f"reading.{kind.removesuffix('s')}", id=row_id)
    return _with_answers(tx, row) if row is not None and kind == "responses" else row


def questions(tx: Tx) -> list[str]:
    """The ids of all questions anybody answered by name, for the columns of a table."""
    return [row["question"] for row in tx.all("reading.questions")]


def _with_answers(tx: Tx, row: Row) -> Row:
    return {**row, "answers": tx.all("reading.answers", response_id=row["id"])}
