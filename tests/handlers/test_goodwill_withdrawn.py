"""Who asked for goodwill takes the request back with the button that refuses it."""

from __future__ import annotations

import pytest
from recovery_cast import fact, with_goodwill, with_playbooks
from world import ANA, BEN, DELIVERY, SAM, SUPPORT, WEI, arguments


def question(world):
    return [message for message in world.web.sent if any(c.key.startswith("g:") for c in message.choices)][-1]


async def asks(world, who, case):
    await world.fills_in(who, f"c:goodwill:{case['id']}", amount="20", reason="late", told="For you.")
    return question(world)


async def test_who_asked_withdraws_it_and_it_is_on_the_card_and_in_the_figures(world):
    await with_goodwill(world)
    case = await world.unhappy()
    asked = await asks(world, BEN, case)
    approve, refuse = (choice.key for choice in asked.choices)
    assert "You may not decide" in (await world.presses(BEN, approve)).notice
    told = (await world.presses(BEN, refuse)).notice
    assert told == f"CNY 20.00 in case {case['code']} is withdrawn; nothing is given."
    assert "Ben withdrew the request to give Sam Rivera CNY 20.00" in "\n".join(world.texts(SUPPORT))
    assert [message for message in world.web.sent if "withdrawn, by Ben" in message.text][-1].choices == ()
    assert "withdrawn" in fact(world.cards()[-1], "Goodwill")
    assert (await world.presses(ANA, approve)).notice == "That is decided already: withdrawn, by Ben."
    await world.writes(ANA, "goodwill", place=SUPPORT)
    assert "Withdrawn: CNY 20.00, 1 time" in world.last(SUPPORT).text
    assert "For you." not in "\n".join(world.texts(SAM))
    assert "goodwill_withdrawn" in await world.history(case)
    assert "goodwill_refused" not in await world.history(case)


async def test_the_same_in_chinese(world):
    await with_goodwill(world, "delivery", escalate_to="support")
    await world.happens("delivery", "delivered")
    await world.writes(SAM, "1")
    case = (await world.all("cases"))[-1]
    asked = await asks(world, WEI, case)
    told = (await world.presses(WEI, asked.choices[1].key)).notice
    assert told == f"已撤回服务单 {case['code']} 的补偿申请 CNY 20.00。"
    await world.writes(WEI, "补偿", place=DELIVERY)
    assert "已撤回：CNY 20.00，1 笔" in world.last(DELIVERY).text
    assert "小伟 撤回了给 Sam Rivera 补偿 CNY 20.00 的申请" in "\n".join(world.texts(DELIVERY))


@pytest.mark.parametrize("who", [SAM, WEI])
async def test_nobody_else_withdraws_it(world, who):
    await with_goodwill(world, escalate_to="")
    asked = await asks(world, BEN, await world.unhappy())
    assert (await world.presses(who, asked.choices[1].key, place=SUPPORT)).notice
    assert (await world.the("grants"))["state"] == "asked"


async def test_the_history_says_from_where_goodwill_and_steps_came(world):
    await with_playbooks(world)
    await with_goodwill(world, goodwill_each="50", goodwill_person="60", goodwill_team="100")
    case = await world.unhappy()
    await world.writes(ANA, f"step {case['code']} 2")
    await world.writes(ANA, f"goodwill {case['code']} 20 late delivery")
    said = {row["kind"]: arguments(row).get("via") for row in await world.all("events", subject_id=case["id"])}
    assert (said["step_done"], said["goodwill_granted"]) == ("web", "web")
