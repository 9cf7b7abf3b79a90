from __future__ import annotations

from world import ADA, ANA, BEN, MEI, SAM, SUPPORT


async def page(world, who, **more):
    return (await world.acts(who, kind="page", place=who, **more)).page


def words(page):
    return "\n".join(part for section in page.sections for part in (section.title, section.text) if part)


def keys(page):
    return [choice.key for section in page.sections for choice in section.choices]


async def test_a_member_sees_their_own_cases_and_those_nobody_has(world):
    first = await world.unhappy()
    second = await world.unhappy(MEI, 1)
    await world.presses(ANA, f"c:claim:{first['id']}")
    shown = await page(world, ANA)
    assert "Your open cases: 1" in words(shown)
    assert first["code"] in words(shown)
    assert "Nobody has these yet: 1" in words(shown)
    assert f"c:claim:{second['id']}" in keys(shown)
    assert "Teams" not in words(shown)
    assert "Your open cases: 0" in words(await page(world, BEN))


async def test_an_admin_sees_surveys_teams_todays_numbers_and_what_is_stuck(world):
    await world.unhappy()
    shown = words(await page(world, ADA))
    for heading in ("Today", "What is stuck", "Surveys", "Teams"):
        assert heading in shown
    assert "Support: Ana and Ben" in shown
    assert "csat" in shown
    assert "Cases: 1 opened" in shown


async def test_a_customer_sees_their_own_answers_only_and_can_stop_being_asked(world):
    await world.unhappy(words="too slow")
    await world.unhappy(MEI, 1)
    shown = await page(world, SAM)
    assert "2 · too slow" in words(shown)
    assert "Teams" not in words(shown)
    assert keys(shown) == ["o:consent:stop"]
    await world.presses(SAM, "o:consent:stop")
    assert (await world.person("Sam Rivera"))["opted_out"] == "surveys"
    assert keys(await page(world, SAM)) == ["o:consent:start"]


async def test_a_stranger_is_shown_nothing_and_not_kept(world):
    shown = await page(world, "customer:new", language="zh-CN")
    assert "没有关于您的记录" in words(shown)
    assert not [row for row in await world.all("addresses") if row["address"] == "customer:new"]


async def test_the_page_speaks_the_language_of_its_reader_and_is_drawn_anew_each_time(world):
    await world.unhappy(MEI)
    assert "您的回答" in words(await page(world, MEI, id="same"))
    await world.presses(MEI, "o:consent:stop")
    assert "恢复询问" in [c.label for s in (await page(world, MEI, id="same")).sections for c in s.choices]
    assert world.last(SUPPORT)
