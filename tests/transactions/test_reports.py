from __future__ import annotations

import json
from datetime import date

from world import ANA, MEI, SAM

from cxbot.transactions import reports


async def numbers(world, days=30, scope=""):
    return await world.store.read(reports.numbers, world.now, days, scope)


async def answers(world, values, touchpoint="ticket", outcome="closed"):
    for n, value in enumerate(values):
        who = f"customer:{touchpoint}{n}"
        await world.happens(touchpoint, outcome, who, settle=False)
        await world.acts(who, kind="text", text=str(value), settle=False)


async def test_a_score_has_its_count_and_interval_and_says_when_there_are_too_few(world):
    await answers(world, [5, 4, 1])
    (score,) = (await numbers(world)).scores
    assert (score.metric, score.n, score.enough) == ("csat", 3, False)
    await answers(world, [10] * 20 + [0] * 20, "account", "")
    scores = {score.metric: score for score in (await numbers(world)).scores}
    nps = scores["nps"]
    assert (nps.value, nps.n, nps.promoters, nps.detractors, nps.enough) == (0, 40, 20, 20, True)
    assert nps.low < 0 < nps.high


async def test_figures_are_of_one_touchpoint_or_team_where_one_is_named(world):
    await answers(world, [5, 5])
    await answers(world, [9], "account", "")
    assert [score.metric for score in (await numbers(world, scope="ticket")).scores] == ["csat"]
    assert [score.metric for score in (await numbers(world, scope="support")).scores] == ["csat", "nps"]
    assert (await numbers(world, scope="delivery")).scores == ()
    assert await numbers(world, scope="nothing") is None


async def test_the_response_rate_counts_partial_apart_and_leaves_the_unsampled_out(world):
    for n in range(4):
        await world.ticket_closed(f"customer:{n}")
    await world.writes("customer:0", "5")
    await world.writes("customer:0", "skip")
    await world.writes("customer:1", "5")
    await world.ticket_closed("customer:4", internal=True)
    await world.later(days=8)
    rate = (await numbers(world)).rate
    assert rate.complete == 1
    assert rate.n >= 4
    assert (rate.value, rate.not_sampled) == (25, 1)
    assert 0 < rate.low < rate.value < rate.high < 100


async def test_cases_are_counted_by_what_became_of_them(world):
    first = await world.unhappy(SAM, words="slow")
    await world.unhappy(MEI, words="慢")
    await world.resolves(ANA, first)
    await world.later(hours=2)
    await world.writes(SAM, "yes")
    await world.later(hours=20)
    assert (await numbers(world)).cases == {
        "opened": 2,
        "still_open": 1,
        "overdue": 1,
        "confirmed": 1,
        "dismissed": 0,
        "reopened": 0,
    }


async def test_what_is_older_than_the_period_is_left_out(world):
    await answers(world, [5])
    await world.later(days=8)
    await answers(world, [1], "account", "")
    found = await numbers(world, days=7)
    assert [(score.metric, score.n) for score in found.scores] == [("nps", 1)]
    assert found.cases["opened"] == 1


async def test_a_metric_by_week_and_touchpoint(world):
    await answers(world, [10, 0], "account", "")
    await world.later(days=7)
    await world.happens("account", who="customer:later")
    await world.writes("customer:later", "10")
    found = await world.store.read(reports.by_week, "nps", date(2025, 11, 1), date(2025, 12, 31))
    assert [(each.monday, each.touchpoint, each.score.n) for each in found] == [
        (date(2025, 11, 17), "account", 2),
        (date(2025, 11, 24), "account", 1),
    ]


async def test_a_changed_answer_stands_once_in_the_figures(world):
    await world.ticket_closed()
    invitation = await world.the("invitations")
    for value in (1, 5, 2, 4):
        await world.presses(SAM, f"s:{invitation['id']}:score:{value}")
    (score,) = (await numbers(world)).scores
    assert (score.n, score.value) == (1, 100)
    assert json.loads((await world.the("answers"))["value"]) == 4
