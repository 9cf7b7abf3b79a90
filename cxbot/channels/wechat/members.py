"""Handing messages to a team in WeCom: cards for its members, lines for its group, words for one of them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from cxbot.channels.wechat import WeComSettings, cards, errors
from cxbot.channels.wechat.api import Api
from cxbot.channels.wechat.codes import Codes
from cxbot.channels.wechat.errors import ApiError
from cxbot.ports import ChannelState, Clock, Outcome, Outgoing, Sent, TryLater, Unreachable

GROUP, MEMBERS = "group:", "members:"
"""How a team's place begins: with a group and its webhook, or its members alone."""
MINUTE_MS, HOUR_MS, MONTH_MS = 60_000, 3_600_000, 30 * 24 * 3_600_000
Most: TypeAlias = tuple[tuple[int, int], ...]
A_MEMBER: Most = ((MINUTE_MS, 25), (HOUR_MS, 950))
"""Messages to one member, by time; above 30 a minute and 1000 an hour the platform drops them without a word."""
A_GROUP: Most = ((MINUTE_MS, 18),)
CARD_AGAIN_S, LINE_AGAIN_S = 1_800, 120
"""So long the platform itself drops what is the same: a card, which has an id, and a line, which people may repeat."""
NOBODY = "the team has no member whom WeCom reaches"


