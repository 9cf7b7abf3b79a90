"""Cadences: whom a run asks and when, what stops it, and that nobody is asked twice, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from world import ADA, DAY, HOUR, MEI, MINUTE, PEOPLE, SAM, SECOND, THURSDAY_TEN, World

from cxbot.clock import DueWork, next_time
from cxbot.delivery import Delivery
from cxbot.domain.cadence_words import read
from cxbot.store import open_store
from cxbot.transactions import cadences, forecasts, interactions, people, people_merging, runs

ZONE = "Asia/Shanghai"
WEEK = 7 * DAY


async def crowd(world, n, **more):
    """So many customers on the web channel."""

    def add(tx):
        for number in range(n):
            name = f"customer:{number:03}"
            people.upsert(tx, world.now, addresses=[("web", name)], name=name, time_zone=ZONE, **more)

    await world.store.run(add)


async def cadence(world, words, survey="nps", *, start=True):
    said = read(words, ZONE, world.now)
    row = await world.store.run(cadences.create, survey, said.plan, said.name, "ada", world.now)
    if start:
        assert await world.store.run(cadences.start, row["id"], "ada", world.now, next_time) == "done"
        await world.settle()
        await world.later(seconds=1)
    return row


async def asked(world):
    return [row for row in await world.all("invitations") if row["asked_at"]]


def questions(world):
    return [message for message in world.web.sent if message.address.startswith("customer:") and message.choices]


async def test_people_are_asked_so_many_an_hour_within_working_hours(world):
    await crowd(world, 5)
    await cadence(world, "from now 2 an hour")
    turns = sorted(row["asked_at"] or row["due_at"] for row in await world.all("invitations"))
    assert len(await asked(world)) == 1
    assert [turn - THURSDAY_TEN for turn in turns[1:]] == [30 * MINUTE * n for n in range(1, 5)]
    for n in range(2, 6):
        await world.later(minutes=30)
        assert len(await asked(world)) == n


async def test_the_last_ones_come_on_the_next_working_day(world):
    await crowd(world, 30)
    await cadence(world, "from now 2 an hour")
    for _ in range(16):
        await world.later(minutes=30)
    first = len(await asked(world))
    assert first == 16, "10:00 to 18:00"
    await world.later(hours=14)
    assert len(await asked(world)) == first
    await world.later(hours=2)
    assert len(await asked(world)) > first


async def test_each_is_asked_in_their_own_day(world):
    def add(tx):
        people.upsert(tx, world.now, addresses=[("web", "customer:paris")], name="P", time_zone="Europe/Paris")

    await world.store.run(add)
    await cadence(world, "from now")
    (row,) = await world.all("invitations")
    local = datetime.fromtimestamp(row["due_at"] / 1000, ZoneInfo("Europe/Paris"))
    assert (local.hour, local.minute) == (9, 0)


async def test_every_refusal_is_a_decision_with_its_reason_and_the_forecast_had_said_so(world):
    await crowd(world, 3)
    await world.happens("account", "", SAM)  # asked the NPS a moment ago
    await world.happens("ticket", "closed", MEI)
    await world.writes(MEI, "退订")

    def no_address(tx):
        people.upsert(tx, world.now, known_as=("crm", "C-1"), name="Nobody")

    await world.store.run(no_address)
    row = await cadence(world, "from now", start=False)
    found = await world.store.read(forecasts.forecast, row, world.now, next_time)
    assert (found.audience, found.asked) == (6, 3)
    assert found.held == {"open_survey": 1, "opted_out": 1, "no_address": 1}
    await world.store.run(cadences.start, row["id"], "ada", world.now, next_time)
    await world.settle()
    run = await world.the("cadence_runs")
    made = [each for each in await world.all("invitations") if each["run_id"] == run["id"]]
    assert sorted(each["reason"] for each in made if each["state"] == "not_asked") == [
        "no_address", "open_survey", "opted_out"]  # fmt: skip
    for each in made:
        if each["state"] == "not_asked":
            assert await world.all("decisions", invitation_id="", interaction_id=each["interaction_id"])


async def test_the_audience_is_whom_it_names_and_no_colleague(world):
    await crowd(world, 2, segment="gold")
    await world.ticket_closed(SAM)
    for words, wanted in (
        ("from now segment gold", 2),
        ("from now touchpoint ticket", 1),
        ("from now channel slack", 0),
        ("from now vip", 0),
        ("from now language en", 1),
        ("from now", 3),
    ):
        row = await cadence(world, words, start=False)
        found = await world.store.read(forecasts.forecast, row, world.now, next_time)
        assert found.audience == wanted, words


async def test_colleagues_are_asked_about_the_company_as_an_employer_and_customers_are_not(world):
    await crowd(world, 2)
    row = await cadence(world, "from now", "enps", start=False)
    found = await world.store.read(forecasts.forecast, row, world.now, next_time)
    assert found.audience == len(await world.all("people")) - 2


async def test_a_sample_is_drawn_anew_each_time_round(world):
    await crowd(world, 40)
    row = await cadence(world, "from now sample 50", start=False)
    found = await world.store.read(forecasts.forecast, row, world.now, next_time)
    assert 10 < found.audience < 30
    await world.store.run(cadences.start, row["id"], "ada", world.now, next_time)
    await world.settle()
    assert len(await world.all("invitations")) == found.audience


async def test_a_pause_lets_nothing_further_leave_and_takes_back_what_has_not(world):
    await crowd(world, 4)
    world.web.hold = True
    row = await cadence(world, "from now 60 an hour")
    await world.later(minutes=1)
    assert len(questions(world)) == 2
    # The next one is in the outbox, and has not left, when it is paused.
    world.clock.advance(MINUTE)
    await world.due.drain(world.now)
    assert len(await world.all("outbox", state="queued")) == 1
    assert await world.store.run(cadences.pause, row["id"], "ada", world.now) == "done"
    await world.settle()
    await world.later(hours=5)
    await world.later(days=3)
    assert len(questions(world)) == 2, "no question, and no reminder"
    assert await world.store.run(cadences.pause, row["id"], "ada", world.now) == "already"
    monday = await world.store.run(cadences.resume, row["id"], "ada", world.now, next_time)
    assert monday == "done"
    await world.later(days=1)
    for _ in range(3):
        await world.later(minutes=1)
    assert len({message.address for message in questions(world)}) == 4
    people_asked = [each["person_id"] for each in await asked(world)]
    assert len(people_asked) == len(set(people_asked)) == 4


async def test_a_stop_ends_it_for_good(world):
    await crowd(world, 4)
    row = await cadence(world, "every quarter from now 60 an hour")
    await world.later(minutes=1)
    world.clock.advance(MINUTE)
    await world.due.drain(world.now)
    assert await world.store.run(cadences.stop, row["id"], "ada", world.now) == "done"
    before = len(questions(world))
    assert before == 2
    await world.settle()
    for _ in range(8):
        await world.later(days=15)
    assert len(questions(world)) == before, "nobody asked, nobody reminded, no next quarter"
    states = sorted(each["state"] for each in await world.all("invitations"))
    assert states == ["expired", "expired", "retracted", "retracted"]
    assert await world.reasons("retracted") == [runs.STOPPED] * 2
    kinds = [each["kind"] for each in await world.all("events", subject_id=row["id"])]
    assert kinds == ["cadence.drafted", "cadence.started", "cadence.stopped"]


async def test_who_has_begun_to_answer_may_finish_after_a_stop(world):
    await crowd(world, 1)
    row = await cadence(world, "from now")
    await world.writes("customer:000", "9")
    await world.store.run(cadences.stop, row["id"], "ada", world.now)
    await world.writes("customer:000", "You are quick.")
    assert (await world.the("responses"))["state"] == "complete"


async def test_a_reminder_waits_while_it_is_paused(world):
    await crowd(world, 1)
    row = await cadence(world, "from now")
    await world.store.run(cadences.pause, row["id"], "ada", world.now)
    await world.later(days=1)
    assert await world.reasons("waits") == [runs.PAUSED]
    await world.store.run(cadences.resume, row["id"], "ada", world.now, next_time)
    await world.later(days=1)
    assert (await world.the("invitations"))["nudges"] == 0, "not on a Saturday"
    await world.later(days=2)
    assert (await world.the("invitations"))["nudges"] == 1


async def test_after_a_restart_it_goes_on_where_it_was(store_url):
    async with World.open(store_url) as world:
        await crowd(world, 3)
        await cadence(world, "from now 60 an hour")
        assert len(await asked(world)) == 1
        other = World(world.store, world.clock)  # the loops, channels and handlers of a process that has just started
        await other.later(minutes=1)
        await other.later(minutes=1)
        assert len(await asked(world)) == 3
        assert (await other.store.read(cadences.progress, (await world.the("cadences"))["id"])).asked == 3


async def test_two_replicas_ask_nobody_twice(world):
    await crowd(world, 130)
    row = await cadence(world, "from now 10000 an hour", start=False)
    await world.store.run(cadences.start, row["id"], "ada", world.now, next_time)
    other = DueWork(world.store, world.clock.clock)
    second = Delivery(world.store, world.clock.clock, {"web": world.web}, worker="w2")
    for _ in range(8):
        await asyncio.gather(world.due.drain(world.now), other.drain(world.now))
        await asyncio.gather(world.delivery.drain(), second.drain())
        world.clock.advance(MINUTE)
    await world.settle()
    everybody = [each["person_id"] for each in await world.all("invitations")]
    assert len(everybody) == len(set(everybody)) == 130
    addresses = [message.address for message in questions(world)]
    assert len(addresses) == len(set(addresses)) == 130
    assert len(await world.all("cadence_runs")) == 1


async def test_whatever_is_under_way_in_two_processes_nothing_leaves_after_a_pause_and_nobody_is_asked_twice(store_url):
    async with World.open(store_url) as world:
        other = await open_store(store_url)
        try:
            await crowd(world, 60)
            row = await cadence(world, "from now 10000 an hour", start=False)
            await world.store.run(cadences.start, row["id"], "ada", world.now, next_time)
            await world.settle()
            loops = [world.due, DueWork(other, world.clock.clock)]
            deliveries = [world.delivery, Delivery(other, world.clock.clock, {"web": world.web}, worker="w2")]
            for _ in range(3):
                world.clock.advance(30 * SECOND)
                working = asyncio.gather(*(each.drain(world.now) for each in loops), *(d.drain() for d in deliveries))
                await other.run(cadences.pause, row["id"], "ada", world.now)
                await working
                for each in (*loops, *loops):
                    await each.drain(world.now)
                await asyncio.gather(*(each.drain() for each in deliveries))
                assert await world.all("outbox", kind="question", state="queued") == []
                still = len(questions(world))
                world.clock.advance(HOUR)
                await world.settle()
                assert len(questions(world)) == still
                await world.store.run(cadences.resume, row["id"], "ada", world.now, next_time)
            await world.later(minutes=10)
            addresses = [message.address for message in questions(world)]
            assert len(addresses) == len(set(addresses)) == 60
        finally:
            await other.close()


async def test_by_the_calendar_it_comes_round_again(world):
    await crowd(world, 1)
    row = await cadence(world, "every quarter from 1 dec 10:00")
    zone = ZoneInfo(ZONE)
    first = int(datetime(2025, 12, 1, 10, tzinfo=zone).timestamp() * 1000)
    assert (await world.the("cadences"))["next_at"] == first
    await world.later(seconds=(first - world.now) / 1000)
    await world.later(seconds=1)
    assert len(await asked(world)) == 1
    second = int(datetime(2026, 3, 1, 10, tzinfo=zone).timestamp() * 1000)
    assert (await world.the("cadences"))["next_at"] == second
    await world.later(days=1)
    await world.later(days=30)
    assert (await world.the("cadence_runs"))["state"] == "ended"
    await world.later(seconds=(second - world.now) / 1000)
    assert [run["number"] for run in await world.all("cadence_runs")] == [1, 2]
    await world.later(days=1)  # the first of March is a Sunday
    assert len(await asked(world)) == 2
    assert (await world.store.read(cadences.progress, row["id"])).number == 2


@pytest.mark.parametrize("end", ["enough", "replied", "case", "opted_out"])
async def test_after_something_happened_people_are_asked_again_until(world, end):
    await cadence(world, "after delivery in 1w 3w then every 2w at most 3", "csat")
    await world.happens("delivery", "returned", SAM)
    assert await asked(world) == [], "no survey asks about that by itself"
    await world.later(days=7)
    assert len(await asked(world)) == 1
    follow_up = await world.the("follow_ups")
    if end == "replied":
        await world.writes(SAM, "5")
    elif end == "case":
        await world.writes(SAM, "1")
    elif end == "opted_out":
        await world.writes(SAM, "STOP")
    await world.later(days=7)
    await world.later(days=7)
    assert len(await asked(world)) == (2 if end == "enough" else 1)
    await world.later(days=14)
    await world.later(days=14)
    assert len(await asked(world)) == (3 if end == "enough" else 1)
    after = await world.the("follow_ups", id=follow_up["id"])
    assert after["state"] == "ended"
    assert after["reason"] == ("replied" if end == "case" else end)


async def test_one_thing_at_a_time_is_followed_and_what_is_not_is_said(world):
    await cadence(world, "after delivery in 1w", "csat")
    await world.happens("delivery", "returned", SAM)
    await world.happens("delivery", "returned", SAM)
    await world.happens("delivery", "returned", MEI, internal=True)
    assert len(await world.all("follow_ups")) == 1
    assert "followed" in await world.reasons("not_asked")


async def test_follow_ups_of_a_cadence_that_was_stopped_or_paused_do_not_come(world):
    row = await cadence(world, "after delivery in 1w", "csat")
    await world.happens("delivery", "returned", SAM)
    await world.store.run(cadences.pause, row["id"], "ada", world.now)
    await world.later(days=8)
    assert await asked(world) == []
    await world.store.run(cadences.resume, row["id"], "ada", world.now, next_time)
    await world.later(minutes=1)
    assert len(await asked(world)) == 1
    await world.happens("delivery", "returned", MEI)
    await world.store.run(cadences.stop, row["id"], "ada", world.now)
    await world.later(days=8)
    assert len(await asked(world)) == 1
    assert {each["state"] for each in await world.all("follow_ups")} == {"ended"}


@pytest.mark.parametrize(("away", "left"), [("paused", "following"), ("reported_late", "following"), ("over", "ended")])
async def test_one_question_stands_for_all_that_were_missed(world, away, left):
    """Of six turns those at 1, 3, 5 and 7 weeks have passed, or all."""
    row = await cadence(world, "after delivery in 1w 3w then every 2w", "csat")
    if away == "paused":
        await world.happens("delivery", "returned", SAM)
        await world.store.run(cadences.pause, row["id"], "ada", world.now)
        await world.later(days=60)
        await world.store.run(cadences.resume, row["id"], "ada", world.now, next_time)
    else:
        days = 60 if away == "reported_late" else 300
        happened = world.now - days * DAY
        await world.happens("delivery", "returned", SAM, happened_at=happened)
    await world.later(hours=1)
    begun = await world.the("follow_ups")
    for _ in range(3):
        await world.later(hours=12)
    assert len([each for each in await world.all("interactions") if each["source"] == cadences.SOURCE]) == 1
    after = await world.the("follow_ups")
    assert after == begun
    assert (after["state"], after["times"]) == (left, 4 if left == "following" else 6)
    if left == "following":
        assert 9 * WEEK <= after["due_at"] - after["begun_at"] < 10 * WEEK


async def test_two_entries_of_one_person_are_followed_once(world):
    await cadence(world, "after delivery in 1w", "csat")
    for who in (SAM, MEI):
        await world.happens("delivery", "returned", who)
    sam, mei = await world.person("Sam Rivera"), await world.person("林美")
    await world.store.run(people_merging.merge, sam["id"], mei["id"], world.now)
    await world.later(days=7)
    assert len(await asked(world)) == 1


async def test_a_name_is_taken_once_and_a_survey_gives_it_a_number(world):
    first = await cadence(world, "every month", start=False)
    second = await cadence(world, "every week", start=False)
    assert [first["name"], second["name"]] == ["nps", "nps-2"]
    plan = cadences.plan_of(first)
    assert await world.store.run(cadences.create, "nps", plan, "nps", "ada", world.now) is None


async def test_dates_that_have_passed_cannot_be_started(world):
    row = await cadence(world, "on 1 dec 10:00", start=False)
    world.clock.advance(20 * DAY)
    assert await world.store.run(cadences.start, row["id"], "ada", world.now, next_time) == "over"


async def test_the_interaction_of_a_follow_up_knows_what_it_is_about(world):
    await cadence(world, "after delivery in 1w", "after_delivery")
    body = {"id": "O-1", "touchpoint": "delivery", "outcome": "returned", "reference": "O-1", "agent": "Ana Lee",
            "person": {"addresses": [{"channel": "web", "address": SAM}], **PEOPLE[SAM]}}  # fmt: skip
    await world.store.run(interactions.take, body, "crm", world.now)
    await world.later(days=7)
    made = await world.the("interactions", source="cadence")
    assert (made["touchpoint"], made["agent"], made["reference"]) == ("delivery", "Ana Lee", "O-1")
    assert ADA not in {message.address for message in questions(world)}
