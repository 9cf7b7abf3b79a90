"""What nobody can follow up any more: forms, answers and tries that have lapsed, and whom they name."""

from __future__ import annotations

from collections.abc import Mapping

from cxbot.ports import Tx
from cxbot.transactions import survey_previews

DAY_MS = 24 * 60 * 60 * 1000
KEPT_MS: Mapping[str, int] = {
    "dialogues": DAY_MS,
    "command_turns": DAY_MS,
    "survey_previews": survey_previews.KEPT_MS,
}
"""How long after it has lapsed somebody who answers is still told that it has, by table."""


def has_old(tx: Tx, now: int) -> bool:
    """Whether there is anything to prune; a read."""
    return any(tx.one(f"lapsed.old_{table}", before=now - kept) for table, kept in KEPT_MS.items())


def prune(tx: Tx, now: int) -> int:
    """Forgets all that has lapsed long enough ago, at most some for each address; returns how much."""
    return sum(tx.run(f"lapsed.{table}", before=now - kept) for table, kept in KEPT_MS.items())
