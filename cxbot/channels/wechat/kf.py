"""微信客服: what customers write to a service account in WeChat, and what they are sent there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import structlog

from cxbot.channels.wechat import WeComSettings, errors, texts
from cxbot.channels.wechat.api import Api
from cxbot.channels.wechat.errors import ApiError, NoAnswer
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
REPLY_MS = 48 * 60 * 60 * 1000 - 2_000
REPLIES = 5
EVENT_MS = 18_000
"""A session's end lets one message be sent within 20 seconds; the last two are the network's."""
ITEMS, HEAD_BYTES, ITEM_BYTES = 10, 1_024, 128
CUSTOMER, SYSTEM = 3, 4
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


class Kf:
    """Reads what happened in the accounts that are served, and writes to their customers."""

    def __init__(self, settings: WeComSettings, api: Api, state: ChannelState, clock: Clock) -> None:
        self._settings = settings
        self._api = api
        self._state = state
        self._clock = clock
        self._locks = {open_kfid: asyncio.Lock() for open_kfid in settings.kf}

    # What comes in ----------------------------------------------------------------------------------------------------

    async def sync(self, open_kfid: str, token: str, deliver: Deliver, failed: Any) -> None:
        """Takes everything that has happened since the last time, page by page; the place is kept after each.

        `failed` is told of messages that did not arrive after all: address, platform id and why.
        """
        if open_kfid not in self._locks:
            log.warning("kf_account_not_served", open_kfid=open_kfid)
            return
        async with self._locks[open_kfid]:
            async for page in self._pages(open_kfid, token):
                for item in page:
                    try:
                        await self._take(open_kfid, item, deliver, failed)
                    except (KeyError, TypeError, AttributeError, ValueError) as error:
                        log.warning("kf_item_odd", error=type(error).__name__)

    async def _pages(self, open_kfid: str, token: str) -> AsyncIterator[list[Mapping[str, Any]]]:
        name = f"cursor:{open_kfid}"
        more = True
        while more:
            cursor = await self._state.get(name) or ""
            asked = {"cursor": cursor, "limit": PAGE, "voice_format": 0, "open_kfid": open_kfid}
            try:
                answer = await self._api.call("kf/sync_msg", {**asked, "token": token} if token else asked)
            except ApiError as error:
                if error.code != 95007 or not token:
                    raise
                token = ""  # it lapses after ten minutes; without one it is asked less often, and answered all the same
                continue
            yield [item for item in answer.get("msg_list") or [] if isinstance(item, Mapping)]
            # Only now: what was not committed comes again, and is known by its id.
            after = str(answer.get("next_cursor") or cursor)
            more = bool(answer.get("has_more")) and (after != cursor or not answer.get("msg_list"))
            await self._state.put(name, after)

    async def _take(self, open_kfid: str, item: Mapping[str, Any], deliver: Deliver, failed: Any) -> None:
        if item.get("msgtype") == "event":
            await self._event(open_kfid, item, deliver, failed)
            return
        if item.get("origin") != CUSTOMER:
            return
        customer = str(item["external_userid"])
        if not _ID.fullmatch(customer) or await self._is_served(open_kfid, customer):
            return  # a person is talking to them: what they say is for that person
        inbound = self._said(open_kfid, customer, item)
        await deliver(inbound)

    def _said(self, open_kfid: str, customer: str, item: Mapping[str, Any]) -> Inbound:
        address = f"{PREFIX}{open_kfid}:{customer}"
        at = _at(item, self._clock.machine())
        opens = (Allowance("reply", REPLIES, at + REPLY_MS),)
        name = f"kf:{item['msgid']}"
        kind = str(item["msgtype"])
        if kind == "text":
            part = item["text"]
            key, _, row = str(part.get("menu_id") or "").partition("|")
            # A key of ours comes back as it was given; its words are read where it is lost.
            if ":" in key:
                return Inbound(name, CHANNEL, address, address, "choice", text=str(part.get("content", "")),
                               choice=key, about=row, opens=opens)  # fmt: skip
            return Inbound(name, CHANNEL, address, address, "text", text=str(part.get("content", "")), opens=opens)
        part = item.get(kind)
        part = part if isinstance(part, Mapping) else {}
        media = Media(_KINDS.get(kind, "other"), name=str(part.get("name") or kind)[:120],
                      url=str(part.get("media_id") or ""))  # fmt: skip
        return Inbound(name, CHANNEL, address, address, "media", media=media, opens=opens)

    async def _event(self, open_kfid: str, item: Mapping[str, Any], deliver: Deliver, failed: Any) -> None:
        event = item["event"]
        kind, customer = event["event_type"], str(event.get("external_userid", ""))
        address = f"{PREFIX}{open_kfid}:{customer}"
        at = _at(item, self._clock.machine())
        name = f"kf:{item['msgid']}"
        if kind == "session_status_change":
            change = int(event["change_type"])
            await self._state.put(f"served:{open_kfid}:{customer}", change in (STARTED, MOVED, BACK))
            if change == ENDED:
                await self._ended(Inbound(
                    name, CHANNEL, address, "", "interaction", subject=address,
                    fields={"touchpoint": self._settings.kf[open_kfid], "outcome": "closed"},
                    opens=(Allowance("event", 1, at + EVENT_MS),) if event.get("msg_code") else (),
                ), str(event.get("msg_code") or ""), at, deliver)  # fmt: skip
        elif kind == "msg_send_fail":
            why = FAILED.get(int(event.get("fail_type") or 0), "the platform does not say why")
            await failed(address, str(event["fail_msgid"]), why)
        elif kind == "enter_session":
            await deliver(Inbound(name, CHANNEL, address, address, "opened"))

    async def _ended(self, inbound: Inbound, code: str, at: int, deliver: Deliver) -> None:
        """The natural moment of a survey: its first question is the one message that the end of a session allows."""
        if code:
            await self._state.put(f"ended:{inbound.place}", {"code": code, "until": at + EVENT_MS})
        await deliver(inbound)

    async def _is_served(self, open_kfid: str, customer: str) -> bool:
        return bool(await self._state.get(f"served:{open_kfid}:{customer}"))

    # What goes out ----------------------------------------------------------------------------------------------------

    async def send(self, outgoing: Outgoing) -> Outcome:
        """One message to a customer: by the end of the session, else within the window. Raises ApiError, NoAnswer."""
        _, open_kfid, customer = (*outgoing.address.split(":", 2), "", "")[:3]
        if await self._is_served(open_kfid, customer):
            return HoldUntilInbound("a person of customer service is talking to them")
        content = self._content(outgoing)
        if outgoing.allowances.get("event"):
            code = await self._code(outgoing.address)
            if code:
                msgid = await self._on_event(code, content)
                if msgid:
                    return Sent(msgid, spent=("event",))
        if not outgoing.allowances.get("reply"):
            return HoldUntilInbound("no more may be written before they write again", closed=("event",))
        body = {"touser": customer, "open_kfid": open_kfid, "msgid": outgoing.row_id, **content}
        answer = await self._api.call("kf/send_msg", body)
        return Sent(str(answer.get("msgid") or outgoing.row_id), spent=("reply",))

    async def _on_event(self, code: str, content: Mapping[str, Any]) -> str:
        """Sends by the code of an event; '' where the moment has passed."""
        try:
            answer = await self._api.call("kf/send_msg_on_event", {"code": code, **content})
        except ApiError as error:
            known = errors.meaning("wecom", error.code)
            if known is None or known.kind not in ("closed", "used_up"):
                raise
            log.info("kf_moment_passed", code=error.code)
            return ""
        return str(answer.get("msgid") or "event")

    async def _code(self, address: str) -> str:
        """The code of the session's end, once and in time."""
        name = f"ended:{address}"
        kept = await self._state.get(name)
        if not kept or kept["until"] <= self._clock.machine() or not await self._state.swap(name, kept, None):
            return ""
        return str(kept["code"])

    def _content(self, outgoing: Outgoing) -> dict[str, Any]:
        """As a menu where its entries fit; else in words, numbered, within one message."""
        head = texts.whole(outgoing, in_words=False)
        fits = 0 < len(outgoing.choices) <= ITEMS and len(head.encode()) <= HEAD_BYTES
        if fits and all(len(choice.label.encode()) <= ITEM_BYTES for choice in outgoing.choices):
            ends = " · ".join(part for part in (outgoing.low_label, outgoing.high_label) if part)
            items = [
                {"type": "click", "click": {"id": choice.key, "content": choice.label}} for choice in outgoing.choices
            ]
            return {"msgtype": "msgmenu", "msgmenu": {"head_content": head, "list": items, "tail_content": ends}}
        text = texts.clipped(texts.whole(outgoing, in_words=True), texts.BYTES)
        return {"msgtype": "text", "text": {"content": text}}


def _at(item: Mapping[str, Any], machine: int) -> int:
    at = int(item.get("send_time") or 0) * 1000
    return at if 0 < at <= machine else machine


__all__ = ["Kf", "NoAnswer"]
