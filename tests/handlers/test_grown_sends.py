"""A cadence that comes round for considerably more people than were approved waits for a second admin."""

from __future__ import annotations

from test_cadence_commands import answer, crowd
from test_large_sends import EVE, from_on, questions, second_admin
from world import ADA


async def approved_for(world, n, *, language="en", name="Eve"):
    """A monthly cadence that a second admin let start for so many, one month on and after its first run."""
    await crowd(world, n)
    await second_admin(world, EVE, name, language)
    await from_on(world, 2, 3)
    await answer(world, "cadence new nps every month from 1 dec 10:00")
    await answer(world, "cadence start nps confirm")
    await world.presses(EVE, world.last(EVE).choices[0].key)


async def comes_round(world, days):
    await world.later(days=days)
    await world.later(seconds=1)
    await world.settle()


async def test_it_is_held_with_its_reason_and_starts_when_approved(world):
    await approved_for(world, 5)
    await crowd(world, 7)
    await comes_round(world, 12)
    assert questions(world) == []
    assert await world.all("cadence_runs") == []
    card = world.last(EVE)
    assert "would now ask 7 people, 5 when it was approved" in card.text
    assert "It would ask 7 of 7." in card.text, "the forecast too"
    assert [choice.label for choice in card.choices] == ["Approve", "Skip this time"]
    assert "Asked Eve to approve" in world.texts(ADA)[-1]
    assert [choice.label for choice in world.last(ADA).choices] == ["Skip this time"]
    (event,) = await world.all("events", kind="cadence.held")
    assert '"reason": "grown"' in event["args"]
    for command in ("why nps", "queue", "cadence nps"):
        assert "it would ask 7 people, 5 when it was approved" in await answer(world, command), command
    assert "It would ask 7 of 7." in await answer(world, "approvals", EVE)
    assert "has to approve" in await answer(world, "cadence resume nps"), "who set it up cannot go on alone"
    code = (await world.all("approvals", state="asked"))[0]["code"]
    assert "somebody else" in await answer(world, f"approve {code}")
    assert questions(world) == []
    await world.presses(EVE, card.choices[0].key)
    assert "nps asks 7 people now" in world.texts(ADA)[-1]
    await comes_round(world, 1)
    assert [run["number"] for run in await world.all("cadence_runs")] == [1]
    assert len(questions(world)) == 7


async def test_it_is_held_in_chinese_and_this_time_can_be_skipped(world):
    await approved_for(world, 5, language="zh-CN", name="林总")
    await crowd(world, 7)
    await comes_round(world, 12)
    card = world.last(EVE)
    assert "本次将询问 7 人，批准或启动时为 5 人" in card.text
    assert [choice.label for choice in card.choices] == ["批准", "跳过本次"]
    await world.presses(EVE, card.choices[1].key)
    assert "nps skips this time; it asks again from" in world.texts(ADA)[-1]
    await comes_round(world, 1)
    assert questions(world) == []
    assert (await world.the("cadences"))["state"] == "running"
    (event,) = await world.all("events", kind="cadence.skipped")
    assert '"reason": "grown"' in event["args"]


async def test_a_little_growth_starts_by_itself(world):
    await approved_for(world, 5)
    await crowd(world, 6)
    await comes_round(world, 12)
    assert [run["lined_up"] for run in await world.all("cadence_runs")] == [6]


async def test_what_one_admin_started_needs_two_once_it_is_large(world):
    await crowd(world, 3)
    await second_admin(world)
    await from_on(world, 100, 3)
    await answer(world, "cadence new nps every month from 1 dec 10:00")
    await answer(world, "cadence start nps")
    await crowd(world, 4)
    await comes_round(world, 12)
    assert questions(world) == []
    assert "goes on" not in await answer(world, "cadence resume nps")
    assert "skips this time" in await answer(world, "cadence skip nps")
    assert await world.all("approvals", state="asked") == []
    assert "nothing waits there" in await answer(world, "cadence skip nps")


async def test_a_request_that_lapsed_is_asked_for_again_by_resume(world):
    await approved_for(world, 5)
    await crowd(world, 7)
    await comes_round(world, 12)
    await world.later(days=2)
    assert "“cadence resume nps” asks for it again" in await answer(world, "cadence nps")
    assert "“approve" in await answer(world, "cadence resume nps")
    await world.presses(EVE, world.last(EVE).choices[0].key)
    await comes_round(world, 1)
    assert len(questions(world)) == 7


async def test_where_there_is_no_second_admin_it_is_held_and_says_so(world):
    await crowd(world, 3)
    await from_on(world, 100, 3)
    await answer(world, "cadence new nps every month from 1 dec 10:00")
    await answer(world, "cadence start nps")
    await crowd(world, 4)
    await comes_round(world, 12)
    assert questions(world) == []
    assert "has to approve, and there is none. Make one" in world.texts(ADA)[-1]


async def test_the_approver_of_a_large_send_sees_its_whole_forecast(world):
    await crowd(world, 6)
    await second_admin(world)
    await from_on(world, 2, 4)
    await answer(world, "cadence new nps from now segment gold sample 90 2 an hour")
    seen = await answer(world, "cadence forecast nps")
    await answer(world, "cadence start nps confirm")
    forecast = [line for line in seen.splitlines() if "would ask" in line or "working day" in line]
    assert len(forecast) == 2
    for line in forecast:
        assert line in world.last(EVE).text
        assert line in await answer(world, "approvals", EVE)
    assert "2 an hour" in await answer(world, "approvals", EVE)
