"""In and out by file: interactions from CSV and JSON lines, responses, cases and invitations to them."""

from __future__ import annotations

import asyncio
import codecs
import csv
import difflib
import hashlib
import io
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TextIO

from pydantic import BaseModel
from pydantic_core import from_json

from cxbot.api import answers
from cxbot.api.bodies import InteractionBody, PersonBody, clean
from cxbot.api.checks import read_interaction
from cxbot.api.errors import Detail
from cxbot.ports import Clock, Row, Store
from cxbot.transactions import interactions, reading

AT_ONCE = 200
"""Rows handed to the store together; they share commits."""
LONGEST_LINE = 128 * 1024
MOST_BAD_ROWS = 1_000
"""Bad rows kept in the report; beyond that they are only counted."""

Format = Literal["csv", "jsonl"]

_SURROGATES = re.compile(r"[\udc80-\udcff]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_FLAT = frozenset(InteractionBody.model_fields) - {"person", "attributes"}
_FLAT_PERSON = frozenset(PersonBody.model_fields) - {"id", "addresses", "attributes"}
_NOT_DECODED = Detail("", "This cannot be decoded.", "Save the file as UTF-8, or name its encoding, such as gb18030.")
_TOO_LONG = Detail("", f"This is longer than {LONGEST_LINE} characters.", "Write one row a line.")


class TransferMistake(ValueError):
    """A file that cannot be used as a whole; the message says what to do."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was skipped: the line it begins on, and every mistake in it."""

    line: int
    mistakes: tuple[Detail, ...]

    def __str__(self) -> str:
        said = ((f"{one.pointer.lstrip('/')}: " if one.pointer else "", one) for one in self.mistakes)
        return "\n".join(f"line {self.line}: {where}{one.message} {one.what_to_do}".rstrip() for where, one in said)


@dataclass(slots=True)
class ImportReport:
    """What became of the rows: taken now, taken before, skipped; `outcomes` counts those taken by reason or state."""

    taken: int = 0
    repeated: int = 0
    bad: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    def skip(self, row: BadRow) -> None:
        """Counts a bad row and keeps it for the report."""
        self.bad += 1
        if len(self.bad_rows) < MOST_BAD_ROWS:
            self.bad_rows.append(row)


@dataclass(frozen=True, slots=True)
class _Line:
    # One row as it was read: its first line, its body, and what is wrong with it before it is looked at.
    number: int
    data: Mapping[str, Any] | None
    content: str
    fault: Detail | None = None


def _nothing(_: int) -> None:
    """No progress is shown."""


async def import_interactions(
    store: Store,
    clock: Clock,
    path: Path,
    *,
    source: str = "import",
    channels: Collection[str] = (),
    survey: bool = True,
    encoding: str = "utf-8-sig",
    progress: Callable[[int], None] = _nothing,
) -> ImportReport:
    """Imports a CSV or JSONL file; run again it takes nothing twice. Raises TransferMistake, or OSError of the file.

    `progress` is called with the bytes read since last time. `survey` False: nobody is asked about any of them. A row
    without an id gets one from the file's name and its own content.
    """
    report = ImportReport()
    read = _read_csv if _format(path) == "csv" else _read_jsonl
    bytes_read = 0
    with path.open("rb") as binary:
        file = _decoded(binary, path.name, encoding)
        for lines in _chunks(read(file)):
            bodies = list(_bodies(lines, path.name, clock.now(), channels, survey, report))
            await _take(store, bodies, source, clock.now(), report)
            progress(binary.tell() - bytes_read)
            bytes_read = binary.tell()
    return report


async def export_rows(
    store: Store,
    kind: reading.Kind,
    path: Path,
    *,
    filters: reading.Filters | None = None,
    progress: Callable[[int], None] = _nothing,
) -> int:
    """Writes all rows of a kind to a CSV or JSONL file and returns how many; the file appears once it is whole.

    `progress` is called with the rows written since last time. Answers to anonymous surveys are left out.
    """
    kind_of_file = _format(path)
    unfinished = path.with_name(f"{path.name}.part")
    written = 0
    place: reading.Place | None = reading.Place()
    try:
        with unfinished.open("w", encoding="utf-8-sig" if kind_of_file == "csv" else "utf-8", newline="") as file:
            write = _jsonl_writer(file)
            if kind_of_file == "csv":
                questions = await store.read(reading.questions) if kind == "responses" else []
                write = csv_writer(file, kind, questions)
            while place is not None:
                page = await store.read(reading.page, kind, filters or reading.Filters(), place, AT_ONCE)
                for row in page.rows:
                    write(shown(kind, row))
                written += len(page.rows)
                place = page.next
                progress(len(page.rows))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return written


def shown(kind: reading.Kind, row: Row) -> dict[str, Any]:
    """A row as it is handed to others."""
    return _SHOWN[kind](row).model_dump()


def csv_cell(value: object) -> str | int | float:
    """A cell no spreadsheet takes for a formula: numbers stay numbers, a text that begins like one gets a `'`."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = str(value) if isinstance(value, str | bool) else json.dumps(value, ensure_ascii=False)
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


_SHOWN: Mapping[reading.Kind, Callable[[Row], BaseModel]] = {
    "invitations": answers.invitation,
    "responses": lambda row: answers.response(row, row["answers"]),
    "cases": answers.case,
}
_SHAPES: Mapping[reading.Kind, type[BaseModel]] = {
    "invitations": answers.Invitation,
    "responses": answers.Response,
    "cases": answers.Case,
}


def _format(path: Path) -> Format:
    match path.suffix.lower():
        case ".csv" | ".tsv" | ".txt":
            return "csv"
        case ".jsonl" | ".ndjson":
            return "jsonl"
        case _:
            raise TransferMistake(f"{path.name}: the name tells the form of the file; end it in .csv or .jsonl")


def _decoded(binary: io.BufferedReader, name: str, encoding: str) -> TextIO:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise TransferMistake(f"there is no encoding {encoding!r}; write utf-8, gb18030 or big5") from None
    if encoding.startswith("utf-8") and binary.peek(2)[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        raise TransferMistake(f"{name} is UTF-16; save it as UTF-8, or name the encoding utf-16")
    # What cannot be decoded is carried along, so that one bad line is reported and the rest is read.
    return io.TextIOWrapper(binary, encoding=encoding, errors="surrogateescape", newline="")


def _read_jsonl(file: TextIO) -> Iterator[_Line]:
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        whole = line
        while whole and not whole.endswith("\n"):
            whole = file.readline(LONGEST_LINE)
            if whole:
                line = ""  # its rest is read over
        if not line:
            yield _Line(number, None, "", _TOO_LONG)
        elif _SURROGATES.search(line):
            yield _Line(number, None, "", _NOT_DECODED)
        elif line.strip():
            yield _json_line(number, line.strip())


def _json_line(number: int, line: str) -> _Line:
    try:
        data = from_json(line, allow_inf_nan=False)
    except ValueError as error:
        return _Line(number, None, "", Detail("", f"This is not JSON: {error}.", "Write one JSON object a line."))
    if not isinstance(data, dict):
        return _Line(number, None, "", Detail("", "This is no JSON object.", "Write one JSON object a line."))
    return _Line(number, data, line)


def _read_csv(file: TextIO) -> Iterator[_Line]:
    header = file.readline(LONGEST_LINE)
    delimiter = max(",;\t", key=header.count)
    columns = [_column(name) for name in next(csv.reader([header], delimiter=delimiter), [])]
    if ("touchpoint",) not in columns:
        raise TransferMistake("the first line names the columns, and there must be one named touchpoint")
    reader = csv.reader(file, delimiter=delimiter)
    while True:
        number = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Line(
                number, None, "", Detail("", f"This is no CSV: {error}.", "Look for a quotation mark too many.")
            )
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if any(_SURROGATES.search(cell) for cell in cells):
            yield _Line(number, None, "", _NOT_DECODED)
        elif len(cells) > len(columns):
            words = f"There are {len(cells)} cells under {len(columns)} columns."
            yield _Line(
                number, None, "", Detail("", words, "Put quotation marks around a cell with the separator in it.")
            )
        else:
            yield _Line(number, _nested(columns, cells), "\x1f".join(cells))


def _column(name: str) -> tuple[str, ...]:
    """Where a column's cells go in the body."""
    plain = clean(name).lstrip("\ufeff")
    folded = plain.lower().replace(" ", "_")
    head, dot, rest = plain.partition(".")
    match head.lower(), folded:
        case "attributes", _ if rest:
            return "attributes", rest
        case "person", _ if rest.lower().startswith("attributes."):
            return "person", "attributes", rest.partition(".")[2]
        case "address", _ if dot and rest:
            return "person", "addresses", rest.lower()
        case _, "address" | "addresses" | "person.addresses" | "person.address":
            return "person", "addresses"
        case _, "person" | "person_id" | "person.id":
            return "person", "id"
    field_name = folded.removeprefix("person.").removeprefix("person_")
    if field_name in _FLAT_PERSON:
        return "person", field_name
    if folded in _FLAT:
        return (folded,)
    near = difflib.get_close_matches(folded, [*_FLAT, *_FLAT_PERSON, "person_id", "address"], n=1)
    hint = f'did you mean "{near[0]}"? Else ' if near else ""
    raise TransferMistake(
        f'there is no column "{plain[:64]}"; {hint}write attributes.{plain[:64]} to keep it, or remove it'
    )


def _nested(columns: list[tuple[str, ...]], cells: list[str]) -> dict[str, Any]:
    body: dict[str, Any] = {"person": {}}
    for column, cell in zip(columns, cells, strict=False):
        if not cell.strip():
            continue
        if column[:2] == ("person", "addresses"):
            given = [f"{column[2]}:{cell.strip()}"] if len(column) > 2 else re.split(r"[\s|]+", cell.strip())
            pairs = (one.partition(":") for one in given)
            body["person"].setdefault("addresses", []).extend(
                {"channel": channel, "address": address} for channel, _, address in pairs
            )
            continue
        here = body
        for key in column[:-1]:
            here = here.setdefault(key, {})
        here[column[-1]] = cell
    return body


def _chunks(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    left = iter(lines)
    while chunk := list(itertools.islice(left, AT_ONCE)):
        yield chunk


def _bodies(
    lines: Iterable[_Line], file_name: str, now: int, channels: Collection[str], survey: bool, report: ImportReport
) -> Iterator[tuple[int, InteractionBody]]:
    for line in lines:
        if line.fault is not None or line.data is None:
            report.skip(BadRow(line.number, (line.fault,) if line.fault else ()))
            continue
        data = dict(line.data)
        if data.get("id") in (None, ""):
            data["id"] = "row-" + hashlib.sha256(f"{file_name}\n{line.content}".encode()).hexdigest()[:32]
        if not survey:
            data["survey"] = False
        body = read_interaction(data, now, channels)
        if isinstance(body, list):
            report.skip(BadRow(line.number, tuple(body)))
        else:
            yield line.number, body


async def _take(
    store: Store, bodies: list[tuple[int, InteractionBody]], source: str, now: int, report: ImportReport
) -> None:
    outcomes = await asyncio.gather(
        *(store.run(interactions.take, body.kept(), body.source or source, now) for _, body in bodies),
        return_exceptions=True,
    )
    faults = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    if faults and len(faults) == len(outcomes):
        raise faults[0]  # not the rows: the store does not take any
    for (number, _), outcome in zip(bodies, outcomes, strict=True):
        match outcome:
            case interactions.Taken(repeated=True):
                report.repeated += 1
            case interactions.Taken():
                report.taken += 1
                report.outcomes[outcome.reason or outcome.state] += 1
            case interactions.Conflict(keys=keys):
                what_to_do = "Give it an id of its own, or the content it had."
                message = "This id came before with something else here."
                report.skip(BadRow(number, tuple(Detail(key, message, what_to_do) for key in keys)))
            case _:
                fault = Detail("", f"It could not be kept ({type(outcome).__name__}).", "Run the import again.")
                report.skip(BadRow(number, (fault,)))


def _jsonl_writer(file: TextIO) -> Callable[[dict[str, Any]], None]:
    def write(row: dict[str, Any]) -> None:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")

    return write


def csv_writer(file: TextIO, kind: reading.Kind, questions: list[str]) -> Callable[[dict[str, Any]], None]:
    """Writes the head of a table of a kind of rows; gives what writes each row as `shown` has it."""
    columns = [name for name in _SHAPES[kind].model_fields if name != "answers"]
    columns += [f"{part}.{question}" for question in questions for part in ("answer", "words")]
    writer = csv.writer(file)
    writer.writerow(columns)

    def write(row: dict[str, Any]) -> None:
        cells = dict(row)
        for answer in cells.pop("answers", ()):
            cells[f"answer.{answer['question']}"] = answer["value"]
            cells[f"words.{answer['question']}"] = answer["words"]
        writer.writerow([csv_cell(cells.get(name)) for name in columns])

    return write
