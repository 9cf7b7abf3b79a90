"""How an admin, a member and customers say and read things on each channel, for the story of a set-up by message."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

import slack_program
import wechat_program
import world as fake
from fake_slack import buttons, visible
from fake_wechat import visible as in_wechat
from wechat_program import GROUP_KEY, KF

from cxbot.ports import Form
from cxbot.transactions import settings

NEVER_TIRED = {"relationship_days": 0, "transactional_days": 0, "floor_hours": 0, "confirm_above": 0}
"""Nobody is spared a survey, and a cadence that asks anybody is confirmed."""


class Scene(Protocol):
    """A channel with its people, under the names by which it knows them."""

    admin: str
    member: str
    place: str
    """Where the new team is to be told things, as an admin writes it."""
    unhappy: str
    gold: str
    """Two customers."""

    def address(self, who: str) -> str:
        """Somebody as an admin writes them."""
        ...

    async def says(self, who: str, line: str) -> str:
        """Somebody of the company types a line; all that they are answered."""
        ...

    async def answers(self, who: str, words: str) -> str:
        """They answer a question that was put to them as a customer's is; all that they are told then."""
        ...

    async def presses(self, who: str, label: str) -> str:
        """They press what has this label in what they were sent last; all that they are answered."""
        ...

    async def fills_in(self, who: str, fields: Mapping[str, str], keep: str) -> str:
        """They fill in the form that their line or press opened, all fields in order; `keep` leaves what stands there.

        Gives all that they are answered in the end.
        """
        ...

    async def sends(self, who: str, word: str) -> str:
        """They send the form as their line filled it in; `word` says so where there is nothing to press."""
        ...

    async def customer_says(self, who: str, words: str) -> None:
        """A customer writes."""
        ...

    async def happens(self, who: str, touchpoint: str, outcome: str, name: str) -> None:
        """Another system reports what happened to a customer who reads Chinese."""
        ...

    async def later(self, *, hours: float = 0, minutes: float = 0) -> None:
        """Time goes on, and what fell due is done."""
        ...

    def told(self, who: str) -> str:
        """All that somebody, or the team's place, was told so far."""
        ...


class Web:
    """The try-out page's channel, without the page."""

    admin, member, unhappy, gold = fake.ADA, "member:zoe", fake.MEI, "customer:jing"
    place = "web:team:kiosks"

    def __init__(self, world: fake.World) -> None:
        self.world = world
        self._form: Form | None = None

    def address(self, who: str) -> str:
        return f"web:{who}"

    async def says(self, who: str, line: str) -> str:
        return await self._does(who, kind="text", text=line)

    answers = says

    async def presses(self, who: str, label: str) -> str:
        (key,) = (choice.key for choice in self.world.last(who).choices if choice.label == label)
        return await self._does(who, kind="choice", choice=key)

    async def fills_in(self, who: str, fields: Mapping[str, str], keep: str) -> str:
        assert self._form is not None
        held = {field.name: field.value for field in self._form.fields}
        assert list(held) == list(fields)
        given = {name: held[name] if value == keep else value for name, value in fields.items()}
        return await self._does(who, kind="form", choice=self._form.key, fields=given)

    async def sends(self, who: str, word: str) -> str:
        assert self._form is not None
        held = {field.name: field.value for field in self._form.fields}
        return await self._does(who, kind="form", choice=self._form.key, fields=held)

    async def customer_says(self, who: str, words: str) -> None:
        await self.world.writes(who, words)

    async def happens(self, who: str, touchpoint: str, outcome: str, name: str) -> None:
        person = {"addresses": [{"channel": "web", "address": who}], "name": name, "language": "zh-CN"}
        await self.world.happens(touchpoint, outcome, who, person=person)

    async def later(self, *, hours: float = 0, minutes: float = 0) -> None:
        await self.world.later(hours=hours, minutes=minutes)

    def told(self, who: str) -> str:
        address = who.removeprefix("web:")
        sent = [message for message in self.world.web.sent if message.address == address]
        return "\n".join(f"{each.title}\n{each.text}\n{each.facts}" for each in sent)

    async def _does(self, who: str, **more: Any) -> str:
        before = len(self.world.texts(who))
        receipt = await self.world.acts(who, place=who, **more)
        self._form = receipt.form
        return "\n".join([receipt.notice, *self.world.texts(who, before)])


