from __future__ import annotations

import asyncio
import json

import pytest
from world import ANA, DAY, HOUR, MEI, MINUTE, SAM, YITING, arguments

from cxbot.ports import Unreachable
from cxbot.transactions import interactions, invitations, people, settings, surveys


async def test_the_first_question_says_who_asks_why_and_how_to_stop(world):
    taken = await world.ticket_closed(agent="Joe")
    assert (taken.state, taken.reason) == ("asked", "")
    text = world.texts(SAM)[0]
    for said in ("Harbour", "STOP", "https://example.com/privacy", "Joe", "X-1"):
        assert said in text
    assert [choice.key for choice in world.last(SAM).choices] == [
        f"s:{taken.invitation_id}:score:{value}" for value in range(1, 6)
    ]
    assert (await world.the("invitations"))["asked_at"] == world.now


async def test_somebody_who_was_told_before_is_not_told_again_who_asks(world):
    await world.ticket_closed()
    await world.writes(SAM, "5")
    await world.writes(SAM, "skip")
    await world.later(days=8)
    await world.ticket_closed()
    assert "STOP" not in world.last(SAM).text


async def test_everybody_is_asked_in_their_own_language(world):
    await world.ticket_closed(MEI)
    await world.ticket_closed(YITING)
    assert "您对这次的服务满意吗" in world.last(MEI).text
    assert "您對這次的服務滿意嗎" in world.last(YITING).text


REFUSED = [
    ({"internal": True}, "internal"),
    ({"spam": True}, "spam"),
    ({"self_solved": True}, "self_solved"),
    ({"unanswered": True}, "unanswered"),
    ({"survey": False}, "survey_off"),
    ({"auto_closed": True}, "auto_closed"),
]


