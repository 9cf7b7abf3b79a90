"""What an Official Account's callbacks bring, as what somebody did. Pure: opened callbacks in, `Inbound` out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from cxbot.channels.wechat.callbacks import Odd, Opened
from cxbot.ports import Allowance, Inbound, Media

CHANNEL = "wechat"
OPENID = re.compile(r"[0-9A-Za-z_@.-]{1,128}")
HOUR_MS = 60 * 60 * 1000
MARGIN_MS = 2_000
"""An allowance is taken to end so much earlier: a message on its way must still be in time."""
REPLY = (5, 48 * HOUR_MS)
TAP = (3, 60_000)
"""After a tap on a menu, the account's own or one in a message, after a scan and after following."""
NOTICE = "notice"
LONGEST_SCENE = 64
MENU = "cx:"
"""How the key of an entry of the account's menu begins that is ours: cx:help, cx:progress, cx:agent."""
ASKS = ("help", "progress", "agent")
_MEDIA: Mapping[str, Literal["image", "voice", "video", "file"]] = {
    "image": "image",
    "voice": "voice",
    "video": "video",
    "shortvideo": "video",
    "file": "file",
}


def identity(opened: Opened) -> str:
    """What makes this callback itself: the id of a message, or who did what when of an event. Raises Odd."""
    if opened.get("MsgType") != "event":
        number = opened.get("MsgId")
        if number.isdecimal():
            return f"m:{number}"
        return f"t:{_sender(opened)}:{opened.get('CreateTime')}:{opened.get('MsgType')}:{opened.get('Content')}"[:255]
    parts = (_sender(opened), opened.get("CreateTime"), opened.get("Event"), opened.get("EventKey"))
    return ":".join(("e", *parts))[:255]


def read(opened: Opened, machine: int, visit_outcome: str, notice: str = "") -> Inbound | None:
    """What somebody did; None for what says nothing to us; `notice` is our template. Raises Odd where it is none."""
    sender = _sender(opened)
    kind = opened.get("MsgType").lower()
    at = _at(opened, machine)
    if kind == "event":
        return _event(opened, sender, at, visit_outcome, notice)
    if kind == "text":
        content = opened.fields.get("Content")
        if content is not None and not isinstance(content, str):
            raise Odd("no text")
        tapped = bool(menu_id(opened))
        opens = _opens("tap", TAP, at) if tapped else _opens("reply", REPLY, at)
        return _inbound(opened, sender, kind="text", text=content or "", opens=opens)
    if not kind:
        raise Odd("no kind")
    return _inbound(opened, sender, kind="media", media=_media(opened, kind), opens=_opens("reply", REPLY, at))


def menu_id(opened: Opened) -> str:
    """The id of the entry of a message's menu that was tapped; '' where none was."""
    return opened.get("bizmsgmenuid")


def _event(opened: Opened, sender: str, at: int, visit_outcome: str, notice: str) -> Inbound | None:
    event, key = opened.get("Event").lower(), opened.get("EventKey")
    if event in ("subscribe", "scan"):
        scene = key.removeprefix("qrscene_")
        opens = _opens("scan" if event == "scan" else "follow", TAP, at)
        if scene:
            fields = {"touchpoint": scene[:LONGEST_SCENE], "outcome": visit_outcome, "scanned": "yes"}
            return _inbound(opened, sender, kind="interaction", subject=sender, fields=fields, opens=opens)
        return _inbound(opened, sender, kind="choice", choice="o:ask:help", opens=opens)
    if event in ("click", "scancode_push", "scancode_waitmsg"):
        opens = _opens("tap", TAP, at)
        asked = key.removeprefix(MENU)
        if key.startswith(MENU) and asked in ASKS:
            return _inbound(opened, sender, kind="choice", choice=f"o:ask:{asked}", opens=opens)
        return _inbound(opened, sender, kind="opened", opens=opens)
    if event in ("subscribe_msg_popup_event", "subscribe_msg_change_event"):
        accepted = event == "subscribe_msg_popup_event" and _accepted(opened, notice)
        if accepted:
            return _inbound(opened, sender, kind="opened", opens=(Allowance(NOTICE, accepted),))
    return None


def _accepted(opened: Opened, template: str) -> int:
    """How many notices of our template were accepted in the question for them."""
    part = opened.fields.get("SubscribeMsgPopupEvent")
    found = part.get("List") if isinstance(part, Mapping) else None
    items: Sequence[Any] = found if isinstance(found, list) else [found]
    ours = (each for each in items if isinstance(each, Mapping) and each.get("TemplateId") == template)
    return sum(each.get("SubscribeStatusString") == "accept" for each in ours)


def _media(opened: Opened, kind: str) -> Media:
    if kind in _MEDIA:
        media_id = opened.get("MediaId")
        kept = f"{CHANNEL}/{media_id}" if media_id else ""
        return Media(_MEDIA[kind], name=opened.get("Recognition")[:120] or kind, kept=kept)
    if kind == "location":
        return Media("location", name=opened.get("Label")[:120])
    return Media("sticker" if kind == "sticker" else "other", name=opened.get("Title")[:120] or kind[:40])


def _inbound(opened: Opened, sender: str, **more: Any) -> Inbound:
    return Inbound(id=identity(opened), channel=CHANNEL, place=sender, sender=sender, **more)


def _opens(kind: str, allowance: tuple[int, int], at: int) -> tuple[Allowance, ...]:
    count, lasts = allowance
    return (Allowance(kind, count, at + lasts - MARGIN_MS),)


def _at(opened: Opened, machine: int) -> int:
    """When it happened by the platform's clock, where that is near ours."""
    stamp = opened.get("CreateTime")
    at = int(stamp) * 1000 if stamp.isdecimal() and len(stamp) < 13 else machine
    return at if abs(machine - at) < HOUR_MS else machine


def _sender(opened: Opened) -> str:
    sender = opened.get("FromUserName")
    if not OPENID.fullmatch(sender):
        raise Odd("no sender")
    return sender
