"""A cadence set up, forecast, started, watched, paused and stopped by message, in English and in Chinese."""

from __future__ import annotations

from world import ADA, ANA, SAM, SUPPORT

from cxbot.transactions import people, settings


async def crowd(world, n):
    def add(tx):
        for number in range(n):
            name = f"customer:{number:03}"
            people.upsert(
                tx, world.now, addresses=[("web", name)], name=name, time_zone="Asia/Shanghai", segment="gold"
            )

    await world.store.run(add)


async def answer(world, text, who=ADA):
    before = len(world.texts(who))
    await world.writes(who, text)
    return "\n".join(world.texts(who)[before:])


async def test_the_whole_story_in_english(world):
    await crowd(world, 3)
    said = await answer(world, "cadence new nps every quarter segment gold from 1 dec 10:00 2 an hour")
    assert "nps: every quarter at 10:00, from Mon 1 Dec · segment gold · 2 an hour – a draft" in said
    assert "cadence forecast nps" in said
    said = await answer(world, "cadence forecast nps")
    assert "It would ask 3 of 3." in said
    assert "Over 1 working day, about 2 an hour, from Mon 1 Dec 10:00 to Mon 1 Dec 11:00." in said
    assert world.web.texts("customer:000") == []
    said = await answer(world, "cadence start nps")
    assert "nps has been started; it asks from Mon 1 Dec 10:00 on" in said
    await world.later(days=11)
    await world.later(seconds=1)
    await world.later(minutes=30)
    await world.writes("customer:000", "9")
    said = await answer(world, "cadence nps")
    assert "2 of 3 asked, 50% answered, ends about today 11:00." in said
    assert "Next: Sun 1 Mar 2026 10:00" in said
    assert "nps is paused: nothing further leaves. 2 of 3 had been asked." in await answer(world, "cadence pause nps")
    await world.later(hours=2)
    assert "2 of 3 asked, 50% answered." in await answer(world, "cadence nps")
    assert "goes on" in await answer(world, "cadence resume nps")
    await world.later(minutes=1)
    assert "3 of 3 asked" in await answer(world, "cadence nps")
    assert "has been stopped" in await answer(world, "cadence stop nps")
    assert "nps is stopped: that changes nothing." in await answer(world, "cadence stop nps")
    assert "nps: every quarter" in await answer(world, "cadences")


async def test_the_whole_story_in_chinese(world):
    await crowd(world, 3)
    said = await answer(world, "周期 新建 nps 每季度 客群 gold 从 12月1日 10:00 每小时 2 人")
    assert "nps：每季度 10:00，从" in said
    assert "客群 gold · 每小时 2 人 – 草稿" in said
    assert "将询问 3 人中的 3 人。" in await answer(world, "周期 预测 nps")
    assert "nps 已启动" in await answer(world, "周期 启动 nps")
    await world.later(days=11)
    await world.later(seconds=1)
    assert "已询问 3 人中的 1 人，0% 已回答，预计今天 11:00 结束。" in await answer(world, "周期 nps")
    assert "nps 已暂停" in await answer(world, "周期 暂停 nps")
    assert "nps 已恢复" in await answer(world, "周期 恢复 nps")
    assert "nps 已停止" in await answer(world, "周期 停止 nps")
    assert "nps：每季度" in await answer(world, "周期")
    said = await answer(world, "週期 新增 csat delivery 後 1週 3週 之後每2週 直到回覆")
    assert "之後 1 週和 3 週後，然後每 2 週一次" in said


async def test_who_is_held_back_is_named_and_a_large_send_is_confirmed_with_its_number(world):
    await crowd(world, 4)
    await world.happens("account", "", SAM)
    contact = await world.store.read(settings.get, "contact") or {}
    await world.store.run(settings.put, "contact", {**contact, "confirm_above": 3})
    await answer(world, "cadence new nps from now as big")
    said = await answer(world, "cadence start big")
    assert "This asks 4 people:" in said
    assert "It would ask 4 of 5: 1 with another survey open." in said
    assert "cadence start big confirm" in said
    assert (await world.the("cadences"))["state"] == "draft"
    (button,) = world.last(ADA).choices
    assert button.label == "Ask 4 people"
    await world.presses(ADA, button.key)
    assert "big has been started" in world.texts(ADA)[-1]
    assert "It asks 4 of 5" in world.texts(ADA)[-1], "with its forecast"
    await world.presses(ADA, button.key)
    assert "big is running: that changes nothing." in world.texts(ADA)[-1]
    await world.later(seconds=1)
    assert "Not asked: 1 with another survey open." in await answer(world, "cadence big")


async def test_a_typed_confirmation_does_the_same(world):
    await crowd(world, 4)
    await world.store.run(settings.put, "contact", {"confirm_above": 3})
    await answer(world, "cadence new nps from now")
    assert "nps has been started" in await answer(world, "cadence start nps confirm")


async def test_nobody_but_who_may_edit_surveys_starts_one(world):
    await answer(world, "cadence new nps from now")
    before = len(world.texts(SUPPORT))
    await world.writes(ANA, "/cadence start nps", command=True)
    assert "Ada" in "\n".join(world.texts(SUPPORT)[before:])
    row = await world.the("cadences")
    await world.presses(ANA, f"cd:start:{row['id']}")
    await world.presses("customer:nobody", f"cd:start:{row['id']}")
    assert (await world.the("cadences"))["state"] == "draft"


async def test_what_is_not_understood_is_said_with_an_example_and_nothing_is_set_up(world):
    for words, wanted in (
        ("cadence new nps every blue moon", "I did not understand “every blue moon”."),
        ("cadence new nps", "needs when and whom"),
        ("cadence new nps segment gold", "When is it to ask?"),
        ("cadence new nps on 30 feb", "does not exist or has passed"),
        ("cadence new nps every 2 weeks", "goes with “after …”"),
        ("cadence new nps every month after delivery in 1w", "not both"),
        ("cadence new nps every month on monday", "Days of the week go with every week"),
        ("cadence new nps every month on the 29th and 30th", "are one and the same, its last"),
        ("cadence new nps every month sample 300", "from 1 to 100 %"),
        ("cadence new enps after delivery in 1w", "anonymous"),
        ("cadence new nqs every month", "nps"),
        ("cadence forecast nqs", "There is no cadence “nqs”."),
        ("周期 新建 nps 每周 15号", "几号只能配“每月”“每季度”或“每年”"),
    ):
        assert wanted in await answer(world, words), words
    assert await world.all("cadences") == []


async def test_why_tells_what_a_cadence_did_about_somebody(world):
    await answer(world, "cadence new nps from now")
    await world.ticket_closed(SAM)
    await answer(world, "cadence start nps")
    assert "survey" in await answer(world, "why Sam")


async def test_follow_ups_that_come_too_often_are_said_beforehand(world):
    await world.happens("delivery", "returned", SAM)
    await answer(world, "cadence new nps after delivery in 1w 3w then every 2w until reply")
    said = await answer(world, "cadence forecast nps")
    assert "Delivery happened to 1 person in the last four weeks; 1 of them would be asked." in said
    assert "within 90 days" in said
    await answer(world, "cadence start nps")
    await world.happens("delivery", "returned", SAM)
    assert "1 person is being followed, 0 are done." in await answer(world, "cadence nps")
