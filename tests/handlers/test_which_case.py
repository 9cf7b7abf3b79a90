"""A command about a case that names none: it is chosen by number, and nothing that was typed is lost."""

from __future__ import annotations

import pytest
from world import ADA, ANA, MEI, SAM, SUPPORT


async def says(world, text, who=ANA, place=SUPPORT):
    await world.writes(who, text)
    return world.last(place).text


async def owner_of(world, case):
    return (await world.reload(case))["owner_id"]


@pytest.mark.parametrize(("typed", "asked"), [("claim", "“claim”: which case?"), ("认领", "“认领”哪个服务单？")])
async def test_a_case_that_is_not_named_is_chosen_by_number(world, typed, asked):
    sam = await world.unhappy(SAM, words="slow")
    mei = await world.unhappy(MEI, score=1)
    said = await says(world, typed)
    assert asked in said
    assert said.index(f"1. {mei['code']}") < said.index(f"2. {sam['code']}"), "the most urgent first"
    await world.writes(ANA, "2")
    assert await owner_of(world, sam)
    assert not await owner_of(world, mei)


async def test_the_code_is_as_good_as_the_number(world):
    case = await world.unhappy(SAM, words="slow")
    await world.unhappy(MEI, score=1)
    await says(world, "claim")
    await world.writes(ANA, case["code"].lower())
    assert await owner_of(world, case)


async def test_without_a_case_to_choose_the_number_of_one_is_asked_for(world):
    assert "needs the case's number" in await says(world, "claim")
    await world.writes(ANA, "let us wait for the next one")
    assert len(world.texts(SUPPORT)) == 1, "talk is not the number of a case"


async def test_what_was_typed_for_the_customer_is_kept_while_the_case_is_chosen(world):
    await world.unhappy(SAM, words="slow")
    assert "“reply”: which case?" in await says(world, "reply We are looking into it", ADA, ADA)
    receipt = await world.writes(ADA, "1")
    assert receipt.form is not None
    assert [field.value for field in receipt.form.fields if field.name == "words"] == ["We are looking into it"]


async def test_talk_that_begins_like_such_a_command_is_left_alone_in_a_teams_channel(world):
    await world.unhappy(SAM, words="slow")
    before = len(world.texts(SUPPORT))
    for talk in ("reply to her please, she waits", "解决 不了啊", "give delivery a call"):
        await world.writes(ANA, talk)
    assert len(world.texts(SUPPORT)) == before
