from __future__ import annotations

import pytest
from world import ADA, ANA, MEI, MINUTE, SAM, SUPPORT

from cxbot.ports import Refused
from cxbot.transactions import audit, outbox, surveys


async def looks(world):
    """What a look of the audit finds, by kind; what follows from it is done."""
    found = await world.audit.look()
    await world.settle()
    return [finding.kind for finding in found.findings]


async def breaks(world, statement, **parameters):
    await world.store.run(lambda tx: tx.run(statement, **parameters))


async def kinds(world):
    return [each.kind for each in await world.store.read(audit.standing)]


def told(world):
    """What the owner was told, oldest first."""
    return [text for text in world.texts(ADA) if "undone" in text or "This is over" in text]


async def test_where_nothing_is_wrong_nothing_is_found_through_the_whole_of_a_case(world):
    case = await world.unhappy(words="slow")
    await world.happens("delivery", "delivered", MEI)
    for hours in (1, 2, 8, 16):
        await world.later(hours=hours)
        assert await looks(world) == []
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.resolves(ANA, case)
    for days in (1, 1, 3, 8):
        await world.later(days=days)
        assert await looks(world) == []
    assert told(world) == []


async def test_a_look_at_a_quiet_store_writes_nothing(world):
    await world.unhappy()
    await looks(world)
    assert not (await world.store.read(audit.look, world.now, world.clock.machine)).changes


async def test_a_case_without_a_timer_is_found_told_once_put_right_and_told_when_it_is_over(world):
    case = await world.unhappy()
    await breaks(world, "cases.look_at", id=case["id"], due_at=0)
    assert await looks(world) == ["case_without_timer"]
    assert await kinds(world) == ["case_without_timer"]
    assert (await world.reload(case))["due_at"] == case["due_at"]
    event = (await world.all("events", kind="timer_put_right"))[0]
    assert (event["subject_id"], event["actor_id"]) == (case["id"], "")
    assert [case["code"] in text for text in told(world)] == [True]
    assert await looks(world) == []
    assert await kinds(world) == []
    assert len(told(world)) == 1
    await world.later(minutes=6)
    assert await looks(world) == []
    assert told(world)[1:] == ["This is over: Cases without a next reminder."]
    await world.later(minutes=25)
    assert "remind" in await world.history(case)


async def test_what_comes_and_goes_is_told_once(world):
    case = await world.unhappy()
    for _ in range(4):
        await breaks(world, "cases.look_at", id=case["id"], due_at=0)
        assert await looks(world) == ["case_without_timer"]
        await world.later(minutes=1)
        assert await looks(world) == []
    assert len(told(world)) == 1


async def test_a_case_that_waits_for_the_wrong_moment_is_looked_at_at_once(world):
    case = await world.unhappy()
    await breaks(world, "cases.look_at", id=case["id"], due_at=world.now + 900 * MINUTE)
    await world.later(minutes=34)
    assert await looks(world) == []
    await world.later(minutes=2)
    assert await looks(world) == ["case_late"]
    assert "remind" in await world.history(case)
    assert await looks(world) == []


async def test_a_case_nobody_looked_at_is_found_after_five_minutes(world):
    case = await world.unhappy()
    world.clock.advance(34 * MINUTE)
    assert (await world.audit.look()).findings == ()
    world.clock.advance(2 * MINUTE)
    found = await world.audit.look()
    assert [(each.kind, each.about) for each in found.findings] == [("case_late", case["code"])]
    await world.settle()
    assert await looks(world) == []


async def test_a_case_whose_step_fails_again_and_again_is_found_though_it_is_put_off(world):
    case = await world.unhappy()
    await breaks(world, "every.set_policy", id=case["id"], policy="no policy")
    for _ in range(8):
        world.clock.advance(5 * MINUTE)
        await world.due.drain(world.now)
    assert (await world.reload(case))["due_at"] > world.now
    assert [each.kind for each in (await world.audit.look()).findings] == ["case_late"]
    await breaks(world, "every.set_policy", id=case["id"], policy=case["policy"])
    await world.later(minutes=5)
    assert await looks(world) == []
    assert await world.all("events", kind="timer_put_right") == []


async def test_is_it_fixed_may_wait_for_the_morning(world):
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.later(hours=12)
    await world.resolves(ANA, case)
    await world.later(hours=2)
    assert (await world.reload(case))["due_at"] > world.now + 60 * MINUTE
    assert await looks(world) == []


async def test_a_case_without_an_owner_and_a_next_step_is_found_until_somebody_acts(world):
    case = await world.unhappy()
    await breaks(world, "every.forget_owner", id=case["id"])
    assert await looks(world) == ["case_forgotten"]
    await world.later(minutes=10)
    assert await looks(world) == ["case_forgotten"]
    assert len(told(world)) == 1
    await world.presses(ANA, f"c:reopen:{case['id']}")
    assert await looks(world) == []


async def test_a_survey_nobody_looked_at_is_found(world):
    await world.ticket_closed()
    invitation = await world.the("invitations")
    await breaks(world, "invitations.look_at", id=invitation["id"], due_at=world.now - 4 * MINUTE)
    assert (await world.audit.look()).findings == ()
    world.clock.advance(2 * MINUTE)
    assert [each.subject for each in (await world.audit.look()).findings] == [invitation["id"]]
    await world.settle()
    assert await looks(world) == []


