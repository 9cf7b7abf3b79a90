"""What differs between two surveys, place by place, for somebody to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cxbot.domain.survey.model import LANGUAGES, Survey, as_file

NAMED_BY = ("id", "name", "when")
ANY = "any"
"""The name of a branch that every other answer takes."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: where it stands, in which language where it is a text, and both values in words.

    An empty `before` is something new, an empty `after` something taken out; both are empty where only the order is
    another.
    """

    where: tuple[str, ...]
    language: str
    before: str
    after: str


def differences(before: Survey | None, after: Survey) -> tuple[Difference, ...]:
    """Everything in which a survey differs from what it was; None is a survey that was not there."""
    old = as_file(before, whole=True) if before is not None else {}
    return tuple(_compared(old, as_file(after, whole=True), ()))


def _compared(old: Any, new: Any, where: tuple[str, ...]) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, Mapping) or isinstance(new, Mapping):
        yield from _tables(_table(old), _table(new), where)
    elif _is_named(old) or _is_named(new):
        yield from _lists(_list(old), _list(new), where)
    else:
        yield from _value(where, old, new)


def _tables(old: Mapping[str, Any], new: Mapping[str, Any], where: tuple[str, ...]) -> Iterator[Difference]:
    names = list(dict.fromkeys((*old, *new)))
    if not new and (said := [name for name in names if _is_text(old[name])]):
        names = said  # of what is gone its words tell enough
    for name in names:
        if name in LANGUAGES:
            if old.get(name, "") != new.get(name, ""):
                yield Difference(where, name, str(old.get(name, "")), str(new.get(name, "")))
        elif name not in NAMED_BY:
            yield from _compared(old.get(name), new.get(name), (*where, name))


def _lists(old: list[Any], new: list[Any], where: tuple[str, ...]) -> Iterator[Difference]:
    befores, afters = _named(old), _named(new)
    for name in dict.fromkeys((*befores, *afters)):
        yield from _compared(befores.get(name), afters.get(name), (*where, name))
    stayed = [name for name in befores if name in afters]
    if stayed != [name for name in afters if name in befores]:
        yield Difference(where, "", "", "")


def _value(where: tuple[str, ...], old: Any, new: Any) -> Iterator[Difference]:
    if (old is None and not new) or (new is None and not old):
        return  # what is left at nothing is not worth a line where the whole is new or gone
    before, after = _words(old), _words(new)
    if before != after:
        yield Difference(where, "", before, after)


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_words(each) for each in value)
    if isinstance(value, Mapping):
        return " ".join(f"{name}={_words(each)}" for name, each in value.items() if each not in ("", None))
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _is_text(value: Any) -> bool:
    return isinstance(value, Mapping) and any(value.get(language) for language in LANGUAGES)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_named(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _named(rows: list[Any]) -> dict[str, Any]:
    """The members of a list by id or name; those without by number."""
    found: dict[str, Any] = {}
    for number, row in enumerate(rows, 1):
        named = next((row[name] for name in NAMED_BY if row.get(name)), ANY if "when" in row else number)
        found[str(named)] = row
    return found
