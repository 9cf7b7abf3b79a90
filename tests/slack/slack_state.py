"""What the stand-in for Slack remembers: people, channels, messages, views, files; and how it is read."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import itertools
import time
from typing import Any, NamedTuple

SCOPES = frozenset(
    "app_mentions:read channels:history channels:read chat:write commands files:read files:write groups:history "
    "groups:read im:history im:write reactions:read users:read users:read.email".split()
)


@dataclasses.dataclass
class User:
    """Somebody in a workspace."""

    id: str
    name: str
    email: str = ""
    locale: str = "en-US"
    tz: str = "Asia/Shanghai"
    deleted: bool = False
    restricted: bool = False
    ultra: bool = False
    stranger: bool = False
    team_id: str = "T1"
    is_bot: bool = False

    @property
    def handle(self):
        return "".join(each for each in self.name.lower() if each.isalnum()) or self.id.lower()

    def shown(self, *, email: bool, locale: bool) -> dict[str, Any]:
        """The user as users.info has them; a stranger has no locale and no address."""
        profile = {"real_name": self.name, "display_name": self.name.partition(" ")[0], "team": self.team_id}
        if email and self.email and not self.stranger:
            profile["email"] = self.email
        shown = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.handle,
            "real_name": self.name,
            "deleted": self.deleted,
            "profile": profile,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1_700_000_000,
        }
        if not self.deleted:
            shown |= {"tz": self.tz, "tz_label": self.tz, "tz_offset": 28_800, "is_restricted": self.restricted}
            shown |= {"is_ultra_restricted": self.ultra, "is_admin": False, "is_owner": False}
        if self.stranger:
            shown["is_stranger"] = True
        elif locale and not self.deleted:
            shown["locale"] = self.locale
        return shown


@dataclasses.dataclass
class Channel:
    """A channel, or with `user` the conversation of the bot with somebody; `messages` oldest first."""

    id: str
    name: str
    members: set[str]
    archived: bool = False
    shared: bool = False
    private: bool = False
    user: str = ""
    messages: list[dict[str, Any]] = dataclasses.field(default_factory=list)

    @property
    def kind(self):
        """As events name it: im, group or channel."""
        return "im" if self.user else "group" if self.private else "channel"


class View(dict):
    """A view as payloads carry it; `how` it came (open, push, update, errors, clear) and for whom."""

    def __init__(self, view, *, how="open", user="", errors=None):
        super().__init__(view)
        self.how = how
        self.user = user
        self.errors = errors or {}


@dataclasses.dataclass
class Upload:
    """A file the bot uploaded; `channel` is empty until the upload is completed."""

    id: str
    name: str
    length: int
    alt_txt: str = ""
    title: str = ""
    bytes: bytes = b""
    channel: str = ""
    thread_ts: str = ""
    initial_comment: str = ""
    mimetype: str = "application/octet-stream"
    user: str = ""


class Call(NamedTuple):
    """A call of the Web API as it arrived, whatever became of it."""

    method: str
    args: dict[str, Any]
    at: float


class Refused(Exception):
    """Slack answers `ok: false`."""

    def __init__(self, error, **more):
        super().__init__(error)
        self.body = {"ok": False, "error": error, **more}


class State:
    """Everything but the network."""

    bot_token = "xoxb-loopback-bot"
    app_token = "xapp-loopback-app"
    signing_secret = "loopback-signing-secret"
    bot_user = "UBOT"
    bot_id = "BBOT"
    team_id = "T1"
    app_id = "ALOOP"

    def __init__(self):
        self.now = time.time
        self.revoked = False
        self.inactive = False
        self.scopes = set(SCOPES)
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.ephemerals: list[dict[str, Any]] = []
        self.views: list[View] = []
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.uploads: list[Upload] = []
        self.files: dict[str, Upload] = {}
        self.calls: list[Call] = []
        self.problems: list[str] = []
        self.no_dm: dict[str, str] = {}
        self.steps: dict[str, dict[str, Any]] = {}
        self.responses: list[tuple[str, dict[str, Any]]] = []
        self._step_tokens: set[str] = set()
        self._numbers = itertools.count(1)
        self._micros = 0
        self._changed = asyncio.Event()
        self.add_user(self.bot_user, "cxbot", is_bot=True)

    # Setting the scene ------------------------------------------------------------------------------------------------

    def add_user(self, user_id, name, **more) -> User:
        """Somebody: email, locale, tz, deleted, restricted, ultra, stranger, team_id, is_bot."""
        self.users[user_id] = User(user_id, name, **more)
        return self.users[user_id]

    def add_channel(self, channel_id, name, members=(), *, archived=False, shared=False, private=False) -> Channel:
        """A channel; the bot is in it only if it is among the members."""
        self.channels[channel_id] = Channel(channel_id, name, set(members), archived, shared, private)
        return self.channels[channel_id]

    def dm_of(self, user) -> str:
        """The id of the bot's conversation with somebody, which there is from now on."""
        channel_id = f"D{user[1:]}"
        if channel_id not in self.channels:
            self.channels[channel_id] = Channel(channel_id, "", {user, self.bot_user}, user=user)
        return channel_id

    # Reading ----------------------------------------------------------------------------------------------------------

    def channel_messages(self, channel_id) -> list[dict[str, Any]]:
        """The messages of a channel or of somebody's conversation, replies among them, oldest first."""
        channel = self.channels.get(f"D{channel_id[1:]}" if channel_id in self.users else channel_id)
        return channel.messages if channel else []

    def last(self, where, *, bot=True) -> dict[str, Any]:
        """The bot's newest message in a channel or conversation, or anybody's; {} where there is none."""
        messages = [each for each in self.channel_messages(where) if not bot or each.get("bot_id") == self.bot_id]
        return messages[-1] if messages else {}

    def message(self, channel_id, ts) -> dict[str, Any] | None:
        """The message of that time, or the one that only one person sees."""
        every = [*self.channel_messages(channel_id), *self.ephemerals]
        return next((each for each in every if each["ts"] == ts and each.get("channel", channel_id) == channel_id), None)

    def view(self, user) -> View | None:
        """The modal somebody has before them."""
        stack = self.stacks.get(user)
        return stack[-1] if stack else None

    def called(self, method) -> list[dict[str, Any]]:
        """The arguments of every call of a method."""
        return [call.args for call in self.calls if call.method == method]

    async def until(self, predicate, seconds=5.0):
        """Waits until something is true of what is here and returns it. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not (found := predicate()):
                self._changed.clear()
                await self._changed.wait()
        return found

    # Keeping ----------------------------------------------------------------------------------------------------------

    def change(self):
        """Wakes whoever waits."""
        self._changed.set()

    def number(self, prefix) -> str:
        """A new id."""
        return f"{prefix}{next(self._numbers):08d}"

    def stamp(self) -> str:
        """A `ts`: the time, but later than every other."""
        self._micros = max(int(self.now() * 1_000_000), self._micros + 100)
        return f"{self._micros // 1_000_000}.{self._micros % 1_000_000:06d}"

    def keep_message(self, channel: Channel, message) -> dict[str, Any]:
        """Puts a message into a channel; a thread's first message learns of its replies."""
        message = {"type": "message", "ts": self.stamp(), "team": self.team_id, **message}
        channel.messages.append(message)
        root = self.message(channel.id, message.get("thread_ts"))
        if root is not None and root is not message:
            root["thread_ts"] = root["ts"]
            root["reply_count"] = root.get("reply_count", 0) + 1
            root["latest_reply"] = message["ts"]
            message["parent_user_id"] = root.get("user")
        self.change()
        return message

    def keep_view(self, user, view, *, how, old=None, errors=None) -> View:
        """Gives a view the ids Slack gives it and puts it before somebody."""
        stack = self.stacks.setdefault(user, [])
        view_id = old["id"] if old else self.number("V")
        filled = {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            **{name: value for name, value in view.items() if value is not None},
            "id": view_id,
            "team_id": self.team_id,
            "app_id": self.app_id,
            "app_installed_team_id": self.team_id,
            "bot_id": self.bot_id,
            "hash": f"{int(self.now())}.{self.number('h')}",
            "state": {"values": {}},
            "blocks": named(view["blocks"], self.number),
            "root_view_id": (old or {}).get("root_view_id") or (stack[0]["id"] if how == "push" and stack else view_id),
            "previous_view_id": old["previous_view_id"] if old else (stack[-1]["id"] if how == "push" else None),
        }
        if how == "errors":
            filled["hash"] = old["hash"]
        kept = View(filled, how=how, user=user, errors=errors)
        if kept["type"] == "home":
            self.homes[user] = kept
        else:
            self.views.append(kept)
            if old is not None:
                stack[:] = [kept if each["id"] == view_id else each for each in stack]
            else:
                stack[:] = [*stack, kept] if how == "push" else [kept]
        self.change()
        return kept

    def file_shown(self, upload: Upload, base) -> dict[str, Any]:
        """A file as messages and files.info have it."""
        link = f"{base}/files/{upload.id}/{upload.name}"
        return {
            "id": upload.id,
            "name": upload.name,
            "title": upload.title or upload.name,
            "mimetype": upload.mimetype,
            "filetype": upload.name.rpartition(".")[2],
            "user": upload.user or self.bot_user,
            "size": len(upload.bytes),
            "mode": "hosted",
            "is_external": False,
            "file_access": "visible",
            "alt_txt": upload.alt_txt,
            "url_private": link,
            "url_private_download": link,
            "permalink": link,
        }


