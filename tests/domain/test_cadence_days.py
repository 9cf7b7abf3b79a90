"""Days of the week go with a week, days of the month with a month: never the one taken for the other."""

from __future__ import annotations

import pytest
from world import THURSDAY_TEN

from cxbot.domain import cadence_editing
from cxbot.domain.cadence import Plan
from cxbot.domain.cadence_words import Said, Unread, read

ZONE = "Asia/Shanghai"


@pytest.mark.parametrize(
    "words",
    [
        "every month on monday",
        "every quarter on friday",
        "every year on mon",
        "every week on the 15th",
        "every day on mon",
        "every day on the 1st",
        "on the 15th and monday",
        "monday every month",
        "每月 周一",
        "每季度 周五",
        "每周 15号",
        "每天 週一",
    ],
)
def test_a_mixture_of_weekdays_and_days_of_the_month_is_refused(words):
    assert read(words, ZONE, THURSDAY_TEN) == Unread(problem="days")
    assert cadence_editing.changed(Plan(every="week"), "when", words, ZONE, THURSDAY_TEN) == Unread(problem="days")


@pytest.mark.parametrize(
    ("words", "every", "days"),
    [
        ("every week on monday", "week", (0,)),
        ("thu, mon", "week", (0, 3)),
        ("每周 周三", "week", (2,)),
        ("every month on the 15th and 1st", "month", (1, 15)),
        ("every quarter on the 31st", "quarter", (31,)),
        ("每月1日、31日", "month", (1, 31)),
        ("every year on the 5th", "year", (5,)),
    ],
)
def test_each_list_goes_with_its_own(words, every, days):
    said = read(words, ZONE, THURSDAY_TEN)
    assert isinstance(said, Said), said
    assert (said.plan.every, said.plan.days) == (every, days)


@pytest.mark.parametrize(
    "words",
    [
        "every month on the 29th and 30th",
        "every month on the 28th and 31st",
        "每月29日、31日",
        "every quarter on the 30th and 31st",
        "every quarter from now on the 28th and 29th",
    ],
)
def test_days_that_are_one_in_a_short_month_are_refused_and_no_turn_is_lost(words):
    assert read(words, ZONE, THURSDAY_TEN) == Unread(problem="together")


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("every month on the 27th and 31st", (27, 31)),
        ("every quarter on the 28th and 29th", (28, 29)),
        ("every month on the 31st and 31st", (31,)),
    ],
)
def test_days_that_every_month_of_the_plan_keeps_apart_stand(words, days):
    said = read(words, ZONE, THURSDAY_TEN)
    assert isinstance(said, Said), said
    assert said.plan.days == days
