from __future__ import annotations

from world import ADA, ANA, BEN, SUPPORT


async def answer(world, text, who=ADA):
    before = len(world.texts(who))
    await world.writes(who, text)
    return "\n".join(world.texts(who)[before:])


async def fixed(world, n, word="Yes, it's fixed"):
    for _ in range(n):
        case = await world.unhappy()
        await world.presses(ANA, f"c:claim:{case['id']}")
        await world.later(minutes=12)
        await world.presses(ANA, f"c:contacted:{case['id']}")
        await world.resolves(ANA, case)
        await world.later(hours=1, minutes=2)
        await world.writes("customer:sam", word)
        await world.later(days=8)


async def test_the_figures_are_the_customers_own_word_and_honest_about_few(world):
    await fixed(world, 2)
    said = await answer(world, "recovery quarter")
    assert "2 cases" in said
    assert "too few to say (n = 2)" in said
    assert "half of them within 12 min" in said


async def test_open_cases_count_as_still_open(world):
    await world.unhappy()
    said = await answer(world, "recovery")
    assert "not yet half of them (1 of 1 still waiting)" in said


async def test_a_case_that_was_opened_again_took_from_its_first_day_to_its_last_resolution(world):
    case = await world.unhappy(words="slow")
    await world.later(minutes=3)
    await world.fills_in(ANA, f"c:reply:{case['id']}", words="We are looking into it.")
    await world.resolves(ANA, case)
    await world.later(hours=4)
    await world.writes("customer:sam", "no")
    again = await world.reload(case)
    assert (again["state"], again["opened_at"], again["contacted_at"]) == ("claimed", case["opened_at"], 0)
    await world.later(hours=2)
    await world.resolves(ANA, case)
    said = await answer(world, "recovery")
    assert "First contact: half of them within 3 min" in said
    assert "Resolved: half of them within 6 h 3 min" in said
    assert "Opened again: 1" in said


async def test_by_agent_the_credit_is_shared_on_a_hand_over(world):
    case = await world.unhappy(words="slow")
    await world.presses(ANA, f"c:claim:{case['id']}")
    ben = await world.person("Ben")
    await world.fills_in(ANA, f"c:hand_over:{case['id']}", owner=ben["id"])
    await world.resolves(BEN, case)
    await world.later(hours=1, minutes=2)
    await world.writes("customer:sam", "yes")
    said = await answer(world, "recovery month by agent")
    assert said.count("credit 0.5") == 2
    assert "Ana" in said
    assert "Ben" in said


async def test_in_chinese_by_cause_and_in_a_teams_place_its_own_alone(world):
    await fixed(world, 1)
    assert "挽回" not in await answer(world, "挽回 季度 按 原因")
    before = len(world.texts(SUPPORT))
    await world.writes(ANA, "/recovery quarter by cause", command=True)
    said = "\n".join(world.texts(SUPPORT)[before:])
    assert "1 case" in said


async def test_an_unknown_word_is_told_with_an_example_and_nothing_says_so(world):
    assert "recovery month by agent" in await answer(world, "recovery sideways")
    assert "no cases" in await answer(world, "recovery today")
