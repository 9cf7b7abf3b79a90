"""Handing one message to Slack: where it goes, what it replaces, and a look before anything is said twice."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import structlog
from yarl import URL

from cxbot import wording
from cxbot.channels.slack import blocks, errors
from cxbot.channels.slack.api import Api
from cxbot.channels.slack.directory import Conversation, Directory
from cxbot.channels.slack.errors import ApiError, NoAnswer
from cxbot.ports import File, Outcome, Outgoing, Sent, Unreachable

log = structlog.get_logger(__name__)

EVENT = "cxbot_message"
"""The type of the metadata by which a message is found again; it holds the id of its row and nothing else."""
LOOK_BACK_S = 3 * 24 * 60 * 60
PAGE = 200
MOST_PAGES = 5
ASIDE_S = 29 * 60
ASIDE_USES = 4
"""Slack lets an action be answered five times within 30 minutes; one is kept for what is said at once."""
PRESENT_S = 60
"""So long after somebody acted they are taken to be looking, and see what only they are shown."""
REMEMBERED = 5_000
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(slots=True)
class Aside:
    """The address at which an action can be answered, and how often still."""

    url: str
    until: float
    left: int = ASIDE_USES


class Asides:
    """What came with actions lately: by the message acted on, and by where and by whom."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Aside] = OrderedDict()
        self._acted: OrderedDict[str, float] = OrderedDict()

    def keep(self, key: str, url: str) -> None:
        """Remembers where an action can be answered."""
        if url:
            self._kept[key] = Aside(url, time.monotonic() + ASIDE_S)
            if len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)

    def take(self, key: str) -> str:
        """Uses the address once; '' where there is none left."""
        aside = self._kept.get(key)
        if aside is None or aside.until < time.monotonic() or aside.left <= 0:
            self._kept.pop(key, None)
            return ""
        aside.left -= 1
        return aside.url

    def acted(self, address: str) -> None:
        """Somebody has just acted."""
        self._acted[address] = time.monotonic()
        self._acted.move_to_end(address)
        if len(self._acted) > REMEMBERED:
            self._acted.popitem(last=False)

    def is_present(self, address: str) -> bool:
        """Whether somebody acted a moment ago."""
        return time.monotonic() - self._acted.get(address, -PRESENT_S) < PRESENT_S


