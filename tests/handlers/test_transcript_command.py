from __future__ import annotations

from world import ANA, MEI, SAM, SUPPORT, WEI


async def test_all_that_was_said_with_the_customer_of_a_case(world):
    case = await world.unhappy(words="slow")
    await world.fills_in(ANA, f"c:reply:{case['id']}", words="We are looking into it.")
    await world.writes(SAM, "any news?")
    await world.writes(ANA, f"transcript {case['code']}")
    said = world.last(SUPPORT).text
    assert said.startswith(f"Case {case['code']} · Sam Rivera")
    for part in ("slow", "any news?", "We are looking into it."):
        assert part in said


async def test_in_chinese(world):
    case = await world.unhappy(MEI, words="太慢")
    await world.fills_in(ANA, f"c:hand_over:{case['id']}", owner="team:delivery")
    await world.writes(WEI, f"对话记录 {case['code']}")
    assert "太慢" in world.last("team:delivery").text


async def test_only_for_those_who_may_work_the_case(world):
    case = await world.unhappy(words="slow")
    await world.writes(WEI, f"对话记录 {case['code']}")
    assert "slow" not in "\n".join(world.texts("team:delivery"))
