"""Channels that cannot send until somebody puts them right: known to every replica, and told to those who can."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cxbot.ports import Tx
from cxbot.transactions import channel_state, places

STOPPED = "stopped"
"""The name under which a stop stands in the channel's state."""
REASON = "stopped: "
"""How the reason of a row begins that could not be sent because its channel is stopped."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A channel that cannot send, what to do about it, and since when (epoch ms)."""

    channel: str
    what_to_do: str
    since: int


def stopped(tx: Tx) -> list[Stop]:
    """Every channel that cannot send, by name."""
    return [
        Stop(channel=row["channel"], **json.loads(row["value"])) for row in tx.all("channel_stops.all", name=STOPPED)
    ]


def stop(tx: Tx, channel: str, what_to_do: str, now: int) -> bool:
    """Notes that a channel cannot send, and tells the admins the first time; says whether this was the first time."""
    known = channel_state.get(tx, channel, STOPPED)
    if known is None:
        first = channel_state.swap(tx, channel, STOPPED, None, {"what_to_do": what_to_do, "since": now})
        if first:
            _tell_admins(tx, channel, "admin.channel_stopped", {"channel": channel, "what_to_do": what_to_do}, now)
        return first
    if known["what_to_do"] != what_to_do:
        channel_state.swap(tx, channel, STOPPED, known, {**known, "what_to_do": what_to_do})
    return False


def sent(tx: Tx, channel: str, now: int) -> bool:
    """Notes that a channel has sent something; says whether that ended a stop, and tells the admins if it did.

    While a message that failed for the stop still waits, the stop goes on: else a fault that concerns some messages
    only would be told anew with each of the others.
    """
    if channel_state.get(tx, channel, STOPPED) is None:
        return False
    if not tx.run("channel_stops.end", channel=channel, name=STOPPED, reason=f"{REASON}%"):
        return False
    _tell_admins(tx, channel, "admin.channel_works_again", {"channel": channel}, now)
    return True


def _tell_admins(tx: Tx, channel: str, key: str, args: Mapping[str, Any], now: int) -> None:
    """Not on a channel that is stopped itself."""
    places.tell_admins(tx, key, args, now, closed={channel, *(each.channel for each in stopped(tx))})
