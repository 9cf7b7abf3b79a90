from __future__ import annotations

import pytest
from test_command_turns import says
from world import ADA, ANA, BEN, DAY, MEI, SAM, SUPPORT, WEI

from cxbot.ports import HoldUntilInbound, Refused, TryLater
from cxbot.transactions import audit, outbox


async def message(world, who=SAM, text="x", **more):
    given = {"channel": "web", "address": who, "language": "en", "kind": "verbatim", "args": {"text": text}, **more}
    return await world.store.run(outbox.say, world.now, **given)


async def lost(world, who=SAM, n=1, **more):
    """Messages that the platform refused."""
    for number in range(n):
        world.web.script([Refused("too long")], who)
        await message(world, who, f"lost {number}", **more)
        await world.settle()


# dead, retry ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dead", "retry", "put_back"),
    [("dead", "retry 1", "1 put back"), ("死信 web", "重发 1", "1 条已放回"), ("死信", "重試 1", "放回")],
)
async def test_a_dead_letter_is_listed_with_its_reason_and_sent_again(world, dead, retry, put_back):
    await world.ticket_closed()
    await lost(world)
    listed = await says(world, ADA, dead)
    assert "1. " in listed
    assert "too long" in listed
    assert put_back in await says(world, ADA, retry)
    assert "lost 0" in world.texts(SAM)
    (event,) = await world.all("events", kind="message_retried")
    assert event["actor_id"] == (await world.person("Ada"))["id"]
    assert "too long" not in await says(world, ADA, dead)


@pytest.mark.parametrize(
    ("retry", "asked", "yes", "done"),
    [("retry all", "3 messages", "yes", "3 put back"), ("重发 全部", "3 条", "是", "3 条已放回")],
)
async def test_several_are_sent_again_once_their_number_was_confirmed(world, retry, asked, yes, done):
    await lost(world, n=3)
    assert asked in await says(world, ADA, retry)
    assert not await world.all("outbox", kind="verbatim", state="sent")
    assert done in await says(world, ADA, yes)
    assert len(await world.all("outbox", kind="verbatim", state="sent")) == 3


@pytest.mark.parametrize("no", ["no", "不", "cancel"])
async def test_several_are_not_sent_again_where_that_is_not_confirmed(world, no):
    await lost(world, n=2)
    await world.writes(ADA, "retry 1 2")
    await world.writes(ADA, no)
    await world.writes(ADA, "1")
    assert len(await world.all("outbox", state="dead")) == 2


async def test_what_died_after_the_question_is_not_part_of_the_yes(world):
    await lost(world, n=2)
    await world.writes(ADA, "retry all")
    await world.later(minutes=1)
    await lost(world)
    assert "2 put back" in await says(world, ADA, "yes")
    assert len(await world.all("outbox", state="dead")) == 1


async def test_a_number_means_what_was_listed_though_more_have_died_since(world):
    await lost(world, n=1)
    await world.writes(ADA, "dead")
    await world.later(minutes=1)
    world.web.script([Refused("too new")], MEI)
    await message(world, MEI, "newer")
    await world.settle()
    await world.writes(ADA, "retry 1")
    assert "lost 0" in world.texts(SAM)
    assert [row["reason"] for row in await world.all("outbox", state="dead")] == ["too new"]


async def test_a_repeated_yes_sends_nothing_twice(world):
    await lost(world, n=2)
    await world.writes(ADA, "retry all")
    for _ in range(3):
        await world.writes(ADA, "yes", id="yes")
    assert len([text for text in world.texts(SAM) if text.startswith("lost")]) == 2


async def test_what_is_of_no_use_any_more_is_not_sent_again_and_the_reason_is_said(world):
    await world.ticket_closed(MEI)
    await lost(world, expires_at=world.now + 1000)
    await lost(world, MEI)
    await world.writes(MEI, "STOP ALL")
    await lost(world, SAM)
    await world.later(minutes=1)
    said = await says(world, ADA, "retry all")
    said = await says(world, ADA, "1")
    assert "1 put back" in said
    assert "the time for it has passed" in said
    assert "wants no messages" in said
    assert "lost 0" not in world.texts(MEI)


async def test_a_question_of_a_survey_that_is_over_is_not_asked_again(world):
    world.web.script([Refused("too long")], SAM)
    await world.ticket_closed()
    await world.writes(SAM, "5")
    assert "the survey is over" in await says(world, ADA, "retry 1")
    assert len(await world.all("outbox", state="dead")) == 1


async def test_a_customer_is_not_woken_by_it(world):
    await world.ticket_closed()
    await lost(world)
    await world.later(hours=13)  # 23:00 in Shanghai
    assert "customer's morning" in await says(world, ADA, "retry 1")
    assert "lost 0" not in world.texts(SAM)
    await world.later(hours=10)
    assert "lost 0" in world.texts(SAM)


