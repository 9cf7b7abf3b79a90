"""A message as WeChat's plain text: within so many bytes, in parts where it is longer."""

from __future__ import annotations

from collections.abc import Sequence

from cxbot.ports import Outgoing, without_marks

BYTES = 2_048


def whole(outgoing: Outgoing, *, in_words: bool) -> str:
    """Title, facts and text; with what can be pressed put into words where it cannot be pressed here."""
    text = outgoing.in_words if in_words and outgoing.in_words else outgoing.text
    return without_marks("\n".join(part for part in (outgoing.title, facts(outgoing.facts), text) if part))


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Labels and values, a line each."""
    return "\n".join(f"{label}:{value}" if _wide(label) else f"{label}: {value}" for label, value in pairs)


def parts(text: str, most: int = BYTES) -> list[str]:
    """The text in parts of so many bytes, cut at the end of a line or a word where there is one."""
    found: list[str] = []
    rest = text.strip("\n")
    while rest and len(rest.encode()) > most:
        piece = within(rest, most)
        cut = max(piece.rfind("\n"), piece.rfind(" "), -1)
        piece = piece[:cut] if cut > len(piece) // 2 else piece
        found.append(piece.rstrip("\n"))
        rest = rest[len(piece) :].lstrip("\n ")
    return [*found, rest] if rest else found


def within(text: str, most: int) -> str:
    """As much of the text as so many bytes hold, cut between characters."""
    return text.encode()[:most].decode("utf-8", "ignore")


def clipped(text: str, most: int) -> str:
    """The text within so many bytes, with an ellipsis where it was cut."""
    return text if len(text.encode()) <= most else within(text, most - 3).rstrip() + "…"


def _wide(label: str) -> bool:
    return bool(label) and ord(label[-1]) > 0x2E80