@pytest.mark.parametrize(("flags", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
async def test_what_the_source_says_against_a_survey_is_heeded_and_recorded(world, flags, reason):
    taken = await world.ticket_closed(**flags)
    assert (taken.state, taken.reason) == ("not_asked", reason)
    assert await world.reasons("not_asked") == [reason]
    assert world.texts(SAM) == []


async def test_an_interaction_no_survey_is_meant_for_leaves_its_reason(world):
    assert (await world.happens("moon_landing")).reason == "no_survey"
    assert await world.reasons("not_asked") == ["no_survey"]


async def test_a_paused_survey_asks_nobody_new_and_what_was_asked_is_still_answered(world):
    await world.ticket_closed()
    await world.store.run(surveys.pause, "csat", "", world.now)
    assert (await world.ticket_closed(MEI)).reason == "paused"
    await world.writes(SAM, "5")
    assert (await world.the("responses"))["score"] == 5
    await world.store.run(surveys.resume, "csat", "", world.now)
    assert (await world.ticket_closed(MEI)).state == "asked"


async def test_somebody_without_an_address_is_not_asked(world):
    taken = await world.happens("ticket", "closed", person={"id": "17", "name": "Nobody"})
    assert taken.reason == "no_address"


async def test_at_night_the_question_waits_for_the_morning_where_the_person_is(world):
    await world.later(hours=12)
    taken = await world.ticket_closed()
    assert (taken.state, taken.reason) == ("waiting", "night")
    assert await world.reasons("waits") == ["night"]
    await world.later(hours=9, minutes=59)
    assert world.texts(SAM) == []
    await world.later(minutes=1)
    assert len(world.texts(SAM)) == 1


async def test_somebody_who_has_just_acted_may_be_asked_at_night(world):
    await world.later(hours=12)
    await world.writes(SAM, "hello")
    await world.later(minutes=9)
    assert (await world.ticket_closed()).state == "asked"


async def test_the_night_is_that_of_the_person_before_that_of_the_team(world):
    await world.later(hours=12)
    person = {"addresses": [{"channel": "web", "address": "customer:bo"}], "time_zone": "America/New_York"}
    assert (await world.happens("ticket", "closed", person=person)).state == "asked"
    unknown = {"addresses": [{"channel": "web", "address": "customer:jo"}]}
    assert (await world.happens("ticket", "closed", person=unknown)).reason == "night"


async def test_nobody_has_two_surveys_open(world):
    await world.ticket_closed()
    await world.later(days=2)
    assert (await world.happens("delivery", "delivered")).reason == "open_survey"


async def test_two_surveys_that_fall_due_at_once_are_not_both_asked(world):
    await world.later(hours=12)
    first, second = await world.ticket_closed(), await world.happens("account")
    assert {first.state, second.state} == {"waiting"}
    world.clock.advance(10 * HOUR)
    steps = [invitations.step, invitations.step]
    ids = [first.invitation_id, second.invitation_id]
    await asyncio.gather(*(world.store.run(step, i, world.now) for step, i in zip(steps, ids, strict=True)))
    states = sorted(row["state"] for row in await world.all("invitations"))
    assert states == ["asked", "not_asked"]
    assert await world.reasons("not_asked") == ["open_survey"]


async def test_fatigue_counts_per_person_over_all_their_channels(world):
    person = {"addresses": [{"channel": "web", "address": SAM}, {"channel": "slack", "address": "U1"}], "name": "Sam"}
    await world.happens("ticket", "closed", person=person)
    await world.writes(SAM, "5")
    await world.writes(SAM, "skip")
    await world.later(hours=23)
    only_slack = {"addresses": [{"channel": "slack", "address": "U1"}]}
    assert (await world.happens("account", person=only_slack)).reason == "fatigue_any"
    assert (await world.happens("ticket", "closed", person=only_slack)).reason == "fatigue_metric"
    await world.later(hours=2)
    assert (await world.happens("ticket", "closed", person=only_slack)).reason == "fatigue_metric"
    # A transactional survey never uses up the clock of the relationship.
    assert (await world.happens("account", person=only_slack)).state == "asked"


async def test_fatigue_clocks_run_out(world):
    await world.happens("account")
    await world.writes(SAM, "10")
    await world.writes(SAM, "skip")
    await world.later(days=89)
    assert (await world.happens("account")).reason == "fatigue_metric"
    await world.later(days=1)
    assert (await world.happens("account")).state == "asked"


async def test_the_gates_are_asked_again_when_the_invitation_falls_due(world):
    await world.later(hours=12)
    for who in (SAM, MEI, YITING):
        assert (await world.ticket_closed(who)).state == "waiting"
    await world.store.run(people.opt_out, (await world.person("Sam Rivera"))["id"], "surveys", world.now)
    await world.store.run(people.mark_unreachable, "web", MEI, "blocked")
    await world.later(hours=10)
    states = {row["language"]: (row["state"], row["reason"]) for row in await world.all("invitations")}
    assert states == {
        "en": ("not_asked", "opted_out"),
        "zh-CN": ("not_asked", "unreachable"),
        "zh-TW": ("asked", ""),
    }
    assert sorted(await world.reasons("not_asked")) == ["opted_out", "unreachable"]
    assert {message.address for message in world.web.sent} == {YITING}


async def test_a_survey_paused_while_an_invitation_waits_is_not_asked(world):
    await world.later(hours=12)
    await world.ticket_closed()
    await world.store.run(surveys.pause, "csat", "", world.now)
    await world.later(hours=10)
    assert await world.reasons("not_asked") == ["paused"]


async def test_a_survey_waits_until_another_question_is_answered(world):
    case = await world.unhappy()
    await world.writes(SAM, "skip")
    await world.resolves(ANA, case)
    await world.later(days=7, hours=2)
    assert (await world.reload(case))["confirm"] == "asked"
    taken = await world.ticket_closed()
    assert (taken.state, taken.reason) == ("waiting", "open_question")
    await world.writes(SAM, "yes")
    await world.later(hours=1)
    assert (await world.the("invitations", id=taken.invitation_id))["state"] == "asked"


async def test_at_most_two_nudges_and_then_the_survey_expires(world):
    await world.ticket_closed()
    for _ in range(9):
        await world.later(days=1)
    assert [text.split("\n")[0] for text in world.texts(SAM)[1:]] == [
        "Asked again below.",
        "A small reminder, whenever it suits you:",
        "Asked again below.",
        "A small reminder, whenever it suits you:",
        "This question is closed.",
    ]
    invitation = await world.the("invitations")
    assert (invitation["state"], invitation["nudges"]) == ("expired", 2)


async def test_somebody_who_has_begun_to_answer_is_not_pressed_for_the_rest(world):
    await world.ticket_closed()
    await world.writes(SAM, "4")
    told = len(world.texts(SAM))
    await world.later(days=3)
    assert len(world.texts(SAM)) == told
    await world.later(days=5)
    assert (await world.the("invitations"))["state"] == "expired"
    assert (await world.the("responses"))["state"] == "partial"


async def test_nobody_is_nudged_at_night(world):
    await world.ticket_closed()
    await world.later(hours=11)
    settled = len(world.texts(SAM))
    await world.later(hours=12, minutes=59)
    assert len(world.texts(SAM)) == settled
    night = {"night_from": "09:00", "night_to": "12:00"}
    await world.store.run(settings.put, "contact", night)
    await world.later(minutes=2)
    assert len(world.texts(SAM)) == settled
    await world.later(hours=2)
    assert len(world.texts(SAM)) == settled + 2


async def test_a_reopened_interaction_takes_its_survey_back_and_the_next_resolution_asks_anew(world):
    first = await world.ticket_closed(id="T-9")
    await world.ticket_closed(id="T-9", reopened=True, happened_at=world.now + 1)
    assert (await world.the("invitations"))["state"] == "retracted"
    assert await world.reasons("retracted") == ["reopened"]
    assert world.last(SAM).text == "This question is closed."
    await world.later(hours=2)
    again = await world.ticket_closed(id="T-9", happened_at=world.now)
    assert (again.state, again.invitation_id != first.invitation_id) == ("asked", True)
    stale = await world.presses(SAM, f"s:{first.invitation_id}:score:1")
    assert stale.notice == "This question is closed."
    assert await world.all("responses") == []


async def test_an_answered_survey_is_not_taken_back(world):
    await world.ticket_closed(id="T-9")
    await world.writes(SAM, "4")
    await world.ticket_closed(id="T-9", reopened=True, happened_at=world.now + 1)
    assert (await world.the("invitations"))["state"] == "asked"


async def test_a_question_taken_back_before_it_left_is_never_sent(world):
    world.clock.advance(12 * HOUR)
    await world.ticket_closed(id="T-9")
    await world.ticket_closed(id="T-9", reopened=True, happened_at=world.now + 1)
    await world.later(hours=12)
    assert world.texts(SAM) == []


async def test_a_question_in_the_queue_when_its_survey_ends_is_cancelled(world):
    taken = await world.ticket_closed(settle=False)
    row = await world.store.read(interactions.get, taken.interaction_id)
    await world.store.run(invitations.retract, row["id"], world.now)
    await world.settle()
    states = {row["key"] or row["kind"]: row["state"] for row in await world.all("outbox")}
    assert states["question"] == "cancelled"
    assert "How satisfied" not in "".join(world.texts(SAM))


async def test_a_second_step_of_the_same_moment_asks_nothing_twice(world):
    taken = await world.ticket_closed()
    for _ in range(3):
        assert await world.store.run(invitations.step, taken.invitation_id, world.now) == "asked"
    assert len(await world.all("outbox", kind="question")) == 1
    assert await world.store.run(invitations.step, "gone", world.now) == ""


async def test_a_survey_goes_where_the_person_wrote_from_last(world):
    person = {"addresses": [{"channel": "web", "address": SAM}, {"channel": "slack", "address": "U1"}], "name": "Sam"}
    await world.happens("moon_landing", person=person)
    world.clock.advance(MINUTE)
    await world.acts("U1", channel="slack", kind="text", text="hello")
    await world.happens("ticket", "closed", person=person)
    assert "How satisfied" in world.slack.texts("U1")[-1]
    assert world.texts(SAM) == []


async def test_the_next_address_is_taken_where_one_cannot_be_reached(world):
    person = {"addresses": [{"channel": "web", "address": SAM}, {"channel": "slack", "address": "U1"}], "name": "Sam"}
    world.web.script([Unreachable("blocked")], SAM)
    await world.happens("ticket", "closed", person=person)
    await world.later(days=8)
    await world.happens("ticket", "closed", person=person)
    assert "How satisfied" in world.slack.texts("U1")[-1]


async def test_an_anonymous_invitation_forgets_the_person_when_it_ends(world):
    await world.happens("work", who=ANA)
    open_one = await world.the("invitations")
    assert open_one["person_id"] == (await world.person("Ana"))["id"]
    for _ in range(15):
        await world.later(days=1)
    ended = await world.the("invitations")
    assert ended["state"] == "expired"
    forgotten = ("person_id", "interaction_id", "channel", "address", "progress", "response_id")
    assert {ended[column] for column in forgotten} == {""}


async def test_every_decision_has_a_reason_and_every_invitation_a_decision_where_nobody_was_asked(world):
    await world.ticket_closed(internal=True)
    await world.ticket_closed(MEI)
    await world.happens("account", who=MEI)
    await world.happens("moon_landing")
    await world.later(hours=12)
    await world.ticket_closed(YITING)
    await world.writes(YITING, "取消訂閱")
    await world.later(days=20)
    decisions = await world.all("decisions")
    assert len(decisions) >= 5
    assert all(row["reason"] and row["what"] for row in decisions)
    assert all(isinstance(arguments(row), dict) for row in decisions)
    about = {row["person_id"] + row["survey"] for row in decisions}
    for row in await world.all("invitations", state="not_asked"):
        assert row["reason"]
        assert row["person_id"] + row["survey"] in about


async def test_what_a_survey_may_say_of_somebody_is_filled_in(world):
    taken = await world.ticket_closed(agent="Joe")
    row = await world.the("outbox", kind="question")
    assert json.loads(row["args"])["variables"] == {
        "name": "Sam Rivera",
        "agent": "Joe",
        "reference": "X-1",
        "touchpoint": "ticket",
        "company": "Harbour",
        "privacy_url": "https://example.com/privacy",
    }
    invitation = await world.the("invitations", id=taken.invitation_id)
    assert row["expires_at"] == invitation["expires_at"] == world.now + 7 * DAY
