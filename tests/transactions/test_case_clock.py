from __future__ import annotations

import asyncio

from world import ANA, BEN, DELIVERY, HOUR, MEI, MINUTE, SAM, SUPPORT, arguments, keys_of

from cxbot.domain.policy import TeamPolicy
from cxbot.transactions import case_clock, people, settings, teams


async def lines(world, case, address=SUPPORT):
    """What was said under an alert, besides its drawings."""
    rows = await world.all("outbox", case_id=case["id"], address=address, kind="message")
    return keys_of(rows)


async def test_reminder_reminder_escalation_and_then_the_promise_in_business_time(world):
    case = await world.unhappy()
    for minutes in (29, 1, 30, 60, 120, 3_000):
        await world.later(minutes=minutes)
    said = ["case.reminder", "case.reminder", "case.escalated", "case.escalated", "case.still_overdue"]
    assert await lines(world, case) == said
    moments = [row["happened_at"] - case["opened_at"] for row in await world.all("events", subject_id=case["id"])]
    assert moments[:5] == [0, 30 * MINUTE, 60 * MINUTE, 2 * HOUR, 4 * HOUR]
    assert await world.history(case) == ["opened", "remind", "remind", "escalate", "overdue", "overdue"]


async def test_nobody_is_reminded_while_the_team_is_closed(world):
    await world.later(hours=7, minutes=50)
    case = await world.unhappy()
    await world.later(hours=15)
    await world.later(minutes=29)
    assert await lines(world, case) == []
    await world.later(minutes=1)
    assert await lines(world, case) == ["case.reminder"]
    assert (await world.reload(case))["due_at"] == case["opened_at"] + 16 * HOUR


async def test_an_escalation_goes_to_the_next_team_once_with_what_it_needs_to_act(world):
    case = await world.unhappy()
    await world.later(minutes=121)
    told = world.last(DELIVERY)
    assert case["code"] in told.text
    assert "Sam Rivera" in told.text
    assert [choice.key for choice in told.choices] == [f"c:claim:{case['id']}"]
    await world.later(hours=20)
    assert await lines(world, case, DELIVERY) == ["case.escalated_here", "case.escalated_here"]
    await world.later(days=10)
    assert len(await lines(world, case, DELIVERY)) == 2


async def test_where_nobody_is_named_the_leads_are_told(world):
    case = await world.unhappy(MEI)
    policy = TeamPolicy(escalate_to="")
    await world.store.run(teams.set_policy, "support", policy, "", world.now)
    # The case keeps the policy it was opened under.
    await world.later(minutes=121)
    assert await lines(world, case, DELIVERY) == ["case.escalated_here"]
    newer = await world.unhappy(SAM)
    await world.later(minutes=121)
    assert await lines(world, newer, DELIVERY) == []
    assert arguments((await world.all("outbox", key="case.escalated", case_id=newer["id"]))[0])["to"] == "Ana"


async def test_a_claim_stops_the_reminders_and_a_release_starts_the_clock_again(world):
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.later(hours=3)
    assert await lines(world, case) == []
    await world.presses(ANA, f"c:release:{case['id']}")
    await world.settle()
    # Of all that would have come meanwhile only the gravest is said.
    assert await lines(world, case) == ["case.escalated"]


async def test_the_owner_is_warned_before_the_promise_and_told_when_it_has_passed(world):
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.later(hours=3, minutes=44)
    assert await lines(world, case) == []
    await world.later(minutes=1)
    assert await lines(world, case) == ["case.promise_soon"]
    assert any(text.startswith("Ana: the customer of case") for text in world.texts(SUPPORT))
    await world.later(minutes=15)
    assert await lines(world, case) == ["case.promise_soon", "case.escalated"]


async def test_a_kept_promise_is_not_warned_of(world):
    case = await world.unhappy()
    await world.presses(ANA, f"c:contacted:{case['id']}")
    await world.later(hours=6)
    assert await lines(world, case) == []


async def test_a_stale_timer_does_nothing_and_puts_itself_right(world):
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    before = await world.reload(case)
    await world.store.run(lambda tx: tx.run("cases.look_at", id=case["id"], due_at=world.now))
    assert await world.store.run(case_clock.step, case["id"], world.now) == "none"
    after = await world.reload(case)
    assert after == {**before, "version": after["version"]}
    assert after["due_at"] > world.now


