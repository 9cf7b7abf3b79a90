"""The outer loop in chat: causes, an improvement by form, by button and by typed words, and telling the customers."""

from __future__ import annotations

from world import ADA, BEN, DAY, DELIVERY, MEI, PEOPLE, SAM, SUPPORT, WEI, YITING

OPTIONS = {"en": "It came too late", "zh-CN": "送得太晚", "zh-TW": "太晚送到"}


async def complains(world, who, words=""):
    await world.happens("delivery", "delivered", who)
    await world.writes(who, "1")
    await world.writes(who, OPTIONS[PEOPLE[who]["language"]])
    if words:
        await world.writes(who, words)
    return (await world.all("cases"))[-1]


async def closed(world, *who):
    for each in who:
        case = await complains(world, each)
        await world.fills_in(WEI, f"c:resolve:{case['id']}", root_cause="delivery", done="退款", told="")
    await world.later(days=5)


async def answer(world, who, text, place):
    """What a line written in a team's channel is answered with there."""
    before = len(world.texts(place))
    receipt = await world.writes(who, text, place=place)
    return receipt, "\n".join(world.texts(place)[before:])


def button(world, place, action):
    message = next(m for m in reversed(world.web.sent) if m.address == place and _keys(m, action))
    return _keys(message, action)[0]


def _keys(message, action):
    return [choice.key for choice in message.choices if choice.key.startswith(f"v:{action}:")]


FIELDS = {
    "title": "周五增派一名配送员",
    "due": "4周",
    "touchpoint": "delivery",
    "told_en": "A second courier drives now.",
}


async def proposed(world):
    wei = await world.person("小伟")
    receipt, _ = await answer(world, WEI, "改进 delivery 周五增派一名配送员", DELIVERY)
    await world.fills_in(WEI, receipt.form.key, owner=wei["id"], **FIELDS)
    return await world.the("improvements")


# Causes ---------------------------------------------------------------------------------------------------------------


async def test_causes_are_listed_with_cases_customers_words_and_the_period_before(world):
    await complains(world, SAM, "Two hours late!")
    await complains(world, MEI, "等了两个小时")
    _, said = await answer(world, ADA, "causes delivery month", ADA)
    assert "Root causes · Last 30 days · Delivery" in said
    assert "late: 2 cases (2 open), 2 customers; no real change (0 before)" in said
    assert "等了两个小时" in said or "Two hours late!" in said
    _, said = await answer(world, WEI, "原因 本月", DELIVERY)
    assert "2 个服务单（2 个未结），2 位客户；没有明显变化（上一期 0 个）" in said
    assert button(world, DELIVERY, "new") == "v:new:late:delivery"


async def test_one_cause_shows_what_customers_wrote(world):
    await complains(world, SAM, "Two hours late!")
    await complains(world, MEI, "等了两个小时")
    _, said = await answer(world, WEI, "原因详情 late 季度", DELIVERY)
    assert "Two hours late!" in said
    assert "等了两个小时" in said
    _, said = await answer(world, ADA, "cause waited too long", ADA)
    assert "Nobody complained of “Waited too long”" in said
    _, said = await answer(world, ADA, "cause gremlins", ADA)
    assert "I know no root cause “gremlins”" in said
    assert "Waited too long (waiting)" in said


async def test_customers_words_are_for_their_own_team(world):
    await complains(world, SAM, "Two hours late!")
    _, said = await answer(world, BEN, "causes delivery", SUPPORT)
    assert "Two hours" not in said
    assert "小伟" in said, "who may"
    _, said = await answer(world, BEN, "causes", SUPPORT)
    assert "No complaints with a known cause" in said
    _, said = await answer(world, BEN, "causes nowhere", SUPPORT)
    assert "neither a team nor a touchpoint" in said


# Proposing and moving -------------------------------------------------------------------------------------------------


