"""Moulds: what the real program writes about one person, kept as rows, from which thousands like them are cast."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from bench import company
from bench.engines import Bulk, Sqlite
from cxbot.app import App
from cxbot.ports import Clock, Inbound, Row
from cxbot.transactions import interactions

TAG = "7070707070"
"""Stands in every id, name and address of a mould; each person cast has a number of their own in its place."""
TEAM_TAG = "team7171"
TABLES = (
    "people", "addresses", "interactions", "invitations", "responses", "answers", "decisions", "cases", "events",
    "inbox", "outbox", "sequences",
)  # fmt: skip


@dataclass(slots=True)
class Mould:
    """One person's rows by table, and what an answer of theirs names."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    address: str = ""
    invitation: str = ""


@dataclass(frozen=True, slots=True)
class Moulds:
    """Somebody just asked, somebody who gave a good score and is asked what was good, somebody with an open case."""

    fresh: Mould
    telling: Mould
    unhappy: Mould


def number(n: int) -> str:
    """What stands in place of the tag."""
    return f"{n:010}"


async def make() -> Moulds:
    """Lets three people live through the real program, in a store of their own."""
    engine = Sqlite()
    engine.create("mould")
    ids = (f"00{TAG}{n:014}" for n in count(1))
    company.open_stores_with(new_id=lambda: next(ids))
    try:
        return await _live(engine)
    finally:
        company.open_stores_with()
        engine.drop("mould")


async def _live(engine: Sqlite) -> Moulds:
    settings = company.config(engine.url("mould"), 1)
    teams = settings.seed.teams | {
        TEAM_TAG: settings.seed.teams[company.team(0)].model_copy(
            update={"place": f"team:{TEAM_TAG}", "touchpoints": (), "members": ()}
        )
    }
    settings = settings.model_copy(update={"seed": settings.seed.model_copy(update={"teams": teams})})
    clock = Clock(now=lambda: company.START, machine=lambda: company.START)
    app = await App.start(settings, port=0, clock=clock)
    moulds = []
    seen = {table: len(rows) for table, rows in _everything(engine.path("mould")).items()}
    for letter, score in (("f", ""), ("t", "5"), ("u", "1")):
        address = f"customer:{letter}{TAG}"
        taken = await app.store.run(interactions.take, _closed_ticket(letter, address), "crm", company.START)
        assert isinstance(taken, interactions.Taken)
        assert taken.state == "asked", taken
        await company.settled(app.store, clock)
        if score:
            await app.deliver(_press(letter, address, f"s:{taken.invitation_id}:score:{score}", score))
            await company.settled(app.store, clock)
        moulds.append(Mould(address=address, invitation=taken.invitation_id))
        for table, rows in _everything(engine.path("mould")).items():
            moulds[-1].rows[table] = [_without_worker(row) for row in rows[seen[table] :]]
            seen[table] = len(rows)
    await app.stop()
    for mould in moulds:
        for case in mould.rows["cases"]:
            _rename(mould, case["code"], TAG)
    return Moulds(*moulds)


def _closed_ticket(letter: str, address: str) -> Mapping[str, Any]:
    return {
        "id": f"ticket-{letter}{TAG}",
        "touchpoint": "ticket",
        "stage": "support",
        "outcome": "closed",
        "happened_at": company.START - 60_000,
        "team": TEAM_TAG,
        "agent": "Ana Lee",
        "reference": f"T-{letter}{TAG}",
        "attributes": {"product": "kettle", "channel": "phone"},
        "person": {
            "addresses": [{"channel": "web", "address": address}],
            "name": f"Person {letter}{TAG}",
            "language": "en",
            "time_zone": "Europe/Berlin",
        },
    }


def _press(letter: str, address: str, choice: str, label: str) -> Inbound:
    return Inbound(f"press-{letter}{TAG}", "web", address, address, "choice", text=label, choice=choice)


def _everything(path: Path) -> dict[str, list[Row]]:
    """Every table as it is, in the order it was written."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid")]
            for table in TABLES
        }


def _without_worker(row: Row) -> Row:
    """The row without the name of the process that sent it, so that a mould is the same each time."""
    return {**row, "worker": ""} if "worker" in row else row


def _rename(mould: Mould, old: str, new: str) -> None:
    for rows in mould.rows.values():
        for row in rows:
            for name, value in row.items():
                if isinstance(value, str):
                    row[name] = value.replace(old, new)


def cast(bulk: Bulk, mould: Mould, first: int, last: int, teams: int) -> None:
    """Writes the people numbered `first` to `last`, their teams in turn."""
    for table, rows in mould.rows.items():
        for row in rows:
            values = ", ".join(_expression(value, teams) for value in row.values())
            bulk.run(
                f"INSERT INTO {table} ({', '.join(row)}) "
                f"WITH RECURSIVE numbers(n) AS (SELECT CAST({first} AS BIGINT) UNION ALL SELECT n + 1 FROM numbers "
                f"WHERE n < {last}) SELECT {values} FROM numbers"
            )


def _expression(value: Any, teams: int) -> str:
    if value is None:
        return "NULL"
    if not isinstance(value, str):
        return str(value)
    text = "'" + value.replace("'", "''") + "'"
    if re.search(TAG, value):
        text = f"replace({text}, '{TAG}', substr(CAST(10000000000 + n AS TEXT), 2))"
    if re.search(TEAM_TAG, value):
        text = f"replace({text}, '{TEAM_TAG}', 'team' || substr(CAST(10000 + n % {teams} AS TEXT), 2))"
    return text
