"""The numbers people know cases by: six signs that are hard to mistake, and what was meant where they were. Pure."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 6
MOST_NEAR = 3
_WORD = re.compile(r"#?([0-9A-Za-z]{5,7})(?![0-9A-Za-z])")
_ALIKE = ("0OQD", "1ILJ", "2Z", "5S", "6G", "8B", "UV")
"""Signs that are taken for each other; some of them are in no code."""
_SEEN_AS = {sign: group[0] for group in _ALIKE for sign in group}


def leads(text: str) -> str:
    """The word a text begins with, where that may be the code of a case as somebody typed it; else ''.

    "Reply to him" names no case: a word without a digit is a code only if every sign of it can be in one.
    """
    found = _WORD.match(unicodedata.normalize("NFKC", text))
    if found is None:
        return ""
    word = found[1].upper()
    exact = len(word) == LENGTH and all(sign in ALPHABET for sign in word)
    return found[1] if exact or any(sign.isdigit() for sign in word) else ""


def plain(typed: str) -> str:
    """A code in the signs it is kept in: width and case do not matter, nor what people put before it."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())


def meant(typed: str, known: Collection[str]) -> tuple[str, ...]:
    """Which of the known codes a mistyped one may be: the one that looks the same alone, else the nearest first."""
    wanted = plain(typed)
    alike = [code for code in known if _as_seen(code) == _as_seen(wanted)]
    if len(alike) == 1:
        return (alike[0],)
    return tuple(alike[:MOST_NEAR] or difflib.get_close_matches(wanted, known, n=MOST_NEAR, cutoff=0.7))


def looks_the_same(typed: str, code: str) -> bool:
    """Whether only signs that are taken for each other differ."""
    return _as_seen(plain(typed)) == _as_seen(code)


def _as_seen(code: str) -> str:
    return "".join(_SEEN_AS.get(sign, sign) for sign in code)
