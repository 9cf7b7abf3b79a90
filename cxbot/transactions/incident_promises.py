"""What the customers of a storm were promised at once: the team hears of it once, however many they are."""

from __future__ import annotations

from collections.abc import Sequence

from cxbot.domain.callbacks import Kind
from cxbot.ports import Row, Tx
from cxbot.transactions import case_messages, incidents

TOGETHER_MS = 15 * 60_000
"""Promises of a storm that are no further apart are spoken of once."""


def nag(tx: Tx, case: Row, kind: Kind, at: int, called: Sequence[str], now: int) -> bool:
    """Says for all cases of a storm that what was promised falls due, or has passed; whether this case is one of them.

    `at` is what this case was promised (epoch ms), `called` are the ids of those who are called. One case alone says
    so itself.
    """
    incident = tx.one("incidents.lock", id=case["incident_id"]) if case["incident_id"] else None
    if incident is None:
        return False
    promised = tx.one("incidents.promised", id=incident["id"], since=at - TOGETHER_MS, until=at + TOGETHER_MS)
    key = f"incident.{kind}"
    said = tx.one("incidents.said_since", id=incident["id"], key=key, since=now - TOGETHER_MS)
    if said is not None:
        return True
    if promised is None or promised["n"] < 2:
        return False
    args = {"who": case_messages.acting_name(tx, case, now), "n": promised["n"], "code": incident["code"], "at": at}
    incidents.says(tx, incident, key, args, now, mention=list(dict.fromkeys(called)))
    return True
