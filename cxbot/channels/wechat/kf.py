"""微信客服: what customers write to a service account in WeChat, and what they are sent there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog

from cxbot.channels.wechat import WeComSettings, errors, texts
from cxbot.channels.wechat.api import Api
from cxbot.channels.wechat.errors import ApiError
from cxbot.ports import (
    Allowance,
    ChannelState,
    Clock,
    Deliver,
    HoldUntilInbound,
    Inbound,
    Media,
    Outcome,
    Outgoing,
    Sent,
)

log = structlog.get_logger(__name__)

CHANNEL = "wecom"
PREFIX = "kf:"
PAGE = 1_000
EMPTY_PAGES = 20
"""So many pages without anything on them are turned at once; the next look goes on."""
DAYS_MS = 48 * 60 * 60 * 1000
REPLY_MS = DAYS_MS - 2_000
REPLIES = 5
EVENT_MS = 18_000
"""A session's end lets one message be sent within 20 seconds; the last two are the network's."""
FIRST_MS = 10 * 60 * 1000
"""What happened longer ago than this before an account is read for the first time is not ours to answer."""
ITEMS, HEAD_BYTES, ITEM_BYTES = 10, 1_024, 128
CUSTOMER = 3
STARTED, MOVED, ENDED, BACK = 1, 2, 3, 4
FAILED = {
    4: "they had not written for 48 hours",
    5: "the session had ended",
    6: "more than five messages without an answer",
    8: "the account is not theirs to write to",
    10: "they refuse messages",
}
_KINDS = {"image": "image", "voice": "voice", "video": "video", "file": "file", "location": "location"}
_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")

Failed: TypeAlias = Callable[[str, str, str], Awaitable[None]]
"""Is told of a message that did not arrive after all: address, platform id and why."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened to a customer in an account."""

    customer: str
    at: int
    inbound: Inbound | None = None
    said: bool = False
    """The customer said it, and it may be meant for the person who serves them."""
    served: bool | None = None
    """From now on a person serves them, or no longer does."""
    code: str = ""
    """It lets one message be sent within seconds."""
    failed: tuple[str, str] | None = None
    """The platform id of a message that did not arrive, and why."""


