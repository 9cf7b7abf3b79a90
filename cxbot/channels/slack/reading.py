"""What Slack sends, as what somebody did. Pure: payloads in, `Inbound` out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cxbot.channels.slack import blocks, texts, views
from cxbot.ports import Inbound, Media

Payload = Mapping[str, Any]
CHANNEL = "slack"
LONGEST_LABEL = 80
_KINDS = {"image": "image", "audio": "voice", "video": "video"}


@dataclass(frozen=True, slots=True)
class Act:
    """An action of ours: what it says, and what Slack gave with it to answer with."""

    inbound: Inbound
    trigger_id: str = ""
    response_url: str = ""
    message: str = ""
    """The platform id of the message acted on."""
    channel: str = ""
    in_modal: bool = False
    at_home: bool = False
    sent: bool = False
    """A modal was sent, so that Slack waits for what becomes of it."""


def action(payload: Payload) -> Act | None:
    """A press on something of ours, or a modal of ours that was sent; None for anybody else's."""
    kind = payload.get("type")
    if kind == "block_actions":
        return _pressed(payload)
    if kind == "view_submission":
        return _submitted(payload)
    return None


def _pressed(payload: Payload) -> Act | None:
    given = payload["actions"][0]
    chosen = str((given.get("selected_option") or {}).get("value", ""))
    action_id = str(given.get("action_id", ""))
    if not action_id.startswith(blocks.PREFIX):
        return None
    key = chosen or action_id.removeprefix(blocks.PREFIX)
    label = (given.get("selected_option") or given).get("text", {}).get("text", "")
    user = payload["user"]["id"]
    row_id, address = blocks.where(str(given.get("block_id", "")))
    view = payload.get("view") or {}
    in_modal = view.get("type") == "modal"
    channel = (payload.get("channel") or {}).get("id", "")
    ts = (payload.get("container") or {}).get("message_ts", "")
    inbound = Inbound(
        id=f"a:{given.get('action_ts', '')}:{user}:{key}",
        channel=CHANNEL,
        place=address or user,
        sender=_sender(user, address),
        kind="form" if in_modal else "choice",
        choice=key,
        text=str(label)[:LONGEST_LABEL],
        about="" if view else row_id,
        fields=views.values(view) if in_modal else {},
        name=_name(payload),
    )
    return Act(
        inbound,
        trigger_id=str(payload.get("trigger_id", "")),
        response_url=str(payload.get("response_url", "")),
        message=f"{channel}/{ts}" if channel and ts else "",
        channel=channel,
        in_modal=in_modal,
        at_home=view.get("type") == "home",
    )


def _submitted(payload: Payload) -> Act | None:
    view = payload["view"]
    if not str(view.get("callback_id", "")).startswith(blocks.PREFIX):
        return None
    try:
        kept = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        kept = {}
    user = payload["user"]["id"]
    place = str(kept.get("place") or user)
    inbound = Inbound(
        id=f"v:{view.get('id', '')}:{payload.get('trigger_id', '')}",
        channel=CHANNEL,
        place=place,
        sender=_sender(user, place),
        kind="form",
        choice=str(view["callback_id"]).removeprefix(blocks.PREFIX),
        about=str(kept.get("about", "")),
        fields=views.values(view),
        name=_name(payload),
    )
    return Act(inbound, trigger_id=str(payload.get("trigger_id", "")), channel=place.partition("/")[0], sent=True)


def direct_messages(event: Payload) -> list[Inbound] | None:
    """What somebody wrote or sent to the bot itself; None where the event is nothing of the kind."""
    if event.get("type") != "message" or event.get("channel_type") != "im" or event.get("bot_id"):
        return None
    if event.get("subtype") not in (None, "file_share") or not event.get("user"):
        return []  # edits, deletions and notes of Slack's own say nothing new
    return messages(event, place=event["user"], sender=event["user"])


def messages(event: Payload, *, place: str, sender: str, command: bool = False, private: bool = False) -> list[Inbound]:
    """The words and files of one message, each once, whatever events tell of it."""
    base = f"m:{event['channel']}:{event['ts']}"
    words = texts.read(str(event.get("text", ""))).strip()
    found: list[Inbound] = []
    if words:
        found.append(
            Inbound(base, CHANNEL, place, sender, "text", text=words, command=command, private=private, no_form=True)
        )
    found += [
        Inbound(f"{base}:{n}", CHANNEL, place, sender, "media", media=_media(file), private=private)
        for n, file in enumerate(event.get("files") or ())
    ]
    return found


def _media(file: Payload) -> Media:
    mime = str(file.get("mimetype", ""))
    return Media(
        kind=_KINDS.get(mime.partition("/")[0], "file"),
        name=str(file.get("name") or file.get("title") or "")[:120],
        mime=mime,
        size=int(file.get("size") or 0),
        url=str(file.get("url_private_download") or file.get("url_private") or ""),
    )


def _sender(user: str, address: str) -> str:
    """The address of who acted: in a shared channel the one they are written to at, where it is theirs."""
    return address if address.endswith(f"/{user}") else user


def _name(payload: Payload) -> str:
    user = payload.get("user") or {}
    return str(user.get("name") or user.get("username") or "")
