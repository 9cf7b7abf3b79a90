"""Where a second admin has to approve what is published, going back and taking back need the same approval."""

from __future__ import annotations

import pytest
from world import ADA

from cxbot.domain.survey.model import Variant
from cxbot.transactions import surveys, teams

EVE, LIN = "admin:eve", "admin:lin"


async def second_admin(world, address=EVE, name="Eve", language="en"):
    owner = {"channel": "web", "address": address, "name": name, "language": language}
    await world.store.run(teams.seed_owners, [owner], world.now)


async def answer(world, text, who=ADA):
    before = len(world.texts(who))
    await world.writes(who, text)
    return "\n".join(world.texts(who)[before:])


async def version(world, key="csat"):
    return (await world.store.read(surveys.live, key)).version


async def published(world):
    """A second version of the CSAT, published by Ada alone, before the rule is switched on."""
    await answer(world, "survey edit csat expires 5d")
    await answer(world, "survey publish csat confirm shorter")
    assert await version(world) == 2


@pytest.mark.parametrize(("line", "asked"), [("undo", "csat is not live yet"), ("撤销", "csat 尚未上线")])
async def test_taking_a_publication_back_waits_for_another_admin(world, line, asked):
    await second_admin(world)
    await published(world)
    await answer(world, "survey approval on")
    assert "csat" in await answer(world, line), "the newest is that the rule was switched on"
    said = await answer(world, "1")
    assert asked in said
    assert "Eve" in said
    assert await version(world) == 2, "nothing happens before the yes"
    yes, _ = world.last(EVE).choices
    assert "“5d” → “7d”" in world.last(EVE).text, "with what would change"
    await world.presses(EVE, yes.key)
    assert await version(world) == 3
    live = (await world.store.read(surveys.live, "csat")).survey
    assert live == await world.store.read(surveys.at, "csat", 1)
    assert "Eve approved csat" in world.texts(ADA)[-1]


async def test_in_chinese_it_is_said_in_chinese(world):
    await second_admin(world, LIN, "林总", "zh-CN")
    await answer(world, "问卷 审批 开", LIN)
    await answer(world, "survey approval off")
    await answer(world, "问卷 编辑 csat 有效期 5天", LIN)
    await answer(world, "发布问卷 csat 确认 题目改短", LIN)
    assert await version(world) == 2
    await answer(world, "问卷 审批 开", LIN)
    assert "发布问卷 csat" in await answer(world, "撤销", LIN)
    said = await answer(world, "1", LIN)
    assert "尚未上线" in said
    assert "Ada" in said
    assert await version(world) == 2


async def test_where_nobody_can_approve_nothing_is_taken_back_and_it_is_said(world):
    await published(world)
    await second_admin(world)
    await answer(world, "survey approval on")
    eve = await world.person("Eve")
    await world.store.run(lambda tx: tx.run("teams.remove_member", team_id="", person_id=eve["id"]))
    await answer(world, "undo")
    assert "no other admin who could approve" in await answer(world, "1")
    assert await version(world) == 2


async def test_without_the_rule_it_is_taken_back_at_once(world):
    await published(world)
    assert "Taken back" in await answer(world, "undo")
    assert await version(world) == 3


async def test_rolling_back_waits_for_another_admin(world):
    await second_admin(world)
    await published(world)
    await answer(world, "survey approval on")
    assert "csat is not live yet" in await answer(world, "survey roll back csat 1 too short")
    assert await version(world) == 2
    no = world.last(EVE).choices[1]
    await world.presses(EVE, no.key)
    assert await version(world) == 2
    assert "Eve refused csat" in world.texts(ADA)[-1]


async def test_what_went_live_meanwhile_is_not_overwritten_by_an_old_yes(world):
    await second_admin(world)
    await published(world)
    await answer(world, "survey approval on")
    await answer(world, "survey roll back csat 1")
    yes = world.last(EVE).choices[0]
    await answer(world, "survey approval off")
    await answer(world, "survey edit csat expires 6d")
    await answer(world, "survey publish csat confirm")
    assert await version(world) == 3
    await world.presses(EVE, yes.key)
    assert await version(world) == 3


async def test_choosing_a_wording_waits_for_another_admin(world):
    await second_admin(world)
    before = (await world.store.read(surveys.live, "csat")).survey
    two = before.model_copy(update={"variants": (_variant(before),)})
    await world.store.run(surveys.publish, two, "ada", world.now)
    await answer(world, "survey approval on")
    assert "csat is not live yet" in await answer(world, "survey pick csat B")
    assert await version(world) == 2
    await world.presses(EVE, world.last(EVE).choices[0].key)
    assert await version(world) == 3
    assert not (await world.store.read(surveys.live, "csat")).survey.variants


def _variant(survey):
    first = survey.questions[0]
    return Variant(name="B", share=50, text={first.id: {name: f"{text}!" for name, text in first.text.items()}})


@pytest.mark.parametrize(
    ("listed", "yes", "live"),
    [("approvals", "approve csat", "live as version 2"), ("待批准", "批准 csat", "第 2 版已发布")],
)
async def test_what_waits_to_be_published_is_listed_and_approved_by_its_name(world, listed, yes, live):
    await second_admin(world, language="en" if listed == "approvals" else "zh-CN")
    await answer(world, "survey approval on")
    await answer(world, "survey edit csat expires 5d")
    await answer(world, "survey publish csat confirm shorter")
    waits = await answer(world, listed, EVE)
    assert "csat" in waits
    assert "shorter" in waits
    assert "Ada" in waits
    assert "can't approve your own" in (await world.writes(ADA, "approve csat")).notice
    assert await version(world) == 1
    assert live in await answer(world, yes, EVE)
    assert await version(world) == 2


async def test_an_approval_is_the_newest_thing_the_approver_did(world):
    await second_admin(world)
    await answer(world, "team policy support storm 13", EVE)
    await answer(world, "survey approval on")
    await answer(world, "survey edit csat expires 5d")
    await answer(world, "survey publish csat confirm shorter")
    await answer(world, "approve csat", EVE)
    said = await answer(world, "undo", EVE)
    assert "A new version of the survey was approved" in said
    assert await version(world) == 2
