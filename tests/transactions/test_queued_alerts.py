from __future__ import annotations

from world import ANA, HOUR, MEI, SAM, SUPPORT

from cxbot.domain.policy import TeamPolicy
from cxbot.transactions import teams


async def evening(world):
    """Thursday, seven in the evening: the team has gone home."""
    await world.later(hours=9)


async def test_an_alert_outside_the_teams_hours_waits_for_the_morning(world):
    await evening(world)
    case = await world.unhappy()
    assert world.texts(SUPPORT) == []
    assert case["alert_at"] == world.now + 14 * HOUR
    assert await world.history(case) == ["opened", "alert_queued"]
    await world.later(hours=14)
    assert len(world.cards()) == 1
    assert (await world.reload(case))["alert_at"] == 0
    assert (await world.history(case))[2:] == ["alert"]


async def test_over_a_weekend_it_waits_for_monday(world):
    await world.later(hours=32)
    case = await world.unhappy()
    assert case["alert_at"] == world.now + 63 * HOUR
    await world.later(hours=63)
    assert len(world.cards()) == 1


async def test_a_critical_one_is_shown_at_once(world):
    await evening(world)
    await world.unhappy(words="I was injured")
    assert len(world.cards()) >= 1


async def test_one_that_becomes_critical_waits_no_longer(world):
    await evening(world)
    case = await world.unhappy()
    assert world.cards() == []
    await world.writes(SAM, "I was injured by it")
    assert world.cards()[-1].title.startswith("Critical")
    assert (await world.reload(case))["alert_at"] == 0


async def test_what_the_customer_adds_at_night_stands_on_the_alert_in_the_morning(world):
    await evening(world)
    await world.unhappy(words="slow, and nobody answered")
    await world.writes(SAM, "still waiting here")
    assert world.texts(SUPPORT) == []
    await world.later(hours=14)
    assert "still waiting here" in world.cards()[0].text


async def test_a_colleague_who_acts_before_brings_the_alert_forward(world):
    await evening(world)
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    assert world.cards()[-1].choices[0].key == f"c:resolve:{case['id']}"
    await world.later(hours=14)
    assert (await world.history(case))[:3] == ["opened", "alert_queued", "claimed"]


async def test_where_the_customers_window_ends_before_the_morning_the_alert_comes_in_time(world):
    await evening(world)
    case = await world.unhappy()
    until = world.now + 8 * HOUR
    await world.store.run(_window, case["id"], until, world.now)
    await world.later(hours=6)
    assert len(world.cards()) >= 1
    assert any("can be written to only until" in text for text in world.texts(SUPPORT))


def _window(tx, case_id, until, now):
    from cxbot.transactions import cases

    return cases.write(tx, cases.get(tx, case_id), {"window_until": until, "window_told": 0}, now)


async def test_a_storm_at_night_is_one_card_and_leaves_none_for_the_morning(world):
    policy = TeamPolicy(storm_cases=2, opening_card=False)
    await world.store.run(teams.set_policy, "support", policy, "", world.now)
    await evening(world)
    await world.unhappy(SAM)
    await world.unhappy(MEI)
    assert [row["alert_at"] for row in await world.all("cases")] == [0, 0]
    await world.later(hours=14)
    assert {row["key"] for row in await world.all("outbox", address=SUPPORT, kind="card")} == set()


async def test_a_team_that_wants_every_alert_at_once_has_it(world):
    await world.store.run(teams.set_policy, "support", TeamPolicy(queue_alerts=False), "", world.now)
    await evening(world)
    await world.unhappy()
    assert len(world.cards()) == 1
