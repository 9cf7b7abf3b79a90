"""Sends of cadences: so many a minute and no more, on workdays only, and a run keeps to what it began with."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from world import DAY, HOUR, MINUTE, SAM, THURSDAY_TEN

from cxbot.clock import next_time
from cxbot.domain import cadence
from cxbot.domain.cadence_words import read
from cxbot.transactions import cadence_changes, cadences, forecasts, people, runs, settings

ZONE = "Asia/Shanghai"


async def crowd(world, n, zone=ZONE, first=0, **more):
    def add(tx):
        for number in range(first, first + n):
            name = f"customer:{number:03}"
            people.upsert(tx, world.now, addresses=[("web", name)], name=name, time_zone=zone, **more)

    await world.store.run(add)


async def limit(world, **sending):
    await world.store.run(settings.put, "cadences", sending)


async def draft(world, words, survey="nps"):
    said = read(words, ZONE, world.now)
    return await world.store.run(cadences.create, survey, said.plan, said.name, "ada", world.now)


async def start(world, row):
    assert await world.store.run(cadences.start, row["id"], "ada", world.now, next_time) == "done"
    await world.settle()
    await world.later(seconds=1)


async def by_minute(world):
    """How many were asked in each minute since Thursday at ten."""
    rows = await world.all("invitations")
    return dict(Counter((row["asked_at"] - THURSDAY_TEN) // MINUTE for row in rows if row["asked_at"]))


async def minutes(world, n):
    for _ in range(n):
        await world.later(minutes=1)


async def test_no_more_than_so_many_are_asked_in_a_minute_however_fast_it_was_told_to_be(world):
    await limit(world, per_minute=2)
    await crowd(world, 7)
    await start(world, await draft(world, "from now 10000 an hour"))
    await minutes(world, 5)
    assert await by_minute(world) == {0: 2, 1: 2, 2: 2, 3: 1}


async def test_two_cadences_share_the_limit(world):
    await limit(world, per_minute=3)
    await crowd(world, 4, segment="gold")
    await crowd(world, 4, first=4, segment="silver")
    await start(world, await draft(world, "from now segment gold as gold 10000 an hour"))
    await start(world, await draft(world, "from now segment silver as silver 10000 an hour"))
    await minutes(world, 6)
    counts = await by_minute(world)
    assert sum(counts.values()) == 8
    assert max(counts.values()) <= 3


async def test_follow_ups_that_fall_due_together_are_spread_over_minutes(world):
    await limit(world, per_minute=2)
    await start(world, await draft(world, "after delivery in 2d", "csat"))
    for number in range(5):
        await world.happens("delivery", "returned", f"customer:{number:03}")
    # Saturday becomes Monday at nine.
    await world.later(days=3, hours=23)
    assert await by_minute(world) == {(3 * DAY + 23 * HOUR) // MINUTE: 2}
    waiting = [row["reason"] for row in await world.all("invitations", state="waiting")]
    assert waiting == [runs.RATE] * 3
    await minutes(world, 3)
    assert sorted((await by_minute(world)).values()) == [1, 2, 2]


async def test_what_is_late_does_not_leave_after_hours_or_on_a_holiday(world):
    await limit(world, hours={"country": "", "closed": ["2025-11-21"]})
    await crowd(world, 3)
    await start(world, await draft(world, "from now 1 an hour"))
    assert sum((await by_minute(world)).values()) == 1
    await world.later(hours=9)  # nobody looked before 19:00
    assert sum((await by_minute(world)).values()) == 1
    await world.later(days=1)
    assert sum((await by_minute(world)).values()) == 1, "Friday is closed"
    await world.later(days=2, hours=14)
    await minutes(world, 1)
    assert sum((await by_minute(world)).values()) == 3, "Monday at nine"


async def test_the_forecast_goes_by_the_limit_and_the_holidays(world):
    await limit(world, per_minute=1, hours={"closed": ["2025-11-21"]})
    await crowd(world, 500)
    row = await draft(world, "from now 10000 an hour")
    found = await world.store.read(forecasts.forecast, row, world.now, next_time)
    assert (found.pace, found.days) == (60, 2)
    # 480 on Thursday, 20 on Monday: Friday is closed.
    assert found.ends == THURSDAY_TEN + 4 * DAY - HOUR + 19 * MINUTE


async def change(world, row, **given):
    plan = replace(cadences.plan_of(row), **given)
    return await world.store.run(
        cadence_changes.change, row["id"], row["name"], row["survey"], plan, "ada", world.now, next_time
    )


async def test_a_run_goes_on_asking_whom_it_began_with_whatever_is_changed_meanwhile(world):
    await crowd(world, 150, segment="gold")
    row = await draft(world, "every month from now segment gold 10000 an hour")
    assert await world.store.run(cadences.start, row["id"], "ada", world.now, next_time) == "done"
    for _ in range(2):  # it begins, and goes through the first hundred
        await world.store.run(cadences.step, row["id"], world.now, next_time)
    row = await world.the("cadences")
    assert await change(world, row, audience=cadence.Audience(segment="silver")) == "done"
    await world.settle()
    made = await world.all("invitations")
    assert len(made) == 150
    assert cadences.plan_of(await world.the("cadences")).audience.segment == "silver"
    await world.later(days=30)
    await world.settle()
    assert len(await world.all("invitations")) == 150, "nobody is silver"


async def test_a_new_pace_gives_those_who_wait_new_turns(world):
    await crowd(world, 5)
    row = await draft(world, "from now 1 an hour")
    await start(world, row)
    assert await change(world, await world.the("cadences"), pace=60) == "done"
    await minutes(world, 5)
    assert sum((await by_minute(world)).values()) == 5


async def test_a_pause_keeps_back_who_has_a_place_in_a_later_minute(world):
    await limit(world, per_minute=1)
    await start(world, await draft(world, "after delivery in 1d", "csat"))
    row = await world.the("cadences")
    for number in range(4):
        await world.happens("delivery", "returned", f"customer:{number:03}")
    await world.later(days=1)
    assert sum((await by_minute(world)).values()) == 1
    await world.store.run(cadences.pause, row["id"], "ada", world.now)
    await minutes(world, 10)
    assert sum((await by_minute(world)).values()) == 1
    await world.store.run(cadences.resume, row["id"], "ada", world.now, next_time)
    await minutes(world, 5)
    assert max((await by_minute(world)).values()) == 1
    await world.store.run(cadences.stop, row["id"], "ada", world.now)
    asked = sum((await by_minute(world)).values())
    await minutes(world, 10)
    assert sum((await by_minute(world)).values()) == asked
    assert SAM not in {message.address for message in world.web.sent}


@pytest.mark.parametrize("end", [cadences.pause, cadences.stop])
async def test_places_of_a_cadence_that_was_paused_or_stopped_are_free_for_others(world, end):
    await limit(world, per_minute=1)
    await start(world, await draft(world, "after delivery in 1d", "csat"))
    first = await world.the("cadences")
    for number in range(8):
        await world.happens("delivery", "returned", f"customer:{number:03}")
    await world.later(days=1)
    assert len(await world.all("invitations", reason=runs.RATE)) == 7
    await world.store.run(end, first["id"], "ada", world.now)
    await crowd(world, 1, first=100, segment="gold")
    await start(world, await draft(world, "from now segment gold as gold"))
    await minutes(world, 1)
    assert sum((await by_minute(world)).values()) == 2


async def test_another_time_for_the_next_occasion_leaves_the_turns_of_this_one(world):
    await crowd(world, 4)
    await start(world, await draft(world, "every month from now 2 an hour"))
    before = [row["due_at"] for row in await world.all("invitations", state="waiting")]
    await minutes(world, 5)
    row = await world.the("cadences")
    weekly = read("every week", ZONE, world.now).plan
    assert await change(world, row, every=weekly.every, since=0, at_once=False) == "done"
    assert [row["due_at"] for row in await world.all("invitations", state="waiting")] == before
