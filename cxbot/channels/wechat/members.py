"""Handing messages to a team in WeCom: cards for its members, lines for its group, words for one of them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from cxbot.channels.wechat import WeComSettings, cards, errors, texts
from cxbot.channels.wechat.api import Api
from cxbot.channels.wechat.codes import Codes
from cxbot.channels.wechat.errors import ApiError
from cxbot.ports import ChannelState, Clock, Outcome, Outgoing, Sent, TryLater, Unreachable

GROUP, MEMBERS = "group:", "members:"
"""How a team's place begins: with a group and its webhook, or its members alone."""
MINUTE_MS = 60_000
A_MINUTE = 25
"""Messages a minute to one member; above 30 the platform drops them without a word."""
GROUP_A_MINUTE = 18
DUPLICATES_S = 1_800


class Paces:
    """How often each member and group was written to in the last minute, by this process."""

    def __init__(self, machine: Callable[[], int]) -> None:
        self._machine = machine
        self._sent: defaultdict[str, deque[int]] = defaultdict(deque)

    def wait_ms(self, names: Sequence[str], most: int) -> int:
        """How long until every one of them may be written to; 0: now."""
        now = self._machine()
        longest = 0
        for name in names:
            times = self._sent[name]
            while times and now - times[0] >= MINUTE_MS:
                times.popleft()
            if len(times) >= most:
                longest = max(longest, MINUTE_MS - (now - times[0]))
        return longest

    def count(self, names: Sequence[str]) -> None:
        """They are written to now."""
        for name in names:
            self._sent[name].append(self._machine())


