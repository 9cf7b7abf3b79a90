"""Few anonymous answers are shown nowhere, whatever they measure and whichever survey is read first or last."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from world import World

from cxbot.domain.survey import read_survey
from cxbot.transactions import reports, surveys

ENPS = (Path(__file__).parents[2] / "surveys" / "enps.toml").read_text(encoding="utf-8")


async def with_anonymous_nps(world: World, key: str) -> None:
    """An anonymous survey of the metric that a named one measures too."""
    text = ENPS.replace('key = "enps"', f'key = "{key}"').replace('metric = "enps"', 'metric = "nps"')
    survey = read_survey(text.replace('touchpoints = ["work"]', 'touchpoints = ["kiosk"]'), f"{key}.toml")
    await world.store.run(surveys.publish, survey, "", world.now)


async def answers(world: World, touchpoint: str, n: int, begin: int = 0) -> None:
    for number in range(begin, begin + n):
        who = f"customer:{touchpoint}{number}"
        await world.happens(touchpoint, who=who)
        await world.writes(who, "9")


async def numbers(world: World) -> reports.Numbers:
    found = await world.store.read(reports.numbers, world.now, 7, "")
    assert found is not None
    return found


async def weeks(world: World) -> list[tuple[date, int]]:
    found = await world.store.read(reports.weeks, "nps", date(2025, 11, 1), date(2025, 12, 31))
    return [(each.monday, each.score.n) for each in found]


@pytest.mark.parametrize("key", ["anonymous_nps", "zz_anonymous_nps"])
async def test_a_few_answers_are_hidden_beside_those_of_a_named_survey(world, key):
    await with_anonymous_nps(world, key)
    await answers(world, "kiosk", 1)
    await answers(world, "account", 1)
    found = await numbers(world)
    assert (found.scores, found.hidden) == ((), ("nps",))
    assert await weeks(world) == []
    await answers(world, "kiosk", 3, begin=1)
    found = await numbers(world)
    assert ([score.n for score in found.scores], found.hidden) == ([5], ())
    assert await weeks(world) == [(date(2025, 11, 17), 5)]


async def test_a_week_of_an_anonymous_metric_shows_nothing_below_five_and_a_named_one_does(world):
    await with_anonymous_nps(world, "anonymous_nps")
    await answers(world, "account", 2)
    assert await weeks(world) == [(date(2025, 11, 17), 2)]
    await world.later(days=7)
    await answers(world, "kiosk", 4)
    assert await weeks(world) == [(date(2025, 11, 17), 2)]
    await answers(world, "kiosk", 1, begin=4)
    assert await weeks(world) == [(date(2025, 11, 17), 2), (date(2025, 11, 24), 5)]