class Sender:
    """Sends; every end of it is an outcome, and none of them is decided here: `errors` says what each code means."""

    def __init__(self, api: Api, directory: Directory, asides: Asides, file_bytes: int) -> None:
        self._api = api
        self._directory = directory
        self._asides = asides
        self._file_bytes = file_bytes

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Hands one message to Slack."""
        try:
            return await self._send(outgoing)
        except (ApiError, NoAnswer) as error:
            return errors.outcome(error)

    async def _send(self, outgoing: Outgoing) -> Outcome:
        if outgoing.replaces:
            replaced = await self._replace(outgoing)
            if replaced is not None:
                return replaced
        where: Conversation | Outcome
        if outgoing.thread:
            channel, _, ts = outgoing.thread.partition("/")
            where = Conversation(channel, ts)
        else:
            where = await self._directory.conversation(outgoing.address)
        if not isinstance(where, Conversation):
            return where
        if outgoing.maybe_sent and (found := await self._find(where, outgoing.row_id)):
            return Sent(found)
        if outgoing.only_for:
            return await self._aside(outgoing, where)
        if outgoing.file is not None:
            return await self._with_file(outgoing, where, outgoing.file)
        if outgoing.media is not None and not outgoing.media.kept:
            return await self._with_media(outgoing, where)
        if where.user and not outgoing.choices and self._asides.is_present(outgoing.address):
            shown = await self._ephemeral(outgoing, where.channel, where.user, where.thread)
            if shown is not None:
                return shown
        return await self._post(outgoing, where)

    async def _post(self, outgoing: Outgoing, where: Conversation) -> Outcome:
        message = blocks.draw(outgoing, addressee=where.user)
        try:
            answer = await self._posted(outgoing, where, message)
        except ApiError as error:
            if where.thread and error.code in errors.GONE_MESSAGE:
                answer = await self._posted(outgoing, Conversation(where.channel), message)
            elif error.code == "channel_not_found" and where.channel.startswith("D"):
                # The conversation that was remembered is gone: it is opened anew.
                self._directory.forget(outgoing.address)
                return errors.outcome(NoAnswer(error.method, error.code, begun=False))
            else:
                raise
        ts = str(answer["ts"])
        if where.user and not where.thread:
            await self._directory.begin_thread(outgoing.address, ts)
        return Sent(f"{answer['channel']}/{ts}")

    async def _posted(self, outgoing: Outgoing, where: Conversation, message: blocks.Message) -> dict[str, Any]:
        return await self._api.call(
            "chat.postMessage",
            channel=where.channel,
            text=message.text,
            blocks=message.blocks,
            thread_ts=where.thread or None,
            metadata={"event_type": EVENT, "event_payload": {"row": outgoing.row_id}},
            unfurl_links=False,
            unfurl_media=False,
        )

    async def _replace(self, outgoing: Outgoing) -> Outcome | None:
        """Changes a message in its place; None where it is not there any more and a new one is to be posted."""
        channel, _, ts = outgoing.replaces.partition("/")
        in_public = "/" in outgoing.address
        shown = _unsaid(outgoing) if in_public and outgoing.confidential else outgoing
        message = blocks.draw(shown, addressee=outgoing.address.partition("/")[2] if in_public else "")
        # The answer to an action is not counted among the changes of a workspace, of which there are few a minute.
        if url := self._asides.take(outgoing.replaces):
            body = {"replace_original": True, "text": message.text, "blocks": message.blocks}
            try:
                await self._api.respond(url, body)
            except NoAnswer as error:
                log.info("response_url_failed", error=str(error))
            else:
                return Sent(outgoing.replaces)
        if ts.startswith("aside"):
            return Sent(outgoing.replaces)  # what only one person saw for a while cannot be changed afterwards
        try:
            answer = await self._api.call(
                "chat.update", channel=channel, ts=ts, text=message.text, blocks=message.blocks
            )
        except ApiError as error:
            if error.code in errors.GONE_MESSAGE:
                return None
            raise
        return Sent(f"{answer.get('channel', channel)}/{answer.get('ts', ts)}")

    async def _aside(self, outgoing: Outgoing, where: Conversation) -> Outcome:
        """Something for one person in a place that others read: there, else in a direct message."""
        user = outgoing.only_for.rpartition("/")[2]
        message = blocks.draw(outgoing)
        if url := self._asides.take(f"{where.channel} {user}"):
            body = {"response_type": "ephemeral", "replace_original": False, "text": message.text}
            try:
                await self._api.respond(url, {**body, "blocks": message.blocks})
            except NoAnswer as error:
                log.info("response_url_failed", error=str(error))
            else:
                return Sent(f"{where.channel}/aside-{outgoing.row_id}")
        shown = await self._ephemeral(outgoing, where.channel, user, where.thread)
        if shown is not None:
            return shown
        home = await self._directory.conversation(user)
        if not isinstance(home, Conversation):
            home = await self._directory.conversation(user)  # the first time it says who they are
        return await self._post(outgoing, home) if isinstance(home, Conversation) else home

    async def _ephemeral(self, outgoing: Outgoing, channel: str, user: str, thread: str) -> Outcome | None:
        """Shows a message to one person only; None where they are not there to see it."""
        message = blocks.draw(outgoing)
        try:
            await self._api.call(
                "chat.postEphemeral",
                channel=channel,
                user=user,
                text=message.text,
                blocks=message.blocks,
                thread_ts=thread or None,
            )
        except ApiError as error:
            if isinstance(errors.outcome(error), Unreachable):
                return None
            raise
        return Sent(f"{channel}/aside-{outgoing.row_id}")

    async def _with_file(self, outgoing: Outgoing, where: Conversation, file: File) -> Outcome:
        words = blocks.draw(outgoing).text
        try:
            file_id = await self._api.upload(
                where.channel, file.name, file.body, words=words, about=file.about, thread=where.thread
            )
        except ApiError as error:
            if error.code != "missing_scope":
                raise
            log.error("file_not_sent", what_to_do="add the scope files:write and install the app again")
            return await self._post(_with_link(outgoing), where)
        return Sent(f"{where.channel}/file-{file_id}")

    async def _with_media(self, outgoing: Outgoing, where: Conversation) -> Outcome:
        """What a customer sent in Slack, shown to the team; where it cannot be had, the team reads why."""
        media = outgoing.media
        assert media is not None
        if not is_slacks(media.url, self._api.client.base_url):
            return await self._post(outgoing, where)  # the token goes with the request, and to nobody but Slack
        try:
            body = await self._api.download(media.url, self._file_bytes)
        except ValueError as error:
            return await self._post(_with_words(outgoing, f"({error})"), where)
        return await self._with_file(outgoing, where, File(media.name or media.kind, media.mime, body, media.name))

    async def _find(self, where: Conversation, row_id: str) -> str:
        """The platform id of a message that may have been sent, where it is there; '' where it is not to be seen."""
        method = "conversations.replies" if where.thread else "conversations.history"
        arguments: dict[str, Any] = {
            "channel": where.channel,
            "limit": PAGE,
            "include_all_metadata": "true",
            "oldest": f"{time.time() - LOOK_BACK_S:.6f}",
        }
        if where.thread:
            arguments["ts"] = where.thread
        for _ in range(MOST_PAGES):
            try:
                page = await self._api.get(method, **arguments)
            except ApiError as error:
                if error.code == "ratelimited":
                    raise
                # An alert that comes twice is better than one that never does.
                log.warning("history_not_read", error=str(error), row=row_id)
                return ""
            for message in page.get("messages", []):
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == EVENT and metadata.get("event_payload", {}).get("row") == row_id:
                    return f"{where.channel}/{message['ts']}"
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return ""
            arguments["cursor"] = cursor
        return ""


def _unsaid(outgoing: Outgoing) -> Outgoing:
    """That something was answered, without what: others read here."""
    return replace(outgoing, text=wording.text("question.answered_here", outgoing.language), title="", facts=())


def _with_words(outgoing: Outgoing, words: str) -> Outgoing:
    return replace(outgoing, text=f"{outgoing.text}\n{words}")


def _with_link(outgoing: Outgoing) -> Outgoing:
    """With where a kept file can be looked at, for it could not be handed over."""
    media = outgoing.media
    if media is None or not media.kept or not media.url:
        return outgoing
    return _with_words(outgoing, wording.text("media.see", outgoing.language, url=media.url))


def is_slacks(url: str, base_url: str) -> bool:
    """Whether a file lies with Slack: at its own hosts, or where its interface is; in clear on this machine only."""
    try:
        asked, own = URL(url), URL(base_url)
    except ValueError:
        return False
    host = asked.host or ""
    if asked.scheme == "https":
        return host in {"slack.com", own.host} or host.endswith(".slack.com")
    return host in LOOPBACK and (asked.scheme, host, asked.port) == (own.scheme, own.host, own.port)
