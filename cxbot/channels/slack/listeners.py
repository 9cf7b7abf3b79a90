"""What does not come on the direct way, through slack-bolt: commands, shortcuts, reactions, mentions, the Home tab."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from cxbot.channels.slack import Settings, reading, texts
from cxbot.channels.slack.api import Api
from cxbot.channels.slack.directory import USER, Directory
from cxbot.channels.slack.errors import ApiError
from cxbot.channels.slack.intake import OK, Answer, Intake, Payload
from cxbot.channels.slack.reading import Act
from cxbot.channels.slack.sending import Asides
from cxbot.ports import Clock, Inbound, Store
from cxbot.transactions import places
from cxbot.wording.formatting import clip, one_line

log = structlog.get_logger(__name__)

COMMAND = "/cx"
SHORTCUT = "ask_for_feedback"
STEP = "ask_for_feedback"
REFERENCE = 40
_MENTION = re.compile(r"^\s*<@[UW][A-Z0-9]+>[\s:,]*")


class Listeners:
    """The listeners of one app; each commits before it acknowledges."""

    def __init__(
        self,
        settings: Settings,
        api: Api,
        directory: Directory,
        asides: Asides,
        intake: Intake,
        store: Store,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._api = api
        self._directory = directory
        self._asides = asides
        self._intake = intake
        self._store = store
        self._clock = clock
        token = settings.bot_token.get_secret_value()

        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            # Without a call: the token is the one of the settings, and Slack's own answer to it comes with each call.
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

        self.app = AsyncApp(
            client=AsyncWebClient(base_url=settings.api_url, session=api.session, retry_handlers=[]),
            authorize=authorize,
            process_before_response=True,
            request_verification_enabled=False,  # the door has done it, on the bytes
            ignoring_self_events_enabled=False,  # by `bot_id` below, which needs no call
        )
        self.app.command(COMMAND)(self._command)
        self.app.message_shortcut(SHORTCUT)(self._shortcut)
        self.app.event("app_mention")(self._mention)
        self.app.event("message")(self._message)
        self.app.event("app_home_opened")(self._home)
        self.app.event("reaction_added")(self._reaction)
        self.app.event("member_joined_channel")(self._joined)
        self.app.event("channel_unarchive")(self._joined)
        self.app.event("group_unarchive")(self._joined)
        self.app.function(STEP, auto_acknowledge=False)(self._step)

    async def take(self, payload: Payload, headers: Mapping[str, str]) -> Answer:
        """Hands a payload to bolt; what no listener wants is acknowledged, for Slack would only repeat it."""
        request = AsyncBoltRequest(body=dict(payload), mode="socket_mode", headers=dict(headers))
        response = await self.app.async_dispatch(request)
        if response.status == 404:
            log.info("slack_payload_not_wanted", kind=str(payload.get("type", ""))[:40])
            return OK
        if response.status != 200:
            return Answer(503)
        return OK

    async def _command(self, ack: Any, body: dict[str, Any]) -> None:
        user, channel = body["user_id"], body["channel_id"]
        words = texts.read(str(body.get("text", ""))).strip() or "help"
        direct = channel.startswith("D")
        self._asides.keep(f"{channel} {user}", body.get("response_url", ""))
        inbound = Inbound(
            f"s:{body['trigger_id']}",
            reading.CHANNEL,
            user if direct else channel,
            user,
            "text",
            text=f"/{words}",
            command=True,
            private=not direct,
            name=str(body.get("user_name", "")),
        )
        receipt = await self._intake.deliver(inbound)
        await ack()
        self._show(Act(inbound, body["trigger_id"], body.get("response_url", ""), channel=channel), receipt)

    async def _shortcut(self, ack: Any, body: dict[str, Any]) -> None:
        message, channel = body["message"], body["channel"]["id"]
        await self._directory.seen_in(message.get("user", ""), channel, message.get("thread_ts") or message["ts"])
        inbound = self._reported(f"r:{body['trigger_id']}", body["user"]["id"], channel, message, fields={})
        receipt = await self._intake.deliver(inbound)
        await ack()
        self._show(Act(inbound, body["trigger_id"], body.get("response_url", ""), channel=channel), receipt)

    async def _mention(self, event: dict[str, Any]) -> None:
        if event.get("bot_id") or not event.get("user"):
            return
        user, channel = event["user"], event["channel"]
        said = {**event, "text": _MENTION.sub("", str(event.get("text", "")))}
        address = await self._address_in(channel, event.get("thread_ts", ""), user)
        at_home = bool(await self._store.read(places.is_place, reading.CHANNEL, channel))
        for inbound in reading.messages(
            said, place=address or channel, sender=address or user, command=True, private=not (at_home or address)
        ):
            receipt = await self._intake.deliver(inbound)
            self._show(Act(inbound, channel=channel), receipt)

    async def _message(self, event: dict[str, Any]) -> None:
        """A line in a channel: for a team's own it may be a command, in a thread of ours it may be an answer."""
        if event.get("bot_id") or event.get("subtype") not in (None, "file_share") or not event.get("user"):
            return
        user, channel = event["user"], event["channel"]
        if _MENTION.match(str(event.get("text", ""))):
            return  # comes as a mention too
        address = await self._address_in(channel, event.get("thread_ts", ""), user)
        if not address and not await self._store.read(places.is_place, reading.CHANNEL, channel):
            return
        for inbound in reading.messages(event, place=address or channel, sender=address or user):
            receipt = await self._intake.deliver(inbound)
            self._show(Act(inbound, channel=channel), receipt)

    async def _home(self, body: dict[str, Any]) -> None:
        if body["event"].get("tab", "home") == "home":
            self._intake.spawn(self._published(body["event"]["user"], body["event_id"]))

    async def _published(self, user: str, event_id: str) -> None:
        try:
            await self._intake.publish_home(user, event_id)
        except Exception as error:  # noqa: BLE001 -- it is drawn anew whenever it is opened
            log.warning("home_not_drawn", error=f"{type(error).__name__}: {error}")

    async def _reaction(self, event: dict[str, Any]) -> None:
        wanted = self._settings.done_reaction.strip(":")
        item = event.get("item") or {}
        if not wanted or event.get("reaction") != wanted or item.get("type") != "message":
            return
        channel, root = item["channel"], await self._root(item["channel"], item["ts"], event.get("item_user", ""))
        await self._directory.seen_in(root.get("user", ""), channel, root["ts"])
        fields = {"touchpoint": self._settings.done_touchpoint, "outcome": self._settings.done_outcome}
        inbound = self._reported(f"e:{event['event_ts']}:{event['user']}", event["user"], channel, root, fields=fields)
        receipt = await self._intake.deliver(inbound)
        self._show(Act(inbound, channel=channel), receipt)

    async def _joined(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        """Somebody brought the bot back into a channel, or the channel back."""
        ourselves = {each.get("user_id") for each in body.get("authorizations", ())}
        if event["type"] == "member_joined_channel" and event.get("user") not in ourselves:
            return
        await self._store.run(places.found_at, reading.CHANNEL, event["channel"], self._clock.now())

    async def _step(self, ack: Any, inputs: dict[str, Any], event: dict[str, Any], complete: Any, fail: Any) -> None:
        """A step of somebody's workflow: the person named is asked about what the step says."""
        user = str(inputs.get("user", ""))
        touchpoint = str(inputs.get("touchpoint") or self._settings.done_touchpoint)
        outcome = str(inputs.get("outcome") or self._settings.done_outcome)
        execution = str(event.get("function_execution_id", ""))
        inbound = Inbound(
            f"f:{execution}",
            reading.CHANNEL,
            user,
            "",
            "interaction",
            subject=user if USER.fullmatch(user) else "",
            fields={
                "id": f"step-{execution}",
                "touchpoint": touchpoint,
                "outcome": outcome,
                "reference": str(inputs.get("reference", "")),
            },
        )
        receipt = await self._intake.deliver(inbound)
        await ack()
        if inbound.subject:
            self._intake.spawn(self._told_workflow(complete, outputs={"result": receipt.notice}))
        else:
            self._intake.spawn(self._told_workflow(fail, error=receipt.notice or "no user was named"))

    async def _told_workflow(self, tell: Any, **what: Any) -> None:
        try:
            await tell(**what)
        except Exception as error:  # noqa: BLE001 -- what was asked is kept; the workflow only does not hear of it
            log.warning("workflow_not_told", error=type(error).__name__)

    def _reported(
        self, action_id: str, user: str, channel: str, message: Mapping[str, Any], *, fields: Mapping[str, str]
    ) -> Inbound:
        author = str(message.get("user", ""))
        by_person = USER.fullmatch(author) and not message.get("bot_id")
        said = clip(one_line(texts.read(str(message.get("text", "")))), REFERENCE)
        return Inbound(
            action_id,
            reading.CHANNEL,
            channel,
            user,
            "interaction",
            subject=author if by_person else "",
            fields={"id": f"{channel}-{message['ts']}", "reference": f"“{said}”" if said else "", **fields},
            private=True,
        )

    async def _root(self, channel: str, ts: str, author: str) -> dict[str, Any]:
        """The message a thread began with: whoever wrote it asked for something."""
        try:
            found = await self._api.get("conversations.replies", channel=channel, ts=ts, limit=1)
        except ApiError as error:
            log.info("thread_not_read", error=str(error))
            return {"ts": ts, "user": author}
        messages = found.get("messages") or [{"ts": ts, "user": author}]
        root: dict[str, Any] = messages[0]
        if root.get("thread_ts", root["ts"]) != root["ts"]:
            return await self._root(channel, root["thread_ts"], author)
        return root

    async def _address_in(self, channel: str, thread: str, user: str) -> str:
        """The address of somebody who writes in the thread in which the bot talks with them; '' elsewhere."""
        address = f"{channel}/{user}"
        return address if thread and await self._directory.thread(address) == thread else ""

    def _show(self, act: Act, receipt: Any) -> None:
        if receipt.form is not None or receipt.notice:
            self._intake.spawn(self._intake.show(act, receipt))
