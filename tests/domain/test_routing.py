from __future__ import annotations

import pytest
from test_detection import survey

from cxbot.domain.routing import Situation, matching
from cxbot.domain.survey import mistakes_in

HERE = Situation(
    touchpoint="ticket",
    stage="support",
    language="zh-CN",
    attributes={"region": "north", "floors": 3},
    answers={"score": 1, "part": "wait"},
    words=["我要退款"],
)


def teams(*routes):
    return [route.team for route in matching(survey(routes=list(routes)), HERE)]


@pytest.mark.parametrize(
    ("fits", "fits_not"),
    [
        ({"touchpoints": ["ticket"]}, {"touchpoints": ["delivery"]}),
        ({"stages": ["support"]}, {"stages": ["sales"]}),
        ({"languages": ["zh-CN", "zh-TW"]}, {"languages": ["en"]}),
        ({"attributes": {"region": "north"}}, {"attributes": {"region": "south"}}),
        ({"attributes": {"floors": "3"}}, {"attributes": {"rooms": "3"}}),
        ({"answers": {"score": "1-2"}}, {"answers": {"part": "none"}}),
        ({"words": ["refund", "退款"]}, {"words": ["late"]}),
    ],
)
def test_a_route_suits_by_each_thing_it_names(fits, fits_not):
    assert teams({"team": "a", **fits_not}, {"team": "b", **fits}) == ["b"]


def test_everything_a_route_names_must_be_so():
    assert teams({"team": "a", "touchpoints": ["ticket"], "languages": ["en"]}) == []


def test_the_routes_come_in_the_order_of_the_survey():
    assert teams({"team": "b", "stages": ["support"]}, {"team": "a", "touchpoints": ["ticket"]}) == ["b", "a"]


def test_a_route_that_takes_everything_or_names_no_known_language_is_a_mistake():
    found = [fault.message for fault in mistakes_in(survey(routes=[{"team": "a"}, {"team": "b", "languages": ["fr"]}]))]
    assert any(message.startswith("this route takes every case") for message in found)
    assert any(message.startswith("no such language: fr") for message in found)
