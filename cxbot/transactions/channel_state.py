"""Small JSON that a vendor makes a channel remember: cursors, shared tokens, refused menus."""

from __future__ import annotations

import json
from typing import Any

from cxbot.ports import Store, Tx


def get(tx: Tx, channel: str, name: str) -> Any:
    """The value, or None."""
    row = tx.one("channel_state.get", channel=channel, name=name)
    return None if row is None else json.loads(row["value"])


def put(tx: Tx, channel: str, name: str, value: Any) -> None:
    """Keeps the value, whatever stood there; None forgets it."""
    if value is None:
        tx.run("channel_state.forget", channel=channel, name=name)
        return
    tx.run("channel_state.put", channel=channel, name=name, value=_text(value))


def swap(tx: Tx, channel: str, name: str, old: Any, new: Any) -> bool:
    """Keeps `new` only where `old` still stands (None: nothing does, and forgets it); says whether it did."""
    if old is None and new is None:
        return get(tx, channel, name) is None
    if new is None:
        return tx.run("channel_state.forget_if", channel=channel, name=name, old=_text(old)) == 1
    if old is None:
        return tx.run("channel_state.add", channel=channel, name=name, value=_text(new)) == 1
    return tx.run("channel_state.swap", channel=channel, name=name, old=_text(old), value=_text(new)) == 1


def forget(tx: Tx, channel: str, prefix: str, before: str) -> None:
    """Forgets what stands under the names that begin so and sort before another."""
    tx.run("channel_state.forget_before", channel=channel, prefix=f"{prefix}%", before=before)


def _text(value: Any) -> str:
    # Sorted, so that what is equal is equal as text too.
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


class StoredState:
    """`ports.ChannelState` of one channel, kept in the store and so shared by every replica."""

    def __init__(self, store: Store, channel: str) -> None:
        self._store = store
        self._channel = channel

    async def get(self, key: str) -> Any:
        """See `ports.ChannelState.get`."""
        return await self._store.read(get, self._channel, key)

    async def put(self, key: str, value: Any) -> None:
        """See `ports.ChannelState.put`."""
        await self._store.run(put, self._channel, key, value)

    async def swap(self, key: str, old: Any, new: Any) -> bool:
        """See `ports.ChannelState.swap`."""
        return await self._store.run(swap, self._channel, key, old, new)

    async def forget(self, prefix: str, before: str) -> None:
        """See `ports.ChannelState.forget`."""
        await self._store.run(forget, self._channel, prefix, before)
