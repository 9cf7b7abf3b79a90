"""The currency of goodwill, and with it whether there is any, is set by message."""

from __future__ import annotations

import pytest
from world import ANA

from cxbot.transactions import grants


async def says(world, text):
    await world.writes(ANA, text, place=ANA)
    return world.last(ANA).text


@pytest.mark.parametrize(
    "line", ["team policy support goodwill_currency CNY", "团队 规则 support goodwill_currency cny"]
)
async def test_a_currency_switches_it_on_however_it_is_written_and_off_is_none(world, line):
    await says(world, line)
    budget = await world.store.read(grants.budget, "support")
    assert budget.currency == "CNY"
    await says(world, "team policy support goodwill_currency off")
    assert await world.store.read(grants.budget, "support") is None


async def test_what_is_no_currency_is_refused(world):
    told = await says(world, "team policy support goodwill_currency yuan")
    assert told
    assert await world.store.read(grants.budget, "support") is None