class Paces:
    """How often each member and group was written to lately, by this process."""

    def __init__(self, machine: Callable[[], int]) -> None:
        self._machine = machine
        self._sent: defaultdict[str, deque[int]] = defaultdict(deque)

    def wait_ms(self, names: Sequence[str], limits: Most, more: int = 1) -> int:
        """How long until every one of them may be written to so many times more; 0: now."""
        now, longest = self._machine(), 0
        for name in names:
            times = self._sent[name]
            for window, most in limits:
                last = max(most - more, 0) + 1
                if len(times) >= last:
                    longest = max(longest, window - (now - times[-last]))
        return longest

    def count(self, names: Sequence[str]) -> None:
        """They are written to now."""
        now = self._machine()
        for name in names:
            times = self._sent[name]
            times.append(now)
            while now - times[0] >= HOUR_MS:
                times.popleft()


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
            # A line cannot be changed, and that what it tells of has arrived is not worth another.
            return await self._changed(outgoing) if outgoing.title else Sent(outgoing.replaces)
        if outgoing.title:
            return await self._alert(outgoing)
        return await self._line(outgoing)

    async def to_member(self, outgoing: Outgoing) -> Outcome:
        """Words for one member, with buttons where all of them fit on a card."""
        if outgoing.replaces:
            return await self._answered(outgoing)
        to = (outgoing.address,)
        if cards.can_be_buttons(outgoing.choices) and len(outgoing.text) <= cards.BODY:
            sent = await self._card(outgoing, to)
            refused = sent.refused if isinstance(sent, Sent) else ()
            return Unreachable("no such member is visible to the app") if refused else sent
        told = await self._words(outgoing, to, again_s=LINE_AGAIN_S if outgoing.maybe_sent else 0)
        if isinstance(told, TryLater):
            return told
        return Unreachable("no such member is visible to the app") if told else Sent(outgoing.row_id)

    async def pressed(self, task_id: str, code: str, key: str) -> None:
        """A press brings a code by which the card can be changed once; what a form asked is never changed."""
        if task_id and code and not key.startswith("d:"):
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
            return sent if outgoing.members else Unreachable(NOBODY)
        if card is None:
            await self._state.put(name, {"task": sent.platform_id, "refused": list(sent.refused)})
        told = await self._group_or_nobody(outgoing, but=sent.refused)
        if isinstance(told, TryLater):
            return told
        await self._state.put(name, None)
        refused = sent.refused if told else (*sent.refused, outgoing.address)
        return Sent(sent.platform_id or outgoing.row_id, refused)

    async def _card_or_nobody(self, outgoing: Outgoing) -> Outcome:
        """The card; where no member can be reached, the group is told all the same."""
        try:
            return await self._card(outgoing, outgoing.members)
        except ApiError as error:
            if not errors.is_about("wecom", error, "person") or not outgoing.address.startswith(GROUP):
                raise
            return Sent("", outgoing.members)

    async def _card(self, outgoing: Outgoing, to: Sequence[str]) -> Sent | TryLater:
        """A new card; of what may change later it is kept what it offers and says, and how it can be changed."""
        task_id = outgoing.row_id
        if wait := self._paces.wait_ms(to, A_MEMBER):
            return TryLater("a member has had the messages of this minute", wait)
        try:
            answer = await self._send(to, "template_card", cards.card(outgoing, task_id, self._url), CARD_AGAIN_S)
        except ApiError as error:
            if not errors.is_about("wecom", error, "again"):
                raise
            answer = {}  # its answer was lost: the card is there, the next press brings a code for it
        if outgoing.title:
            if code := str(answer.get("response_code", "")):
                await self._codes.add(task_id, code)
            await self._codes.show(task_id, _offered(outgoing), outgoing.text)
            await self._forget_old(task_id)
        return Sent(task_id, _invalid(answer))

    async def _changed(self, outgoing: Outgoing) -> Outcome:
        """Changes the card for everybody by a code that is left; a press brings one for the change it makes.

        The last is kept for other buttons and words. Without one, something new to press comes as a card of its own,
        and new words as a line.
        """
        task_id = await self._now_as(outgoing.replaces)
        if task_id != outgoing.replaces:
            await self._answered(outgoing)  # somebody pressed on the card that was shown first
        shown, offered = await self._codes.shown(task_id), _offered(outgoing)
        same = shown == (offered, outgoing.text)
        while (code := await self._codes.take(task_id, but=1 if same else 0)) is not None:
            if await self._updated(outgoing, task_id, code):
                await self._codes.show(task_id, offered, outgoing.text)
                return Sent(outgoing.replaces)
        if offered <= shown[0] or not outgoing.members:
            return await self._new_words(outgoing, task_id, shown)
        sent = await self._card_or_nobody(outgoing)
        if not isinstance(sent, Sent):
            return sent
        if sent.platform_id:
            await self._state.put(f"moved:{outgoing.replaces}", {"to": outgoing.row_id})
        return Sent(outgoing.replaces, sent.refused)

    async def _new_words(self, outgoing: Outgoing, task_id: str, shown: tuple[frozenset[str], str]) -> Outcome:
        """What the customer said since the card was drawn, as a line; other changes have lines of their own."""
        if outgoing.text == shown[1]:
            return Sent(outgoing.replaces)
        told = await self._line(replace(outgoing, facts=(), choices=(), in_words=""))
        if isinstance(told, Sent):
            await self._codes.show(task_id, shown[0], outgoing.text)
            return Sent(outgoing.replaces, told.refused)
        return told

    async def _answered(self, outgoing: Outgoing) -> Outcome:
        """A card is changed where a press on it brought a code; of words a member knows what they answered."""
        code = await self._codes.take(outgoing.replaces)
        if code is not None:
            await self._updated(outgoing, outgoing.replaces, code)
        return Sent(outgoing.replaces)

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

    async def _now_as(self, task_id: str) -> str:
        moved = await self._state.get(f"moved:{task_id}")
        return str(moved["to"]) if moved else task_id

    async def _forget_old(self, task_id: str) -> None:
        """Once a month what is kept of cards is forgotten that were sent before the month: their ids are in order."""
        now, mark = self._clock.machine(), await self._state.get("cards_from")
        if mark is not None and now - int(mark["at"]) < MONTH_MS:
            return
        if mark is not None:
            for kind in ("card:", "half:", "moved:"):
                await self._state.forget(kind, f"{kind}{mark['id']}")
        await self._state.put("cards_from", {"at": now, "id": task_id})

    # A line -----------------------------------------------------------------------------------------------------------

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
        others = tuple(userid for userid in outgoing.members if userid not in outgoing.mentions)
        for to in (outgoing.mentions, others):
            if not to:
                continue
            try:
                gone = await self._words(outgoing, to, again_s=LINE_AGAIN_S)
            except ApiError as error:
                if not errors.is_about("wecom", error, "person"):
                    raise
                refused += tuple(to)  # somebody of the team must hear, where who should act does not
                continue
            return gone if isinstance(gone, TryLater) else Sent(outgoing.row_id, (*refused, *gone))
        return Unreachable(NOBODY)

    async def _group_or_nobody(self, outgoing: Outgoing, but: Sequence[str] = ()) -> bool | TryLater:
        """Whether the group was told; where its robot is gone, the members are told all the same."""
        try:
            return await self._group(outgoing) or True
        except ApiError as error:
            if not errors.is_about("wecom", error, "place") or not {*outgoing.members} - {*but}:
                raise
            return False

    async def _group(self, outgoing: Outgoing) -> TryLater | None:
        name = outgoing.address.removeprefix(GROUP)
        key = self._settings.group_webhooks.get(name)
        if key is None:
            raise ApiError("webhook/send", 93000)
        if wait := self._paces.wait_ms([outgoing.address], A_GROUP):
            return TryLater("the group has had its messages of this minute", wait)
        self._paces.count([outgoing.address])
        body = {"msgtype": "markdown", "markdown": {"content": cards.markdown(outgoing)}}
        await self._api.request("post", "webhook/send", {"key": key.get_secret_value()}, body)
        return None

    async def _words(self, outgoing: Outgoing, to: Sequence[str], *, again_s: int) -> tuple[str, ...] | TryLater:
        """In as many texts as it takes, all or none; tells who is not visible to the app."""
        parts = cards.words(outgoing)
        if wait := self._paces.wait_ms(to, A_MEMBER, len(parts)):
            return TryLater("a member has had the messages of this minute", wait)
        answers = [await self._send(to, "text", {"content": part}, again_s) for part in parts]
        return tuple(dict.fromkeys(userid for answer in answers for userid in _invalid(answer)))

    async def _send(self, to: Sequence[str], kind: str, content: dict[str, Any], again_s: int) -> dict[str, Any]:
        self._paces.count(to)
        body = {"touser": "|".join(to), "msgtype": kind, "agentid": self._settings.agent_id, kind: content}
        if again_s:
            body |= {"enable_duplicate_check": 1, "duplicate_check_interval": again_s}
        return await self._api.call("message/send", body)


def _offered(outgoing: Outgoing) -> frozenset[str]:
    """What can be pressed; that something can be undone for a moment is worth no card of its own."""
    return frozenset(choice.key for choice in outgoing.choices if choice.key.split(":")[1:2] != ["undo"])


def _invalid(answer: dict[str, Any]) -> tuple[str, ...]:
    return tuple(userid for userid in str(answer.get("invaliduser") or "").split("|") if userid)
