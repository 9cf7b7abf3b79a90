"""Pictures and voice that customers send: fetched soon after they come, for the platform keeps them three days."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import structlog

from cxbot.channels.wechat.api import Api
from cxbot.channels.wechat.errors import ApiError, NoAnswer
from cxbot.ports import Media, Surroundings, Tx
from cxbot.transactions import files, people

log = structlog.get_logger(__name__)

LOOK_S = 60.0
AT_ONCE_S = 1.5
"""So long a file may take to be there when the team reads of it; else it follows, and a link leads to it."""
TAKEN_MS = 10 * 60 * 1000
"""After so long a message that was never said to be taken is no longer waited for."""
KEEPS_MS = 3 * 24 * 60 * 60 * 1000
PENDING = "media"
_SUFFIX = {"image": ".jpg", "voice": ".amr", "video": ".mp4"}


class Fetcher:
    """Remembers what is to be fetched in the store, so that a restart forgets none of it."""

    def __init__(self, channel: str, api: Api, around: Surroundings, most: int) -> None:
        self._channel = channel
        self._api = api
        self._around = around
        self._most = most
        self._wake = asyncio.Event()

    def key(self, media_id: str) -> str:
        """The key of the file among those that are kept."""
        return f"{self._channel}/{media_id}"

    async def add(self, media: Media, address: str) -> None:
        """Notes a file to fetch before its message is taken, and fetches it where that can be done at once.

        Noted afterwards it would be forgotten by a crash; fetched at once the team has it with the words.
        """
        now = self._around.clock.machine()
        media_id = media.kept.removeprefix(f"{self._channel}/")
        wanted = {"id": media_id, "kind": media.kind, "address": address, "at": now, "until": now + KEEPS_MS}
        await self._change(media_id, wanted)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(AT_ONCE_S):
                await self._fetched(wanted)

    async def taken(self, media: Media) -> None:
        """The message is taken: its file stays where the message was kept, and is fetched if it is not there yet."""
        media_id = media.kept.removeprefix(f"{self._channel}/")
        for wanted in await self._noted():
            if wanted["id"] == media_id:
                await self._change(media_id, {**wanted, "at": 0})
        self._wake.set()

    async def run(self) -> None:
        """Fetches what is noted until cancelled; what cannot be had now is tried again every minute."""
        while True:
            self._wake.clear()
            for wanted in await self._noted():
                if wanted["at"] < self._around.clock.machine() - TAKEN_MS and await self._fetched(wanted):
                    await self._around.store.run(files.forget_unless_said, f"{self._channel}/{wanted['id']}")
                    await self._change(wanted["id"], None)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()

    async def _fetched(self, wanted: dict[str, Any]) -> bool:
        """Whether there is nothing left to do about it."""
        if await self._around.store.read(files.get, f"{self._channel}/{wanted['id']}") is not None:
            return True
        try:
            body, mime = await self._api.download("media/get", {"media_id": wanted["id"]}, self._most)
        except NoAnswer as error:
            log.info("media_not_fetched_yet", error=str(error))
            return bool(wanted["until"] < self._around.clock.machine())
        except (ApiError, ValueError) as error:
            log.warning("media_not_fetched", kind=wanted["kind"], error=str(error))
            return True
        await self._around.store.run(_keep, self._channel, wanted, mime, body, self._around.clock.now())
        return True

    async def _noted(self) -> list[dict[str, Any]]:
        return list(await self._around.state.get(PENDING) or [])

    async def _change(self, media_id: str, wanted: dict[str, Any] | None) -> None:
        while True:
            kept = await self._around.state.get(PENDING)
            after = [each for each in kept or [] if each["id"] != media_id] + ([wanted] if wanted else [])
            if await self._around.state.swap(PENDING, kept, after or None):
                return


def _keep(tx: Tx, channel: str, wanted: dict[str, Any], mime: str, body: bytes, now: int) -> None:
    person = people.by_address(tx, channel, wanted["address"])
    files.keep(
        tx,
        f"{channel}/{wanted['id']}",
        person_id=person["id"] if person else "",
        kind=wanted["kind"],
        name=f"{wanted['kind']}{_SUFFIX.get(wanted['kind'], '')}",
        mime=mime,
        body=body,
        now=now,
    )
