from __future__ import annotations

import pytest
from recovery_cast import button, checklist, fact, with_playbooks
from world import ANA, BEN, DELIVERY, SAM, SUPPORT, WEI, World


async def said(world: World, who: str, text: str, place: str = SUPPORT) -> str:
    before = len(world.texts(place))
    receipt = await world.writes(who, text, place=place)
    return "\n".join([receipt.notice, *world.texts(place)[before:]])


async def a_delivery(world: World):
    await world.happens("delivery", "delivered")
    await world.writes(SAM, "1")
    return (await world.all("cases"))[-1]


async def test_the_button_ticks_the_next_step_says_what_is_left_and_goes_when_all_is_done(world):
    await with_playbooks(world)
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    receipt = await world.presses(ANA, button(world.cards()[-1], "step"))
    assert receipt.notice.startswith("“Apologise for how they were served” is done. Still open: Hear both sides")
    assert fact(world.cards()[-1], "Steps").startswith("1 of 5\n☑ Apologise for how they were served\n☐ ")
    for _ in range(4):
        receipt = await world.presses(ANA, button(world.cards()[-1], "step"))
    assert receipt.notice == "“Follow up within a week” is done."
    assert "Step done" not in [choice.label for choice in world.cards()[-1].choices]
    assert "All steps" in (await world.presses(ANA, f"c:step:{case['id']}")).notice


async def test_steps_lists_them_and_step_ticks_one_and_opens_it_again(world):
    await with_playbooks(world)
    case = await world.unhappy()
    listed = await said(world, ANA, f"steps {case['code'].lower()}")
    assert f"Case {case['code']}, 0 of 5 steps done:\n1 ☐ Apologise" in listed
    ticked = await said(world, ANA, f"step {case['code']} 2")
    assert "“Hear both sides” is done." in ticked
    assert "2 ☑ Hear both sides · Ana · today 10:00" in ticked
    assert (await checklist(world, case))["listen"] == "done"
    opened = await said(world, BEN, f"step {case['code']} 2")
    assert "is open again" in opened
    assert (await checklist(world, case))["listen"] == "open"
    assert "“Apologise for how they were served” is done" in await said(world, BEN, f"step {case['code']}")


@pytest.mark.parametrize(
    ("text", "answer"), [("step {code} 9", "no step “9”"), ("step NOCASE 1", "no case NOCASE"), ("step", "the number")]
)
async def test_a_step_or_case_that_is_not_there_is_said(world, text, answer):
    await with_playbooks(world)
    case = await world.unhappy()
    assert answer in await said(world, ANA, text.format(code=case["code"]))
    assert set((await checklist(world, case)).values()) == {"open"}


async def test_the_same_in_chinese(world):
    await with_playbooks(world)
    case = await a_delivery(world)
    assert f"服务单 {case['code']}，5 个步骤已完成 0 个" in await said(world, WEI, f"步骤 {case['code']}", DELIVERY)
    assert "“与配送方和客户核实”已完成" in await said(world, WEI, f"完成步骤 {case['code']} 第2步", DELIVERY)
    receipt = await world.presses(WEI, f"c:step:{case['id']}")
    assert receipt.notice.startswith("“为配送致歉”已完成。还有：")
    form = (await world.presses(WEI, f"c:resolve:{case['id']}")).form
    assert form.intro == "尚未完成的步骤：补发或退款、确认客户已收到和反馈给配送方以防再发生。仍可继续解决。"


async def test_ones_own_cases_are_listed_with_what_comes_next(world):
    await with_playbooks(world)
    assert "no open cases with steps" in await said(world, ANA, "steps")
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    assert f"{case['code']} Sam Rivera: 0 of 5; next: Apologise" in await said(world, ANA, "steps")


async def test_another_teams_steps_are_theirs(world):
    await with_playbooks(world)
    case = await world.unhappy()
    for text in (f"steps {case['code']}", f"step {case['code']} 1"):
        assert "只有团队成员可以操作" in await said(world, WEI, text, DELIVERY)
    assert set((await checklist(world, case)).values()) == {"open"}


async def test_a_case_can_be_resolved_with_open_steps_and_says_which(world):
    await with_playbooks(world)
    case = await world.unhappy()
    form = (await world.presses(ANA, f"c:resolve:{case['id']}")).form
    assert form.intro.startswith("Steps still open: Apologise for how they were served, Hear both sides")
    receipt = await world.resolves(ANA, case)
    assert "Steps still open: Apologise" in receipt.notice
    assert "Put it right" not in receipt.notice  # the resolution is that step
    assert (await world.reload(case))["state"] == "resolved"


async def test_the_timeline_tells_of_steps_by_name(world):
    await with_playbooks(world)
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.presses(ANA, button(world.cards()[-1], "step"))
    told = await said(world, ANA, f"timeline {case['code']}")
    assert "steps added · How we served the customer" in told
    assert "step done · Ana · Apologise for how they were served" in told


async def test_a_dismissed_case_has_no_steps_to_tick(world):
    await with_playbooks(world)
    case = await world.unhappy()
    await world.fills_in(ANA, f"c:dismiss:{case['id']}", ending="spam")
    assert "already over" in await said(world, ANA, f"step {case['code']} 1")
