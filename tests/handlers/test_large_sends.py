"""A large send from its draft to its end: the number is confirmed, a second admin approves, pause and stop hold."""

from __future__ import annotations

from test_cadence_commands import answer, crowd
from world import ADA, ANA, DAY, HOUR

from cxbot.transactions import settings, teams

EVE = "admin:eve"


async def second_admin(world, address=EVE, name="Eve", language="en"):
    owner = {"channel": "web", "address": address, "name": name, "language": language}
    await world.store.run(teams.seed_owners, [owner], world.now)


async def from_on(world, confirm, approve, **more):
    await world.store.run(settings.put, "contact", {"confirm_above": confirm})
    await world.store.run(settings.put, "cadences", {"approve_above": approve, **more})


def questions(world):
    return [each for each in world.web.sent if each.address.startswith("customer:") and each.choices]


async def test_the_whole_story_in_english(world):
    await crowd(world, 6)
    await second_admin(world)
    await from_on(world, 2, 4)
    await answer(world, "cadence new nps from now segment silver")
    assert "It would ask 6 of 6." in await answer(world, "cadence set nps segment gold")
    assert "about 2 an hour" in await answer(world, "cadence set nps pace 2")
    assert "It would ask 6 of 6." in await answer(world, "cadence forecast nps")
    said = await answer(world, "cadence start nps")
    assert "This asks 6 people:" in said
    assert "More than 4 people: a second admin then has to approve it." in said
    (button,) = world.last(ADA).choices
    await world.presses(ADA, button.key)
    assert "Asked Eve to approve: ask 6 people with the cadence nps (survey nps)." in world.texts(ADA)[-1]
    assert (await world.the("cadences"))["state"] == "draft"
    assert questions(world) == []
    asked = world.last(EVE)
    assert "Ada wants: ask 6 people with the cadence nps (survey nps)." in asked.text
    code = (await world.the("approvals"))["code"]
    assert "You asked for" in await answer(world, f"approve {code}"), "nobody approves their own"
    assert "ask many people" in await answer(world, "approvals", EVE)
    receipt = await world.presses(EVE, asked.choices[0].key)
    assert "nps has been started" in (receipt.notice or world.texts(EVE)[-1])
    assert "6 people are to be asked" in world.texts(ADA)[-1]
    await world.later(seconds=1)
    await world.later(minutes=30)
    assert "2 of 6 asked, 0% answered" in await answer(world, "cadence nps")
    assert "2 of 6 had been asked" in await answer(world, "cadence pause nps")
    before = len(questions(world))
    for _ in range(6):
        await world.later(hours=1)
    assert len(questions(world)) == before == 2, "nothing goes out while it is paused"
    assert "goes on" in await answer(world, "cadence resume nps")
    await world.later(minutes=1)
    assert len(questions(world)) == 3
    assert "has been stopped" in await answer(world, "cadence stop nps")
    for _ in range(5):
        world.clock.advance(HOUR)
        await world.settle()
    await world.later(days=3)
    assert len(questions(world)) == 3, "nothing after a stop, and no reminder"


async def test_the_whole_story_in_chinese(world):
    await crowd(world, 6)
    await second_admin(world, EVE, "林总", "zh-CN")
    await from_on(world, 2, 4)
    await answer(world, "周期 新建 nps 从现在 客群 silver")
    assert "将询问 6 人中的 6 人" in await answer(world, "周期 修改 nps 客群 gold")
    await answer(world, "周期 修改 nps 速度 2")
    assert "将询问 6 人中的 6 人" in await answer(world, "周期 预测 nps")
    said = await answer(world, "周期 启动 nps")
    assert "这将询问 6 人" in said
    assert "超过 4 人：确认后还需另一位管理员批准" in said
    assert "林总" in await answer(world, "周期 启动 nps 确认")
    assert "用周期 nps 询问 6 人（问卷 nps）" in world.texts(EVE)[-1]
    assert (await world.the("cadences"))["state"] == "draft"
    code = (await world.the("approvals"))["code"]
    assert "已启动" in await answer(world, f"批准 {code}", EVE)
    await world.later(seconds=1)
    assert "已询问 6 人中的 1 人" in await answer(world, "周期 nps")
    assert "已暂停" in await answer(world, "周期 暂停 nps")
    await world.later(hours=3)
    assert len(questions(world)) == 1
    assert "已恢复" in await answer(world, "周期 恢复 nps")
    await world.later(minutes=1)
    assert len(questions(world)) == 2
    assert "已停止" in await answer(world, "周期 停止 nps")
    await world.later(hours=1)
    world.clock.advance(3 * DAY)
    await world.settle()
    assert len(questions(world)) == 2


