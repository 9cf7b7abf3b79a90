from __future__ import annotations

import pytest
from world import ADA, ANA, BEN, HOUR, MEI, MINUTE, SAM, SUPPORT, arguments

from cxbot.domain.cases import Refusal
from cxbot.transactions import case_work


async def reply(world, case, words, who="Ana"):
    person = await world.person(who)
    return await world.store.run(case_work.act, case["id"], "reply", person["id"], world.now, words=words)


async def lines(world, case):
    return [row for row in await world.all("outbox", case_id=case["id"], kind="message") if "callback" in row["key"]]


def newest(world):
    """The newest line in the team's channel, besides the alert."""
    return [
        message
        for message in world.web.sent
        if message.address == SUPPORT and not message.facts and not message.replaces
    ][-1]


async def promised(world, words="Sorry, Sam. I'll call you within 2 hours.", who=SAM):
    case = await world.unhappy(who)
    await reply(world, case, words)
    await world.settle()
    return await world.reload(case)


async def test_words_that_promise_a_time_are_a_clock_and_the_team_reads_so(world):
    case = await promised(world)
    assert case["callback_at"] == world.now + 2 * HOUR
    said = newest(world).text
    assert said.startswith(f"That is a promise: the customer of case {case['code']} hears from us by today 12:00.")
    assert dict(world.cards()[-1].facts)["Promised"] == "12:00 (in 2 h)"


async def test_the_owner_is_reminded_before_and_the_customer_told_when_it_is_broken(world):
    case = await promised(world)
    await world.later(minutes=104)
    assert [row["key"] for row in await lines(world, case)] == ["case.callback_promised"]
    await world.later(minutes=1)
    assert [row["key"] for row in await lines(world, case)][1:] == ["case.callback_soon"]
    assert newest(world).text.startswith("Ana: you promised the customer")
    await world.later(minutes=15)
    told = [row["key"] for row in await lines(world, case)][2:]
    assert sorted(told) == ["case.callback_late", "customer.callback_late"]
    assert world.texts(SAM)[-1].startswith("We promised you an answer by today 12:00 and don't have it yet.")
    await world.later(days=3)
    assert len(await lines(world, case)) == 4


async def test_a_promise_that_was_missed_is_overdue_until_the_customer_hears_from_us(world):
    case = await promised(world)
    await world.later(hours=2, minutes=11)
    assert (await world.reload(case))["broken_at"] == case["callback_at"]
    assert dict(world.cards()[-1].facts)["Promise missed"] == "12:00 (11 min late)"
    for asked in ("overdue", "mine"):
        await world.writes(ANA, asked)
        assert f"{case['code']} · Medium · Sam Rivera · 2/5 · 12:00 (11 min late) · Ana" in world.last(SUPPORT).text
    await world.writes(SAM, "any news?")
    assert "You should have heard from us by today 12:00" in world.texts(SAM)[-1]
    await world.writes(ADA, "status")
    assert "1 case is past what was promised" in world.last(ADA).text
    await reply(world, case, "Here is your answer.")
    await world.settle()
    assert dict(world.cards()[-1].facts).get("Promise missed") is None
    await world.writes(ANA, "overdue")
    assert "Nothing is overdue" in world.last(SUPPORT).text


async def test_whether_a_case_is_dealt_with_is_told_the_customer_without_a_time_that_has_passed(world):
    case = await world.unhappy(words="slow")
    await reply(world, case, "We are looking into it.")
    await world.later(days=1)
    await world.writes(SAM, "any news?")
    assert world.texts(SAM)[-1] == f"Ana is looking after your case {case['code']}."


async def test_in_chinese(world):
    case = await promised(world, "非常抱歉，我们会在 30 分钟内给您答复。", MEI)
    assert case["callback_at"] == world.now + 30 * MINUTE
    await world.later(minutes=30)
    assert world.texts(MEI)[-1].startswith("我们答应在今天 10:30 之前答复您，但目前还没有结果")


@pytest.mark.parametrize("how", ["reply", "contacted", "resolve", "dismiss"])
async def test_a_promise_that_is_kept_or_needless_is_not_spoken_of_again(world, how):
    case = await promised(world)
    if how == "reply":
        await reply(world, case, "Here is what we found.")
    elif how == "resolve":
        await world.resolves(ANA, case)
    elif how == "dismiss":
        await world.fills_in(ANA, f"c:dismiss:{case['id']}", ending="spam")
    else:
        await world.presses(ANA, f"c:contacted:{case['id']}")
    assert (await world.reload(case))["callback_at"] == 0
    await world.later(hours=3)
    assert [row["key"] for row in await lines(world, case)] == ["case.callback_promised"]


async def test_a_new_time_takes_the_place_of_the_old_one(world):
    case = await promised(world)
    await world.later(minutes=110)
    await reply(world, case, "It takes longer: you will hear from us by 16:00.")
    assert (await world.reload(case))["callback_at"] == world.now - 110 * MINUTE + 6 * HOUR
    await world.later(hours=3)
    assert "customer.callback_late" not in [row["key"] for row in await lines(world, case)]


async def test_what_was_no_promise_can_be_taken_back_by_a_button(world):
    case = await promised(world)
    button = newest(world).choices[0]
    assert button.label == "Not a promise"
    receipt = await world.presses(BEN, button.key)
    assert "no promise is kept" in receipt.notice
    assert (await world.reload(case))["callback_at"] == 0
    again = await world.presses(BEN, button.key)
    assert again.notice == "There is no open promise to this customer."
    assert "callback_off" in await world.history(case)


async def test_a_promise_made_after_the_resolution_counts_as_well(world):
    case = await world.unhappy()
    await world.resolves(ANA, case)
    await reply(world, case, "I'll let you know within 30 minutes.")
    await world.later(minutes=30)
    assert "customer.callback_late" in [row["key"] for row in await lines(world, case)]
    assert (await world.reload(case))["state"] == "resolved"


async def test_who_wants_no_messages_is_not_told_of_a_broken_promise_and_that_is_recorded(world):
    case = await promised(world)
    await world.writes(SAM, "stop all")
    before = world.texts(SAM)
    await world.later(hours=3)
    assert world.texts(SAM) == before
    events = await world.all("events", subject_id=case["id"], kind="not_told")
    assert [arguments(row)["message"] for row in events] == ["customer.callback_late"]


async def test_the_preview_says_what_is_taken_for_a_promise(world):
    case = await world.unhappy()
    shown = await world.fills_in(ANA, f"preview:c:reply:{case['id']}", words="We'll be back by 16:00")
    assert "these words promise an answer by today 16:00" in shown.form.intro
    shown = await world.fills_in(ANA, f"preview:c:reply:{case['id']}", words="We are looking into it")
    assert "promise" not in shown.form.intro


async def test_a_promise_survives_a_hand_over_to_another_team(world):
    case = await promised(world)
    await world.fills_in(ANA, f"c:hand_over:{case['id']}", owner="team:delivery")
    after = await world.reload(case)
    assert (after["team_id"], after["callback_at"]) == ("delivery", case["callback_at"])
    assert await world.store.run(case_work.act, case["id"], "call_off", "nobody", world.now) != Refusal("refuse.stale")
