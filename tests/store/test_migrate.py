from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from cxbot.store import migrate
from cxbot.store.migrate import Migration, is_sqlite, migrations, sqlite_path
from cxbot.store.sqlite import statements_of

NOTES = """
CREATE TABLE notes (id TEXT PRIMARY KEY, words TEXT NOT NULL); -- a; comment
CREATE INDEX notes_by_words ON notes (words) WHERE words <> ';';
INSERT INTO notes VALUES ('n1', '100 %');
"""
LATER = [
    Migration("9001_notes", NOTES),
    Migration("9002_stars", "ALTER TABLE notes ADD COLUMN stars INTEGER NOT NULL DEFAULT 0;"),
]
SCRIPT = """-- one; two
CREATE TABLE a (x TEXT DEFAULT ';');
CREATE TRIGGER t AFTER INSERT ON a BEGIN
  SELECT 1;
  SELECT 2;
END;
-- the end
"""
BROKEN = Migration("9003_broken", "CREATE TABLE halfway (id TEXT PRIMARY KEY);\nCREATE TABLE notes (id TEXT);")


def rows(url, sqlite, postgres):
    if is_sqlite(url):
        with closing(sqlite3.connect(sqlite_path(url))) as file:
            return file.execute(sqlite).fetchall()
    with psycopg.connect(url) as server:
        return server.execute(postgres).fetchall()


def schema(url):
    """Every table, column, default, constraint and index, as the engine describes them."""
    if is_sqlite(url):
        own = "name NOT LIKE '\\_sqlite%' ESCAPE '\\' AND tbl_name NOT LIKE '\\_sqlite%' ESCAPE '\\'"
        tables = rows(url, f"SELECT type, name, tbl_name FROM sqlite_master WHERE {own} ORDER BY name", "")
        columns = [(name, rows(url, f"PRAGMA table_xinfo({name})", "")) for kind, name, _ in tables if kind == "table"]
        indexes = [(name, rows(url, f"PRAGMA index_xinfo({name})", "")) for kind, name, _ in tables if kind == "index"]
        partial = rows(url, "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name", "")
        return tables, columns, indexes, partial
    own = "NOT LIKE 'schema_migrations%' ORDER BY 1"
    return (
        rows(url, "", "SELECT table_name, ordinal_position, column_name, data_type, is_nullable, column_default"
             f" FROM information_schema.columns WHERE table_schema = 'public' AND table_name {own}, 2"),
        rows(url, "", f"SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename {own}"),
        rows(url, "", "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
             f" WHERE connamespace = 'public'::regnamespace AND conname {own}"),
    )  # fmt: skip


def tables(url):
    return {row[0] for row in rows(
        url, "SELECT name FROM sqlite_master WHERE type = 'table'",
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")}  # fmt: skip


def test_a_fresh_schema_equals_a_migrated_one(empty_url, store_url):
    steps = migrations()
    for count in range(1, len(steps) + 1):  # as a store that has followed every release
        assert migrate(empty_url, steps[:count]) == [steps[count - 1].name]
    assert schema(empty_url) == schema(store_url)
    assert {"people", "cases", "outbox", "rollups"} <= tables(store_url)


def test_later_steps_are_applied_once_and_in_order(store_url):
    names = [step.name for step in LATER]
    assert migrate(store_url, [*migrations(), *LATER]) == names
    assert migrate(store_url, [*migrations(), *LATER]) == []
    assert rows(store_url, *["SELECT id, words, stars FROM notes"] * 2) == [("n1", "100 %", 0)]


def test_a_step_that_fails_leaves_nothing_of_itself(store_url):
    with pytest.raises((sqlite3.Error, psycopg.Error)):
        migrate(store_url, [*migrations(), LATER[0], BROKEN])
    assert "halfway" not in tables(store_url)
    migrate(store_url, [*migrations(), *LATER])
    assert "notes" in tables(store_url)


def test_replicas_that_start_at_once_migrate_once(empty_url):
    with ThreadPoolExecutor(4) as replicas:
        applied = list(replicas.map(migrate, [empty_url] * 4))
    assert sorted(applied) == [[], [], [], [step.name for step in migrations()]]


def test_the_folder_of_the_file_is_made(tmp_path):
    migrate(f"sqlite:///{tmp_path}/var/deep/store.db")
    assert (tmp_path / "var/deep/store.db").exists()


@pytest.mark.parametrize("url", ["", "mysql://x", "sqlite://x.db", "sqlite:///", "sqlite:///:memory:"])
def test_another_url_is_refused_with_what_to_write(url):
    with pytest.raises(ValueError, match=r"write sqlite:///path"):
        migrate(url)


def test_a_script_is_cut_at_its_semicolons_only():
    assert [statement.count("SELECT") for statement in statements_of(SCRIPT)] == [0, 2]
