"""What an improvement has changed is said with the days that are compared, in the three languages."""

from __future__ import annotations

import pytest
from world import DAY

from cxbot import wording
from cxbot.ports import Limits
from cxbot.transactions import improvement_numbers, improvements


async def done(world, days=2):
    wei = await world.person("小伟")
    given = {"title": "A second courier", "owner_id": wei["id"], "done_by": world.now + 28 * DAY}
    made = await world.store.run(improvements.propose, "delivery", "late", wei["id"], world.now, **given)
    for state in ("doing", "done"):
        made = await world.store.run(improvements.move, made["id"], state, wei["id"], world.now)
        await world.later(days=days, minutes=1)
    return await world.the("improvements")


async def head(world, made, language):
    """The line above the figures as somebody in another zone reads it."""
    lines = await world.store.read(improvement_numbers.lines, made, world.now)
    row = wording.Meaning(
        "", "", "", "message", lines[0]["key"], {"zone": "Pacific/Auckland", **lines[0]["args"]}, language=language
    )
    return wording.render(row, Limits(), world.now).text


@pytest.mark.parametrize(
    ("language", "one_day", "ten", "thirty"),
    [
        (
            "en",
            "The 1 day before it began (Wed 19 Nov) and after it was done (Sun 23 Nov); the days of the change are left"
            " out, and so is today, which is not over:",
            "(Mon 10 Nov to Wed 19 Nov) and after it was done (Sun 23 Nov to Tue 2 Dec)",
            "(Tue 21 Oct to Wed 19 Nov) and after it was done (Sun 23 Nov to Mon 22 Dec); the days of the change are"
            " left out:",
        ),
        (
            "zh-CN",
            "开始之前 11月19日（周三），完成之后 11月23日（周日），各 1 天；改进期间的日子和尚未结束的今天不计入：",
            "开始之前 11月10日（周一）至11月19日（周三），完成之后 11月23日（周日）至12月2日（周二），各 10 天",
            "各 30 天；改进期间的日子不计入：",
        ),
        (
            "zh-TW",
            "開始之前 11月19日（週三），完成之後 11月23日（週日），各 1 天；改善期間的日子和尚未結束的今天不計入：",
            "開始之前 11月10日（週一）至11月19日（週三），完成之後 11月23日（週日）至12月2日（週二），各 10 天",
            "各 30 天；改善期間的日子不計入：",
        ),
    ],
)
async def test_the_days_before_and_after_are_named(world, language, one_day, ten, thirty):
    made = await done(world)
    assert await head(world, made, language) == one_day
    await world.later(days=9)
    assert ten in await head(world, made, language)
    await world.later(days=25)
    assert thirty in await head(world, made, language)


async def test_while_it_is_too_early_the_days_before_are_named_alone(world):
    made = await done(world, days=0)
    assert await head(world, made, "en") == "The 30 days before it began (Tue 21 Oct to Wed 19 Nov):"
