"""All that is held about one person, table by table: what they can ask to be given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cxbot.ports import Row, Tx
from cxbot.transactions import people
from cxbot.transactions.personal import COLUMNS

TABLES = (
    "people",
    "addresses",
    "members",
    "interactions",
    "invitations",
    "responses",
    "answers",
    "remarks",
    "decisions",
    "cases",
    "events",
    "inbox",
    "outbox",
    "follow_ups",
    "grants",
    "improvement_customers",
    "files",
    "dialogues",
    "allowances",
)
"""Tables with rows of a person's own, in the order in which they are told."""
OTHERS = ("owner_id", "actor_id", "policy", "undo", "receipt", "worker")
"""Columns about colleagues, and what the program needs for itself alone."""
EXPORTED = "person.exported"


def all_of(tx: Tx, person_id: str) -> Mapping[str, list[Row]]:
    """Every row about a person, by table, without what is about colleagues; structures are read."""
    return {table: [_shown(table, row) for row in tx.all(f"holdings.{table}", id=person_id)] for table in TABLES}


def counts(tx: Tx, person_id: str) -> dict[str, int]:
    """How many rows there are about a person, by table, where there are any."""
    found = {table: len(tx.all(f"holdings.{table}", id=person_id)) for table in TABLES}
    return {table: n for table, n in found.items() if n}


def exported(tx: Tx, person_id: str, actor_id: str, now: int) -> None:
    """Notes that all about a person was handed to a colleague."""
    people.record(tx, person_id, actor_id, EXPORTED, {}, now)


def _shown(table: str, row: Row) -> Row:
    return {name: _read(value) for name, value in row.items() if name in COLUMNS[table] and name not in OTHERS}


def _read(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
