"""A survey in its file: read with every mistake at once, each with its line, and written back."""

from __future__ import annotations

import copy
import difflib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from cxbot.domain.survey.fault import Path
from cxbot.domain.survey.lines import lines_of
from cxbot.domain.survey.model import (
    Band,
    Detect,
    Next,
    Option,
    Question,
    Route,
    Rule,
    Survey,
    Trigger,
    Variant,
    WordRule,
    as_file,
)
from cxbot.domain.survey.rules import mistakes_in
from cxbot.domain.survey.texts import TextLimits

PARTS: Mapping[tuple[str, ...], type[BaseModel]] = {
    (): Survey,
    ("trigger",): Trigger,
    ("questions",): Question,
    ("questions", "options"): Option,
    ("questions", "next"): Next,
    ("bands",): Band,
    ("detect",): Detect,
    ("detect", "raising_words"): WordRule,
    ("detect", "rules"): Rule,
    ("routes",): Route,
    ("variants",): Variant,
}
"""What stands where in the file."""
EXAMPLES: Mapping[str, str] = {
    "key": 'key = "csat"',
    "metric": 'metric = "csat"',
    "kind": 'kind = "scale"',
    "questions": "[[questions]]",
    "id": 'id = "score"',
    "name": 'name = "promoter"',
    "low": "low = 0",
    "high": "high = 10",
    "goto": 'goto = "end"',
    "words": 'words = ["refund"]',
    "severity": 'severity = "high"',
    "team": 'team = "support"',
    "share": "share = 50",
}
STAND_INS: Mapping[str, Any] = {
    "key": "survey",
    "metric": "none",
    "kind": "transactional",
    "questions": [],
    "id": "",
    "name": "",
    "low": 0,
    "high": 0,
    "goto": "end",
    "words": [],
    "severity": "low",
    "team": "",
    "share": 1,
}
"""Put where something needed is missing, so that the rest can be looked at all the same."""
WANTED: Mapping[str, str] = {
    "int": "a whole number, without quotes",
    "bool": "true or false, without quotes",
    "string": "a text in quotes",
    "tuple": "a list in brackets",
    "mapping": 'a table, such as text.en = "…"',
    "model": "a table with keys of its own",
}
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)|\s*\(at end of document\)")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a file: the line from 1, the key, and what to write instead."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key + ': ' if self.key else ''}{self.message}"


