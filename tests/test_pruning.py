"""What is kept for a time only: the ids that other systems gave their requests, and what has lapsed."""

from __future__ import annotations

from world import ADA, ANA

from cxbot.clock import Pruning
from cxbot.ports import Field, Form
from cxbot.transactions import api_requests, case_requests, dialogues
from cxbot.transactions.api_requests import Asked
from cxbot.transactions.case_requests import Acted

DAYS = api_requests.KEPT_MS // 86_400_000


async def claims(world, case, number):
    asked = Asked("crm", number, "digest", case["id"], {"channel": "web", "address": ANA}, "claim")
    return await world.store.run(case_requests.act, asked, world.now)


async def test_the_id_of_a_request_is_known_for_a_month_and_then_forgotten(world):
    case = await world.unhappy()
    pruning = Pruning(world.store, world.clock.clock)
    await claims(world, case, "R")
    await world.later(days=DAYS - 1)
    assert await pruning.look() == 0
    again = await claims(world, case, "R")
    assert isinstance(again, Acted)
    assert again.repeated
    await world.later(days=2)
    assert await pruning.look() == 1
    assert await world.all("case_requests") == []
    assert (await world.history(case)).count("claimed") == 1


async def test_what_is_young_stays_and_all_that_is_old_goes_a_batch_at_a_time(world):
    case = await world.unhappy()
    n = api_requests.PRUNED_AT_ONCE + 5

    def many(tx):
        for number in range(n):
            given = {"caller": "crm", "id": f"old-{number}", "body": "", "case_id": case["id"], "made_at": world.now}
            tx.run("api_requests.begin", **given)

    await world.store.run(many)
    await world.later(days=DAYS + 1)
    await claims(world, case, "young")
    assert await Pruning(world.store, world.clock.clock).look() == n
    assert [row["id"] for row in await world.all("case_requests")] == ["young"]
    assert await Pruning(world.store, world.clock.clock).look() == 0


async def test_what_nobody_can_follow_up_any_more_is_forgotten_a_day_later(world):
    pruning = Pruning(world.store, world.clock.clock)
    for number in (1, 2):
        person = {"addresses": [{"channel": "web", "address": f"customer:{number}"}], "name": "Sam Rivera"}
        await world.happens("ticket", "closed", person=person)
    await world.writes(ADA, "person Sam Rivera")
    assert len(await world.all("command_turns")) == 1
    await world.later(hours=24)
    assert await pruning.look() == 0
    await world.later(minutes=11)
    assert await pruning.look() == 1
    assert await world.all("command_turns") == []


async def test_a_form_that_was_left_is_forgotten_a_day_after_it_has_lapsed(world):
    form = Form("x", "Title", (Field("words", "Words"),), "Send", "Cancel")
    await world.store.run(dialogues.begin, "web", ADA, form, {}, world.now)
    pruning = Pruning(world.store, world.clock.clock)
    await world.later(hours=24)
    assert await pruning.look() == 0
    await world.later(minutes=31)
    assert await pruning.look() == 1
    assert await world.store.run(dialogues.hold, "web", ADA) is None
