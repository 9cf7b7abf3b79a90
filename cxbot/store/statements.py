"""Reads the named statements that stand beside the transactions, and words them for each driver.

The loader is our own because it is smaller than what it replaces: no stale ids from `INSERT ... RETURNING`, no script
that commits behind the writer's back, and a `%` means itself on both engines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "transactions"

_BLOCK = re.compile(r"^-- name:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_TOKEN = re.compile(
    r"(?P<literal>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")|(?P<comment>--[^\n]*)|(?P<cast>::)|:(?P<name>[A-Za-z_]\w*)|(?P<percent>%)|(?P<end>;)"
)


class StatementMistake(ValueError):
    """A `.sql` file that cannot be used; the message names the file and says what to write instead."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One named statement, in the form both engines share: `:name` parameters, no comments."""

    name: str
    purpose: str
    sql: str
    parameters: tuple[str, ...]


def load(folder: Path = FOLDER) -> dict[str, Statement]:
    """Every statement of every `.sql` file in the folder, by `file.statement`. Raises StatementMistake."""
    found: dict[str, Statement] = {}
    for file in sorted(folder.glob("*.sql")):
        found.update(parse(file.read_text(encoding="utf-8"), file.stem))
    return found


def parse(text: str, stem: str) -> dict[str, Statement]:
    """The statements of one file's text, named `stem.statement`. Raises StatementMistake."""
    head, *parts = _BLOCK.split(text)
    if any(line.strip() and not line.startswith("--") for line in head.splitlines()):
        raise StatementMistake(f"{stem}.sql: SQL before the first '-- name:' line; give it a name")
    found: dict[str, Statement] = {}
    for short, body in zip(parts[::2], parts[1::2], strict=True):
        name = f"{stem}.{short}"
        if not _NAME.match(short):
            raise StatementMistake(f"{name}: a name is lower case letters, digits and _")
        if name in found:
            raise StatementMistake(f"{name}: the name is taken; choose another")
        found[name] = _statement(name, body)
    return found


def _statement(name: str, body: str) -> Statement:
    lines = body.strip().splitlines()
    purpose: list[str] = []
    while lines and lines[0].startswith("--"):
        purpose.append(lines.pop(0)[2:].strip())
    if not any(purpose):
        raise StatementMistake(f"{name}: say what it is for in a '-- comment' line under its name")
    parameters: dict[str, None] = {}

    def plain(match: re.Match[str]) -> str:
        if match["comment"]:
            return ""
        if match["cast"]:
            raise StatementMistake(f"{name}: '::' is PostgreSQL only; write CAST(x AS type)")
        if match["end"]:
            raise StatementMistake(f"{name}: one statement a block; give the next one its own '-- name:'")
        if match["name"]:
            parameters[match["name"]] = None
        return match[0]

    sql = _TOKEN.sub(plain, "\n".join(lines).strip().removesuffix(";"))
    sql = "\n".join(line.rstrip() for line in sql.splitlines() if line.strip())
    if not sql:
        raise StatementMistake(f"{name}: there is no SQL under it")
    return Statement(name, " ".join(purpose), sql, tuple(parameters))


def for_psycopg(sql: str) -> str:
    """The same statement with `%(name)s` parameters and every other `%` doubled, as psycopg reads it."""

    def worded(match: re.Match[str]) -> str:
        if match["name"]:
            return f"%({match['name']})s"
        return match[0].replace("%", "%%")

    return _TOKEN.sub(worded, sql)


class Texts(dict[str, str]):
    """SQL by statement name; a name nobody wrote is an error that says where it should stand."""

    def __missing__(self, name: str) -> str:
        file, _, short = name.partition(".")
        raise LookupError(f"no statement {name!r}: expected '-- name: {short}' in cxbot/transactions/{file}.sql")


def texts(statements: Mapping[str, Statement], *, psycopg: bool) -> Texts:
    """What the drivers are handed, worded once."""
    return Texts({name: for_psycopg(s.sql) if psycopg else s.sql for name, s in statements.items()})
