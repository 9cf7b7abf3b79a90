"""Who an address is in Slack: looked up once, kept in the store, remembered by this process for a while."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from cxbot import wording
from cxbot.channels.slack import errors
from cxbot.channels.slack.api import Api
from cxbot.channels.slack.errors import ApiError
from cxbot.ports import ChannelState, Clock, Learned, Outcome, Unreachable

log = structlog.get_logger(__name__)

FRESH_MS = 24 * 60 * 60 * 1000
"""So long a profile is not looked at again: who left the company is noticed within a day."""
REMEMBERED = 20_000
USER = re.compile(r"[UW][A-Z0-9]+")
SHARED = re.compile(r"([CG][A-Z0-9]+)/([UW][A-Z0-9]+)")
"""A person who can be written to in a shared channel only: the channel, then the user."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where somebody is written to: a channel of Slack, the thread in it, and whom it is for if others read it."""

    channel: str
    thread: str = ""
    user: str = ""


class Directory:
    """Finds the conversation of an address, and tells first what Slack says of the person."""

    def __init__(self, api: Api, state: ChannelState, clock: Clock) -> None:
        self._api = api
        self._state = state
        self._clock = clock
        self._known: OrderedDict[str, dict[str, Any]] = OrderedDict()

    async def conversation(self, address: str) -> Conversation | Outcome:
        """Where the address is written to; an outcome where it is nowhere, or where there is something to learn."""
        if SHARED.fullmatch(address):
            channel, _, user = address.partition("/")
            return Conversation(channel, await self.thread(address), user)
        if "@" in address:
            return await self._by_mail(address)
        if not USER.fullmatch(address):
            return Conversation(address)
        known = await self._recall(address)
        if known is None or self._clock.machine() - known["at"] > FRESH_MS or not known.get("dm"):
            return await self._meet(address, known or {})
        return Conversation(known["dm"])

    async def thread(self, address: str) -> str:
        """The thread in which somebody is written to in a shared channel; '' while there is none."""
        kept = await self._recall(f"thread:{address}")
        return str(kept["ts"]) if kept else ""

    async def begin_thread(self, address: str, ts: str) -> None:
        """The first message in a shared channel is the thread for what follows."""
        await self._keep(f"thread:{address}", {"ts": ts})

    async def seen_in(self, user: str, channel: str, ts: str) -> None:
        """Notes where somebody asked something: there they are written to if nowhere else they can be."""
        if USER.fullmatch(user) and channel.startswith(("C", "G")):
            await self._keep(f"shared:{user}", {"channel": channel, "ts": ts})

    def is_at(self, user: str, dm: str) -> None:
        """A direct message came from there: it need not be opened any more."""
        known = self._known.get(user)
        if known is not None:
            known["dm"] = dm

    def forget(self, address: str) -> None:
        """What is remembered of an address no longer holds."""
        self._known.pop(address, None)

    async def profile(self, user: str) -> Mapping[str, Any]:
        """A user's profile as Slack has it; empty where it cannot be had."""
        try:
            return dict((await self._api.get("users.info", user=user, include_locale="true")).get("user", {}))
        except (ApiError, errors.NoAnswer) as error:
            log.info("profile_not_read", error=str(error))
            return {}

    async def language(self, user: str) -> str:
        """The language of somebody's profile, or ''."""
        known = await self._recall(user)
        locale = known.get("locale", "") if known else (await self.profile(user)).get("locale", "")
        return wording.negotiate(locale) if locale else ""

    async def _by_mail(self, address: str) -> Outcome:
        found = await self._api.get("users.lookupByEmail", email=address)
        return await self._learn(found["user"]["id"], found["user"])

    async def _meet(self, user: str, before: Mapping[str, Any]) -> Conversation | Outcome:
        """Opens the conversation. The first time, what Slack says of the person is told before anything is sent."""
        profile = await self.profile(user)
        if profile.get("deleted"):
            return Unreachable("the account is deactivated")
        if profile.get("is_bot"):
            return Unreachable("this is a bot")
        try:
            dm = (await self._api.call("conversations.open", users=user))["channel"]["id"]
        except ApiError as error:
            shared = await self._recall(f"shared:{user}") if error.code in errors.ELSEWHERE else None
            if shared is None:
                raise
            address = f"{shared['channel']}/{user}"
            await self.begin_thread(address, shared["ts"])
            return _told(address, profile)
        kept = {"dm": dm, "at": self._clock.machine(), "locale": profile.get("locale", "")}
        await self._keep(user, kept)
        return Conversation(dm) if before else _told(user, profile)

    async def _learn(self, user: str, profile: Mapping[str, Any]) -> Outcome:
        if profile.get("deleted"):
            return Unreachable("the account is deactivated")
        return _told(user, {**profile, **await self.profile(user)})

    async def _recall(self, key: str) -> dict[str, Any] | None:
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        kept: dict[str, Any] | None = await self._state.get(f"who:{key}")
        if kept is not None:
            self._remember(key, kept)
        return kept

    async def _keep(self, key: str, value: dict[str, Any]) -> None:
        await self._state.put(f"who:{key}", value)
        self._remember(key, value)

    def _remember(self, key: str, value: dict[str, Any]) -> None:
        self._known[key] = value
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _told(address: str, profile: Mapping[str, Any]) -> Learned:
    shown = profile.get("profile") or {}
    name = shown.get("display_name") or shown.get("real_name") or profile.get("real_name") or profile.get("name") or ""
    locale = profile.get("locale") or ""
    return Learned(
        address,
        language=wording.negotiate(locale) if locale else "",
        time_zone=str(profile.get("tz") or ""),
        name=str(name)[:200],
        attributes={"account": _account(profile)} if profile else {},
    )


def _account(profile: Mapping[str, Any]) -> str:
    if profile.get("is_stranger"):
        return "external"
    return "guest" if profile.get("is_restricted") or profile.get("is_ultra_restricted") else "member"
