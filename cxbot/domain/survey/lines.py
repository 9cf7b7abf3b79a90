"""On which line of a TOML text each key stands: tomllib reads the values and does not say where they were."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

from cxbot.domain.survey.fault import Path

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'  # multi-line, up to two quotes of the text before the closing three
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_OTHER = re.compile(r"[^,\]}#\n]*")


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of every table, key and element of a text that tomllib accepts."""
    return _Scanner(text).lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._last: dict[Path, int] = {}
        self.lines: dict[Path, int] = {(): 1}
        table: Path = ()
        while self._next():
            if self._next() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _next(self) -> str:
        """Passes blanks and comments; the character there, '' at the end."""
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def _mark(self, path: Path) -> None:
        self.lines.setdefault(path, bisect_right(self._starts, self._at))

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._next()
            quoted = _STRING.match(self._text, self._at)
            found = quoted or _BARE.match(self._text, self._at)
            if found is None:
                return keys
            keys.append(tomllib.loads(f"key = {found[0]}")["key"] if quoted else found[0])
            self._at = found.end()
            if self._next() != ".":
                return keys
            self._at += 1

    def _header(self) -> Path:
        many = self._text.startswith("[[", self._at)
        start = self._at
        self._at += 2 if many else 1
        keys = self._keys()
        path: Path = ()
        after, self._at = self._at, start
        for key in keys[:-1]:
            self._mark((*path, key))
            path = self._inside((*path, key))
        path = (*path, *keys[-1:])
        self._mark(path)
        if many:
            self._last[path] = self._last.get(path, -1) + 1
            path = self._inside(path)
            self._mark(path)
        self._at = after
        self._next()
        self._at += 2 if many else 1
        return path

    def _inside(self, path: Path) -> Path:
        """The path of the last table of an array of tables, or the path as it is."""
        return (*path, self._last[path]) if path in self._last else path

    def _pair(self, table: Path) -> None:
        start = self._at
        keys = self._keys()
        after, self._at = self._at, start
        path = table
        for key in keys:
            path = (*path, key)
            self._mark(path)
        self._at = after
        if self._next() != "=":
            raise ValueError(f"no TOML at line {bisect_right(self._starts, self._at)}")
        self._at += 1
        self._value(path)

    def _value(self, path: Path) -> None:
        opening = self._next()
        if opening in {"[", "{"}:
            self._at += 1
            self._members(path, "]" if opening == "[" else "}")
            return
        found = _STRING.match(self._text, self._at) or _OTHER.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _members(self, path: Path, closing: str) -> None:
        place = 0
        while self._next() not in {closing, ""}:
            if closing == "]":
                self._mark((*path, place))
                self._value((*path, place))
                place += 1
            else:
                self._pair(path)
            if self._next() == ",":
                self._at += 1
        self._at += 1
