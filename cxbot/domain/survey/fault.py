"""Something wrong with a survey, named by where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong, at a path of keys and places in lists, and what to write instead.

    What is met in chat has a `code` as well, with its arguments, so that it can be said in every language.
    """

    path: Path
    message: str
    code: str = ""
    args: tuple[tuple[str, str], ...] = ()
