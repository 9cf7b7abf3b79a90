from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import get_args

import psycopg

from cxbot.transactions.personal import COLUMNS, Kind


def columns(url: str) -> dict[str, set[str]]:
    """Every column of a migrated store, but for the engine's own record of migrations."""
    if url.startswith("sqlite:///"):
        statement = "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            rows = file.execute(statement).fetchall()
    else:
        statement = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        with psycopg.connect(url) as server:
            rows = server.execute(statement).fetchall()
    found: dict[str, set[str]] = {}
    for table, column in rows:
        if "migrations" not in table and not table.startswith("sqlite_"):
            found.setdefault(table, set()).add(column)
    return found


def test_every_column_of_the_store_is_tagged_as_personal_or_not_and_no_other(store_url: str):
    assert {table: set(tags) for table, tags in COLUMNS.items()} == columns(store_url)


def test_every_tag_is_a_known_kind_and_every_link_to_a_person_is_one():
    for table, tags in COLUMNS.items():
        assert set(tags.values()) <= set(get_args(Kind)), table
        for column, kind in tags.items():
            if column in {"person_id", "owner_id", "actor_id", "created_by"}:
                assert kind == "person", f"{table}.{column}"
            if column in {"words", "address", "name_folded"}:
                assert kind, f"{table}.{column}"
