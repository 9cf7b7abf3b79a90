"""What a customer was promised stands, whatever they or colleagues do in between."""

from __future__ import annotations

import pytest
from world import ANA, DAY, HOUR, MEI, SAM, SUPPORT

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


@pytest.mark.parametrize(("word", "state"), [("It is fixed now, thanks", "closed"), ("yes", "resolved")])
async def test_who_says_that_it_is_fixed_long_after_the_question_is_heard(world, word, state):
    case = await promised_once_resolved(world)
    await world.later(days=8)
    await reply(world, case, "Here it is.")
    await world.later(days=1)
    await world.writes(SAM, word)
    assert (await world.reload(case))["state"] == state, "a bare yes may be for the colleague who wrote last"


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


# A promise on a case that is merged ----------------------------------------------------------------------------------


async def two(world, who=SAM):
    """Two cases of one customer, of which nobody has come back to them."""
    first = await world.unhappy(who, words="slow")
    await world.later(days=2)
    await world.happens("account", who=who)
    await world.writes(who, "3")
    second = (await world.all("cases"))[-1]
    assert second["id"] != first["id"]
    return await world.reload(first), second


async def act(world, case, action, who="Ana", **arguments):
    person = await world.person(who)
    done = await world.store.run(case_work.act, case["id"], action, person["id"], world.now, **arguments)
    await world.settle()
    return done


@pytest.mark.parametrize(
    ("who", "words", "line"),
    [
        (
            SAM,
            "I'll call you within 2 hours.",
            "Its customer was promised to hear from us by 12:00 (in 2 h); that stands.",
        ),
        (MEI, "我们两小时内给您回电。", "promised to hear from us by 12:00"),
    ],
)
async def test_a_promise_goes_on_in_the_case_into_which_its_own_is_merged(world, who, words, line):
    first, second = await two(world, who)
    await reply(world, first, words)
    await reply(world, second, "Hello, we read you.")
    promised = (await world.reload(first))["callback_at"]
    assert promised
    await act(world, first, "merge", into=second["id"])
    after = await world.reload(second)
    assert (after["callback_at"], (await world.reload(first))["callback_at"]) == (promised, 0)
    assert line in "\n".join(world.texts(SUPPORT))
    await world.later(hours=3)
    assert {"case.callback_soon", "case.callback_late"} <= set(await keys(world, second))
    assert (await world.reload(second))["broken_at"] == promised


async def test_of_two_promises_the_earlier_is_kept(world):
    first, second = await two(world)
    await reply(world, first, "I'll call you within 5 hours.")
    await reply(world, second, "I'll call you within 2 hours.")
    await act(world, first, "merge", into=second["id"])
    assert (await world.reload(second))["callback_at"] == world.now + 2 * HOUR


async def test_a_promise_that_was_missed_is_still_missed_in_the_other_case(world):
    first, second = await two(world)
    await reply(world, first, "I'll call you within 30 minutes.")
    await world.later(hours=1)
    missed = (await world.reload(first))["broken_at"]
    await act(world, first, "merge", into=second["id"])
    assert (await world.reload(second))["broken_at"] == missed > 0


async def test_where_nobody_came_back_on_either_the_earlier_first_contact_is_owed(world):
    first, second = await two(world)
    assert first["promised_at"] < second["promised_at"]
    await act(world, first, "merge", into=second["id"])
    assert (await world.reload(second))["promised_at"] == first["promised_at"]


async def test_where_they_were_contacted_about_one_the_promise_of_the_other_is_its_own(world):
    first, second = await two(world)
    await act(world, first, "contacted")
    await act(world, first, "merge", into=second["id"])
    assert (await world.reload(second))["promised_at"] == second["promised_at"]


async def test_a_merge_that_is_taken_back_gives_the_promise_back_too(world):
    first, second = await two(world)
    await reply(world, first, "I'll call you within 2 hours.")
    promised = (await world.reload(first))["callback_at"]
    await act(world, first, "merge", into=second["id"])
    await act(world, first, "undo")
    assert [(await world.reload(case))["callback_at"] for case in (first, second)] == [promised, 0]


async def test_what_was_promised_since_in_the_other_case_stays_when_the_merge_is_taken_back(world):
    first, second = await two(world)
    await reply(world, first, "I'll call you within 2 hours.")
    await act(world, first, "merge", into=second["id"])
    await reply(world, second, "I'll call you within 1 hour.")
    await act(world, first, "undo")
    assert (await world.reload(second))["callback_at"] == world.now + HOUR
