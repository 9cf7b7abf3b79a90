"""Catalogue texts as templates: parsed once, filled with arguments that are never read as templates themselves.

A text holds `{name}` or `{name:format}`, and `[[…]]` around words that are left out where a name inside them is empty.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

Format: TypeAlias = Callable[[Any, str], str]
"""Words for (value, format spec)."""

_OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_SPACES = re.compile(r"\s+")
_parse = string.Formatter().parse


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for an argument: its name and how it is written."""

    name: str
    spec: str


Part: TypeAlias = str | Slot


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text: runs of parts, each with whether it is left out when one of its slots is empty."""

    runs: tuple[tuple[bool, tuple[Part, ...]], ...]
    literal: str | None
    """The whole text, where nothing is to be filled in."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every slot, in the order of the text."""
        return tuple(part for _, parts in self.runs for part in parts if isinstance(part, Slot))

    def fill(self, arguments: Mapping[str, Any], write: Format) -> str:
        """The text with its slots written by `write`; an absent argument is empty."""
        if self.literal is not None:
            return self.literal
        words: list[str] = []
        for optional, parts in self.runs:
            start = len(words)
            for part in parts:
                if isinstance(part, str):
                    words.append(part)
                    continue
                written = write(arguments.get(part.name, ""), part.spec)
                if optional and not written:
                    del words[start:]
                    break
                words.append(written)
        return "".join(words)


@lru_cache(maxsize=8192)
def template(text: str) -> Template:
    """Parses a text written by us or in a survey; one with broken braces is taken literally."""
    try:
        runs: list[tuple[bool, tuple[Part, ...]]] = []
        for index, piece in enumerate(_OPTIONAL.split(text)):
            if piece:
                runs.append((index % 2 == 1, _parts(piece)))
    except ValueError:
        return Template((), text)
    if all(isinstance(part, str) for _, parts in runs for part in parts):
        return Template((), "".join(str(part) for _, parts in runs for part in parts))
    return Template(tuple(runs), None)


def _parts(piece: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    for literal, name, spec, conversion in _parse(piece):
        if literal:
            parts.append(literal)
        if name is None:
            continue
        if not name.isidentifier() or conversion:
            raise ValueError(piece)
        parts.append(Slot(name, spec or ""))
    return tuple(parts)


def clip(text: str, length: int) -> str:
    """At most `length` characters, the last of them an ellipsis where something was cut."""
    if len(text) <= length:
        return text
    return text[: max(length - 1, 0)].rstrip().rstrip("\u200d\ufe0f") + "…"


def one_line(text: str) -> str:
    """The text on one line."""
    return _SPACES.sub(" ", text).strip()