async def test_improve_opens_a_form_and_the_team_sees_the_improvement(world):
    receipt, _ = await answer(world, WEI, "改进 配送延误、丢失或破损 周五增派一名配送员", DELIVERY)
    form = receipt.form
    assert form.title == "改进：配送延误、丢失或破损"
    filled = {field.name: field.value for field in form.fields}
    assert filled["title"] == "周五增派一名配送员"
    assert filled["owner"] == (await world.person("小伟"))["id"]
    assert filled["touchpoint"] == "delivery"
    assert filled["due"] == "2025-12-18"
    wrong = await world.fills_in(WEI, form.key, **{**filled, "due": "2020-01-01"})
    assert [field.name for field in wrong.form.fields if field.error] == ["due"]
    assert await world.all("improvements") == []
    await world.fills_in(WEI, form.key, **{**filled, "due": "4周"})
    made = await world.the("improvements")
    card = next(text for text in world.texts(DELIVERY) if made["code"] in text)
    assert "周五增派一名配送员" in card
    assert "原因：配送延误、丢失或破损" in card
    assert "已提出 · 小伟" in card


async def test_in_english_by_its_id_and_an_unknown_cause_is_explained(world):
    receipt, _ = await answer(world, BEN, "improve waiting A second person at noon", SUPPORT)
    assert receipt.form.title == "Improve: Waited too long"
    assert receipt.form.fields[0].value == "A second person at noon"
    _, said = await answer(world, BEN, "improve gremlins out", SUPPORT)
    assert "I know no root cause “gremlins”" in said
    _, said = await answer(world, ADA, "improve waiting More people", ADA)
    assert "Whose improvement of “Waited too long” is it? Teams: Delivery and Support." in said
    opened = await world.presses(ADA, button(world, ADA, "new"))
    assert opened.form.title == "Improve: Waited too long"


async def test_it_is_moved_by_typed_words_in_both_languages_and_says_what_may_not_be(world):
    made = await proposed(world)
    code = made["code"]
    _, said = await answer(world, WEI, f"改进 {code} 进行中", DELIVERY)
    assert f"小伟 已开始 {code}" in said
    _, said = await answer(world, ADA, f"improvement {code} planned", ADA)
    assert f"{code} is planned." in said
    _, said = await answer(world, ADA, f"improvement {code} planned", ADA)
    assert "is planned already" in said
    receipt, _ = await answer(world, ADA, f"improvement {code} dropped", ADA)
    assert receipt.form.fields[0].name == "reason"
    _, said = await answer(world, ADA, f"improvement {code} dropped too dear", ADA)
    assert f"{code} is dropped." in said
    assert any("原因：too dear" in text for text in world.texts(DELIVERY))
    _, said = await answer(world, ADA, f"improvement {code} done", ADA)
    assert "is dropped; from there it cannot become done" in said
    _, said = await answer(world, ADA, f"improvement {code} sideways", ADA)
    assert "What is “sideways”?" in said
    _, said = await answer(world, ADA, "improvement I222", ADA)
    assert "There is no improvement I222" in said
    _, said = await answer(world, BEN, f"improvement {code} proposed", SUPPORT)
    assert "小伟" in said
    assert (await world.the("improvements"))["state"] == "dropped"


async def test_the_list_names_what_is_late(world):
    made = await proposed(world)
    _, said = await answer(world, WEI, "改进列表", DELIVERY)
    assert f"{made['code']} · 周五增派一名配送员 · 已提出 · 小伟" in said
    _, said = await answer(world, ADA, "improvements done", ADA)
    assert "No improvements" in said
    world.clock.advance(40 * DAY)
    await world.settle()
    _, said = await answer(world, ADA, "improvements", ADA)
    assert "late:" in said
    _, said = await answer(world, ADA, "improvements nowhere", ADA)
    assert "no team “nowhere”" in said


async def test_it_is_shown_with_what_there_is_of_its_cause(world):
    await closed(world, SAM, MEI)
    made = await proposed(world)
    _, said = await answer(world, ADA, f"improvement {made['code'].lower()}", ADA)
    assert "Cause: Late, lost or damaged delivery · Delivery" in said
    assert "In the last 365 days: 2 cases, 2 customers" in said
    await answer(world, WEI, f"改进 {made['code']} 完成", DELIVERY)
    _, said = await answer(world, ADA, f"improvement {made['code']}", ADA)
    assert "The 30 days before it began (" in said
    assert "CSAT: too few to say (n = 2)" in said


