from __future__ import annotations

from dataclasses import replace

from world import ADA, ANA, BEN, DELIVERY, MEI, SUPPORT, WEI

from cxbot.transactions import case_copies


async def copies(world):
    return await world.all("outbox", key=case_copies.COPY)


async def test_a_card_that_was_asked_for_changes_with_the_case(world):
    case = await world.unhappy()
    await world.writes(ADA, f"case {case['code']}")
    asked_for = world.last(ADA)
    assert any(choice.key.startswith("c:claim") for choice in asked_for.choices)
    await world.presses(ANA, f"c:claim:{case['id']}")
    now = world.last(ADA)
    assert now.replaces
    assert [choice for choice in now.choices if choice.key.startswith("c:claim")] == []
    await world.resolves(ANA, case)
    await world.later(minutes=5)
    assert "Resolved" in dict(world.last(ADA).facts)["State"]
    assert [choice.key.split(":")[1] for choice in world.last(ADA).choices] == ["reopen", "reply"]


async def test_asked_for_again_the_older_card_says_that_it_stands_below(world):
    case = await world.unhappy()
    await world.writes(BEN, f"case {case['code']}")
    await world.writes(BEN, case["code"])
    older, newer = await world.all("outbox", key=case_copies.COPY, replaces="")
    given_way = await world.the("outbox", key=case_copies.SHOWN_AGAIN)
    assert given_way["replaces"] == older["id"]
    assert f"The case {case['code']} is shown again below." in world.texts(SUPPORT)
    await world.presses(ANA, f"c:claim:{case['id']}")
    assert {row["replaces"] for row in await copies(world) if row["replaces"]} == {newer["id"]}


async def test_in_chinese_the_older_card_gives_way_in_chinese(world):
    await world.happens("delivery", "late", MEI)
    await world.writes(MEI, "1")
    case = (await world.all("cases"))[-1]
    await world.writes(WEI, case["code"])
    await world.writes(WEI, case["code"])
    assert f"服务单 {case['code']} 已在下方重新显示。" in world.texts(DELIVERY)


async def test_a_press_that_comes_too_late_brings_its_card_up_to_date(world):
    case = await world.unhappy()
    await world.writes(ADA, f"case {case['code']}")
    await world.presses(ANA, f"c:claim:{case['id']}")
    before = len(world.texts(ADA))
    receipt = await world.presses(BEN, f"c:claim:{case['id']}")
    assert "Ana" in receipt.notice
    assert len(world.texts(ADA)) == before + 1
    assert world.last(ADA).replaces


async def test_where_nothing_can_be_changed_no_second_card_is_sent(world):
    world.web.limits = replace(world.web.limits, edits=False)
    case = await world.unhappy()
    await world.writes(ADA, f"case {case['code']}")
    before = world.texts(ADA)
    await world.presses(ANA, f"c:claim:{case['id']}")
    assert world.texts(ADA) == before
    await world.later(minutes=5)
    left = [row for row in await copies(world) if row["replaces"]]
    assert {(row["state"], row["reason"]) for row in left} == {("superseded", "no_edits")}
