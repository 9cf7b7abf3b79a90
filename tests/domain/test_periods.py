from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxbot.domain import periods

TODAY = date(2025, 11, 20)  # a Thursday


@pytest.mark.parametrize(
    ("words", "since", "until"),
    [
        ("today", "2025-11-20", "2025-11-20"),
        ("昨天", "2025-11-19", "2025-11-19"),
        ("week", "2025-11-14", "2025-11-20"),
        ("this week", "2025-11-17", "2025-11-20"),
        ("本週", "2025-11-17", "2025-11-20"),
        ("month", "2025-10-22", "2025-11-20"),
        ("this month", "2025-11-01", "2025-11-20"),
        ("本月", "2025-11-01", "2025-11-20"),
        ("本季", "2025-10-01", "2025-11-20"),
        ("今年", "2025-01-01", "2025-11-20"),
        ("last week", "2025-11-10", "2025-11-16"),
        ("上周", "2025-11-10", "2025-11-16"),
        ("上週", "2025-11-10", "2025-11-16"),
        ("last month", "2025-10-01", "2025-10-31"),
        ("上個月", "2025-10-01", "2025-10-31"),
        ("last quarter", "2025-07-01", "2025-09-30"),
        ("去年", "2024-01-01", "2024-12-31"),
        ("last 14 days", "2025-11-07", "2025-11-20"),
        ("最近 14 天", "2025-11-07", "2025-11-20"),
        ("近14天", "2025-11-07", "2025-11-20"),
        ("last 2 weeks", "2025-11-07", "2025-11-20"),
        ("2025-11-01 to 2025-11-14", "2025-11-01", "2025-11-14"),
        ("from 2025-11-01 until 2025-11-14", "2025-11-01", "2025-11-14"),
        ("2025-11-01..2025-11-14", "2025-11-01", "2025-11-14"),
        ("2025-11-01–2025-11-14", "2025-11-01", "2025-11-14"),
        ("11月1日到11月14日", "2025-11-01", "2025-11-14"),
        ("从 2025年11月1日 至 14日", "2025-11-01", "2025-11-14"),
        ("2025-11-14 to 2025-11-01", "2025-11-01", "2025-11-14"),
        ("12/24 to 1/6", "2024-12-24", "2025-01-06"),
        ("11/1 to 11/30", "2025-11-01", "2025-11-30"),
        ("11月1日到11月30日", "2025-11-01", "2025-11-30"),
        ("10/1 to 12/31", "2025-10-01", "2025-12-31"),
        ("11/20 to 1/10", "2025-11-20", "2026-01-10"),
        ("12/1 to 12/31", "2024-12-01", "2024-12-31"),
        ("2025-11-01 to 11/30", "2025-11-01", "2025-11-30"),
        ("2024-11-01 to 11/10", "2024-11-01", "2024-11-10"),
        ("12/24 to 2024-01-06", "2023-12-24", "2024-01-06"),
        ("since 2025-11-01", "2025-11-01", "2025-11-20"),
        ("2025-11-03", "2025-11-03", "2025-11-03"),
    ],
)
def test_a_period_is_read_in_three_languages(words, since, until):
    period, rest = periods.read(f"{words} delivery", TODAY)
    assert (period.since.isoformat(), period.until.isoformat()) == (since, until)
    assert rest.endswith("delivery")


@pytest.mark.parametrize("words", ["", "delivery", "2025-13-01", "last 0 days", "weekly", "12"])
def test_what_names_no_period_is_none(words):
    period, rest = periods.read(words, TODAY)
    assert period is None
    assert rest == words


@pytest.mark.parametrize(
    ("words", "since", "until"),
    [
        ("week", "2025-11-07", "2025-11-13"),
        ("last week", "2025-11-03", "2025-11-09"),
        ("this week", "2025-11-10", "2025-11-13"),
        ("this month", "2025-10-01", "2025-10-20"),
        ("this quarter", "2025-07-01", "2025-08-20"),
        ("this year", "2024-01-01", "2024-11-19"),
        ("last month", "2025-09-01", "2025-09-30"),
        ("last quarter", "2025-04-01", "2025-06-30"),
        ("last year", "2023-01-01", "2023-12-31"),
        ("2025-11-11 to 2025-11-20", "2025-11-01", "2025-11-10"),
    ],
)
def test_it_is_compared_with_the_one_before(words, since, until):
    before = periods.read(words, TODAY)[0].before()
    assert (before.since.isoformat(), before.until.isoformat()) == (since, until)


@given(
    st.text(alphabet="0123456789-/.月日年 lastdyfromto最近天到上周", max_size=30),
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
)
def test_any_words_are_read_without_raising(words, today):
    period, _ = periods.read(words, today)
    if period is not None:
        assert period.since <= period.until
        assert 1 <= period.days <= periods.MOST_DAYS
        assert period.before().until < period.since


def test_a_long_month_is_compared_with_no_more_than_the_whole_of_a_short_one():
    before = periods.read("this month", date(2025, 3, 31))[0].before()
    assert (before.since.isoformat(), before.until.isoformat()) == ("2025-02-01", "2025-02-28")
