"""What Slack says of the app when it is asked: which scopes, channels and events are missing, and what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from cxbot.channels.slack import Settings, errors
from cxbot.channels.slack.api import Api
from cxbot.channels.slack.errors import ApiError, NoAnswer
from cxbot.ports import ChannelState, Clock, Surroundings

SCOPES: Mapping[str, str] = {
    "app_mentions:read": "hears commands after @mention",
    "channels:history": "looks whether a message is there before it goes out again, and reads shared channels",
    "channels:read": "sees whether the bot is in a team's channel",
    "chat:write": "writes",
    "commands": "takes /cx",
    "files:read": "fetches what customers send",
    "files:write": "posts charts and exports",
    "groups:history": "does the same as channels:history in private channels",
    "groups:read": "does the same as channels:read in private channels",
    "im:history": "reads what people write to the bot",
    "im:write": "opens direct messages",
    "reactions:read": "notices a reaction that means done",
    "users:read": "learns language, time zone and whether an account is active",
    "users:read.email": "finds people by e-mail",
}
"""What each scope is for. The manifest asks for all of them."""
EVENTS: Mapping[str, str] = {
    "app_home_opened": "draws the Home tab",
    "app_mention": "takes commands after @mention",
    "channel_unarchive": "notices that a team's channel is back",
    "function_executed": "takes a step of a workflow",
    "group_unarchive": "notices that a private team's channel is back",
    "member_joined_channel": "notices that the bot was invited into a team's channel",
    "message.channels": "reads answers in shared channels and commands in a team's",
    "message.groups": "does the same in private channels",
    "message.im": "reads what people write to the bot",
    "reaction_added": "notices a reaction that means done",
}
NEEDED_EVENTS = ("message.im", "app_home_opened")
"""Events that come as soon as anybody uses the app; where none has come yet they are hardly subscribed to."""
SEEN = "events_seen"


class Seen:
    """Notes, once a process, that a kind of event has arrived: Slack does not say what an app is subscribed to."""

    def __init__(self, state: ChannelState, clock: Clock, spawn: Callable[[Awaitable[Any]], Any]) -> None:
        self._state = state
        self._clock = clock
        self._spawn = spawn
        self._noted: set[str] = set()

    def __call__(self, kind: str) -> None:
        if kind not in self._noted and kind in EVENTS:
            self._noted.add(kind)
            self._spawn(self._note(kind))

    async def _note(self, kind: str) -> None:
        for _ in range(5):
            before = await self._state.get(SEEN)
            if await self._state.swap(SEEN, before, {**(before or {}), kind: self._clock.now()}):
                return


async def examine(settings: Settings, surroundings: Surroundings, places: Sequence[str]) -> list[str]:
    """Everything that is missing, one line each with what to do; none where all is well."""
    api = Api(settings.api_url, settings.bot_token.get_secret_value())
    try:
        return await _examined(api, settings, surroundings, places)
    finally:
        await api.close()


async def _examined(api: Api, settings: Settings, around: Surroundings, places: Sequence[str]) -> list[str]:
    try:
        who = await api.call("auth.test")
    except ApiError as error:
        return [_said(error)]
    except NoAnswer as error:
        return [
            f"Slack cannot be reached at {settings.api_url} ({error}). Look at channels.slack.api_url and the network."
        ]
    granted = {scope.strip() for scope in _header(who, "x-oauth-scopes").split(",") if scope.strip()}
    found = [
        f"The scope {scope} is missing: without it nothing {what}. Add it under OAuth & Permissions, install again."
        for scope, what in SCOPES.items()
        if granted and scope not in granted
    ]
    for place in places:
        found += await _place(api, place)
    if settings.mode == "socket":
        found += await _socket(settings)
    seen = await around.state.get(SEEN) or {}
    found += [
        f"No event {kind} has arrived yet. If somebody has {_done(kind)}, subscribe to it under Event Subscriptions."
        for kind in NEEDED_EVENTS
        if kind not in seen
    ]
    return found


async def _place(api: Api, place: str) -> list[str]:
    try:
        channel = (await api.get("conversations.info", channel=place)).get("channel", {})
    except ApiError as error:
        if error.code == "missing_scope":
            return []  # said above
        return [f"The channel {place} of a team: {_said(error)}"]
    except NoAnswer as error:
        return [f"The channel {place} of a team could not be looked at ({error}). Try again."]
    name = channel.get("name", place)
    if channel.get("is_archived"):
        return [f"The channel #{name} ({place}) of a team is archived. Bring it back, or give the team another."]
    if not channel.get("is_member") and not channel.get("is_im"):
        return [f"The bot is not in #{name} ({place}). Write /invite @ and its name there."]
    return []


async def _socket(settings: Settings) -> list[str]:
    client = AsyncWebClient(
        token=settings.app_token.get_secret_value(), base_url=settings.api_url, retry_handlers=[], timeout=20
    )
    try:
        await client.apps_connections_open(app_token=settings.app_token.get_secret_value())
    except Exception as error:  # noqa: BLE001 -- whatever it is, it says so
        return [
            f"No socket can be opened ({type(error).__name__}). Look whether Socket Mode is on and "
            "channels.slack.app_token has the scope connections:write."
        ]
    return []


def _said(error: ApiError) -> str:
    outcome = errors.outcome(error)
    words = getattr(outcome, "what_to_do", "") or getattr(outcome, "reason", "")
    return f"{words} ({error.method}: {error.code})"


def _done(kind: str) -> str:
    return "written to the bot" if kind == "message.im" else "opened its Home tab"


def _header(answer: Mapping[str, Any], name: str) -> str:
    headers = answer.get("headers", {})
    return next((str(value) for key, value in headers.items() if str(key).lower() == name), "")
