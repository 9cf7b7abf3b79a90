"""Who could not be told that something was changed is told when they write, while it is news, and once."""

from __future__ import annotations

import pytest
from test_improvements import complains, done_after_complaints, moved, outcome, resolved, telling, told
from world import ADA, SAM, WEI

from cxbot.ports import HoldUntilInbound, Unreachable
from cxbot.transactions import improvement_card


async def missed(world, why=None):
    """Sam was to be told and could not be: his window was closed for two weeks, or as `why` says."""
    made = await done_after_complaints(world, SAM)
    await world.later(days=10)
    world.web.script([why or HoldUntilInbound("window closed")], SAM)
    await telling(world, made)
    await world.later(seconds=31)
    await world.later(days=15)
    assert await told(world) == []
    return made


async def so_far(world, made):
    return await world.store.read(improvement_card.told_so_far, made["id"])


async def test_what_was_dropped_is_counted_and_shown_with_its_reason(world):
    made = await missed(world)
    assert await so_far(world, made) == ({"not_told": 1}, {"expired": 1})
    await world.writes(ADA, "why Sam", place=ADA)
    assert "The time for it had passed" in world.last(ADA).text
    await world.writes(ADA, "timeline Sam", place=ADA)
    assert "not said in time" in world.last(ADA).text


@pytest.mark.parametrize("why", [HoldUntilInbound("window closed"), Unreachable("blocked")])
async def test_it_is_said_once_when_they_write(world, why):
    made = await missed(world, why)
    await world.writes(SAM, "Hello, are you there?")
    assert await told(world) == [SAM]
    assert await outcome(world) == {"Sam Rivera": ("told", "")}
    assert await so_far(world, made) == ({"told": 1}, {})
    await world.writes(SAM, "thanks")
    await world.later(days=1)
    assert await told(world) == [SAM]


async def test_after_ninety_days_it_is_no_news(world):
    await missed(world)
    await world.later(days=91)
    await world.writes(SAM, "Hello")
    assert await told(world) == []


@pytest.mark.parametrize(("words", "why"), [("stop all", "opted_out"), ("agent", "open_case")])
async def test_what_they_write_may_be_why_they_are_not_told(world, words, why):
    await missed(world)
    await world.writes(SAM, words)
    assert await told(world) == []
    assert await outcome(world) == {"Sam Rivera": ("not_told", why)}
    assert why in await world.reasons("not_told")


async def test_who_has_complained_of_it_since_is_not_told_that_it_is_better(world):
    await missed(world)
    await world.later(days=20)
    assert len(await world.all("cases")) == 1
    await resolved(world, await complains(world, SAM), by=WEI)
    assert len(await world.all("cases")) == 2
    await world.writes(SAM, "Hello")
    assert await told(world) == []
    assert await outcome(world) == {"Sam Rivera": ("not_told", "complained_again")}


async def test_what_is_being_changed_again_is_not_said(world):
    made = await missed(world)
    await moved(world, made, "doing")
    await world.writes(SAM, "Hello")
    assert await told(world) == []
