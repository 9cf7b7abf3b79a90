from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cxbot.domain import goodwill
from cxbot.domain.policy import TeamPolicy


@pytest.mark.parametrize(
    ("words", "currency", "amount"),
    [
        ("20", "CNY", 2000),
        ("¥20.5", "CNY", 2050),
        ("￥２０", "CNY", 2000),
        ("1,200 元", "CNY", 120_000),
        ("20 cny", "CNY", 2000),
        ("$0.10", "USD", 10),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("20.10", "JPY", "too_exact"),
        ("20.555", "CNY", "too_exact"),
        ("0", "CNY", "too_little"),
        ("-3", "CNY", "not_understood"),
        ("$5", "CNY", "not_understood"),
        ("1e5", "CNY", "not_understood"),
        ("1.200,00", "EUR", "not_understood"),
        ("", "CNY", "not_understood"),
        ("99999999999999", "CNY", "too_much"),
    ],
)
def test_an_amount_is_read_exactly_or_not_at_all(words, currency, amount):
    assert goodwill.read(words, currency) == amount


@given(st.integers(1, goodwill.MOST), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_what_is_shown_is_read_back(amount, currency):
    assert goodwill.read(goodwill.shown(amount, currency), currency) == amount


def test_each_limit_counts_what_there_is_already():
    budget = goodwill.Budget("CNY", each=100, person=150, team=300)
    assert goodwill.beyond(budget, 100, of_person=50, of_team=200) == ()
    assert goodwill.beyond(budget, 101, of_person=50, of_team=200) == ("each", "person", "team")
    assert goodwill.beyond(budget, 50, of_person=101, of_team=0) == ("person",)
    assert goodwill.beyond(goodwill.Budget("CNY"), 1, of_person=0, of_team=0) == ("each", "person", "team")


def test_a_month_begins_where_the_team_is():
    new_year = int(datetime(2025, 12, 31, 20, tzinfo=UTC).timestamp() * 1000)
    start, end = goodwill.month(new_year, "Asia/Shanghai")
    assert datetime.fromtimestamp(start / 1000, UTC).isoformat() == "2025-12-31T16:00:00+00:00"
    assert start <= new_year < end
    assert goodwill.month(new_year, "Asia/Shanghai", 1) == goodwill.month_of(2025, 12, "Asia/Shanghai")
    assert goodwill.month(new_year, "UTC") == goodwill.month_of(2025, 12, "UTC")


def test_a_policy_takes_amounts_without_rounding():
    policy = TeamPolicy(goodwill_currency="CNY", goodwill_each=20, goodwill_person="50.5", goodwill_team="1,000")
    assert policy.goodwill == goodwill.Budget("CNY", 2000, 5050, 100_000)
    assert TeamPolicy.load(policy.dump()) == policy
    assert TeamPolicy().goodwill == goodwill.Budget("")


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"goodwill_currency": "CNY", "goodwill_each": 2.5}, 'write the amount in quotes: "2.50"'),
        ({"goodwill_each": "5"}, 'write goodwill_currency = "CNY"'),
        ({"goodwill_currency": "JPY", "goodwill_team": "5.5"}, "is no amount in JPY"),
        ({"goodwill_currency": "yuan"}, "goodwill_currency"),
    ],
)
def test_a_policy_with_a_wrong_amount_says_what_to_write(given_, said):
    with pytest.raises(ValidationError) as raised:
        TeamPolicy.model_validate(given_)
    assert said in str(raised.value)
