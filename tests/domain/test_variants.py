"""Wordings compared: who gets which, and when a difference is real, with figures worked out by hand."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from cxbot.domain import scoring, variants
from cxbot.domain.variants import OWN, assigned, compare, of_score, of_share


def test_the_same_person_and_interaction_always_get_the_same_wording():
    shares = [("B", 50)]
    assert len({assigned(shares, "csat", "p", "x") for _ in range(5)}) == 1
    assert assigned([], "csat", "p", "x") == ""


def test_the_shares_are_kept_and_what_is_left_is_the_surveys_own():
    drawn = Counter(assigned([("B", 20), ("C", 30)], "csat", f"p{n}", "x") for n in range(10_000))
    assert drawn["B"] == pytest.approx(2_000, abs=150)
    assert drawn["C"] == pytest.approx(3_000, abs=150)
    assert drawn[OWN] == pytest.approx(5_000, abs=150)


def test_with_shares_of_100_nobody_gets_the_own_wording():
    assert OWN not in {assigned([("B", 60), ("C", 40)], "csat", f"p{n}", "x") for n in range(500)}


def test_a_share_has_wilsons_interval_and_the_error_that_follows():
    # k = 40 of n = 100: middle (0.4 + 3.8415 / 200) / 1.038415 = 0.4037, half 0.0942 by Wilson.
    figure = of_share(40, 100)
    assert (figure.low, figure.high) == (pytest.approx(0.3094, abs=1e-4), pytest.approx(0.4980, abs=1e-4))
    assert figure.error == pytest.approx((0.4980 - 0.3094) / 2 / 1.959964, abs=1e-4)


def test_the_interval_is_that_of_the_mixture_sequential_test_worked_out_by_hand():
    # 400 of 1000 against 480 of 1000. Wilson's halves: 0.030304 and 0.030906, so the errors are 0.015461 and 0.015769,
    # V = 0.00048770. sqrt(V (V + 0.01) / 0.01 (2 ln 20 + ln((V + 0.01) / V)))
    # = sqrt(0.000511486 * (5.991465 + 3.067963)) = sqrt(0.00463378) = 0.068072.
    found = compare(of_share(400, 1000), of_share(480, 1000))
    assert found.value == pytest.approx(0.08)
    assert (found.high - found.low) / 2 == pytest.approx(0.06807, abs=2e-4)
    assert found.verdict == "real"
    # A usual interval of that difference would be 0.0433 wide on each side: looking at any time has its price.
    assert (found.high - found.low) / 2 > 0.0433


def test_more_comparisons_at_once_ask_for_more():
    one = compare(of_share(400, 1000), of_share(480, 1000))
    three = compare(of_share(400, 1000), of_share(480, 1000), 3)
    assert three.high - three.low > one.high - one.low


def test_under_thirty_answers_nothing_is_said_but_how_many_are_missing():
    found = compare(of_share(20, 20), of_share(0, 25))
    assert (found.verdict, found.more) == ("too_few", 10 + 5)


def test_not_yet_says_how_many_more_it_takes_and_that_many_do():
    one, other = of_share(80, 200), of_share(96, 200)
    found = compare(one, other)
    assert found.verdict == "not_yet"
    n = (400 + found.more) / 2
    assert compare(of_share(round(0.40 * n), round(n)), of_share(round(0.48 * n), round(n))).verdict == "real"
    n *= 0.9
    assert compare(of_share(round(0.40 * n), round(n)), of_share(round(0.48 * n), round(n))).verdict == "not_yet"


def test_a_difference_that_would_take_for_ever_is_called_too_small():
    assert compare(of_share(500, 1000), of_share(501, 1000)).verdict == "too_small"
    assert compare(of_share(500, 1000), of_share(500, 1000)).verdict == "too_small"


def test_an_nps_is_compared_in_points():
    low = scoring.nps({0: 400, 8: 200, 10: 400})
    high = scoring.nps({0: 200, 8: 200, 10: 600})
    found = compare(of_score(low), of_score(high))
    assert found.value == pytest.approx(0.4)
    assert found.verdict == "real"


def test_who_looks_after_every_tenth_answer_is_wrong_at_most_one_time_in_twenty():
    """Two wordings that are the same, looked at a hundred times: a usual interval would be wrong four times in ten."""
    chance = random.Random(7)
    wrong = 0
    for _ in range(200):
        one = other = n = 0
        for _ in range(100):
            n += 10
            one += sum(chance.random() < 0.3 for _ in range(10))
            other += sum(chance.random() < 0.3 for _ in range(10))
            if compare(of_share(one, n), of_share(other, n)).verdict == "real":
                wrong += 1
                break
    assert wrong <= 10


def test_the_draw_of_the_wording_is_not_the_draw_of_the_sample():
    from cxbot.domain import contact

    sampled = [f"p{n}" for n in range(4_000) if contact.sampled("csat", f"p{n}", "x", 20)]
    share = sum(assigned([("B", 50)], "csat", person, "x") == "B" for person in sampled) / len(sampled)
    assert share == pytest.approx(0.5, abs=0.06)
    assert variants.ALPHA == 0.05
