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


async def test_each_answer_stands_in_full_at_its_own_time(world):
    words = "The driver left the parcel in the rain, rang at the wrong door, and nobody has called me since Monday."
    await world.ticket_closed()
    await world.writes(SAM, "2")
    await world.later(hours=1)
    await world.writes(SAM, words)
    case = (await world.all("cases"))[-1]
    await world.writes(ANA, f"transcript {case['code']}")
    lines = world.last(SUPPORT).text.splitlines()
    score = next(n for n, line in enumerate(lines) if "Sam Rivera: 2/5" in line)
    said = next(n for n, line in enumerate(lines) if words in line)
    assert "10:00" in lines[score]
    assert "11:00" in lines[said]
    assert any("bot" in line for line in lines[score + 1 : said]), "what asked for the words stands between"