class Slack:
    """Slack with its modals: in English by slash command, in Chinese by a line to the bot and a press."""

    admin, member, unhappy, gold = slack_program.ADA, "UZOE", slack_program.MEI, "UJING"
    place = "slack:CKIOSKS"

    def __init__(self, the: slack_program.Workspace, *, slash: bool, open_label: str) -> None:
        self.the = the
        self.slack = the.slack
        self._slash = slash
        self._open = open_label
        self._views = 0
        self.slack.add_user(self.member, "Zoe", locale="en-US" if slash else "zh-CN")
        self.slack.add_user(self.gold, "陈静", locale="zh-CN")
        self.slack.add_channel("CKIOSKS", "kiosks")

    def address(self, who: str) -> str:
        return f"slack:{who}"

    async def says(self, who: str, line: str) -> str:
        self._views = len(self.slack.views)
        if self._slash:
            return await self._does(who, self.slack.command(who, self.slack.dm(who), line))
        return await self.answers(who, line)

    async def answers(self, who: str, words: str) -> str:
        return await self._does(who, self.slack.writes(who, words), seen=1)

    async def presses(self, who: str, label: str) -> str:
        self._views = len(self.slack.views)
        return await self._does(who, self.slack.click(who, who, label))

    async def fills_in(self, who: str, fields: Mapping[str, str], keep: str) -> str:
        view = await self._opened(who)
        assert [block["block_id"] for block in view["blocks"] if block["type"] == "input"] == list(fields)
        given = {name: value for name, value in fields.items() if value != keep}
        return await self._does(who, self.slack.submit(who, view, **given))

    async def sends(self, who: str, word: str) -> str:
        return await self._does(who, self.slack.submit(who, await self._opened(who)))

    async def customer_says(self, who: str, words: str) -> None:
        await self.slack.writes(who, words)
        await self.the.rest()

    async def happens(self, who: str, touchpoint: str, outcome: str, name: str) -> None:
        await self.the.report(who, touchpoint, outcome)

    async def later(self, *, hours: float = 0, minutes: float = 0) -> None:
        await self.the.later(hours=hours, minutes=minutes)

    def told(self, who: str) -> str:
        return "\n".join(self.slack.texts(who.removeprefix("slack:")))

    async def _opened(self, who: str) -> dict[str, Any]:
        if not self._slash and self._open in buttons(self.slack.said(who)[-1]):
            await self.presses(who, self._open)
        view = await self.slack.until(lambda: len(self.slack.views) > self._views and self.slack.views[-1])
        return dict(view)

    async def _does(self, who: str, act: Any, seen: int = 0) -> str:
        """Gives what was answered; `seen` counts what they wrote themselves among the messages."""
        before, notices = len(self.slack.said(who)), len(self.slack.ephemerals)
        ack = await act
        assert ack.status == 200
        assert not (ack.body or {}).get("errors"), ack.body
        await self.the.rest()
        # What is told in private leaves after the request was answered.
        await self.slack.until(
            lambda: (
                len(self.slack.said(who)) > before + seen
                or len(self.slack.ephemerals) > notices
                or len(self.slack.views) > self._views
            )
        )
        private = [each["text"] for each in self.slack.ephemerals[notices:] if each["user"] == who]
        sent = [visible(each) for each in self.slack.said(who)[before:] if each["user"] != who]
        return "\n".join([*sent, *private])


class Chatting:
    """What the channels of Tencent have in common: a form is asked field by field, a choice is a button or a number."""

    def __init__(self, the: wechat_program.China) -> None:
        self.the = the
        self._answered = ""

    async def says(self, who: str, line: str) -> str:
        raise NotImplementedError

    async def answers(self, who: str, words: str) -> str:
        return await self.says(who, words)

    async def fills_in(self, who: str, fields: Mapping[str, str], keep: str) -> str:
        for value in fields.values():
            self._answered = await self.says(who, value)
        return self._answered

    async def sends(self, who: str, word: str) -> str:
        return await self.says(who, word)

    async def by_number(self, who: str, label: str) -> str:
        """Answers with the number before what was offered."""
        offered = re.findall(rf"(\d+)[.、] {re.escape(label)}", self._answered)
        assert len(offered) == 1, (label, self._answered)
        return await self.says(who, offered[0])

    async def later(self, *, hours: float = 0, minutes: float = 0) -> None:
        await self.the.later(hours=hours, minutes=minutes)


