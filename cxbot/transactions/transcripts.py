"""What a seat of the web channel shows: what was said to a place and by it, merged, each message as it stands now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cxbot.ports import Row, Tx

CHOSEN = ("choice", "form")
"""Kinds of inbound that are presses, not words."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a transcript. `at` (machine time) orders the page, `shown_at` is business time; both epoch ms."""

    id: str
    at: int
    shown_at: int
    kind: str
    sender: str = ""
    """The address of the one who said it; empty for the bot."""
    name: str = ""
    words: str = ""
    outgoing: Mapping[str, Any] | None = None
    """The rendered message of the bot: the fields of `ports.Outgoing`."""
    thread_of: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The newest messages of a place, oldest first; `more` says that there are older ones."""

    entries: tuple[Entry, ...]
    more: bool = False


def of_place(tx: Tx, channel: str, place: str, *, viewer: str = "", most: int = 80) -> Transcript:
    """The newest messages of a place, at most `most` of each side. `viewer`: whose private messages are shown too.

    A message that was replaced stands where it first stood, with its newest words, so that a page that reads this
    again after every commit shows what a reload would show.
    """
    said = tx.all("transcripts.said", channel=channel, address=place, viewer=viewer, most=most)
    heard = tx.all("transcripts.heard", channel=channel, place=place, most=most)
    full = [rows[-1] for rows in (said, heard) if len(rows) == most]
    since = max((row["at"] for row in full), default=0)
    entries = [_heard(row) for row in reversed(heard) if row["at"] >= since and _shows(row)]
    entries += _newest([row for row in reversed(said) if row["at"] >= since])
    entries.sort(key=lambda entry: entry.at)
    return Transcript(tuple(entries), more=bool(full))


def cast(tx: Tx, channel: str, *, customer: str = "", admin: str = "", most: int = 50) -> dict[str, list[Row]]:
    """Who can be played on a channel: `customers`, `teams`, `members` (one row a team they are in) and `admins`.

    Among the admins are the colleagues who have something to read in private. At most `most` customers and admins,
    those who acted last, always in the same order; `customer` and `admin` are among them where they exist.
    """
    customers = tx.all("transcripts.people", channel=channel, pattern="customer:%", wanted=customer, most=most)
    admins = tx.all("transcripts.people", channel=channel, pattern="admin:%", wanted=admin, most=most)
    return {
        "customers": sorted(customers, key=lambda row: str(row["id"])),
        "teams": tx.all("transcripts.teams", channel=channel),
        "members": tx.all("transcripts.members", channel=channel, pattern="member:%"),
        "admins": [
            *sorted(admins, key=lambda row: str(row["id"])),
            *tx.all("transcripts.private", channel=channel, pattern="member:%", most=most),
        ],
    }


def may_act(tx: Tx, channel: str, place: str, sender: str) -> bool:
    """Whether somebody of that address can act in that place at all: in their own, or in a team's.

    Whether they may do there what they want is asked by whoever handles it.
    """
    known = {row["address"]: row for row in tx.all("transcripts.known", channel=channel, place=place, sender=sender)}
    if sender not in known or not known[sender]["person_id"]:
        return False
    return place == sender or (place in known and known[place]["kind"] == "team")


def open_survey(tx: Tx, person_id: str) -> Row | None:
    """The survey a person has open: id, person_id, expires_at."""
    return tx.one("transcripts.open_survey", person_id=person_id)


def _shows(row: Row) -> bool:
    """Presses without words (a button of a card, the answer to an anonymous survey) leave nothing to read."""
    if row["kind"] in CHOSEN:
        return row["kind"] == "choice" and bool(row["words"]) and row["place"] == row["sender"]
    return bool(row["words"]) or row["kind"] == "media"


def _heard(row: Row) -> Entry:
    return Entry(
        id=row["id"],
        at=row["at"],
        shown_at=row["shown_at"],
        kind=row["kind"],
        sender=row["sender"],
        name=row["name"],
        words=row["words"],
    )


def _newest(rows: list[Row]) -> list[Entry]:
    """Oldest first in, each message once out: in its first place, with its last words."""
    shown: dict[str, Entry] = {}
    root_of: dict[str, str] = {}
    for row in rows:
        outgoing = _rendered(row)
        root = root_of.get(row["replaces"], row["replaces"]) or row["id"]
        root_of[row["id"]] = root
        entry = Entry(
            id=root,
            at=row["at"],
            shown_at=row["shown_at"],
            kind=row["kind"],
            outgoing=outgoing,
            thread_of=row["thread_of"],
        )
        first = shown.get(root)
        shown[root] = replace(first, outgoing=outgoing) if first else entry
    return list(shown.values())


def _rendered(row: Row) -> dict[str, Any]:
    """The words of a row are the rendered message as JSON; anything else is shown as plain text."""
    try:
        loaded = json.loads(row["words"])
    except ValueError:
        loaded = None
    if isinstance(loaded, dict) and "text" in loaded:
        return loaded
    return {"text": row["words"], "language": row["language"]}