class Kf:
    """Reads what happened in the accounts that are served, and writes to their customers."""

    def __init__(self, settings: WeComSettings, api: Api, state: ChannelState, clock: Clock) -> None:
        self._settings = settings
        self._api = api
        self._state = state
        self._clock = clock
        self._locks = {open_kfid: asyncio.Lock() for open_kfid in settings.kf}
        self._moments = asyncio.Lock()
        self._done: dict[str, int] = {}

    # What comes in ----------------------------------------------------------------------------------------------------

    async def sync(self, open_kfid: str, token: str, deliver: Deliver, failed: Failed) -> None:
        """Takes everything that has happened since the last time, page by page; the place is kept after each."""
        if open_kfid not in self._locks:
            log.warning("kf_account_not_served", open_kfid=open_kfid)
            return
        async with self._locks[open_kfid]:
            since = 0 if await self._state.get(_cursor(open_kfid)) else self._clock.machine() - FIRST_MS
            async for page in self._pages(open_kfid, token):
                for item in page:
                    try:
                        happened = _read(open_kfid, item, self._settings.kf[open_kfid], self._clock.machine())
                    except (KeyError, TypeError, AttributeError, ValueError) as error:
                        log.warning("kf_item_odd", error=type(error).__name__)
                        continue
                    if happened is not None and happened.at >= since:
                        await self._take(open_kfid, happened, deliver, failed)

    async def _pages(self, open_kfid: str, token: str) -> AsyncIterator[list[Mapping[str, Any]]]:
        empty = 0
        while empty < EMPTY_PAGES:
            cursor = await self._state.get(_cursor(open_kfid)) or ""
            asked = {"cursor": cursor, "limit": PAGE, "voice_format": 0, "open_kfid": open_kfid}
            try:
                answer = await self._api.call("kf/sync_msg", {**asked, "token": token} if token else asked)
            except ApiError as error:
                if error.code != 95007 or not token:
                    raise
                token = ""  # it lapses after ten minutes; without one it is asked less often, and answered all the same
                continue
            page = [item for item in answer.get("msg_list") or [] if isinstance(item, Mapping)]
            yield page
            # Only now: what was not committed comes again, and is known by its id.
            after = str(answer.get("next_cursor") or cursor)
            if after != cursor:
                await self._state.put(_cursor(open_kfid), after)
            if not answer.get("has_more"):
                return
            empty = 0 if page and after != cursor else empty + 1

    async def _take(self, open_kfid: str, happened: Happened, deliver: Deliver, failed: Failed) -> None:
        customer, address = happened.customer, f"{PREFIX}{open_kfid}:{happened.customer}"
        if happened.served is not None:
            served = {"until": happened.at + DAYS_MS} if happened.served else None
            await self._state.put(_served(open_kfid, customer), served)
        if happened.code:
            await self._change(open_kfid, customer, {"code": happened.code, "until": happened.at + EVENT_MS})
        if happened.failed is not None:
            await failed(address, *happened.failed)
        if happened.inbound is None or (happened.said and await self._is_served(open_kfid, customer)):
            return  # a person is talking to them: what they say is for that person
        await deliver(happened.inbound)

    async def _is_served(self, open_kfid: str, customer: str) -> bool:
        """Whether a person talks to them; the platform ends what nobody goes on with, and its word may be lost."""
        kept = await self._state.get(_served(open_kfid, customer))
        return bool(kept) and int(kept["until"]) > self._clock.machine()

    async def _change(self, open_kfid: str, customer: str, moment: dict[str, Any] | None) -> None:
        """Keeps the code of a moment, or forgets it; and all those that have passed."""
        name, now = _moments(open_kfid), self._clock.machine()
        async with self._moments:
            while True:
                kept = await self._state.get(name)
                after = {who: each for who, each in (kept or {}).items() if each["until"] > now and who != customer}
                if moment is not None:
                    after[customer] = moment
                if after == (kept or {}) or await self._state.swap(name, kept, after or None):
                    return

    # What goes out ----------------------------------------------------------------------------------------------------

    async def send(self, outgoing: Outgoing) -> Outcome:
        """One message to a customer: by the end of the session, else within the window. Raises ApiError, NoAnswer."""
        _, open_kfid, customer = (*outgoing.address.split(":", 2), "", "")[:3]
        if outgoing.replaces:
            return Sent(outgoing.replaces)  # nothing changes what stands in their chat, and they know what they said
        if await self._is_served(open_kfid, customer):
            return HoldUntilInbound("a person of customer service is talking to them")
        if outgoing.allowances.get("event") and outgoing.row_id not in self._done:
            sent = await self._on_event(outgoing, open_kfid, customer)
            if sent is not None:
                return sent
        left = outgoing.allowances.get("reply", 0)
        if not left:
            return HoldUntilInbound("no more may be written before they write again", closed=("event",))
        return await self._reply(outgoing, {"touser": customer, "open_kfid": open_kfid}, left)

    async def _reply(self, outgoing: Outgoing, to: Mapping[str, str], left: int) -> Sent:
        """Within the window, in parts where it is long and so many may be sent; what has arrived is not sent again."""
        menu = _menu(outgoing)
        whole = texts.parts(texts.whole(outgoing, in_words=True))
        done = self._done.get(outgoing.row_id, 0)
        first, rest = whole[: done + left - 1], whole[done + left - 1 :]
        contents = [_text(part) for part in [*first, *(["\n".join(rest)] if rest else [])]]
        spent: list[str] = []
        for n, content in enumerate([menu] if menu and not done else contents[done:], done):
            msgid = f"{outgoing.row_id}-{n}" if n else outgoing.row_id
            await self._api.call("kf/send_msg", {**to, "msgid": msgid, **content})
            self._done[outgoing.row_id] = n + 1
            spent.append("reply")
        self._done.pop(outgoing.row_id, None)
        return Sent(outgoing.row_id, spent=tuple(spent))

    async def _on_event(self, outgoing: Outgoing, open_kfid: str, customer: str) -> Sent | None:
        """Sends by the code of an event, once and in time; None where there is none, or the moment has passed."""
        moment = (await self._state.get(_moments(open_kfid)) or {}).get(customer)
        if moment is None or moment["until"] <= self._clock.machine():
            return None
        content = _menu(outgoing) or _text(texts.whole(outgoing, in_words=True))
        sent: Sent | None = Sent(outgoing.row_id, spent=("event",))
        try:
            body = {"code": moment["code"], "msgid": outgoing.row_id, **content}
            await self._api.call("kf/send_msg_on_event", body)
        except ApiError as error:
            if not errors.is_about("wecom", error, "closed", "used_up"):
                raise
            log.info("kf_moment_passed", code=error.code)
            if not outgoing.maybe_sent:
                sent = None  # else the code was used by the attempt whose answer was lost
        await self._change(open_kfid, customer, None)
        return sent


