from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from world import ANA, WEI


async def snoozed(world, who, words):
    case = await world.unhappy(words="slow")
    if who == WEI:
        await world.fills_in(ANA, f"c:hand_over:{case['id']}", owner="team:delivery")
    receipt = await world.writes(who, f"{'稍后处理' if who == WEI else 'snooze'} {case['code']} {words}")
    case = await world.reload(case)
    until = case["snoozed_until"]
    local = datetime.fromtimestamp(until / 1000, ZoneInfo("Asia/Shanghai"))
    return (f"{local:%m-%d %H:%M}" if until else ""), case["snooze_reason"], receipt


@pytest.mark.parametrize(
    ("who", "words", "until", "reason"),
    [
        (ANA, "2 weeks waiting for parts", "12-04 10:00", "waiting for parts"),
        (ANA, "1 week x", "11-27 10:00", "x"),
        (ANA, "two weeks x", "12-04 10:00", "x"),
        (ANA, "1.5 hours x", "11-20 11:30", "x"),
        (ANA, "until 3 dec 15:00: parts", "12-03 15:00", "parts"),
        (ANA, "tomorrow parts", "11-21 09:00", "parts"),
        (ANA, "monday parts", "11-24 00:00", "parts"),
        (WEI, "2周 等配件", "12-04 10:00", "等配件"),
        (WEI, "兩個星期 等配件", "12-04 10:00", "等配件"),
        (WEI, "明天 下午3点 等配件", "11-21 15:00", "等配件"),
    ],
)
async def test_until_when_is_read_before_the_reason(world, who, words, until, reason):
    assert (await snoozed(world, who, words))[:2] == (until, reason)


@pytest.mark.parametrize(
    "words", ["5 parts missing", "1 moment", "3 大概吧", "tomorrow afternoon parts", "2h 30 parts", "0h x", "-3h x"]
)
async def test_a_number_that_is_no_time_is_no_place_in_the_menu_and_is_asked(world, words):
    until, _, receipt = await snoozed(world, ANA, words)
    assert until == ""
    assert [field.value for field in receipt.form.fields][1] == words


async def test_a_number_alone_is_a_place_in_the_menu(world):
    until, _, receipt = await snoozed(world, ANA, "2")
    assert until == ""
    assert receipt.form.fields[0].value == "3h"


async def test_longer_than_a_snooze_may_be_is_refused(world):
    until, _, receipt = await snoozed(world, ANA, "3 months x")
    assert until == ""
    assert "14 days" in receipt.notice


async def test_a_snooze_of_days_ends_at_the_same_hour_or_when_the_team_opens_next(world):
    await world.writes(ANA, "team hours support mon-fri 09:00-18:00")
    await world.later(days=2)
    assert (await snoozed(world, ANA, "2 weeks parts"))[0] == "12-08 09:00", "a Saturday: the team opens on Monday"