class SurveyMistakes(ValueError):
    """Everything that is wrong with a survey's file."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


def read_survey(text: str, name: str, *, limits: Sequence[TextLimits] = ()) -> Survey:
    """The survey in a TOML text; `name` is the file named in mistakes, `limits` those of the channels configured.

    Raises SurveyMistakes with all of them at once.
    """
    try:
        data = tomllib.loads(text)
        lines = lines_of(text)
    except tomllib.TOMLDecodeError as error:
        raise SurveyMistakes([syntax_mistake(text, name, str(error))]) from None
    except RecursionError:
        raise SurveyMistakes([Mistake(name, 1, "", "brackets in brackets, too deep to read: take some out")]) from None
    survey, found, wrong = _build(data)
    for fault in mistakes_in(survey, limits):
        if not any(_same_branch(fault.path, path) for path in wrong):
            found.append((fault.path, fault.message))
    if found:
        mistakes = [Mistake(name, line_of(lines, path), path_in_words(data, path), message) for path, message in found]
        raise SurveyMistakes(sorted(set(mistakes), key=lambda mistake: (mistake.line, mistake.key, mistake.message)))
    return survey


def syntax_mistake(text: str, name: str, message: str) -> Mistake:
    """What tomllib said of a text that is no TOML, with the line and what to do."""
    found = _AT_LINE.search(message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    advice = "this is no TOML; text stands in quotes, and a table's header on a line of its own"
    return Mistake(name, line, "", f"{_AT_LINE.sub('', message)}: {advice}")


def _build(data: Mapping[str, Any]) -> tuple[Survey, list[tuple[Path, str]], list[Path]]:
    """The survey, mended where it could not be read; the mistakes; and the paths that were mended."""
    mended: Any = copy.deepcopy(dict(data))
    found: list[tuple[Path, str]] = []
    wrong: list[Path] = []
    while True:
        try:
            return Survey.model_validate(mended), found, wrong
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                path: Path = tuple(problem["loc"])
                if not any(_same_branch(path, other) for other in wrong):
                    found.append((path, _message(path, problem["type"], problem)))
                if problem["type"] != "extra_forbidden":
                    wrong.append(path)
                _mend(mended, path, problem["type"])


def _mend(data: Any, path: Path, kind: str) -> None:
    """Takes out what could not be read, or puts a stand-in where something needed is missing."""
    holder: Any = None
    last, node = path[-1], data
    for step in path:
        inside = step in node if isinstance(node, dict) else isinstance(node, list) and isinstance(step, int)
        if not inside:
            break
        holder, last, node = node, step, node[step]
    if kind == "missing" and isinstance(node, dict):
        node[path[-1]] = _stand_in(node, path)
    elif isinstance(holder, dict):
        del holder[last]
    elif isinstance(holder, list) and isinstance(last, int):
        holder[last] = "" if kind == "string_type" else 1 if kind == "value_error" else {}


def _stand_in(table: Mapping[str, Any], path: Path) -> Any:
    if path[-1] == "kind" and len(path) > 1:
        return "one_of" if "options" in table else "scale" if {"low", "high", "score"} & set(table) else "text"
    return copy.deepcopy(STAND_INS[str(path[-1])])


def _message(path: Path, kind: str, problem: Any) -> str:
    key = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        part = PARTS[tuple(step for step in path[:-1] if isinstance(step, str))]
        known = [field.alias or name for name, field in part.model_fields.items()]
        close = difflib.get_close_matches(key, known, 1)
        return f"unknown key: {f'did you mean {close[0]!r}?' if close else 'write one of ' + ', '.join(known)}"
    if kind == "missing":
        example = 'kind = "transactional"' if path == ("kind",) else EXAMPLES[key]
        return f"it is missing: write {example}"
    if kind == "literal_error":
        return f"{problem['input']!r} is not known: write {problem['ctx']['expected']}"
    if kind == "value_error":
        return str(problem["ctx"]["error"])
    wanted = next((words for start, words in WANTED.items() if kind.startswith(start)), "")
    return f"{str(problem['input'])[:40]!r} cannot stand here: write {wanted}" if wanted else str(problem["msg"])


def _same_branch(a: Path, b: Path) -> bool:
    shorter = min(len(a), len(b))
    return a[:shorter] == b[:shorter]


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it that stands in the file."""
    return next(lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines)


def path_in_words(data: Any, path: Path) -> str:
    """A path in words: `questions.why.text.en`, by id or name where there is one, else by number from 1."""
    words: list[str] = []
    node = data
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            node = None
        named = node.get("id") or node.get("name") if isinstance(step, int) and isinstance(node, dict) else None
        words.append(str(named) if named else str(step + 1) if isinstance(step, int) else str(step))
    return ".".join(words)


def to_toml(survey: Survey) -> str:
    """The survey as a file; `read_survey` reads it back equal."""
    written: list[str] = []
    _write(as_file(survey), (), written)
    return "\n".join(written).strip() + "\n"


def _write(table: Mapping[str, Any], path: tuple[str, ...], written: list[str]) -> None:
    tables: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, dict) and value and all(isinstance(inner, str) for inner in value.values()) and path:
            written.extend(f"{_name(name)}.{_name(inner)} = {_literal(text)}" for inner, text in value.items())
        elif isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
            tables.append((name, value))
        else:
            written.append(f"{_name(name)} = {_literal(value)}")
    for name, value in tables:
        inner = (*path, name)
        header = ".".join(_name(part) for part in inner)
        if isinstance(value, dict):
            written.extend(("", f"[{header}]"))
            _write(value, inner, written)
        else:
            for element in value:
                written.extend(("", f"[[{header}]]"))
                _write(element, inner, written)


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) else _literal(name)


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_literal(element) for element in value)}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
