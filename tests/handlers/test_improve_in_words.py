"""The outer loop where a channel has neither forms nor buttons: field by field, with typed commands."""

from __future__ import annotations

import pytest
from world import DELIVERY, MEI, PEOPLE, SAM, WEI

from cxbot.inbound import receive
from cxbot.ports import Limits
from cxbot.testing import FakeChannel
from handlers import dialogue

OPTIONS = {"en": "It came too late", "zh-CN": "送得太晚"}


@pytest.fixture
def chat(world):
    """The company on a channel of nothing but words."""
    limits = Limits(per_second=0, buttons=False, forms=False, notices=False)
    world.web = FakeChannel("web", limits)
    world.delivery.channels = {"web": world.web, "slack": world.slack}
    world.deliver = receive(world.store, world.clock.clock, dialogue.handling({"web": limits}))
    return world


async def says(world, *said, place=WEI):
    """Xiao Wei writes to the bot; gives the newest message there."""
    for each in said:
        await world.writes(WEI, each, place=place)
    return world.last(place).text


async def test_from_a_complaint_to_the_customers_who_are_told_word_by_word(chat):
    for who in (SAM, MEI):
        await chat.happens("delivery", "delivered", who)
        await chat.writes(who, "1")
        await chat.writes(who, OPTIONS[PEOPLE[who]["language"]])
        case = (await chat.all("cases"))[-1]
        await chat.fills_in(WEI, f"c:resolve:{case['id']}", root_cause="delivery", done="退款", told="")
    await chat.later(days=5)
    listed = await says(chat, "原因", place=DELIVERY)
    assert "改进 delivery <要改什么>" in listed, "what would be a button is a command"
    asked = await says(chat, "改进 delivery 周五增派一名配送员")
    assert "已填：周五增派一名配送员" in asked
    await says(chat, "好", "好", "2周", "好", "跳过", "现在多了一名配送员。", "跳过")
    made = await chat.the("improvements")
    assert (made["title"], made["touchpoint"]) == ("周五增派一名配送员", "delivery")
    assert f"改进项 {made['code']} 进行中" in chat.last(DELIVERY).text
    assert "已完成" in await says(chat, f"改进 {made['code']} 完成")
    asked = await says(chat, f"改进项 {made['code']} 告知")
    assert "将告知 2 位客户：" in asked
    shown = await says(chat, "跳过", "好")
    assert "现在多了一名配送员。" in shown
    assert "We have changed that since." in shown
    assert "将告知 2 位客户" in shown
    assert await chat.all("outbox", key="customer.improved") == []
    assert "30 秒后开始告知" in await says(chat, "1")
    await chat.later(seconds=31)
    assert "现在多了一名配送员。" in chat.texts(MEI)[-1]
    assert "We have changed that since." in chat.texts(SAM)[-1]
    history = await says(chat, f"改进项 {made['code']} 历史")
    assert "提出，小伟" in history
    assert "开始告知客户，小伟" in history
