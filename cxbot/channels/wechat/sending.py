"""Handing one message to an Official Account's customer: the way that is open, in their order."""

from __future__ import annotations

import time
from typing import Any

import structlog

from cxbot import wording
from cxbot.channels.wechat import Notice, Settings, errors, reading, texts
from cxbot.channels.wechat.api import Api
from cxbot.channels.wechat.errors import ApiError, NoAnswer
from cxbot.channels.wechat.passive import Answers
from cxbot.ports import ChannelState, Clock, HoldUntilInbound, Outcome, Outgoing, Sent

log = structlog.get_logger(__name__)

PASSIVE = "passive/"
"""How the platform id of a message begins that was the answer to a callback."""
FIRST_ID = 101
MENUS = 3
"""The menus sent to somebody last whose entries are still known."""
MENU_BYTES = 1_024
REFUSED_S = 24 * 60 * 60
"""So long numbered text goes out in place of buttons after the platform refused them."""
HOUR_MS = 60 * 60 * 1000
THING = 20
"""Characters that a field of a notice takes."""


class Sender:
    """Sends; every end of it is an outcome, and `errors` says what each code means."""

    def __init__(
        self,
        settings: Settings,
        api: Api,
        answers: Answers,
        state: ChannelState,
        clock: Clock,
        company: dict[str, str],
    ) -> None:
        self._settings = settings
        self._api = api
        self._answers = answers
        self._state = state
        self._clock = clock
        self._company = company
        self._done: dict[str, int] = {}
        self._no_menus_until = 0.0 if settings.verified else float("inf")

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Hands one message to WeChat."""
        text = self._text(outgoing)
        if not text:
            return Sent("")
        slot = self._answers.take(outgoing.address)
        if slot is not None and outgoing.row_id not in self._done:
            first, *rest = texts.parts(text)
            slot.words.set_result(first)
            if await slot.written:
                if not rest:
                    return Sent(f"{PASSIVE}{slot.key}")
                self._done[outgoing.row_id] = 1
        try:
            return await self._send(outgoing, text)
        except (ApiError, NoAnswer) as error:
            return errors.outcome("wechat", error)

    def _text(self, outgoing: Outgoing) -> str:
        """Everything of it in words, with the offer to tell the result where something is still to come."""
        text = texts.whole(outgoing, in_words=True)
        notice = self._settings.notice
        if outgoing.awaits and notice is not None and notice.offer_url:
            text += "\n\n" + wording.text("wechat.offer_notice", outgoing.language, url=notice.offer_url)
        return text

    async def _send(self, outgoing: Outgoing, text: str) -> Outcome:
        kinds = [kind for kind in outgoing.allowances if kind in errors.WINDOW]
        left = [kind for kind in kinds for _ in range(outgoing.allowances[kind])]
        if left:
            return await self._by_chat(outgoing, text, left)
        return await self._outside(outgoing, text, "no more may be written before they act again")

    async def _by_chat(self, outgoing: Outgoing, text: str, left: list[str]) -> Outcome:
        """As a customer-service message; another way where the platform says that the window is closed after all."""
        try:
            if outgoing.choices and self._menus_taken() and outgoing.row_id not in self._done:
                menu = await self._menu(outgoing)
                if menu is not None:
                    return Sent(menu, spent=(left[0],))
            return await self._texts(outgoing, text, left)
        except ApiError as error:
            known = errors.meaning("wechat", error.code)
            if known is None or known.kind not in ("closed", "used_up"):
                raise
            held = await self._outside(outgoing, text, f"{known.words} ({error.code})")
            if isinstance(held, HoldUntilInbound):
                return HoldUntilInbound(held.reason, held.expires, (*errors.WINDOW, *held.closed), held.then_again)
            return held

    async def _texts(self, outgoing: Outgoing, text: str, left: list[str]) -> Outcome:
        """The text in parts, as many as may be sent; a part that has arrived is not sent again."""
        parts = texts.parts(text)
        done = self._done.get(outgoing.row_id, 0)
        if len(parts) - done > len(left):
            parts = [
                *parts[: done + len(left) - 1],
                texts.clipped("\n".join(parts[done + len(left) - 1 :]), texts.BYTES),
            ]
        spent: list[str] = []
        msgid = ""
        for n, part in enumerate(parts[done:], done):
            answer = await self._custom(outgoing.address, {"msgtype": "text", "text": {"content": part}})
            msgid = str(answer.get("msgid", ""))
            spent.append(left[len(spent)])
            self._done[outgoing.row_id] = n + 1
        self._done.pop(outgoing.row_id, None)
        return Sent(msgid or outgoing.row_id, spent=tuple(spent))

    async def _menu(self, outgoing: Outgoing) -> str | None:
        """As a message with entries to tap; None where the platform takes none, or it would be too long."""
        head, *more = texts.parts(texts.whole(outgoing, in_words=False), MENU_BYTES)
        if more or not head:
            return None
        ids = await self._remember_menu(outgoing)
        entries = [
            {"id": number, "content": texts.clipped(choice.label, 128)}
            for number, choice in zip(ids, outgoing.choices, strict=True)
        ]
        ends = " · ".join(part for part in (outgoing.low_label, outgoing.high_label) if part)
        menu = {"head_content": head, "list": entries, "tail_content": ends}
        try:
            answer = await self._custom(outgoing.address, {"msgtype": "msgmenu", "msgmenu": menu})
        except ApiError as error:
            if not errors.is_about("wechat", error, "menu"):
                raise
            log.warning("wechat_menu_refused", code=error.code)
            self._no_menus_until = time.monotonic() + REFUSED_S
            await self._state.put("menus_refused", {"at": self._clock.machine(), "code": error.code})
            return None
        return str(answer.get("msgid") or outgoing.row_id)

    def _menus_taken(self) -> bool:
        return time.monotonic() >= self._no_menus_until

    async def recall(self) -> None:
        """Takes up what an earlier process learnt: that the platform refuses buttons."""
        kept = await self._state.get("menus_refused")
        if kept:
            gone = (self._clock.machine() - int(kept["at"])) / 1000
            self._no_menus_until = max(self._no_menus_until, time.monotonic() + REFUSED_S - gone)

    async def _remember_menu(self, outgoing: Outgoing) -> list[str]:
        """Numbers for the entries, never 0 and never those of a menu that is still known; they come back with a tap."""
        name = f"menus:{outgoing.address}"
        kept = await self._state.get(name) or []
        if kept and kept[-1]["row"] == outgoing.row_id:
            return list(kept[-1]["keys"])
        first = int(list(kept[-1]["keys"])[-1]) + 1 if kept else FIRST_ID
        first = FIRST_ID if first > 99_000 else first
        keys = {str(first + n): choice.key for n, choice in enumerate(outgoing.choices)}
        await self._state.put(name, [*kept[1 - MENUS :], {"row": outgoing.row_id, "keys": keys}])
        return list(keys)

    async def tapped(self, address: str, menu_id: str) -> tuple[str, str]:
        """The key of the entry that was tapped, and the row it stood on; '' where it is not known any more."""
        for menu in reversed(await self._state.get(f"menus:{address}") or []):
            if menu_id in menu["keys"]:
                return str(menu["keys"][menu_id]), str(menu["row"])
        return "", ""

    async def _custom(self, address: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._api.call("message/custom/send", {"touser": address, **body})

    # Outside the window -----------------------------------------------------------------------------------------------

    async def _outside(self, outgoing: Outgoing, text: str, reason: str) -> Outcome:
        """The next way in order: an accepted notice, holding it, and for a colleague's words a service notice."""
        closed: tuple[str, ...] = ()
        notice, service = self._settings.notice, self._settings.service_notice
        if notice is not None and outgoing.allowances.get(reading.NOTICE):
            try:
                msgid = await self._notify("message/subscribe/bizsend", notice, outgoing, text)
                return Sent(msgid, spent=(reading.NOTICE,))
            except ApiError as error:
                if not errors.is_about("wechat", error, "no_notice", "closed"):
                    raise
                closed = (reading.NOTICE,)
        if outgoing.human and service is not None:
            if outgoing.held:
                return Sent(await self._notify("message/template/send", service, outgoing, text))
            expires = self._clock.now() + self._settings.hold_hours * HOUR_MS
            return HoldUntilInbound(reason, expires, closed, then_again=True)
        return HoldUntilInbound(reason, closed=closed)

    async def _notify(self, path: str, notice: Notice, outgoing: Outgoing, text: str) -> str:
        company = self._company.get(outgoing.language) or next(iter(self._company.values()), "")
        moment = time.strftime("%Y-%m-%d %H:%M", time.gmtime(self._clock.now() / 1000 + 8 * 3600))
        first_line = " ".join(text.split())
        values = {"text": first_line, "company": company, "time": moment}
        data = {name: {"value": _short(values[what])} for name, what in notice.fields.items()}
        body: dict[str, Any] = {"touser": outgoing.address, "template_id": notice.template, "data": data}
        if outgoing.link:
            body["page" if path.endswith("bizsend") else "url"] = outgoing.link
        answer = await self._api.call(path, body)
        return str(answer.get("msgid") or outgoing.row_id)


def _short(value: str) -> str:
    return value if len(value) <= THING else value[: THING - 1] + "…"
