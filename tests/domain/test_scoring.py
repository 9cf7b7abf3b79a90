from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxbot.domain import scoring

# At 50 % promoters and 20 % detractors: Rocks 2016, as MeasuringU prints it.
NPS_MARGINS = [(10, 42.1), (30, 26.6), (50, 21.0), (100, 15.1), (200, 10.7), (400, 7.6), (1000, 4.8)]

COUNTS = st.dictionaries(st.integers(0, 10), st.integers(0, 5000))


def half_promoters(n: int) -> dict[int, int]:
    return {10: n // 2, 8: n - n // 2 - n // 5, 3: n // 5}


@pytest.mark.parametrize(("n", "margin"), NPS_MARGINS)
def test_the_margin_of_an_nps_is_the_published_one(n, margin):
    score = scoring.nps(half_promoters(n))
    assert score.value == pytest.approx(30)
    assert round(score.margin, 1) == margin


def test_an_nps_counts_nine_and_ten_for_it_and_zero_to_six_against():
    score = scoring.nps(dict.fromkeys(range(11), 1))
    assert (score.promoters, score.passives, score.detractors) == (2, 2, 7)
    assert score.value == pytest.approx(100 * (2 - 7) / 11)
    assert score.mean == pytest.approx(5.0)


def test_a_survey_may_define_its_detractors_otherwise():
    assert scoring.nps({6: 10}, detractors_to=5).detractors == 0


def test_csat_is_the_share_of_the_top_two_boxes():
    score = scoring.csat({1: 1, 2: 1, 3: 2, 4: 3, 5: 3})
    assert (score.value, score.promoters, score.passives, score.detractors) == (60.0, 6, 2, 2)


def test_ces_is_the_share_of_five_to_seven_and_the_mean():
    score = scoring.ces({1: 1, 3: 1, 4: 1, 5: 1, 6: 2, 7: 4})
    assert (score.value, score.detractors, score.mean) == (70.0, 2, pytest.approx(5.3))


def test_fcr_is_the_share_of_yes():
    score = scoring.fcr({1: 45, 0: 15})
    assert (score.value, score.promoters, score.detractors) == (75.0, 45, 15)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_wilsons_interval_is_the_published_one(k, n, low, high):
    assert scoring.wilson(k, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_no_answers_say_nothing():
    assert scoring.wilson(0, 0) == (0.0, 1.0)
    for score in (scoring.nps({}), scoring.csat({}, enough=0)):
        assert not score.enough
        assert (score.n, score.value) == (0, 0.0)
    assert (scoring.nps({}).low, scoring.nps({}).high) == (-100.0, 100.0)


def test_thirty_answers_are_enough_and_twenty_nine_are_not():
    assert scoring.nps({9: 30}).enough
    assert not scoring.nps({9: 29}).enough


def test_a_metric_is_scored_by_its_name():
    for name in ("nps", "enps", "csat", "ces", "fcr"):
        score = scoring.score(name, {1: 3})
        assert score is not None
        assert (score.metric, score.n) == (name, 3)
    assert scoring.score("none", {1: 3}) is None


@given(COUNTS)
def test_an_interval_holds_its_figure_and_stays_on_the_scale(counts):
    for score, floor in ((scoring.nps(counts), -100), (scoring.csat(counts), 0), (scoring.ces(counts), 0)):
        assert floor <= score.low <= score.value + 1e-9
        assert score.value - 1e-9 <= score.high <= 100
        assert score.promoters + score.passives + score.detractors == score.n == sum(counts.values())


@given(st.integers(1, 400), st.integers(0, 400))
def test_wilsons_interval_mirrors_itself(n, k):
    k = min(k, n)
    low, high = scoring.wilson(k, n)
    assert scoring.wilson(n - k, n) == (pytest.approx(1 - high), pytest.approx(1 - low))


def test_a_small_change_of_few_answers_is_not_significant():
    change = scoring.difference(scoring.nps(half_promoters(50)), scoring.nps({10: 30, 8: 10, 3: 10}))
    assert change.value == pytest.approx(10)
    assert not change.significant
    assert change.low < 0 < change.high


def test_the_same_change_of_many_answers_is_significant():
    change = scoring.difference(scoring.nps(half_promoters(5000)), scoring.nps({10: 3000, 8: 1000, 3: 1000}))
    assert change.significant
    assert change.low > 0


def test_the_difference_of_two_shares_is_newcombes():
    # Newcombe 1998, table II (a): 56/70 and 48/80 give 0.0524 to 0.3339.
    earlier, later = scoring.fcr({1: 48, 0: 32}), scoring.fcr({1: 56, 0: 14})
    change = scoring.difference(earlier, later)
    assert (change.low, change.high) == (pytest.approx(5.24, abs=0.01), pytest.approx(33.39, abs=0.01))
    assert change.significant


def test_a_change_from_nothing_is_not_significant():
    assert not scoring.difference(scoring.csat({}), scoring.csat({5: 1000})).significant


def test_two_metrics_are_not_compared():
    with pytest.raises(ValueError, match="csat cannot be compared with nps"):
        scoring.difference(scoring.csat({5: 1}), scoring.nps({9: 1}))


@given(COUNTS, COUNTS)
def test_a_difference_turned_round_is_the_same_with_the_other_sign(first, second):
    one = scoring.difference(scoring.nps(first), scoring.nps(second))
    other = scoring.difference(scoring.nps(second), scoring.nps(first))
    assert (one.low, one.high) == (pytest.approx(-other.high), pytest.approx(-other.low))
    assert one.significant == other.significant


def test_the_response_rate_is_rr1():
    rate = scoring.response_rate(
        {
            "complete": 40,
            "partial": 10,
            "declined": 5,
            "not_answered": 30,
            "refused": 5,
            "unknown": 10,
            "not_sampled": 99,
        }
    )
    assert (rate.value, rate.complete, rate.n, rate.not_sampled) == (40.0, 40, 100, 99)
    assert rate.low < 40 < rate.high


def test_a_response_rate_of_nobody_is_zero_of_zero():
    assert scoring.response_rate({}).n == 0
    with pytest.raises(ValueError, match="bounced"):
        scoring.response_rate({"bounced": 1})


@pytest.mark.parametrize(
    ("invitation", "response", "counted"),
    [
        ("done", "complete", "complete"),
        ("asked", "partial", "partial"),
        ("expired", "partial", "partial"),
        ("expired", "complete", "complete"),
        ("declined", "", "declined"),
        ("expired", "", "not_answered"),
        ("unreachable", "", "refused"),
        ("asked", "", "unknown"),
        ("waiting", "", "unknown"),
        ("not_asked", "", "not_sampled"),
        ("retracted", "", "not_sampled"),
    ],
)
def test_every_invitation_has_one_place_in_the_response_rate(invitation, response, counted):
    assert scoring.disposition(invitation, response) == counted
