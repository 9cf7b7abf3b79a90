"""Pictures and voice that customers send: fetched soon after they come, for the platform keeps them three days."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from cxbot.channels.wechat.api import Api
from cxbot.channels.wechat.errors import ApiError, NoAnswer
from cxbot.ports import Media, Surroundings, Tx
from cxbot.transactions import files, people

log = structlog.get_logger(__name__)

LOOK_S = 60.0
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
        """Notes a file to fetch. Before the message is taken, for after it nobody would come back to it."""
        media_id = media.kept.removeprefix(f"{self._channel}/")
        wanted = {"id": media_id, "kind": media.kind, "name": media.name, "address": address,
                  "until": self._around.clock.machine() + KEEPS_MS}  # fmt: skip
        await self._change(add=wanted)
        self._wake.set()

    async def run(self) -> None:
        """Fetches what is noted until cancelled; what cannot be had now is tried again every minute."""
        while True:
            self._wake.clear()
            await self.fetch()
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def fetch(self) -> None:
        """One round over everything that is noted."""
        for wanted in await self._around.state.get(PENDING) or []:
            if await self._fetched(wanted):
                await self._change(remove=wanted["id"])

    async def _fetched(self, wanted: dict[str, Any]) -> bool:
        """Whether there is nothing left to do about it."""
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

    async def _change(self, *, add: dict[str, Any] | None = None, remove: str = "") -> None:
        while True:
            kept = await self._around.state.get(PENDING)
            after = [each for each in kept or [] if each["id"] != remove] + ([add] if add else [])
            if await self._around.state.swap(PENDING, kept, after):
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
