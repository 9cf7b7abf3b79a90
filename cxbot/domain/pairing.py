"""The code with which somebody says at a new address who they are: its signs, and reading it where it is written."""

from __future__ import annotations

import re

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0 and O, no 1, I and L: a code is read from one screen and typed on another."""
LENGTH = 8
_SHORTEST, _LONGEST = LENGTH + 2, LENGTH + 8
_WRITTEN = re.compile(rf"\s*/?\s*(?:pair|配对|配對)\s*([{ALPHABET}]{{{LENGTH}}})\s*", re.IGNORECASE)


def is_code(word: str) -> bool:
    """Whether this may be a code: eight of its signs, with a digit among them, so that no name is taken for one."""
    return len(word) == LENGTH and set(word) <= set(ALPHABET) and any(sign.isdigit() for sign in word)


def read(text: str) -> str:
    """The code in a text that is exactly "pair CODE", in each language; '' where it is anything else."""
    if not _SHORTEST <= len(text) <= _LONGEST:
        return ""
    written = _WRITTEN.fullmatch(text)
    code = written[1].upper() if written else ""
    return code if is_code(code) else ""