async def test_only_an_admin_sends_again_and_nonsense_is_told_apart(world):
    await lost(world)
    assert "may not" in await says(world, ANA, "retry 1")
    assert "can't tell" in await says(world, ADA, "retry 9")
    assert "can't tell" in await says(world, ADA, "retry something else")
    assert "no channel" in await says(world, ADA, "dead fax")
    assert "lost 0" not in world.texts(SAM)


# queue, status --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "queue", "held", "again", "later"),
    [
        (ANA, "queue", "held until the person writes", "tried again", "later"),
        (WEI, "队列", "等客户先发消息", "待重试", "稍后"),
    ],
)
async def test_queue_says_what_waits_why_and_until_when(world, who, queue, held, again, later):
    world.web.script([HoldUntilInbound("no window")], SAM)
    await message(world)
    await world.settle()
    world.web.script([TryLater("rate limited", after=60_000)], MEI)
    await message(world, MEI)
    await message(world, "customer:zoe", due_at=world.now + DAY)
    await world.delivery.drain()
    said = await says(world, who, queue)
    for word in (held, "no window", again, "rate limited", later):
        assert word in said
    assert held in await says(world, who, f"{queue} web")
    assert "fax" in await says(world, who, f"{queue} fax")
    assert "no window" in await says(world, who, "status")


async def test_queue_says_which_surveys_wait(world):
    assert await says(world, ANA, "queue") == "Nothing waits."
    await world.later(hours=13)
    await world.ticket_closed()
    said = await says(world, ANA, "queue")
    assert "1 survey to be asked" in said
    assert "night" in said


# ack ------------------------------------------------------------------------------------------------------------------


async def without_case(world):
    """An unhappy answer whose case is lost, as a look of the audit finds it."""
    case = await world.unhappy()
    await world.store.run(lambda tx: tx.run("every.lose_case", id=case["id"]))
    await world.later(minutes=6)
    await world.audit.look()
    await world.settle()


@pytest.mark.parametrize(
    ("ack", "noted"),
    [
        ("ack unhappy_without_case", "Noted"),
        ("ack", "Noted"),
        ("知悉 没有服务单的不满回答", "已知悉"),
        ("知悉 unhappy without case", "已知悉"),
    ],
)
async def test_a_finding_that_was_taken_note_of_is_recorded_and_not_said_again(world, ack, noted):
    await without_case(world)
    assert "1 unhappy answer" in await says(world, ADA, "status")
    said = await says(world, ADA, ack)
    assert noted in said or "1. " in said, said
    if noted not in said:
        await world.writes(ADA, "1")
    (event,) = await world.all("events", kind="finding_acknowledged")
    assert event["actor_id"] == (await world.person("Ada"))["id"]
    told = len(world.texts(ADA))
    for _ in range(3):
        await world.later(minutes=2)
        await world.audit.look()
        await world.settle()
    assert len(world.texts(ADA)) == told
    assert "unhappy answer" not in await says(world, ADA, "status")
    assert "nothing to take note of" in await says(world, ADA, "ack")


async def test_what_is_new_of_a_kind_taken_note_of_is_said(world):
    await without_case(world)
    await world.writes(ADA, "ack unhappy_without_case")
    case = await world.unhappy(MEI)
    await world.store.run(lambda tx: tx.run("every.lose_case", id=case["id"]))
    await world.later(minutes=6)
    found = await world.audit.look()
    assert len(found.findings) == 1
    assert [each.n for each in await world.store.read(audit.standing)] == [1]


async def test_only_an_admin_takes_note(world):
    await without_case(world)
    assert "may not" in await says(world, BEN, "ack unhappy_without_case")


# help -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "asked", "words"),
    [
        (ANA, "help numbers", ("what to report (may be left out)", "viewer or above", "numbers week", "数据")),
        (ANA, "help num", ("numbers week",)),
        (WEI, "帮助 图表", ("参数", "只读成员", "图表 nps 本季", "chart")),
        (WEI, "帮助 numbers", ("参数", "数据 本周")),
        (ANA, "help figures", ("Figures", "numbers week – ")),
        (ANA, "help wibble", ("I don't know",)),
    ],
)
async def test_help_explains_one_command_in_the_readers_language(world, who, asked, words):
    said = await says(world, who, asked)
    for word in words:
        assert word in said
    assert "survey pause" not in said


async def test_help_lists_by_topic_what_one_may_do(world):
    said = await says(world, ANA, "help")
    assert said.index("Cases: ") < said.index("mine") < said.index("Figures: ") < said.index("numbers")
    assert "retry" not in said
    assert "retry" in await says(world, ADA, "help")


async def test_help_with_a_mistyped_command_is_answered_by_number(world):
    assert "1. numbers" in await says(world, ANA, "help nubmers")
    assert "numbers week" in await says(world, ANA, "1")


async def test_asking_a_colleague_for_help_is_talk(world):
    for text in ("help me with this one", "can you help Ben?", "帮助一下小伟"):
        await world.writes(ANA, text)
    assert world.texts(SUPPORT) == []
