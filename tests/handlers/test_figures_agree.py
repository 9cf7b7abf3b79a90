"""What two reports say of the same time is the same: days, merged cases, whose recovery it was."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from world import ADA, ANA, BEN, MEI, SAM, SUPPORT, World

from cxbot.domain import periods
from cxbot.transactions import case_opening, case_work, causes, reports


async def says(world: World, text: str, who: str = ADA, place: str = "") -> str:
    """All that somebody is told on a line."""
    place = place or who
    before = len(world.texts(place))
    await world.writes(who, text, place=place)
    return "\n".join(world.texts(place, before))


async def confirmed(world: World) -> None:
    await world.later(hours=1, minutes=2)
    await world.writes(SAM, "yes")


def credit(said: str) -> dict[str, str]:
    """Whose the recoveries are, by agent."""
    lines = [line for line in said.splitlines() if "credit" in line]
    return {line.split(":")[0].lstrip("•- "): line.split("credit ")[1].rstrip(".") for line in lines}


# Whose it was ---------------------------------------------------------------------------------------------------------


async def test_everybody_who_had_a_case_shares_it(world):
    case = await world.unhappy(words="slow")
    await world.presses(ANA, f"c:claim:{case['id']}")
    for giver, taker in ((ANA, "Ben"), (BEN, "Ada")):
        await world.fills_in(giver, f"c:hand_over:{case['id']}", owner=(await world.person(taker))["id"])
    await world.resolves(ADA, case)
    await confirmed(world)
    assert credit(await says(world, "recovery month by agent")) == {"Ada": "0.3", "Ana": "0.3", "Ben": "0.3"}


async def test_who_was_written_to_and_gave_it_on_had_it_too(world):
    case = await world.unhappy(words="slow")
    await world.fills_in(ANA, f"c:reply:{case['id']}", words="We are looking into it.")
    await world.fills_in(ANA, f"c:hand_over:{case['id']}", owner=(await world.person("Ben"))["id"])
    await world.resolves(BEN, case)
    await confirmed(world)
    assert credit(await says(world, "recovery month by agent")) == {"Ana": "0.5", "Ben": "0.5"}


@pytest.mark.parametrize("action", ["claim", "hand_over"])
async def test_what_was_undone_earns_nothing(world, action):
    case = await world.unhappy(words="slow")
    if action == "claim":
        await world.presses(BEN, f"c:claim:{case['id']}")
        await world.presses(BEN, f"c:undo:{case['id']}")
    await world.presses(ANA, f"c:claim:{case['id']}")
    if action == "hand_over":
        await world.fills_in(ANA, f"c:hand_over:{case['id']}", owner=(await world.person("Ben"))["id"])
        await world.presses(ANA, f"c:undo:{case['id']}")
    await world.resolves(ANA, case)
    await confirmed(world)
    assert credit(await says(world, "recovery month by agent")) == {"Ana": "1"}


async def test_only_the_undone_action_is_taken_away(world):
    case = await world.unhappy(words="slow")
    await world.presses(BEN, f"c:claim:{case['id']}")
    await world.later(minutes=5)
    await world.presses(BEN, f"c:release:{case['id']}")
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.presses(ANA, f"c:undo:{case['id']}")
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.resolves(ANA, case)
    await confirmed(world)
    assert credit(await says(world, "recovery month by agent")) == {"Ana": "0.5", "Ben": "0.5"}


async def test_who_was_given_a_case_from_the_start_had_it(world):
    await world.ticket_closed()
    await world.writes(SAM, "5")
    await world.writes(SAM, "skip")
    sam, ben = await world.person("Sam Rivera"), await world.person("Ben")

    def opened(tx):
        how = {"cause": "asked", "team_id": "support", "severity": "high", "reasons": []}
        where = {"channel": "web", "address": SAM, "language": "en"}
        return case_opening.open_case(tx, sam, world.now, owner_id=ben["id"], **how, **where)

    await world.store.run(opened)
    await world.settle()
    case = await world.the("cases")
    await world.presses(BEN, f"c:release:{case['id']}")
    await world.resolves(ANA, case)
    await confirmed(world)
    assert credit(await says(world, "recovery month by agent")) == {"Ana": "0.5", "Ben": "0.5"}


# The same cases, the same days ----------------------------------------------------------------------------------------


async def test_a_merged_case_is_counted_as_the_one_it_went_into(world):
    first = await world.unhappy(words="slow")
    await world.later(days=31)
    await world.happens("delivery", "delivered", SAM)
    await world.writes(SAM, "1")
    second = (await world.all("cases"))[-1]
    assert second["id"] != first["id"]
    ada = await world.person("Ada")
    await world.store.run(case_work.act, second["id"], "merge", ada["id"], world.now, into=first["id"])
    assert "0 opened" in await says(world, "numbers month")
    assert "Last 30 days: no cases." in await says(world, "recovery month")
    assert "1 opened, 1 still open" in await says(world, "numbers quarter")
    assert "Last 90 days, 1 case:" in await says(world, "recovery quarter")


async def test_what_was_opened_again_is_no_recovery_in_either(world):
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case)
    await world.later(hours=4)
    await world.writes(SAM, "no")
    await world.resolves(ANA, case)
    await confirmed(world)
    assert (await world.reload(case))["confirm"] == "yes"
    assert "0 confirmed" in await says(world, "numbers month")


async def test_today_begins_at_midnight_in_every_report(world):
    await world.later(hours=10)
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case)
    assert "Today, 1 case:" in await says(world, "recovery today")
    assert "1 case, 1 customer" in await says(world, "causes today")
    await world.later(hours=10)
    assert "0 opened" in await says(world, "numbers today")
    assert "Today: no cases." in await says(world, "recovery today")
    assert "今天：没有服务单" in await says(world, "挽回 今天")
    assert "No complaints with a known cause. Today" in await says(world, "causes today")
    assert "Yesterday (2025-11-20), 1 case:" in await says(world, "recovery yesterday")


async def test_recovery_and_causes_take_the_periods_of_numbers(world):
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case)
    await world.later(days=14)
    for words, head in (
        ("last month", "Last month (2025-11-01 to 2025-11-30)"),
        ("11/1 to 11/30", "2025-11-01 to 2025-11-30"),
        ("since 11/20", "2025-11-20 to 2025-12-04"),
    ):
        for command in ("numbers", "recovery", "causes"):
            said = await says(world, f"{command} {words}")
            assert head in said, said
        assert "1 case" in await says(world, f"recovery {words}")
    assert "Last month (2025-11-01 to 2025-11-30), 1 case:" in await says(world, "recovery last month by agent")
    assert "上个月（2025-11-01 至 2025-11-30），1 个服务单：" in await says(world, "挽回 上个月 按 原因")
    assert "2025-11-01 至 2025-11-30）" in await says(world, "挽回 上個月 按 團隊")
    assert "recovery month by agent" in await says(world, "recovery last month sideways")


async def test_causes_are_compared_with_as_much_of_the_period_before(world):
    def before(tx):
        (cause,) = causes.read(tx, periods.rolling("today", reports.day_of(tx, world.now)), world.now).causes
        return cause.cases, cause.before

    await world.resolves(ANA, await world.unhappy(words="slow"))
    await world.later(hours=23)
    await world.resolves(ANA, await world.unhappy(MEI, words="慢"))
    assert await world.store.read(before) == (1, 0), "the one of yesterday was opened later in the day than it is now"
    await world.later(hours=2)
    assert await world.store.read(before) == (1, 1)


# The clock changes ----------------------------------------------------------------------------------------------------


async def test_a_rotation_begins_at_nine_in_the_week_of_a_clock_change(world):
    berlin = ZoneInfo("Europe/Berlin")
    await says(world, "team zone support Europe/Berlin")
    wednesday = int(datetime(2026, 10, 21, 12, tzinfo=berlin).timestamp() * 1000)
    world.clock.advance(wednesday - world.now)
    said = await says(world, "rota set Ana, Ben weekly", ANA, SUPPORT)
    assert "Ana until Mon 26 Oct 09:00" in said
    assert "Ben from Mon 26 Oct 09:00 until Mon 2 Nov 09:00" in said
    row = (await world.store.read(lambda tx: tx.all("rotas.get", team_id="support")))[0]
    assert f"{datetime.fromtimestamp(row['since'] / 1000, berlin):%Y-%m-%d %H:%M}" == "2026-10-19 09:00"
