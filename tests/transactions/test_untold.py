from __future__ import annotations

from world import ADA, ANA, BEN, MEI, SAM, SUPPORT

from cxbot.domain import periods
from cxbot.ports import HoldUntilInbound, Refused
from cxbot.transactions import openings, recovery, reports


def line(world):
    """The newest line in the team's channel, besides the alert."""
    return [message for message in world.web.sent if message.address == SUPPORT and not message.facts][-1]


async def test_who_wants_no_messages_is_to_be_reached_another_way_and_the_team_can_say_that_they_were(world):
    case = await world.unhappy(words="slow")
    await world.writes(SAM, "stop all")
    await world.resolves(ANA, case, told="We have paid you back.")
    assert (await world.reload(case))["untold"] == "opted_out"
    said = line(world)
    assert "has not been told what was done (they want no messages)" in said.text
    await world.writes(ANA, "untold")
    assert f"{case['code']} · Sam Rivera · Ana · they want no messages" in world.last(SUPPORT).text
    await world.presses(BEN, said.choices[0].key)
    assert (await world.reload(case))["untold"] == ""
    assert "reached" in await world.history(case)
    assert (await world.presses(BEN, said.choices[0].key)).notice == "The customer has been told already."


async def test_a_message_that_could_not_be_delivered_leaves_the_same_task(world):
    case = await world.unhappy(MEI, words="慢")
    world.web.script([Refused("no such chat")], MEI)
    await world.resolves(ANA, case, told="已退款。")
    await world.later(seconds=31)
    assert (await world.reload(case))["untold"] == "not_delivered"
    assert "the message could not be delivered" in line(world).text


async def test_one_that_was_held_until_it_was_too_late_leaves_the_same_task(world):
    case = await world.unhappy(words="slow")
    world.web.script([HoldUntilInbound("the window is closed")] * 3, SAM)
    await world.resolves(ANA, case, told="We have paid you back.")
    await world.later(seconds=31)
    assert (await world.reload(case))["untold"] == ""
    await world.later(days=15)
    assert (await world.reload(case))["untold"] == "expired"


async def test_what_is_still_on_its_way_is_not_said_to_have_been_told(world):
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case, told="We have paid you back.")
    await world.writes(ANA, "untold")
    assert "1 resolution is on its way" in world.last(SUPPORT).text
    await world.later(seconds=31)
    await world.writes(ANA, "untold")
    assert world.last(SUPPORT).text.endswith("Every customer has been told what was done.")


async def test_nobody_who_was_not_told_counts_as_told(world):
    case = await world.unhappy(words="slow")
    await world.writes(SAM, "stop all")
    await world.resolves(ANA, case, told="We have paid you back.")
    await world.later(days=4)
    found = await world.store.read(
        lambda tx: recovery.read(tx, periods.rolling("month", reports.day_of(tx, world.now)), world.now, "", "")
    )
    assert (found.figures.not_told, found.figures.fixed) == (1, 0.0)


async def test_the_task_stands_on_the_card_of_the_next_morning(world):
    case = await world.unhappy(words="slow")
    await world.writes(SAM, "stop all")
    await world.resolves(ANA, case, told="We have paid you back.")
    await world.store.run(openings.schedule, world.now)
    await world.later(days=1)
    assert "1 customer to reach another way" in "\n".join(world.texts(SUPPORT))


async def test_nothing_to_tell_is_no_task_and_a_reopened_case_has_none(world):
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case, told="")
    assert (await world.reload(case))["untold"] == ""
    await world.writes(ADA, "untold")
    assert world.last(ADA).text == "Every customer has been told what was done."
    await world.writes(SAM, "stop all")
    await world.presses(ANA, f"c:reopen:{case['id']}")
    await world.resolves(ANA, case, told="We have paid you back.")
    assert (await world.reload(case))["untold"] == "opted_out"
    await world.presses(ANA, f"c:reopen:{case['id']}")
    assert (await world.reload(case))["untold"] == ""


async def test_a_reply_that_was_held_until_it_was_too_late_is_said_to_be_dropped(world):
    case = await world.unhappy(words="slow")
    world.web.script([HoldUntilInbound("the window is closed")] * 3, SAM)
    await world.fills_in(ANA, f"c:reply:{case['id']}", words="Looking into it")
    await world.later(days=15)
    said = [row for row in await world.all("outbox", address=SUPPORT) if row["key"] == "case.message_expired"]
    assert len(said) == 1
