"""Files that customers sent, kept where their channel keeps them for a while only."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from cxbot.ports import Tx

LARGEST = 10_000_000
"""Bytes of one file."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it came; `size` in bytes."""

    key: str
    kind: str
    name: str
    mime: str
    size: int
    body: bytes = field(repr=False)


def keep(tx: Tx, key: str, *, person_id: str, kind: str, name: str, mime: str, body: bytes, now: int) -> None:
    """Keeps a file; the same key again changes nothing. Raises ValueError where it is too large."""
    if len(body) > LARGEST:
        raise ValueError(f"a file of {len(body)} bytes is larger than the {LARGEST} that are kept")
    tx.run(
        "files.keep",
        key=key,
        person_id=person_id,
        kind=kind,
        name=name,
        mime=mime,
        size=len(body),
        body=base64.b64encode(body).decode(),
        kept_at=now,
    )


def get(tx: Tx, key: str) -> Kept | None:
    """One file; None where there is none of this key."""
    row = tx.one("files.get", key=key)
    if row is None:
        return None
    return Kept(row["key"], row["kind"], row["name"], row["mime"], row["size"], base64.b64decode(row["body"]))


def forget_unless_said(tx: Tx, key: str) -> None:
    """Drops a file that belongs to nothing that was kept: it came beside an anonymous survey, or was a mere sticker."""
    tx.run("files.forget_unless_said", key=key, mention=f'%"kept": "{key}"%')
