from __future__ import annotations

import asyncio

from structlog.testing import capture_logs
from world import ANA, DAY, HOUR, MEI, MINUTE, SAM

from cxbot.clock import DueWork, due, next_due
from cxbot.transactions import case_clock, outbox


async def test_the_longest_due_comes_first_cases_and_invitations_together(world):
    case = await world.unhappy()
    await world.ticket_closed(MEI)
    nudge = (await world.the("invitations", address=MEI))["due_at"]
    found = await world.store.read(due, world.now + 2 * DAY, 10)
    assert [kind for kind, _ in found] == ["case", "invitation"]
    assert found[0] == ("case", case["id"])
    assert await world.store.read(due, world.now + 2 * DAY, 1) == found[:1] + found[1:2]
    assert (await world.reload(case))["due_at"] == world.now + 30 * MINUTE < nudge


async def test_nothing_is_due_in_an_empty_store(world):
    assert await world.store.read(next_due) == 0
    assert await world.due.drain(world.now + 365 * DAY) == 0


async def test_the_next_moment_is_the_earliest_of_case_invitation_and_message(world):
    await world.ticket_closed(MEI)
    assert await world.store.read(next_due) == world.now + DAY
    await world.unhappy()
    assert await world.store.read(next_due) == world.now + 30 * MINUTE
    await world.store.run(
        outbox.say, world.now, channel="web", address=SAM, language="en", key="x", due_at=world.now + MINUTE
    )
    assert await world.store.read(next_due) == world.now + MINUTE


async def test_many_that_fall_due_at_once_are_all_done_once(world):
    people = [f"customer:{n}" for n in range(9)]
    for who in people:
        await world.happens("ticket", "closed", who, settle=False)
        await world.acts(who, kind="text", text="1", settle=False)
    world.clock.advance(31 * MINUTE)
    assert await world.due.drain(world.now) == 9
    assert await world.due.drain(world.now) == 0
    assert len(await world.all("outbox", key="case.reminder")) == 9


async def test_two_workers_on_one_store_remind_once(world):
    case = await world.unhappy()
    other = DueWork(world.store, world.clock.clock)
    world.clock.advance(31 * MINUTE)
    await asyncio.gather(world.due.drain(world.now), other.drain(world.now))
    assert (await world.history(case)).count("remind") == 1


async def test_what_cannot_be_done_stops_nothing_else_and_is_tried_again_after_a_while(world):
    broken = await world.unhappy()
    sound = await world.unhappy(MEI)
    policy = broken["policy"]
    await world.store.run(lambda tx: tx.run("every.set_policy", id=broken["id"], policy="no policy"))
    world.clock.advance(31 * MINUTE)
    with capture_logs() as logs:
        await world.due.drain(world.now)
    assert [(entry["event"], entry["subject"]) for entry in logs] == [("step_failed", broken["id"])]
    assert "remind" in await world.history(sound)
    assert await world.due.drain(world.now) == 0
    await world.store.run(lambda tx: tx.run("every.set_policy", id=broken["id"], policy=policy))
    world.clock.advance(5 * MINUTE)
    await world.due.drain(world.now)
    assert "remind" in await world.history(broken)


async def test_a_timer_that_comes_too_early_or_too_late_does_nothing(world):
    case = await world.unhappy()
    assert await world.store.run(case_clock.step, case["id"], world.now) == "none"
    assert await world.store.run(case_clock.step, "gone", world.now) == "none"
    await world.presses(ANA, f"c:claim:{case['id']}")
    assert await world.store.run(case_clock.step, case["id"], world.now + HOUR) == "none"
    assert "remind" not in await world.history(case)


async def test_a_commit_wakes_the_loop_that_does_what_is_due(world):
    case = await world.unhappy()
    committed = asyncio.Event()
    running = asyncio.ensure_future(world.due.run())
    try:
        world.clock.advance(31 * MINUTE)
        world.store.on_commit(committed.set)
        await world.acts(MEI, kind="text", text="hello", settle=False)
        async with asyncio.timeout(10):
            while "remind" not in await world.history(case):
                await committed.wait()
                committed.clear()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