async def test_a_change_keeps_a_date_that_has_passed(world):
    made = await proposed(world)
    world.clock.advance(40 * DAY)
    await world.settle()
    receipt = await world.presses(WEI, f"v:edit:{made['id']}")
    filled = {field.name: field.value for field in receipt.form.fields}
    done = await world.fills_in(WEI, receipt.form.key, **{**filled, "title": "周末也增派"})
    assert "已修改" in done.notice
    after = await world.the("improvements")
    assert (after["title"], after["done_by"]) == ("周末也增派", made["done_by"])


# Telling customers ----------------------------------------------------------------------------------------------------


async def finished(world, *who):
    await closed(world, *who)
    made = await proposed(world)
    await world.presses(WEI, button(world, DELIVERY, "to_doing"))
    await world.presses(WEI, button(world, DELIVERY, "to_done"))
    return made


async def test_telling_shows_how_many_and_exactly_what_each_language_reads_and_waits_for_a_word(world):
    made = await finished(world, SAM, MEI, YITING)
    await world.writes(YITING, "取消訂閱")
    opened = await world.presses(WEI, button(world, DELIVERY, "tell"))
    form = opened.form
    assert "将告知 2 位客户" in form.intro
    assert "不告知 1 位：不愿接收此类消息 1 位" in form.intro
    assert {field.name for field in form.fields} == {"told_en", "told_zh-CN"}
    assert form.submit == "告知 2 位客户"
    fields = {"told_en": "A second courier drives now.", "told_zh-CN": "现在多了一名配送员。"}
    shown = await world.fills_in(WEI, f"preview:{form.key}", **fields)
    assert "A second courier drives now." in shown.form.intro
    assert "现在多了一名配送员。" in shown.form.intro
    assert "将告知 2 位客户" in shown.form.intro
    assert await world.all("outbox", key="customer.improved") == [], "a preview sends nothing"
    begun = await world.fills_in(WEI, form.key, **fields)
    assert "30 秒后开始告知，共 2 位客户" in begun.notice
    await world.later(seconds=31)
    assert world.texts(SAM)[-1] in shown.form.intro
    assert world.texts(MEI)[-1] in shown.form.intro
    assert len(await world.all("outbox", key="customer.improved", state="sent")) == 2
    _, said = await answer(world, ADA, f"improvement {made['code']}", ADA)
    assert "2 of 3 customers told, 1 not" in said
    assert "Not told: 1 want no such messages" in said
    _, why = await answer(world, ADA, "why 陳怡婷", ADA)
    assert "not told" in why


async def test_undo_by_button_and_stop_by_typed_words(world):
    made = await finished(world, SAM, MEI)
    opened = await world.presses(WEI, button(world, DELIVERY, "tell"))
    await world.fills_in(WEI, opened.form.key)
    undone = await world.presses(WEI, button(world, DELIVERY, "undo"))
    assert "已撤销" in undone.notice
    await world.later(minutes=1)
    assert await world.all("outbox", key="customer.improved") == []
    _, said = await answer(world, ADA, f"improvement {made['code']} stop", ADA)
    assert "Nobody is being told" in said
    receipt, _ = await answer(world, ADA, f"improvement {made['code']} tell", ADA)
    assert receipt.form.submit == "Tell 2 customers"
    await world.fills_in(ADA, receipt.form.key)
    await world.later(seconds=31)
    assert len(await world.all("outbox", key="customer.improved", state="sent")) == 2
    receipt, _ = await answer(world, ADA, f"improvement {made['code']} tell", ADA)
    assert "Nobody is to be told" in receipt.notice


async def test_who_is_not_of_the_team_presses_nothing(world):
    await finished(world, SAM)
    receipt = await world.presses(BEN, button(world, DELIVERY, "tell"), place=DELIVERY)
    assert "小伟" in receipt.notice
    assert receipt.form is None


async def test_a_customer_who_writes_such_a_line_is_no_admin(world):
    made = await finished(world, SAM)
    await world.writes(SAM, f"improvement {made['code']} doing")
    assert (await world.the("improvements"))["state"] == "done"
