"""What a customer was promised stands, whatever they or colleagues do in between."""

from __future__ import annotations

import pytest
from world import ANA, DAY, MEI, SAM

from cxbot.transactions import case_work


async def reply(world, case, words, who="Ana"):
    person = await world.person(who)
    done = await world.store.run(case_work.act, case["id"], "reply", person["id"], world.now, words=words)
    await world.settle()
    return done


async def keys(world, case):
    return [row["key"] for row in await world.all("outbox", case_id=case["id"])]


# Who asks for a human again ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "words"), [(SAM, "agent"), (MEI, "人工")])
async def test_who_asks_for_a_human_again_and_again_does_not_put_the_promise_off(world, who, words):
    case = await world.unhappy(who)
    for _ in range(4):
        await world.later(hours=12)
        await world.writes(who, words)
    after = await world.reload(case)
    assert after["promised_at"] == case["promised_at"] < world.now
    assert after["escalations"] >= 2
    assert (await world.history(case)).count("escalate") == 1
    assert "case.still_overdue" in await keys(world, case)


async def test_a_time_that_has_passed_is_not_named_to_who_asks_again(world):
    case = await world.unhappy(words="slow")
    await world.later(days=1)
    await world.writes(SAM, "agent")
    said = world.texts(SAM)[-1]
    assert said == f"Of course. Support will get in touch with you. Your case number is {case['code']}."


async def test_after_somebody_came_back_to_them_asking_again_is_a_new_promise(world):
    case = await world.unhappy(words="slow")
    await world.presses(ANA, f"c:contacted:{case['id']}")
    await world.later(hours=1)
    await world.writes(SAM, "agent")
    after = await world.reload(case)
    assert (after["contacted_at"], after["reminders"], after["escalations"]) == (0, 0, 0)
    assert after["promised_at"] > case["promised_at"]


async def test_asking_for_a_human_about_what_was_resolved_is_a_new_promise(world):
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case, told="")
    await world.later(days=1)
    await world.writes(SAM, "agent")
    after = await world.reload(case)
    assert after["state"] == "claimed"
    assert after["promised_at"] > world.now


# A promise about a resolved case -------------------------------------------------------------------------------------


async def promised_once_resolved(world, words="You will get the final invoice from us within 9 days."):
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case)
    await world.later(hours=2)
    assert (await world.reload(case))["confirm"] == "asked"
    await reply(world, case, words)
    return await world.reload(case)


async def test_a_resolved_case_does_not_close_in_silence_before_what_was_promised(world):
    case = await promised_once_resolved(world)
    assert case["callback_at"] > world.now + 8 * DAY
    while world.now < case["callback_at"]:
        assert (await world.reload(case))["state"] == "resolved"
        await world.later(days=1)
    assert {"case.callback_soon", "case.callback_late", "customer.callback_late"} <= set(await keys(world, case))
    assert (await world.reload(case))["state"] == "resolved"
    await world.later(days=4)
    assert (await world.reload(case))["ending"] == "unconfirmed"


async def test_once_a_promise_is_kept_silence_counts_from_then_on(world):
    case = await promised_once_resolved(world)
    await world.later(days=8)
    await reply(world, case, "Here it is.")
    await world.later(days=2)
    assert (await world.reload(case))["state"] == "resolved"
    await world.later(days=2)
    after = await world.reload(case)
    assert (after["state"], after["callback_at"]) == ("closed", 0)
    assert "customer.callback_late" not in await keys(world, case)


async def test_a_broken_promise_about_a_resolved_case_is_made_good_by_writing(world):
    case = await promised_once_resolved(world, "You will hear from me within 30 minutes.")
    await world.later(hours=1)
    assert (await world.reload(case))["broken_at"]
    await reply(world, case, "Sorry, here it is.")
    assert (await world.reload(case))["broken_at"] == 0


# A talk about a resolved case ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "words"), [(SAM, "Which colour would you like instead?"), (MEI, "您想换什么颜色？")])
async def test_whether_it_is_fixed_is_not_asked_amid_a_talk_about_the_resolved_case_itself(world, who, words):
    case = await world.unhappy(who, words="slow")
    await world.resolves(ANA, case)
    await world.later(minutes=58)
    await reply(world, case, words)
    await world.later(minutes=4)
    assert world.texts(who)[-1].startswith(words)
    await world.later(hours=20)
    await world.writes(who, "4711")
    await world.later(hours=23)
    assert (await world.reload(case))["confirm"] == ""
    await world.later(hours=2)
    assert (await world.reload(case))["confirm"] == "asked"


async def test_a_talk_that_ended_with_the_resolution_puts_off_nothing(world):
    case = await world.unhappy(words="slow")
    await reply(world, case, "We are looking into it.")
    await world.later(minutes=5)
    await world.writes(SAM, "Thanks")
    await world.later(minutes=5)
    await world.resolves(ANA, case)
    await world.later(hours=1, minutes=1)
    assert (await world.reload(case))["confirm"] == "asked"