class WeCom(Chatting):
    """Members of the app in WeCom, a group for the team, customers in 微信客服."""

    admin, member = wechat_program.ADA, "zoe"
    unhappy, gold = f"kf:{KF}:wmMEI", f"kf:{KF}:wmJING"
    place = "wecom:group:kiosks"

    def address(self, who: str) -> str:
        return f"wecom:{who}"

    async def says(self, who: str, line: str) -> str:
        before = len(self.the.wecom.said(who))
        await self.the.member_writes(who, line)
        self._answered = "\n".join(self.the.wecom.texts(who)[before:])
        return self._answered

    async def presses(self, who: str, label: str) -> str:
        card = self.the.wecom.said(who)[-1].get("template_card")
        if card is None:
            return await self.by_number(who, label)
        (key,) = (each["key"] for each in card["button_list"] if each["text"] == label)
        before = len(self.the.wecom.said(who))
        await self.the.presses(who, key, task_id=card["task_id"])
        self._answered = "\n".join(self.the.wecom.texts(who)[before:])
        return self._answered

    async def customer_says(self, who: str, words: str) -> None:
        self.the.wecom.customer_writes(KF, who.rpartition(":")[2], words)
        await self.the.kf_event()

    async def happens(self, who: str, touchpoint: str, outcome: str, name: str) -> None:
        person = {"name": name, "language": "zh-CN"}
        await self.the.report(who, touchpoint, outcome, channel="wecom", person=person)

    def told(self, who: str) -> str:
        if who != self.place:
            return "\n".join(self.the.wecom.texts(who.rpartition(":")[2]))
        cards = [str(each.shown.get(self.member)) for each in self.the.wecom.cards.values()]
        return "\n".join([*self.the.wecom.texts("webhook:group-key-2"), *cards])


class OfficialAccount(WeCom):
    """An admin and customers in the Official Account; the team works in WeCom, for members have no account there."""

    admin, unhappy, gold = "oADA", wechat_program.MEI, wechat_program.YITING

    def address(self, who: str) -> str:
        return f"wecom:{who}" if who == self.member else f"wechat:{who}"

    async def says(self, who: str, line: str) -> str:
        if who != self.admin:
            return await super().says(who, line)
        before = len(self.the.wechat.said(who))
        reply = await self.the.writes(who, line)
        self._answered = "\n".join([reply, *(in_wechat(each) for each in self.the.wechat.said(who)[before:])])
        return self._answered

    async def presses(self, who: str, label: str) -> str:
        if who != self.admin:
            return await super().presses(who, label)
        menu = [body["msgmenu"] for body in self.the.wechat.said(who)[-1:] if "msgmenu" in body]
        return await self._taps(who, menu[0], label) if menu else await self.by_number(who, label)

    async def _taps(self, who: str, menu: dict[str, Any], label: str) -> str:
        (entry,) = (each for each in menu["list"] if each["content"].endswith(label))
        before = len(self.the.wechat.said(who))
        reply = await self.the.writes(who, entry["content"], menu_id=str(entry["id"]))
        self._answered = "\n".join([reply, *(in_wechat(each) for each in self.the.wechat.said(who)[before:])])
        return self._answered

    async def customer_says(self, who: str, words: str) -> None:
        self._replies = f"{getattr(self, '_replies', '')}\n{await self.the.writes(who, words)}"

    async def happens(self, who: str, touchpoint: str, outcome: str, name: str) -> None:
        await self.the.report(who, touchpoint, outcome, person={"name": name, "language": "zh-CN"})

    def told(self, who: str) -> str:
        if who in (self.unhappy, self.gold):
            return "\n".join([getattr(self, "_replies", ""), *self.the.wechat.texts(who)])
        return super().told(who)


@contextlib.asynccontextmanager
async def on_slack(store_url: str, *, slash: bool, open_label: str) -> AsyncIterator[Slack]:
    async with slack_program.workspace(store_url, CXBOT_CONTACT__CONFIRM_ABOVE="0") as the:
        yield Slack(the, slash=slash, open_label=open_label)


@contextlib.asynccontextmanager
async def in_china(store_url: str, kind: type[WeCom]) -> AsyncIterator[WeCom]:
    groups = f'{{"delivery": "{GROUP_KEY}", "kiosks": "group-key-2"}}'
    env = {"CXBOT_CHANNELS__WECOM__GROUP_WEBHOOKS": groups, "CXBOT_CONTACT__CONFIRM_ABOVE": "0"}
    async with wechat_program.china(store_url, **env) as the:
        the.wecom.add_members("zoe")
        the.wecom.webhooks.add("group-key-2")
        scene = kind(the)
        for who in (scene.unhappy, scene.gold):
            await scene.customer_says(who, "你好")
        yield scene


async def on_web(world: fake.World) -> Web:
    await world.store.run(settings.put, "contact", NEVER_TIRED)
    return Web(world)