async def test_a_message_left_in_flight_is_found_by_the_machines_time(world):
    row = await world.store.run(
        outbox.say,
        world.now,
        channel="web",
        address=SAM,
        language="en",
        key="customer.noted",
        due_at=world.now + MINUTE,
    )
    await breaks(world, "every.send_for_ever", id=row, lease_until=world.clock.machine)
    world.clock.wind(60 * MINUTE)
    assert (await world.audit.look()).findings == ()
    world.clock.advance(5 * MINUTE)
    assert [each.kind for each in (await world.audit.look()).findings] == ["message_stuck"]


async def test_a_message_held_for_ever_is_given_an_end(world):
    await world.ticket_closed()
    row = (await world.all("outbox", address=SAM))[0]
    await breaks(world, "every.hold_for_ever", id=row["id"])
    assert await looks(world) == ["message_held_for_ever"]
    (after,) = await world.all("outbox", id=row["id"])
    assert (after["state"], after["expires_at"] > world.now) == ("held", True)
    assert (await world.all("events", kind="hold_ended"))[0]["subject_id"] == row["person_id"]
    assert await looks(world) == []


async def test_an_unhappy_answer_without_a_case_is_found_and_stays_until_there_is_one_or_a_reason(world):
    case = await world.unhappy()
    await world.unhappy(MEI, score=5)
    await breaks(world, "every.lose_case", id=case["id"])
    assert await looks(world) == []
    await world.later(minutes=6)
    assert await looks(world) == ["unhappy_without_case"]
    await world.later(hours=3)
    assert await looks(world) == ["unhappy_without_case"]
    assert len(told(world)) == 1
    response = await world.the("responses", person_id=case["person_id"])
    invitation = await world.the("invitations", id=response["invitation_id"])
    await breaks(
        world, "invitations.decide", id="d", person_id=case["person_id"], interaction_id="", survey="csat",
        invitation_id=invitation["id"], what="no_case", reason="duplicate", detail="{}", decided_at=world.now,
    )  # fmt: skip
    assert await looks(world) == []


async def test_a_score_that_was_lowered_long_after_is_looked_at_once_more(world):
    await world.ticket_closed()
    await world.writes(SAM, "5")
    await world.later(minutes=6)
    assert await looks(world) == []
    response = await world.the("responses")
    columns = {"id": response["id"], "score": 1, "band": "unhappy", "state": "complete", "completed_at": world.now}
    survey = await world.store.read(surveys.at, "csat", response["survey_version"])
    columns["band"] = next(band.name for band in survey.bands if band.detractor)
    await breaks(world, "responses.update", **columns)
    await world.later(hours=1)
    assert await looks(world) == []
    await world.later(hours=24)
    assert await looks(world) == ["unhappy_without_case"]


@pytest.mark.parametrize("ending", ["joined", "dismissed", "merged"])
async def test_an_unhappy_answer_whose_case_was_joined_dismissed_or_merged_is_not_found(world, ending):
    first = await world.unhappy()
    await world.later(days=100)
    if ending == "joined":
        await world.ticket_closed()
        await world.writes(SAM, "1")
        assert len(await world.all("responses")) == 2
    elif ending == "dismissed":
        await world.fills_in(ANA, f"c:dismiss:{first['id']}", ending="misclick")
    else:
        await world.happens("delivery", "late")
        await world.writes(SAM, "1")
        into = (await world.all("cases", cause="delivery"))[0]
        await world.fills_in(ANA, f"c:merge:{first['id']}", into=into["id"])
    assert (await world.reload(first))["state"] == ("open" if ending == "joined" else ending)
    await world.later(minutes=6)
    assert await looks(world) == []


async def test_an_anonymous_answer_is_not_looked_for(world):
    await world.happens("work", who=ANA)
    await world.writes(ANA, "1", place=ANA)
    assert (await world.the("responses"))["score"] == 1
    await world.later(minutes=10)
    assert await looks(world) == []


async def test_many_answers_are_gone_through_a_few_hundred_at_a_time(world, monkeypatch):
    monkeypatch.setattr(audit, "MOST", 2)
    monkeypatch.setattr(audit, "MOST_PAGES", 1)
    for number in range(5):
        await world.ticket_closed(f"customer:{number}")
        await world.writes(f"customer:{number}", "5")
    case = await world.unhappy()
    await breaks(world, "every.lose_case", id=case["id"])
    await world.later(minutes=6)
    assert [await looks(world) for _ in range(3)] == [[], [], ["unhappy_without_case"]]


async def test_status_lists_what_was_found_in_each_language(world):
    case = await world.unhappy()
    await breaks(world, "cases.look_at", id=case["id"], due_at=0)
    await looks(world)
    await world.writes(ANA, "status")
    assert f"1 case had no next reminder: {case['code']}" in world.last(SUPPORT).text
    await world.writes(ANA, "状态")
    assert case["code"] in world.last(SUPPORT).text
    assert "All is well" not in world.last(SUPPORT).text


async def test_two_programs_that_look_at_once_tell_once(world):
    case = await world.unhappy()
    await breaks(world, "cases.look_at", id=case["id"], due_at=0)
    found = [await world.store.read(audit.look, world.now, world.clock.machine) for _ in range(2)]
    for each in found:
        await world.store.run(audit.settle, each, world.now)
    await world.settle()
    assert len(told(world)) == 1
    assert len(await world.all("events", kind="timer_put_right")) == 1


async def test_a_message_that_failed_is_no_finding_of_the_audit(world):
    world.web.script([Refused("too long")], SAM)
    await world.ticket_closed()
    await world.later(minutes=6)
    assert await looks(world) == []
