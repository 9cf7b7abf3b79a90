from __future__ import annotations

import itertools
import sqlite3

import psycopg
import pytest

from cxbot.store import statements
from cxbot.store.postgres import connect
from cxbot.store.statements import StatementMistake, for_psycopg, load, parse

FILES = sorted(file.stem for file in statements.FOLDER.glob("*.sql"))


def test_a_block_has_a_name_a_purpose_and_its_parameters():
    found = parse(
        "-- A file.\n\n-- name: a\n-- Does a\n-- thing.\nSELECT :x, -- why\n  :y, :x;\n\n-- name: b\n-- B.\nSELECT 1\n",
        "f",
    )
    assert found["f.a"].purpose == "Does a thing."
    assert found["f.a"].sql == "SELECT :x,\n  :y, :x"
    assert found["f.a"].parameters == ("x", "y")
    assert found["f.b"].sql == "SELECT 1"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("SELECT 1\n-- name: a\n-- A.\nSELECT 1", "before the first"),
        ("-- name: A b\n-- A.\nSELECT 1", "lower case"),
        ("-- name: a\n-- A.\nSELECT 1\n-- name: a\n-- A.\nSELECT 2", "taken"),
        ("-- name: a\nSELECT 1", "say what it is for"),
        ("-- name: a\n-- A.\n", "no SQL"),
        ("-- name: a\n-- A.\nSELECT 1::text", "CAST"),
        ("-- name: a\n-- A.\nSELECT 1; SELECT 2", "one statement a block"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_name(text, mistake):
    with pytest.raises(StatementMistake, match=mistake) as told:
        parse(text, "f")
    assert str(told.value).startswith("f.")


def test_parameters_percent_and_literals_are_worded_for_psycopg():
    sql = "SELECT 'a:b %' || :x, '10:30''s', \"odd:name\" FROM t WHERE y LIKE '%z' AND n % 2 = :n"
    assert for_psycopg(sql) == (
        "SELECT 'a:b %%' || %(x)s, '10:30''s', \"odd:name\" FROM t WHERE y LIKE '%%z' AND n %% 2 = %(n)s"
    )


async def test_an_unknown_statement_says_where_it_should_stand(probe):
    with pytest.raises(LookupError, match=r"name: nothing' in cxbot/transactions/people\.sql"):
        await probe.run(lambda tx: tx.one("people.nothing"))


async def test_rows_counts_and_literals_are_the_same_on_both_engines(probe):
    def story(tx):
        for name in ("a1", "a2", "b%"):
            assert tx.run("probe.put", name=name, value=":name") == 1
        tx.run("probe.upsert", name="a2", value="x")
        return (
            tx.one("probe.get", name="a1"),
            tx.one("probe.get", name="none"),
            tx.all("probe.like", value="y"),
            tx.run("probe.change_with", name="a1", value="z"),
            tx.run("probe.change_returning", value="w"),
            tx.run("probe.change", value="v"),
        )

    assert await probe.run(story) == ({"name": "a1", "value": ":name"}, None, [{"name": "a2"}], 1, 3, 3)


async def test_a_flag_given_as_a_bool_comes_back_as_a_number(probe):
    def story(tx):
        tx.run("probe.vip", id="p1", vip=True, now=2**40)
        tx.run("probe.vip", id="p2", vip=False, now=5)
        return tx.all("probe.vips")

    assert await probe.run(story) == [{"id": "p1", "vip": 1}, {"id": "p2", "vip": 0}]


@pytest.fixture
def explain(engine, request):
    """Asks the engine to plan a statement; raises what it has against it."""
    if engine == "sqlite":
        file = sqlite3.connect(request.getfixturevalue("sqlite_template"))
        yield lambda statement: file.execute(f"EXPLAIN {statement.sql}", dict.fromkeys(statement.parameters)).fetchall()
        file.close()
        return
    with connect(request.getfixturevalue("emptied_database").url) as server:
        columns = server.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        )
        kinds: dict[str, set[bool]] = {}
        for name, kind in columns:
            kinds.setdefault(name, set()).add(kind in {"integer", "bigint"})
        yield lambda statement: _explain(server, statement, kinds)


def _explain(server, statement, kinds):
    # A number is typed, as when the program sends it; text is not. What no column is named after may be either, and so
    # may what is a number in one table and text in another.
    choices = [
        [1 if number else None for number in sorted(kinds.get(name, {False, True}))] for name in statement.parameters
    ]
    for values in itertools.product(*choices):
        try:
            server.execute(
                f"EXPLAIN {for_psycopg(statement.sql)}",
                dict(zip(statement.parameters, values, strict=True)),
                prepare=False,
            )
        except psycopg.Error as error:
            mistake = error
        else:
            return
    raise mistake


@pytest.mark.parametrize("file", FILES)
def test_every_statement_is_understood_by_both_engines(explain, file):
    mistakes = []
    for statement in load().values():
        if statement.name.startswith(f"{file}."):
            try:
                explain(statement)
            except (sqlite3.Error, psycopg.Error) as error:
                mistakes.append(f"{statement.name}: {error}")
    assert mistakes == []
