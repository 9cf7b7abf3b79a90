from __future__ import annotations

import asyncio

import pytest

from cxbot.domain.survey import Band, Question, Survey, Trigger
from cxbot.store import open_store
from cxbot.transactions import interactions, people, surveys
from cxbot.transactions.interactions import Conflict, Taken

NOW = 1_763_632_800_000
HOUR = 3_600_000


def csat(delay: int = 0) -> Survey:
    return Survey(
        key="csat",
        metric="csat",
        kind="transactional",
        trigger=Trigger(touchpoints=("ticket",), outcomes=("closed",), delay=delay),
        questions=(Question(id="score", kind="scale", low=1, high=5, score=True, text={"en": "How was it?"}),),
        bands=(Band(name="low", low=1, high=2, detractor=True, severity="high"), Band(name="high", low=3, high=5)),
    )


def ticket(**more):
    person = {"addresses": [{"channel": "web", "address": "customer:sam"}], "name": "Sam"}
    return {"id": "T-1", "touchpoint": "ticket", "outcome": "closed", "person": person, "happened_at": NOW, **more}


@pytest.fixture
async def asking(store):
    await store.run(surveys.seed, csat(delay="30m"), "1", NOW)
    return store


async def count(store, table):
    return await store.read(lambda tx: len(tx.all(f"reading.{table}", after_time=-1, after_id="", since=0, until=2**62,
                                                  state="", touchpoint="", team="", most=1000)))  # fmt: skip


async def test_an_interaction_leads_to_an_invitation_that_waits_its_delay(asking):
    taken = await asking.run(interactions.take, ticket(), "crm", NOW)
    assert isinstance(taken, Taken)
    assert (taken.state, taken.reason, taken.detail) == ("waiting", "delay", {"due_at": NOW + HOUR // 2})
    row = await asking.read(interactions.get, taken.interaction_id)
    assert (row["source"], row["source_id"], row["touchpoint"], row["happened_at"]) == ("crm", "T-1", "ticket", NOW)
    assert (await asking.read(people.get, row["person_id"]))["name"] == "Sam"


async def test_the_same_body_again_gets_the_same_answer_and_asks_once(asking):
    first = await asking.run(interactions.take, ticket(), "crm", NOW)
    again = await asking.run(interactions.take, ticket(), "crm", NOW + HOUR)
    assert again.repeated
    assert not first.repeated
    assert (again.invitation_id, again.state, again.reason, again.detail) == (
        first.invitation_id, first.state, first.reason, first.detail,
    )  # fmt: skip
    assert await count(asking, "invitations") == 1


async def test_the_same_id_of_another_source_is_another_interaction(asking):
    first = await asking.run(interactions.take, ticket(), "crm", NOW)
    other = await asking.run(interactions.take, ticket(), "shop", NOW)
    assert first.interaction_id != other.interaction_id


async def test_another_body_is_a_conflict_that_names_the_differing_keys(asking):
    await asking.run(interactions.take, ticket(attributes={"a/b": 1}), "crm", NOW)
    body = ticket(outcome="late", agent="Ben", attributes={"a/b": True})
    body["person"] = {**body["person"], "name": "Lin"}
    conflict = await asking.run(interactions.take, body, "crm", NOW)
    assert isinstance(conflict, Conflict)
    assert conflict.keys == ("/agent", "/attributes/a~1b", "/outcome", "/person/name")


async def test_reopening_takes_back_the_survey_and_the_next_resolution_asks_anew(asking):
    first = await asking.run(interactions.take, ticket(), "crm", NOW)
    reopened = await asking.run(interactions.take, ticket(reopened=True, happened_at=NOW + 1), "crm", NOW + 1)
    assert (reopened.invitation_id, reopened.state, reopened.reason) == (first.invitation_id, "retracted", "reopened")
    second = await asking.run(interactions.take, ticket(happened_at=NOW + 2), "crm", NOW + 2)
    assert (second.interaction_id, second.state) == (first.interaction_id, "waiting")
    assert second.invitation_id != first.invitation_id
    late_repeat = await asking.run(interactions.take, ticket(), "crm", NOW + 3)
    assert (late_repeat.repeated, late_repeat.invitation_id) == (True, first.invitation_id)
    assert isinstance(await asking.run(interactions.take, ticket(happened_at=NOW + 9), "crm", NOW + 9), Conflict)


async def test_a_body_without_a_time_may_be_reopened_and_resolved_over_and_over(asking):
    body = ticket()
    del body["happened_at"]
    states = []
    for turn in range(3):
        for more in ({}, {"reopened": True}):
            taken = await asking.run(interactions.take, {**body, **more}, "crm", NOW + turn)
            repeat = await asking.run(interactions.take, {**body, **more}, "crm", NOW + turn)
            states.append((taken.state, taken.repeated, repeat.repeated))
    assert states == [("waiting", False, True), ("retracted", False, True)] * 3
    assert await count(asking, "invitations") == 3


async def test_reopening_by_id_works_once_and_knows_both_ids(asking):
    taken = await asking.run(interactions.take, ticket(), "crm", NOW)
    first = await asking.run(interactions.reopen, "crm", "T-1", NOW + 1)
    again = await asking.run(interactions.reopen, "elsewhere", taken.interaction_id, NOW + 2)
    assert (first.state, first.repeated) == ("retracted", False)
    assert (again.state, again.repeated) == ("retracted", True)
    assert await asking.run(interactions.reopen, "crm", "T-2", NOW) is None


async def test_what_is_first_heard_of_as_reopened_is_kept_and_not_asked_about(asking):
    taken = await asking.run(interactions.take, ticket(reopened=True), "crm", NOW)
    assert (taken.state, taken.reason, taken.invitation_id) == ("not_asked", "reopened", "")
    resolved = await asking.run(interactions.take, ticket(happened_at=NOW + 1), "crm", NOW + 1)
    assert resolved.state == "waiting"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"touchpoint": "moon"}, "no_survey"),
        ({"internal": True}, "internal"),
        ({"survey": False}, "survey_off"),
        ({"person": {"name": "Nobody"}}, "no_address"),
    ],
)
async def test_nobody_is_asked_and_the_reason_is_said(asking, more, reason):
    taken = await asking.run(interactions.take, ticket(**more), "crm", NOW)
    assert (taken.state, taken.reason) == ("not_asked", reason)


async def test_an_unknown_team_is_said_and_does_not_stop_it(asking):
    taken = await asking.run(interactions.take, ticket(team="nope"), "crm", NOW)
    assert (taken.unknown_team, taken.state) == ("nope", "waiting")


async def test_two_replicas_that_hear_the_same_keep_it_once(store_url):
    stores = [await open_store(store_url) for _ in range(2)]
    try:
        await stores[0].run(surveys.seed, csat(), "1", NOW)
        for n in range(20):
            body = ticket(id=f"T-{n}", person={"addresses": [{"channel": "web", "address": f"c{n}"}]})
            one, other = await asyncio.gather(*(each.run(interactions.take, body, "crm", NOW) for each in stores))
            assert one.interaction_id == other.interaction_id
            assert one.repeated != other.repeated
        assert await count(stores[0], "invitations") == 20
    finally:
        for each in stores:
            await each.close()
