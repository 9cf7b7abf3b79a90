from __future__ import annotations

import pytest
from test_command_turns import says
from world import ANA, WEI


async def answers(world, values):
    for value in values:
        who = f"customer:{len(await world.all('people'))}"
        await world.happens("ticket", "closed", who, settle=False)
        await world.acts(who, kind="text", text=str(value), settle=False)


@pytest.mark.parametrize(
    ("who", "asked", "words"),
    [
        (
            ANA,
            "numbers week",
            ("CSAT 90%", "n = 40", "points higher than the period before", "50%", "(20 in the period before)"),
        ),
        (WEI, "数据 本周 support", ("CSAT 90%", "n = 40", "比上一期", "高 40 个点", "上一期 20")),
    ],
)
async def test_a_period_is_shown_beside_the_one_before(world, who, asked, words):
    await answers(world, [5] * 20 + [1] * 20)
    await world.later(days=7)
    await answers(world, [5] * 36 + [1] * 4)
    await world.settle()
    said = await says(world, who, asked)
    for word in words:
        assert word in said


async def test_a_small_difference_is_none_and_too_few_are_said(world):
    await answers(world, [5] * 20 + [1] * 20)
    await world.later(days=7)
    await answers(world, [5] * 21 + [1] * 19)
    assert "no clear difference from the period before (50%, n = 40)" in await says(world, ANA, "num week")
    await world.later(days=7)
    await answers(world, [5] * 3)
    said = await says(world, ANA, "numbers week")
    assert "too few" in said
    assert "higher" not in said


@pytest.mark.parametrize(
    ("who", "asked", "head"),
    [
        (ANA, "numbers last week", "Last week (2025-11-10 to 2025-11-16)"),
        (ANA, "numbers 2025-11-01 to 2025-11-14 for delivery", "2025-11-01 to 2025-11-14 · Delivery"),
        (ANA, "numbers last 14 days compared with the period before", "Last 14 days"),
        (WEI, "数据 上周 配送", "上周（2025-11-10 至 2025-11-16）"),
        (WEI, "数据 近14天", "最近 14 天"),
        (WEI, "數據 上個月", "上个月（2025-10-01 至 2025-10-31）"),
    ],
)
async def test_periods_are_named_in_many_ways(world, who, asked, head):
    assert (await says(world, who, asked)).startswith(head)


@pytest.mark.parametrize(
    ("who", "asked", "scope"),
    [(ANA, "numbers week ticket", "ticket"), (ANA, "numbers supp", "Support"), (WEI, "数据 本周 工单", "ticket")],
)
async def test_a_touchpoint_or_a_team_is_named_by_its_word_or_a_part_of_it(world, who, asked, scope):
    assert f"· {scope}" in (await says(world, who, asked)).splitlines()[0]


async def test_what_is_neither_is_said_with_what_was_understood(world):
    said = await says(world, ANA, "numbers last week suport")
    assert "Last week" in said
    assert "“suport” is neither" in said
    assert "Did you mean support" in said
