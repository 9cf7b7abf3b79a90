"""“cancel” to somebody with a role drops what was asked; where nothing was, it says so and opts nobody out."""

from __future__ import annotations

import pytest
from world import ADA, ANA, SAM, SUPPORT, WEI, says


@pytest.mark.parametrize(("word", "said"), [("cancel", "There is nothing to drop."), ("取消", "没有可取消的内容")])
async def test_an_admin_who_cancels_nothing_is_told_so_and_still_asked_surveys(world, word, said):
    assert said in await says(world, word)
    assert (await world.person("Ada"))["opted_out"] == ""


@pytest.mark.parametrize(
    ("who", "word", "place", "said"),
    [
        (ANA, "cancel", SUPPORT, "There is nothing to drop."),
        (WEI, "取消", "team:delivery", "没有可取消的内容"),
    ],
)
async def test_a_colleague_who_cancels_nothing_in_the_channel_is_answered(world, who, word, place, said):
    assert said in await says(world, word, who=who, place=place)


async def test_a_customer_who_cancels_is_asked_no_more(world):
    await world.ticket_closed(SAM)
    await world.writes(SAM, "cancel")
    assert (await world.person("Sam Rivera"))["opted_out"] == "surveys"


@pytest.mark.parametrize(("who", "place"), [(ADA, ADA), (ADA, SUPPORT)])
async def test_cancel_drops_a_survey_that_was_to_be_pasted(world, who, place):
    assert "Paste the TOML" in await says(world, "survey import", who=who, place=place)
    assert "Dropped" in await says(world, "cancel", who=who, place=place)
    assert "nothing to drop" in await says(world, "cancel", who=who, place=place)
