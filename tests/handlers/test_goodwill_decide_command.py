"""A second person's answer to goodwill by typed words, with the rights of the buttons."""

from __future__ import annotations

import pytest
from recovery_cast import with_goodwill
from world import ADA, ANA, BEN, DELIVERY, SAM, SUPPORT, WEI, arguments

from cxbot import wording
from handlers import commands
from handlers.grammar import Parsed, parse


async def said(world, who, text, place=SUPPORT):
    before = len(world.texts(place))
    receipt = await world.writes(who, text, place=place)
    return "\n".join([receipt.notice, *world.texts(place)[before:]])


async def asked(world, *amounts, who=BEN):
    """A case in which goodwill waits: the budget is nothing."""
    await with_goodwill(world)
    case = await world.unhappy()
    for amount in amounts or ("20",):
        await world.writes(who, f"goodwill {case['code']} {amount} late delivery")
    return case


@pytest.mark.parametrize("language", wording.LANGUAGES)
@pytest.mark.parametrize("action", ["approve", "refuse"])
def test_what_stands_on_a_button_is_typed_with_goodwill_and_the_code(action, language):
    label = wording.text(f"goodwill.{action}", language)
    goodwill = {"en": " goodwill", "zh-CN": "补偿", "zh-TW": "補償"}[language]
    parsed = parse(f"{label}{goodwill} K7M2Q9", commands.known())
    assert isinstance(parsed, Parsed)
    assert parsed.command.name == f"goodwill {action}"


async def test_a_lead_approves_and_the_record_says_who_and_from_where(world):
    case = await asked(world)
    assert "may not decide" in await said(world, BEN, f"goodwill approve {case['code']}")
    assert f"CNY 20.00 is granted in case {case['code']}" in await said(
        world, ANA, f"goodwill approve {case['code'].lower()}"
    )
    (grant,) = await world.all("grants")
    assert (grant["state"], grant["decided_by"]) == ("granted", (await world.person("Ana"))["id"])
    (event,) = await world.all("events", kind="goodwill_granted")
    assert arguments(event)["via"] == "web"
    assert "No goodwill waits" in await said(world, ANA, f"goodwill approve {case['code']}")


async def test_it_is_refused_or_withdrawn_by_who_asked_and_nobody_approves_their_own(world):
    case = await asked(world)
    assert "You did not ask for the goodwill" in await said(world, ANA, f"withdraw goodwill {case['code']}")
    assert "is withdrawn; nothing is given" in await said(world, BEN, f"goodwill withdraw {case['code']}")
    await world.writes(ANA, f"goodwill {case['code']} 30 late")
    assert "second person decides" in await said(world, ANA, f"goodwill approve {case['code']}")
    assert "granted" not in await said(world, ADA, f"goodwill refuse {case['code']}", ADA)
    assert [row["state"] for row in await world.all("grants")] == ["refused", "refused"]
    assert "goodwill" not in "\n".join(world.texts(SAM)).lower()


async def test_where_several_wait_it_asks_which(world):
    case = await asked(world, "20", "35")
    asked_back = await said(world, ANA, f"goodwill approve {case['code']}")
    assert "CNY 20.00 · late delivery · Ben" in asked_back
    assert "CNY 35.00" in asked_back
    await world.writes(ANA, "2")
    assert {row["amount"]: row["state"] for row in await world.all("grants")} == {2000: "asked", 3500: "granted"}


async def test_in_chinese_and_told_to_nobody_else(world):
    await with_goodwill(world, "delivery")
    await world.happens("delivery", "delivered")
    await world.writes(SAM, "1")
    case = (await world.all("cases"))[-1]
    await world.writes(WEI, f"补偿 {case['code']} 20 配送迟到")
    assert "需要另一个人决定" in await said(world, WEI, f"批准补偿 {case['code']}", DELIVERY)
    assert "There is no case" in await said(world, BEN, f"goodwill approve {case['code']}")
    assert "CNY 20.00" in await said(world, ADA, f"批准补偿{case['code']}", ADA)
    assert [row["state"] for row in await world.all("grants")] == ["granted"]
    assert "没有等待批准" in await said(world, WEI, f"撤回补偿 {case['code']}", DELIVERY)
    assert "这里没有服务单" in await said(world, WEI, "拒绝补偿 ZZZZZZ", DELIVERY)