# What the platform reports --------------------------------------------------------------------------------------------


def _read(open_kfid: str, item: Mapping[str, Any], touchpoint: str, machine: int) -> Happened | None:
    """What an item means; None where it is nothing to us. Raises where it is no such item."""
    at = int(item.get("send_time") or 0) * 1000
    at = at if 0 < at <= machine else machine
    if item.get("msgtype") == "event":
        return _event(open_kfid, item, touchpoint, at)
    if item.get("origin") != CUSTOMER:
        return None
    customer = _customer(item)
    return Happened(customer, at, _said(f"{PREFIX}{open_kfid}:{customer}", item, at), said=True)


def _said(address: str, item: Mapping[str, Any], at: int) -> Inbound:
    opens = (Allowance("reply", REPLIES, at + REPLY_MS),)
    name, kind = f"{PREFIX}{item['msgid']}", str(item["msgtype"])
    part = item.get(kind)
    part = part if isinstance(part, Mapping) else {}
    if kind == "text":
        key, words = str(part.get("menu_id") or ""), str(part.get("content", ""))
        # A key of ours comes back as it was given; its words are read where it is lost.
        pressed = ":" in key
        return Inbound(name, CHANNEL, address, address, "choice" if pressed else "text", text=words,
                       choice=key if pressed else "", overheard=True, opens=opens)  # fmt: skip
    media_id = str(part.get("media_id") or "")
    kept = f"{CHANNEL}/{media_id}" if media_id else ""
    media = Media(_KINDS.get(kind, "other"), name=str(part.get("name") or kind)[:120], kept=kept)
    return Inbound(name, CHANNEL, address, address, "media", media=media, overheard=True, opens=opens)


def _event(open_kfid: str, item: Mapping[str, Any], touchpoint: str, at: int) -> Happened | None:
    event = item["event"]
    kind, name = event["event_type"], f"{PREFIX}{item['msgid']}"
    if kind not in ("session_status_change", "msg_send_fail", "enter_session"):
        return None
    customer = _customer(event)
    address = f"{PREFIX}{open_kfid}:{customer}"
    moment = (Allowance("event", 1, at + EVENT_MS),)
    if kind == "msg_send_fail":
        why = FAILED.get(int(event.get("fail_type") or 0), "the platform does not say why")
        # The further parts of a long message have a number of their own.
        return Happened(customer, at, failed=(str(event["fail_msgid"]).partition("-")[0], why))
    if kind == "enter_session":
        code = str(event.get("welcome_code") or "")
        opened = Inbound(name, CHANNEL, address, address, "opened", opens=moment) if code else None
        return Happened(customer, at, opened, code=code)
    change = int(event["change_type"])
    if change != ENDED:
        return Happened(customer, at, served=True) if change in (STARTED, MOVED, BACK) else None
    code = str(event.get("msg_code") or "")
    fields = {"touchpoint": touchpoint, "outcome": "closed"}
    ended = Inbound(
        name, CHANNEL, address, "", "interaction", subject=address, fields=fields, opens=moment if code else ()
    )
    return Happened(customer, at, ended, served=False, code=code)


def _customer(part: Mapping[str, Any]) -> str:
    customer = str(part["external_userid"])
    if not _ID.fullmatch(customer):
        raise ValueError("no customer's id")
    return customer


# What the platform takes ----------------------------------------------------------------------------------------------


def _menu(outgoing: Outgoing) -> dict[str, Any] | None:
    """As a menu; None where its entries do not fit, or there are none."""
    head = texts.whole(outgoing, in_words=False)
    fits = 0 < len(outgoing.choices) <= ITEMS and len(head.encode()) <= HEAD_BYTES
    if not fits or any(len(choice.label.encode()) > ITEM_BYTES for choice in outgoing.choices):
        return None
    ends = " · ".join(part for part in (outgoing.low_label, outgoing.high_label) if part)
    items = [{"type": "click", "click": {"id": choice.key, "content": choice.label}} for choice in outgoing.choices]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": head, "list": items, "tail_content": ends}}


def _text(words: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": texts.clipped(words, texts.BYTES)}}


def _cursor(open_kfid: str) -> str:
    return f"cursor:{open_kfid}"


def _served(open_kfid: str, customer: str) -> str:
    return f"served:{open_kfid}:{customer}"


def _moments(open_kfid: str) -> str:
    return f"moments:{open_kfid}"
