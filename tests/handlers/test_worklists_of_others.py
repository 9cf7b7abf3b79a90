from __future__ import annotations

import pytest
from world import ADA, ANA, SAM, SUPPORT, WEI


async def says(world, who, text):
    await world.writes(who, text, place=who)
    return world.last(who).text


async def a_viewer(world, team):
    person = await world.person("小伟")

    def make(tx):
        tx.run("teams.remove_member", team_id="delivery", person_id=person["id"])
        tx.run("teams.add_member", team_id=team, person_id=person["id"], role="viewer", created_at=world.now)

    await world.store.run(make)


@pytest.mark.parametrize("line", ["open", "overdue", "待处理", "逾期"])
async def test_a_list_asked_in_private_keeps_other_teams_cases_back(world, line):
    case = await world.unhappy(SAM)
    await a_viewer(world, "delivery")
    await world.later(days=2)
    assert case["code"] not in await says(world, WEI, line)
    assert case["code"] in await says(world, ANA, line)
    assert case["code"] in await says(world, ADA, line)


async def test_who_could_not_be_told_is_said_to_those_of_the_team_only(world):
    case = await world.unhappy(SAM)
    await world.writes(SAM, "stop all")
    await world.resolves(ANA, case)
    await world.later(minutes=5)
    assert case["code"] in await says(world, ANA, "untold")
    await a_viewer(world, "delivery")
    assert case["code"] not in await says(world, WEI, "untold")
    await a_viewer(world, "support")
    assert case["code"] in await says(world, WEI, "untold")


async def test_why_is_for_the_one_who_asks_where_others_read_along(world):
    case = await world.unhappy(SAM)
    for line in ("why Sam", f"why {case['code']}"):
        await world.writes(ANA, line)
        row = (await world.all("outbox", address=SUPPORT))[-1]
        assert row["key"].startswith("command.why")
        assert row["only_for"] == ANA


async def test_one_working_day_is_one_day(world):
    await says(world, ADA, "team hours support tue closed, wed closed, thu closed, fri closed")
    assert "works 1 day a week" in await says(world, ADA, "team support")


@pytest.mark.parametrize("value", ["9" * 5000, "1" * 200, "9" * 20])
async def test_a_number_that_is_none_is_refused(world, value):
    await world.ticket_closed()
    said = await says(world, ADA, f"person set Sam value {value}")
    assert "whole number" in said


async def test_a_long_line_names_no_cause_and_holds_up_nobody(world):
    said = await says(world, ANA, "cause " + "a " * 3900)
    assert said


@pytest.mark.parametrize(
    "line",
    ["survey edit csat sample {}", "survey edit csat words drop {}", "team hours support mon {}-6", "out for {} days"],
)
async def test_thousands_of_digits_are_answered_like_any_other_mistake(world, line):
    before = len(world.texts(ADA))
    await world.writes(ADA, line.format("9" * 5000), place=ADA)
    assert len(world.texts(ADA)) > before
    assert not any("sorry" in said.lower() for said in world.texts(ADA)[before:])


async def test_a_number_of_thousands_of_digits_chooses_nothing(world):
    await world.ticket_closed()
    person = {"addresses": [{"channel": "web", "address": "customer:sam2"}], "name": "Sam Rivera"}
    await world.happens("ticket", "closed", "customer:sam2", person=person)
    assert "Several fit" in await says(world, ADA, "why Sam Rivera")
    said = await says(world, ADA, "9" * 5000)
    assert "customer:sam" not in said
