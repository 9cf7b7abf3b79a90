from __future__ import annotations

import pytest
from world import ADA, ANA, DELIVERY, MINUTE, SAM, SUPPORT, keys_of

from cxbot.ports import TryLater, Unknown, Unreachable
from cxbot.transactions import settings

GONE = Unreachable("the channel is archived")
COMPANY = {"name": {"en": "Harbour"}, "privacy_url": "https://example.com/p", "time_zone": "Asia/Shanghai"}


@pytest.fixture
async def with_fallback(world):
    await world.store.run(settings.put, "company", {**COMPANY, "language": "en", "fallback": f"web:{DELIVERY}"})
    return world


async def test_an_alert_that_a_teams_channel_refuses_goes_to_the_fallback_and_the_admins_hear_once(with_fallback):
    world = with_fallback
    world.web.script([GONE] * 9, SUPPORT)
    case = await world.unhappy()
    (card,) = world.cards(DELIVERY)
    assert case["code"] in dict(card.facts).values()
    await world.unhappy("customer:other", 1)
    told = [text for text in world.texts(ADA) if "can't be written to" in text]
    assert len(told) == 1
    assert "Support" in told[0]
    assert "the channel is archived" in told[0]
    assert len(world.cards(DELIVERY)) == 2


async def test_without_a_fallback_the_alert_goes_to_an_admin(world):
    world.web.script([GONE], SUPPORT)
    case = await world.unhappy()
    assert [card for card in world.cards(ADA) if case["code"] in dict(card.facts).values()]
    assert (await world.presses(ADA, f"c:claim:{case['id']}")).notice.startswith("Case")


async def test_what_follows_stands_under_the_alert_that_took_the_place(with_fallback):
    world = with_fallback
    world.web.script([GONE], SUPPORT)
    case = await world.unhappy()
    await world.later(minutes=31)
    reminder = world.last(DELIVERY) if world.last(DELIVERY).thread else world.web.sent[-2]
    card = await world.the("outbox", id=(await world.reload(case))["card_id"])
    assert reminder.thread == card["platform_id"]


async def test_lines_that_were_under_way_to_a_lost_place_are_said_at_the_fallback(with_fallback):
    world = with_fallback
    case = await world.unhappy()
    world.web.script([GONE], SUPPORT)
    await world.later(minutes=31)
    assert [text for text in world.texts(DELIVERY) if "has been waiting" in text]
    assert (await world.reload(case))["state"] == "open"


async def test_somebody_who_acts_in_the_place_brings_it_back(with_fallback):
    world = with_fallback
    world.web.script([GONE], SUPPORT)
    await world.unhappy()
    await world.writes(ANA, "status")
    assert [text for text in world.texts(ADA) if "can be written to again" in text]
    cards = len(world.cards(SUPPORT))
    await world.unhappy("customer:other", 1)
    assert len(world.cards(SUPPORT)) > cards


async def test_status_says_which_teams_channel_is_lost(with_fallback):
    world = with_fallback
    world.web.script([GONE], SUPPORT)
    await world.unhappy()
    await world.writes(ADA, "status")
    assert "Support: its channel can't be written to (the channel is archived)" in world.texts(ADA)[-1]


async def test_how_long_the_platform_asks_to_wait_counts_for_everything_said_there_and_outlives_the_process(world):
    world.web.script([TryLater("too many", after=30_000)], SUPPORT)
    await world.unhappy()
    await world.unhappy("customer:other", 1)
    tried = [message for message in world.web.tried if message.address == SUPPORT]
    assert len(tried) == 1
    await world.later(seconds=29)
    assert len([message for message in world.web.tried if message.address == SUPPORT]) == 1
    await world.later(seconds=1)
    assert len(world.cards()) >= 2


async def test_what_may_have_been_sent_says_so_when_it_is_tried_again(world):
    world.web.script([Unknown("the connection broke"), TryLater("busy")], SUPPORT)
    await world.unhappy()
    await world.later(seconds=11)
    await world.later(minutes=2)
    tried = [message for message in world.web.tried if message.address == SUPPORT][:3]
    assert [message.maybe_sent for message in tried] == [False, True, True]


async def test_a_lease_that_lapsed_may_have_been_sent(world):
    await world.ticket_closed(settle=False)
    at = {"now": world.now, "machine": world.now, "lease_until": world.now + MINUTE}
    await world.store.run(lambda tx: tx.run("outbox.claim", channel="web", worker="dead", most=9, **at))
    await world.later(minutes=2)
    assert world.last(SAM).maybe_sent
    assert keys_of(await world.all("outbox", kind="question")) == [""]
