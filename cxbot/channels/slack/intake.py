"""What comes from Slack, by whichever of its two ways: committed, then acknowledged, then everything else.

Slack waits three seconds. What is not committed by then is acknowledged where Slack would not ask again (a press, a
form) and finished all the same; what Slack repeats (an event) is refused, and its repeat finds it done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from cxbot import wording
from cxbot.channels.slack import blocks, reading, texts, views
from cxbot.channels.slack.api import Api
from cxbot.channels.slack.directory import Directory
from cxbot.channels.slack.errors import ApiError, NoAnswer
from cxbot.channels.slack.reading import Act
from cxbot.channels.slack.sending import Asides, is_slacks
from cxbot.inbound import LONGEST_TEXT
from cxbot.ports import Deliver, Inbound, Receipt

log = structlog.get_logger(__name__)

ACK_S = 2.5
MOST_WORDS = 4 * LONGEST_TEXT
"""Bytes of a text file that is read where it comes in."""
Payload = Mapping[str, Any]
Rest = Callable[[Payload, Mapping[str, str]], Awaitable["Answer"]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack is answered: a status and, where it shows something, a body."""

    status: int = 200
    body: Mapping[str, Any] | None = None


OK = Answer()
LATER = Answer(503)
"""Slack asks again: about at once, after a minute, after five."""


