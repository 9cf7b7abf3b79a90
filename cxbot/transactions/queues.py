"""What waits, why, and until when: messages by channel and cause, and surveys that may not be asked yet. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from cxbot.ports import Tx
from cxbot.transactions import channel_stops
from cxbot.transactions.outbox import HELD


@dataclass(frozen=True, slots=True)
class Group:
    """Messages of one channel that wait for the same. Times are epoch ms, 0 where there is none.

    `why`: held, later (planned, or the night), again (an attempt failed), turn (behind another message or the pace),
    sending, stopped. `reason` is the channel's own word for it.
    """

    channel: str
    why: str
    reason: str
    n: int
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Surveys:
    """Surveys that wait to be asked for one reason ('' where they only wait for their turn)."""

    reason: str
    n: int
    until: int


def waiting(tx: Tx, now: int, channel: str = "") -> list[Group]:
    """What waits to be said, by channel and cause."""
    stopped = {each.channel: each for each in channel_stops.stopped(tx)}
    groups: dict[tuple[str, str, str], Group] = {}
    for row in tx.all("queues.messages", now=now, channel=channel):
        why, reason = row["why"], str(row["reason"]).removeprefix(HELD)
        if why in ("turn", "again") and row["channel"] in stopped:
            why, reason = "stopped", stopped[row["channel"]].what_to_do
        key = (row["channel"], why, reason)
        group = Group(*key, int(row["n"]), int(row["since"] or 0), int(row["until"] or 0))
        before = groups.get(key)
        groups[key] = group if before is None else _joined(before, group)
    return list(groups.values())


def surveys(tx: Tx) -> list[Surveys]:
    """Surveys that wait to be asked, by reason; `until` is when the next may be."""
    rows = tx.all("queues.surveys")
    return [Surveys(row["reason"], int(row["n"]), int(row["until"] or 0)) for row in rows]


def is_channel(tx: Tx, name: str) -> bool:
    """Whether anything was ever said or heard on a channel of this name."""
    return tx.one("queues.channel", channel=name) is not None


def _joined(one: Group, other: Group) -> Group:
    ends = [each for each in (one.until, other.until) if each]
    return Group(
        one.channel, one.why, one.reason, one.n + other.n, min(one.since, other.since), min(ends) if ends else 0
    )
