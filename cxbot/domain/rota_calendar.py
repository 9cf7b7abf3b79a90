"""What a calendar says of a rota by its titles: "On call: Ben" is a shift, "Ana out" an absence. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from cxbot.domain.folding import fold

_OUT: Final = re.compile(
    r"\b(?:out(?: of (?:the )?office)?|ooo|away|absent|vacation|holidays?|leave|pto|sick)\b|(?<![-\w])off(?![-\w])"
    r"|休假|请假|休息|不在|外出|病假|年假|事假|放假"
)
_ON_CALL: Final = re.compile(r"\bon[- ]?call\b|\bon duty\b|\bshift\b|\brota\b|值班|当班|轮值")


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a calendar: its title, who takes part (names and addresses), and the line it stands on.

    Of one that is not `readable` only the title and the line are known.
    """

    start: int
    end: int
    title: str
    people: tuple[str, ...] = ()
    line: int = 0
    readable: bool = True


def meant_by(title: str) -> Literal["absence", "shift", ""]:
    """What an event is by its title, in English or Chinese; '' where it does not say."""
    folded = fold(title)
    if _ON_CALL.search(folded):
        return "shift"
    return "absence" if _OUT.search(folded) else ""


def named_in(words: str, names: Sequence[tuple[str, str]]) -> str:
    """The id of the one whom the words name by the whole name or a part of it; '' where they name nobody or several.

    `names` are pairs of an id and a name; a name within a longer one that is named does not count.
    """
    folded = fold(words)
    found = {
        (at.start(), at.end(), key)
        for key, name in names
        for each in {fold(name), *fold(name).split()}
        for at in _places(folded, each)
    }
    named = {
        key
        for start, end, key in found
        if not any(a <= start and end <= b and b - a > end - start for a, b, _ in found)
    }
    return named.pop() if len(named) == 1 else ""


def is_name(words: str, names: Sequence[tuple[str, str]]) -> str:
    """The id of the one whose whole name, or address, the words are; '' where they are nobody's or several people's."""
    named = {key for key, name in names if fold(name) == fold(words)}
    return named.pop() if len(named) == 1 else ""


def _places(folded: str, name: str) -> Iterator[re.Match[str]]:
    if len(name) < 2 and name.isascii():
        return iter(())
    before, after = ("(?<![a-z0-9])", "(?![a-z0-9])") if name.isascii() else ("", "")
    return re.finditer(f"{before}{re.escape(name)}{after}", folded)