class Members:
    """Sends to members and groups. Raises ApiError and NoAnswer."""

    def __init__(self, settings: WeComSettings, api: Api, state: ChannelState, clock: Clock, url: str) -> None:
        self._settings = settings
        self._api = api
        self._state = state
        self._clock = clock
        self._url = url
        self._paces = Paces(clock.machine)
        self._codes = Codes(state, clock)

    async def to_team(self, outgoing: Outgoing) -> Outcome:
        """An alert as a card for each member and a line in the group; anything else as a line."""
        if outgoing.replaces:
            return await self._changed(outgoing)
        if outgoing.title:
            return await self._alert(outgoing)
        return await self._line(outgoing)

    async def to_member(self, outgoing: Outgoing) -> Outcome:
        """Words for one member, with buttons where all of them fit on a card."""
        to = [outgoing.address]
        if cards.can_be_buttons(outgoing.choices) and len(outgoing.text) <= cards.BODY:
            return await self._card(outgoing, to, outgoing.row_id)
        refused: list[str] = []
        for part in texts.parts(texts.whole(outgoing, in_words=True)):
            answer = await self._send(to, "text", {"content": part})
            if isinstance(answer, TryLater):
                return answer
            refused += _invalid(answer)
        return Unreachable("no such member is visible to the app") if refused else Sent(outgoing.row_id)

    async def pressed(self, task_id: str, code: str) -> None:
        """A press brings a code by which the card can be changed once."""
        if code:
            await self._codes.add(task_id, code)

    # An alert ---------------------------------------------------------------------------------------------------------

    async def _alert(self, outgoing: Outgoing) -> Outcome:
        """The card first, then the group; what has arrived of the two is not sent again."""
        name = f"half:{outgoing.row_id}"
        card = await self._state.get(name)
        sent = Sent(str(card["task"]), tuple(card["refused"])) if card else Sent("")
        if card is None and outgoing.members:
            came = await self._card_or_nobody(outgoing)
            if not isinstance(came, Sent):
                return came
            sent = came
        if not outgoing.address.startswith(GROUP):
            return sent if outgoing.members else Unreachable("the team has no member in WeCom")
        if card is None:
            await self._state.put(name, {"task": sent.platform_id, "refused": list(sent.refused)})
        told = await self._group_or_nobody(outgoing)
        if isinstance(told, TryLater):
            return told
        await self._state.put(name, None)
        refused = sent.refused if told else (*sent.refused, outgoing.address)
        return Sent(sent.platform_id or outgoing.row_id, refused)

    async def _card_or_nobody(self, outgoing: Outgoing) -> Outcome:
        """The card; where no member can be reached, the group is told all the same."""
        try:
            return await self._card(outgoing, outgoing.members, outgoing.row_id)
        except ApiError as error:
            known = errors.meaning("wecom", error.code)
            if known is None or known.kind != "person" or not outgoing.address.startswith(GROUP):
                raise
            return Sent("", outgoing.members)

    async def _card(self, outgoing: Outgoing, to: Sequence[str], task_id: str) -> Outcome:
        try:
            answer = await self._send(to, "template_card", cards.card(outgoing, task_id, self._url))
        except ApiError as error:
            known = errors.meaning("wecom", error.code)
            if known is not None and known.kind == "again":
                return Sent(task_id)  # its answer was lost: the card is there, the next press brings a code for it
            raise
        if isinstance(answer, TryLater):
            return answer
        if code := str(answer.get("response_code", "")):
            await self._codes.add(task_id, code)
        await self._codes.show(task_id, _offered(outgoing), outgoing.text)
        return Sent(task_id, tuple(_invalid(answer)))

    async def _changed(self, outgoing: Outgoing) -> Outcome:
        """Changes the card for everybody by a code that is left; a press brings one for the change it makes.

        Without one, something new to press comes as a card of its own, and new words as a line.
        """
        task_id = await self._now_as(outgoing.replaces)
        shown, offered = await self._codes.shown(task_id), _offered(outgoing)
        if shown == (offered, outgoing.text):
            return Sent(outgoing.replaces)
        while (code := await self._codes.take(task_id)) is not None:
            if await self._updated(outgoing, task_id, code):
                await self._codes.show(task_id, offered, outgoing.text)
                return Sent(outgoing.replaces)
        if offered <= shown[0] or not outgoing.members:
            return await self._new_words(outgoing, task_id, shown)
        sent = await self._card(outgoing, outgoing.members, outgoing.row_id)
        if isinstance(sent, Sent):
            await self._state.put(f"moved:{outgoing.replaces}", {"to": outgoing.row_id})
            return Sent(outgoing.replaces, sent.refused)
        return sent

    async def _new_words(self, outgoing: Outgoing, task_id: str, shown: tuple[frozenset[str], str]) -> Outcome:
        """What the customer said since the card was drawn, as a line; other changes have lines of their own."""
        if outgoing.text == shown[1]:
            return Sent(outgoing.replaces)
        told = await self._line(replace(outgoing, facts=(), choices=(), in_words=""))
        if isinstance(told, Sent):
            await self._codes.show(task_id, shown[0], outgoing.text)
            return Sent(outgoing.replaces, told.refused)
        return told

    async def _updated(self, outgoing: Outgoing, task_id: str, code: str) -> bool:
        """Uses a code; False where the platform takes it no more."""
        body = {
            "atall": 1,
            "agentid": self._settings.agent_id,
            "response_code": code,
            "template_card": cards.card(outgoing, task_id, self._url),
        }
        try:
            await self._api.call("message/update_template_card", body)
        except ApiError as error:
            if error.code in (42022, 40058):
                return False
            await self._codes.give_back(task_id, code)
            raise
        return True

    async def _line(self, outgoing: Outgoing) -> Outcome:
        """A line about a case: in the group where there is one; to those who should act, or to all, where not."""
        refused: tuple[str, ...] = ()
        if outgoing.address.startswith(GROUP):
            told = await self._group_or_nobody(outgoing)
            if isinstance(told, TryLater):
                return told
            if told:
                return Sent(outgoing.row_id)
            refused = (outgoing.address,)
        to = outgoing.mentions or outgoing.members
        if not to:
            return Unreachable("the team has no member in WeCom")
        for part in texts.parts(texts.whole(outgoing, in_words=True)):
            answer = await self._send(to, "text", {"content": part})
            if isinstance(answer, TryLater):
                return answer
        return Sent(outgoing.row_id, refused)

    async def _group_or_nobody(self, outgoing: Outgoing) -> bool | TryLater:
        """Whether the group was told; where its robot is gone, the members are told all the same."""
        try:
            return await self._group(outgoing) or True
        except ApiError as error:
            known = errors.meaning("wecom", error.code)
            if known is None or known.kind != "place" or not outgoing.members:
                raise
            return False

    async def _group(self, outgoing: Outgoing) -> TryLater | None:
        name = outgoing.address.removeprefix(GROUP)
        key = self._settings.group_webhooks.get(name)
        if key is None:
            raise ApiError("webhook/send", 93000)
        if wait := self._paces.wait_ms([outgoing.address], GROUP_A_MINUTE):
            return TryLater("the group has had its messages of this minute", wait)
        self._paces.count([outgoing.address])
        body = {"msgtype": "markdown", "markdown": {"content": cards.markdown(outgoing)}}
        await self._api.request("post", "webhook/send", {"key": key.get_secret_value()}, body)
        return None

    async def _send(self, to: Sequence[str], kind: str, content: dict[str, Any]) -> dict[str, Any] | TryLater:
        if wait := self._paces.wait_ms(to, A_MINUTE):
            return TryLater("a member has had the messages of this minute", wait)
        self._paces.count(to)
        body = {
            "touser": "|".join(to),
            "msgtype": kind,
            "agentid": self._settings.agent_id,
            kind: content,
            "enable_duplicate_check": 1 if kind == "template_card" else 0,
            "duplicate_check_interval": DUPLICATES_S,
        }
        return await self._api.call("message/send", body)

    async def _now_as(self, task_id: str) -> str:
        moved = await self._state.get(f"moved:{task_id}")
        return str(moved["to"]) if moved else task_id


def _offered(outgoing: Outgoing) -> frozenset[str]:
    """What can be pressed; that something can be undone for a moment is worth no card of its own."""
    return frozenset(choice.key for choice in outgoing.choices if not choice.key.startswith("c:undo:"))


def _invalid(answer: dict[str, Any]) -> list[str]:
    return [userid for userid in str(answer.get("invaliduser") or "").split("|") if userid]