def named(blocks, number) -> list[dict[str, Any]]:
    """A copy of blocks in which each block and each element has an id, as Slack sees to it."""
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", number("b"))
        for element in elements(block):
            element.setdefault("action_id", number("a"))
    return blocks


def elements(block):
    """The interactive elements of a block."""
    found = [block.get("accessory"), block.get("element"), *(block.get("elements") or ())]
    kinds = ("plain_text", "mrkdwn", "image")
    return [
        each
        for each in found
        if isinstance(each, dict) and each.get("type", "").partition("_text_")[0] and each["type"] not in kinds
        if not each["type"].startswith("rich_text_") or each["type"] == "rich_text_input"
    ]


def all_blocks(message):
    """The blocks of a message or view, those of its attachments included."""
    inner = [block for each in message.get("attachments") or () for block in each.get("blocks") or ()]
    return [*(message.get("blocks") or ()), *inner]


def texts(message) -> str:
    """All that can be read in a message or view: its text, blocks, buttons, options and attachments, a line each."""
    lines: list[str] = []

    def gather(value):
        if isinstance(value, str):
            lines.append(value)
        elif isinstance(value, list):
            for each in value:
                gather(each)
        elif isinstance(value, dict):
            for key in _SHOWN:
                if key in value:
                    gather(value[key])

    gather(message)
    return "\n".join(lines)


_SHOWN = (
    "title submit close pretext author_name text fields label element hint elements accessory placeholder "
    "initial_value options option_groups description alt_text blocks attachments fallback footer"
).split()


def buttons(message) -> dict[str, str]:
    """The buttons of a message or view: label to action id, in their order."""
    return {
        element["text"]["text"]: element["action_id"]
        for block in all_blocks(message)
        for element in elements(block)
        if element["type"] == "button"
    }
