"""Whether a customer can be written to now is said beside what is written, and after it was sent."""

from __future__ import annotations

import pytest
from world import ANA, HOUR, SAM, SUPPORT

from cxbot.ports import Allowance, HoldUntilInbound, Inbound, Unreachable
from cxbot.transactions import allowances, people


async def opens(world, count, hours):
    """The customer wrote, and the platform lets so many messages be sent."""
    allowance = Allowance("reply", count, world.now + hours * HOUR)
    await world.store.run(allowances.opened, Inbound("i", "web", SAM, SAM, "text", opens=(allowance,)))


async def note(world, case):
    return (await world.presses(ANA, f"c:reply:{case['id']}")).form.note


@pytest.fixture(params=["en", "zh-CN", "zh-TW"])
async def language(world, request):
    await world.store.run(lambda tx: people.upsert(tx, world.now, addresses=[("web", ANA)], language=request.param))
    return request.param


async def test_what_the_platform_still_lets_be_sent_is_said_in_the_readers_language(world, language):
    case = await world.unhappy(words="slow")
    await opens(world, 2, 3)
    assert (
        await note(world, case)
        == {
            "en": "Can be delivered now: 2 more messages, until today 13:00.",
            "zh-CN": "现在可以送达，还可发 2 条，今天 13:00 之前有效。",
            "zh-TW": "現在可以送達，還可傳 2 則，今天 13:00 之前有效。",
        }[language]
    )


async def test_a_closed_window_is_said_before_and_after(world, language):
    case = await world.unhappy(words="slow")
    await opens(world, 2, 3)
    await world.later(hours=4)
    said = {"en": "when they write again", "zh-CN": "再次发言后送出", "zh-TW": "再次發言後送出"}[language]
    assert said in await note(world, case)
    form = (await world.fills_in(ANA, f"preview:c:reply:{case['id']}", words="We are on it")).form
    assert said in form.note
    assert form.intro == "We are on it\n— Ana, Support"  # exactly what is read, and no more
    assert said in (await world.fills_in(ANA, f"c:reply:{case['id']}", words="We are on it")).notice


async def test_an_address_that_took_nothing_last_time_is_said_with_the_reason(world):
    case = await world.unhappy(words="slow")
    await world.store.run(people.mark_unreachable, "web", SAM, "blocked us")
    assert "(blocked us)" in await note(world, case)


async def test_a_notice_by_a_template_carries_no_words_of_a_colleague(world):
    case = await world.unhappy(words="slow")
    one = Inbound("i", "web", SAM, SAM, "text", opens=(Allowance("notice", 1),))
    await world.store.run(allowances.opened, one)
    assert "takes nothing from us" in await note(world, case)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (HoldUntilInbound("the window is closed"), "has not arrived yet"),
        (Unreachable("blocked"), "could not be delivered"),
    ],
)
async def test_a_reply_that_does_not_arrive_is_told_and_never_called_delivered(world, outcome, said):
    case = await world.unhappy(words="slow")
    world.web.script([outcome], address=SAM)
    await world.fills_in(ANA, f"c:reply:{case['id']}", words="We are on it")
    assert any(said in words for words in world.texts(SUPPORT))
    assert not any("delivered 1" in words for words in world.texts(SUPPORT))


async def test_a_reply_that_waited_is_called_delivered_when_it_was(world):
    case = await world.unhappy(words="slow")
    world.web.script([HoldUntilInbound("the window is closed")], address=SAM)
    await world.fills_in(ANA, f"c:reply:{case['id']}", words="We are on it")
    await world.later(hours=2)
    await world.writes(SAM, "hello?")
    assert "Ana to the customer: “We are on it” · delivered 12:00" in world.texts(SUPPORT)