async def test_below_the_number_one_admin_is_enough(world):
    await crowd(world, 4)
    await second_admin(world)
    await from_on(world, 2, 4)
    await answer(world, "cadence new nps from now")
    said = await answer(world, "cadence start nps")
    assert "This asks 4 people" in said
    assert "second admin" not in said
    assert "has been started" in await answer(world, "cadence start nps confirm")


async def test_what_needs_two_always_shows_its_number_first(world):
    await crowd(world, 4)
    await second_admin(world)
    await from_on(world, 100, 3)
    await answer(world, "cadence new nps from now")
    assert "This asks 4 people" in await answer(world, "cadence start nps")
    assert await world.all("approvals") == []


async def test_where_there_is_no_second_admin_it_is_said_and_nothing_starts(world):
    await crowd(world, 4)
    await from_on(world, 2, 3)
    await answer(world, "cadence new nps from now")
    assert "there is none" in await answer(world, "cadence start nps confirm")
    assert (await world.the("cadences"))["state"] == "draft"


async def test_what_was_changed_since_is_not_started_by_an_old_yes(world):
    await crowd(world, 5)
    await second_admin(world)
    await from_on(world, 2, 3)
    await answer(world, "cadence new nps from now segment gold")
    await answer(world, "cadence start nps")
    (button,) = world.last(ADA).choices
    await answer(world, "cadence start nps confirm")
    await answer(world, "cadence set nps sample 90")
    await world.presses(EVE, world.last(EVE).choices[0].key)
    assert "was changed after this was asked for" in world.texts(ADA)[-1]
    assert (await world.the("cadences"))["state"] == "draft"
    await world.presses(ADA, button.key)
    assert "This asks" in world.texts(ADA)[-1], "the old number is not confirmed either"
    assert len(await world.all("approvals")) == 1


async def test_a_refusal_starts_nothing_and_two_yeses_start_it_once(world):
    await crowd(world, 5)
    await second_admin(world)
    await from_on(world, 2, 3)
    await answer(world, "cadence new nps from now")
    await answer(world, "cadence start nps confirm")
    yes, no = world.last(EVE).choices
    await world.presses(EVE, no.key)
    await world.presses(EVE, yes.key)
    assert (await world.the("cadences"))["state"] == "draft"
    await answer(world, "cadence start nps confirm")
    yes, no = world.last(EVE).choices
    await world.presses(ANA, yes.key)
    assert (await world.the("cadences"))["state"] == "draft", "a lead may not"
    await world.presses(EVE, yes.key)
    await world.presses(EVE, yes.key)
    assert len(await world.all("cadence_runs")) == 1
    kinds = [row["kind"] for row in await world.all("events") if row["kind"].startswith(("approval", "cadence"))]
    assert kinds == ["cadence.drafted", "approval.asked", "approval.refused", "approval.asked", "approval.approved",
                     "cadence.started"]  # fmt: skip


async def test_stopped_and_started_again_it_is_approved_again(world):
    await crowd(world, 5)
    await second_admin(world)
    await from_on(world, 2, 3)
    await answer(world, "cadence new nps every month from now")
    await answer(world, "cadence start nps confirm")
    await world.presses(EVE, world.last(EVE).choices[0].key)
    await answer(world, "cadence stop nps")
    world.clock.advance(100 * DAY)
    await answer(world, "cadence start nps confirm")
    assert (await world.the("cadences"))["state"] == "stopped"
    assert len(await world.all("approvals", state="asked")) == 1
