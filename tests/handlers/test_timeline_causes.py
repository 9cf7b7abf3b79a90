"""A case in the timeline is resolved as a cause in the words of its team."""

from __future__ import annotations

import pytest
from world import ADA, ANA

from cxbot.transactions import teams


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("timeline {}", "resolved · Ana · Gift wrapping"),
        ("时间线 {}", "已解决 · Ana · Gift wrapping"),
    ],
)
async def test_a_cause_of_the_teams_own_is_named_in_its_words(world, line, said):
    await world.writes(ADA, "team causes support Gift wrapping, waiting", place=ADA)
    case = await world.unhappy()
    cause = (await world.store.read(own_causes))[0]
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.fills_in(ANA, f"c:resolve:{case['id']}", root_cause=cause, done="Wrapped it", told="")
    await world.writes(ADA, line.format(case["code"]), place=ADA)
    assert said in world.last(ADA).text


def own_causes(tx):
    return [each.id for each in teams.causes(teams.get(tx, "support"))]
