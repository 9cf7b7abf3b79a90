"""As a team's day begins it reads what there is to do, in order, and what customers said was well done."""

from __future__ import annotations

from world import ANA, SAM, SUPPORT, YITING

from cxbot.transactions import openings


async def next_morning(world):
    await world.later(hours=23)


def morning(world):
    return [text for text in world.texts(SUPPORT) if text.startswith("Good morning")]


async def test_the_cases_come_in_order_with_what_is_late_and_due_today(world):
    await world.store.run(openings.schedule, world.now)
    case = await world.unhappy(SAM, 1)
    await world.later(hours=6)
    await world.unhappy(YITING, 2)
    await world.later(hours=17)
    (text,) = morning(world)
    assert "2 open cases" in text
    assert "1 past the promise" in text
    assert text.index(case["code"]) < text.index((await world.all("cases"))[-1]["code"])


async def test_a_quiet_team_is_told_nothing_and_a_busy_one_once_a_day(world):
    await world.store.run(openings.schedule, world.now)
    await next_morning(world)
    assert morning(world) == []
    await world.unhappy()
    await world.later(days=3)
    await world.later(days=1)
    assert len(morning(world)) == 2, "Monday and Tuesday"
    await world.later(minutes=5)
    assert len(morning(world)) == 2


async def test_at_a_weekend_nobody_is_told(world):
    await world.store.run(openings.schedule, world.now)
    await world.later(hours=24)
    await world.unhappy()
    await world.later(days=1)
    await world.later(hours=20)
    assert morning(world) == [], "Saturday and Sunday"
    await world.later(hours=27)
    assert len(morning(world)) == 1


async def test_praise_comes_with_its_words_and_the_agent_once(world):
    await world.store.run(openings.schedule, world.now)
    await world.ticket_closed(SAM, agent="Ana Lee")
    await world.writes(SAM, "5")
    await world.writes(SAM, "She knew at once what was wrong.")
    await next_morning(world)
    (text,) = morning(world)
    assert "5/5 from Sam Rivera for Ana Lee: “She knew at once what was wrong.”" in text
    await world.later(days=1)
    assert len(morning(world)) == 1


async def test_what_customers_confirmed_is_said(world):
    await world.store.run(openings.schedule, world.now)
    case = await world.unhappy(words="slow")
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.resolves(ANA, case)
    await world.later(hours=1, minutes=2)
    await world.writes(SAM, "yes")
    await next_morning(world)
    assert "1 customer says that it is fixed" in morning(world)[-1]