class Intake:
    """Takes what people do. `rest` handles what does not go the direct way: commands, shortcuts, other events."""

    def __init__(self, api: Api, directory: Directory, asides: Asides) -> None:
        self._api = api
        self._directory = directory
        self._asides = asides
        self._deliver: Deliver | None = None
        self._under_way: set[asyncio.Task[Any]] = set()
        self.rest: Rest | None = None
        self.seen: Callable[[str], None] = lambda _: None
        """Hears of each kind of event that arrives."""

    def open(self, deliver: Deliver) -> None:
        """From now on what people do is taken."""
        self._deliver = deliver

    async def deliver(self, inbound: Inbound) -> Receipt:
        """Commits one thing somebody did. Raises RuntimeError while the program is not ready."""
        if self._deliver is None:
            raise RuntimeError("not ready")
        self._asides.acted(inbound.place)
        return await self._deliver(inbound)

    async def take(self, payload: Payload, headers: Mapping[str, str]) -> Answer:
        """One payload, whose origin has been checked; headers are Slack's own about repeats."""
        if self._deliver is None:
            return LATER
        if payload.get("type") == "event_callback":
            event = payload.get("event") or {}
            self.seen(_kind(event))
            typed = _typed(event)
            if typed is not None:
                self._directory.is_at(str(event.get("user", "")), str(event.get("channel", "")))
                return await self._typed(typed)
        elif (act := _action(payload)) is not None:
            return await self._act(act)
        if self.rest is None:
            return OK
        late = LATER if payload.get("type") == "event_callback" else OK
        return await self.in_time(self.rest(payload, headers), late=late)

    async def in_time(self, work: Awaitable[Any], *, late: Answer) -> Answer:
        """The answer of the work, or `late` where it takes longer than Slack waits; it goes on all the same."""
        task = self.spawn(work)
        done, _ = await asyncio.wait({task}, timeout=ACK_S)
        if not done:
            return late
        if (error := task.exception()) is not None:
            log.error("slack_payload_failed", error=f"{type(error).__name__}: {error}")
            return late
        answer = task.result()
        return answer if isinstance(answer, Answer) else OK

    def spawn(self, work: Awaitable[Any]) -> asyncio.Task[Any]:
        """Something that goes on by itself; it is waited for when the channel closes."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def close(self) -> None:
        """Waits for what is under way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=10)

    async def show(self, act: Act, receipt: Receipt) -> None:
        """A form, a notice or a page that came of an action, for the one who acted."""
        try:
            if receipt.form is not None and act.trigger_id:
                view = views.modal(receipt.form, place=act.inbound.place, about=act.inbound.about)
                method = "views.push" if act.in_modal else "views.open"
                await self._api.call(method, trigger_id=act.trigger_id, view=view)
            if receipt.notice:
                await self.tell(act, receipt.notice)
            if act.at_home:
                await self.publish_home(_user(act), act.inbound.id)
        except ApiError as error:
            if error.code in ("expired_trigger_id", "exchanged_trigger_id", "trigger_expired"):
                await self.tell(act, wording.text("form.too_late", await self._directory.language(_user(act))))
            else:
                log.warning("slack_not_shown", error=str(error), inbound_id=act.inbound.id)
        except NoAnswer as error:
            log.warning("slack_not_shown", error=str(error), inbound_id=act.inbound.id)

    async def tell(self, act: Act, words: str) -> None:
        """Words for the one who acted only; they may be lost."""
        url = act.response_url
        try:
            if url:
                body = {"response_type": "ephemeral", "replace_original": False, "text": texts.mrkdwn(words)}
                await self._api.respond(url, body)
                return
            user = _user(act)
            where = act.channel if act.channel.startswith(("C", "G", "D")) else user
            if where == user:
                await self._api.call("chat.postMessage", channel=user, text=texts.mrkdwn(words))
            else:
                await self._api.call("chat.postEphemeral", channel=where, user=user, text=texts.mrkdwn(words))
        except (ApiError, NoAnswer) as error:
            log.info("notice_not_shown", error=str(error), inbound_id=act.inbound.id)

    async def publish_home(self, user: str, action_id: str) -> None:
        """Draws somebody's Home tab anew."""
        language = await self._directory.language(user)
        inbound = Inbound(f"h:{action_id}", reading.CHANNEL, user, user, "page", language=language)
        receipt = await self.deliver(inbound)
        if receipt.page is not None:
            await self._api.call("views.publish", user_id=user, view=blocks.home(receipt.page, user))

    async def _typed(self, typed: list[Inbound]) -> Answer:
        try:
            async with asyncio.timeout(ACK_S):
                for inbound in typed:
                    receipt = await self.deliver(await self._with_words(inbound))
                    if receipt.notice:
                        self.spawn(self.tell(_in_channel(inbound), receipt.notice))
        except Exception as error:  # noqa: BLE001 -- Slack sends it again, and what was committed is found then
            if not isinstance(error, TimeoutError):
                log.error("slack_message_failed", error=f"{type(error).__name__}: {error}")
            return LATER
        return OK

    async def _with_words(self, inbound: Inbound) -> Inbound:
        """What a small TOML file says, read at once, for whoever takes such; without it where it cannot be had."""
        media = inbound.media
        if media is None or not media.name.endswith(".toml") or media.size > MOST_WORDS:
            return inbound
        if not is_slacks(media.url, self._api.client.base_url):
            return inbound  # the token goes with the request, and to nobody but Slack
        try:
            body = await self._api.download(media.url, MOST_WORDS)
        except (NoAnswer, ValueError) as error:
            log.info("slack_file_not_read", error=str(error), inbound_id=inbound.id)
            return inbound
        return replace(inbound, text=body.decode("utf-8", "replace")[:LONGEST_TEXT])

    async def _act(self, act: Act) -> Answer:
        if act.message:
            self._asides.keep(act.message, act.response_url)
        try:
            # What is being committed is shielded from the time limit, in `inbound`.
            async with asyncio.timeout(ACK_S):
                receipt = await self.deliver(act.inbound)
        except TimeoutError:
            self.spawn(self._finish(act))
            return OK
        except Exception as error:  # noqa: BLE001 -- whatever it is, the person hears that it did not work
            self.spawn(self._failed(act, error))
            return OK
        return self._answer(act, receipt)

    def _answer(self, act: Act, receipt: Receipt) -> Answer:
        form = receipt.form
        if act.sent and form is not None:
            wrong = views.mistakes(form)
            if wrong:
                return Answer(body={"response_action": "errors", "errors": wrong})
            view = views.modal(form, place=act.inbound.place, about=act.inbound.about)
            return Answer(body={"response_action": "update", "view": view})
        if form is not None or receipt.notice or act.at_home:
            self.spawn(self.show(act, receipt))
        return OK

    async def _finish(self, act: Act) -> None:
        """Waits for what was not committed in time: the same action again is answered with what it led to."""
        try:
            receipt = await self.deliver(act.inbound)
        except Exception as error:  # noqa: BLE001 -- see _act
            await self._failed(act, error)
            return
        if act.sent and receipt.form is not None:
            # The modal is closed by now: what was wrong with it is said.
            wrong = " ".join(views.mistakes(receipt.form).values())
            await self.tell(act, wrong or receipt.form.title)
            return
        await self.show(act, receipt)

    async def _failed(self, act: Act, error: Exception) -> None:
        log.error("slack_action_failed", inbound_id=act.inbound.id, error=f"{type(error).__name__}: {error}")
        await self.tell(act, wording.text("refuse.trouble", await self._directory.language(_user(act)) or "en"))


def _action(payload: Payload) -> Act | None:
    try:
        return reading.action(payload)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        log.warning("slack_payload_odd", kind=str(payload.get("type", ""))[:40], error=type(error).__name__)
        return None


def _typed(event: Payload) -> list[Inbound] | None:
    try:
        return reading.direct_messages(event)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        log.warning("slack_event_odd", error=type(error).__name__)
        return []


def _user(act: Act) -> str:
    return act.inbound.sender.rpartition("/")[2]


def _kind(event: Payload) -> str:
    """The event as it is subscribed to: `message.im`, `app_mention`."""
    kind = str(event.get("type", ""))
    return f"message.{_SUFFIX.get(str(event.get('channel_type')), 'channels')}" if kind == "message" else kind


_SUFFIX = {"im": "im", "group": "groups", "mpim": "mpim", "channel": "channels"}


def _in_channel(inbound: Inbound) -> Act:
    """Something typed, for what is told to who typed it: there where others read along, else in their conversation."""
    channel = inbound.place.partition("/")[0]
    return Act(inbound, channel=channel if channel.startswith(("C", "G")) else "")