async def test_two_that_step_at_once_step_once(world):
    case = await world.unhappy()
    now = world.now + 31 * MINUTE
    kinds = await asyncio.gather(*(world.store.run(case_clock.step, case["id"], now) for _ in range(4)))
    assert sorted(kinds) == ["none", "none", "none", "remind"]


async def test_a_snooze_silences_and_its_end_is_said_with_the_reason(world):
    case = await world.unhappy()
    await world.fills_in(BEN, f"c:snooze:{case['id']}", until="3h", reason="waiting for the depot")
    await world.later(hours=2, minutes=59)
    assert await lines(world, case) == []
    assert (await world.reload(case))["snooze_reason"] == "waiting for the depot"
    await world.later(minutes=1)
    assert await lines(world, case) == ["case.snooze_over", "case.escalated"]
    assert any("waiting for the depot" in text for text in world.texts(SUPPORT))


async def test_a_snooze_until_tomorrow_ends_when_the_team_opens(world):
    case = await world.unhappy()
    await world.fills_in(ANA, f"c:snooze:{case['id']}", until="tomorrow", reason="on the phone tomorrow")
    assert (await world.reload(case))["snoozed_until"] == world.now + 23 * HOUR


async def test_is_it_fixed_is_not_asked_at_night(world):
    case = await world.unhappy(words="slow")
    await world.later(hours=10, minutes=50)
    await world.resolves(ANA, case)
    await world.later(hours=1)
    assert (await world.reload(case))["confirm"] == ""
    asked_at = world.now - 50 * MINUTE - HOUR - 10 * HOUR + 22 * HOUR
    await world.later(hours=9)
    assert (await world.reload(case))["confirm"] == ""
    await world.later(hours=1, minutes=11)
    after = await world.reload(case)
    assert after["confirm"] == "asked"
    assert after["confirm_asked_at"] >= asked_at


async def test_is_it_fixed_waits_while_a_survey_is_open(world):
    case = await world.unhappy(words="slow")
    await world.store.run(settings.put, "contact", {"transactional_days": 0, "floor_hours": 0})
    await world.resolves(ANA, case)
    await world.ticket_closed()
    await world.later(hours=2)
    assert (await world.reload(case))["confirm"] == ""
    await world.writes(SAM, "5")
    await world.writes(SAM, "skip")
    await world.later(hours=1)
    assert (await world.reload(case))["confirm"] == "asked"


async def test_an_open_complaint_is_answered_and_asked_about_after_no_more_surveys(world):
    case = await world.unhappy(words="slow")
    await world.writes(SAM, "stop")
    await world.resolves(ANA, case, told="We sent a new one.")
    await world.later(hours=2)
    assert "We sent a new one." in "\n".join(world.texts(SAM))
    assert "Is it fixed now?" in world.last(SAM).text
    await world.writes(SAM, "yes")
    assert (await world.reload(case))["state"] == "closed"


async def test_after_no_messages_at_all_nothing_is_told_nor_asked_and_the_case_still_ends(world):
    case = await world.unhappy(words="slow")
    await world.writes(SAM, "stop all")
    told = world.texts(SAM)
    await world.resolves(ANA, case, told="We sent a new one.")
    for _ in range(6):
        await world.later(days=1)
    assert world.texts(SAM) == told
    assert (await world.history(case)).count("not_told") == 2
    assert (await world.reload(case))["ending"] == "unconfirmed"


async def test_silence_takes_the_question_back_from_what_is_expected(world):
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case)
    await world.later(hours=2)
    expected = await world.store.read(people.expected, "web", SAM, world.now)
    assert expected["case"] == case["id"]
    await world.later(hours=73)
    assert await world.store.read(people.expected, "web", SAM, world.now) is None
    assert "customer.confirm" in keys_of(await world.all("outbox", case_id=case["id"], state="sent"))


async def test_a_case_without_a_teams_channel_still_steps(world):
    case = await world.unhappy()
    await world.store.run(
        lambda tx: [tx.run("teams.write", **{**row, "place": "", "channel": ""}) for row in teams.all(tx)]
    )
    await world.later(hours=5)
    assert (await world.history(case))[-2:] == ["escalate", "no_team_channel"]
