"""The language that is set for somebody is the one they are asked in next, and outlives a new start of the demo."""

from __future__ import annotations

from world import ADA, SAM

from cxbot.demo import read_cast, seed_customers
from cxbot.transactions import settings


async def test_a_language_that_is_set_is_the_one_of_the_next_survey(world):
    await world.ticket_closed()
    await world.writes(SAM, "5")
    await world.writes(SAM, "skip")
    await world.writes(ADA, "person set Sam language zh-TW")
    await world.store.run(settings.put, "contact", {"transactional_days": 0, "floor_hours": 0})
    await world.later(days=10)
    await world.happens("ticket", "closed", person={"addresses": [{"channel": "web", "address": SAM}]})
    assert (await world.all("invitations"))[-1]["language"] == "zh-TW"
    assert "滿意" in world.last(SAM).text


async def test_a_new_start_of_the_demo_undoes_nothing_that_was_set(world):
    _, cast = read_cast({})
    await world.store.run(seed_customers, cast, world.now)
    count = len(await world.all("people"))
    sam = next(row for row in await world.all("people") if row["name"] == cast[0]["name"])
    await world.writes(ADA, f"person set {sam['name']} language zh-TW")
    before = await world.all("people")
    await world.store.run(seed_customers, cast, world.now + 1)
    after = await world.all("people")
    assert after == before
    assert len(after) == count
