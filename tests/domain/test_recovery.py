from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxbot.domain.recovery import Work, median, recovery, shared

MINUTE = 60_000
HOUR = 60 * MINUTE


def case(**more):
    return Work(**{"age": 100 * HOUR, "contacted": None, "resolved": None, "confirm": "", "reopened": False,
                   "told": True, **more})  # fmt: skip


def test_a_median_counts_those_who_still_wait():
    fast = [(HOUR, 9 * HOUR)] * 3
    assert median(fast).ms == HOUR
    waiting = [*fast, *[(None, 50 * HOUR)] * 4]
    assert median(waiting).ms is None, "only three of seven have come to it"
    assert median(waiting).waiting == 4
    assert median([*fast, (None, 10)]).ms == HOUR, "one that was opened just now says nothing yet"


def test_nothing_has_no_median():
    assert median([]).ms is None


@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 10**9)), st.integers(0, 10**9)), max_size=60))
def test_without_open_cases_it_is_the_ordinary_median(times):
    closed = [(came, age) for came, age in times if came is not None]
    found = median(closed)
    if closed:
        ordered = sorted(came for came, _ in closed)
        assert found.ms == ordered[(len(ordered) - 1) // 2]
    assert median(times).waiting == len(times) - len(closed)


def test_exactly_half_is_half_however_many_there_are():
    assert median([(10 * MINUTE, HOUR)] * 12 + [(120 * HOUR, HOUR)] * 12).ms == 10 * MINUTE
    for n in range(2, 400, 2):
        assert median([(at, 1000) for at in range(1, n + 1)]).ms == n // 2


def test_no_answer_is_no_recovery_and_the_unasked_do_not_count():
    cases = [case(confirm="yes")] * 6 + [case(confirm="silent")] * 3 + [case(confirm="no")] + [case()] * 5
    found = recovery(cases)
    assert (found.asked, found.n) == (10, 15)
    assert found.fixed == pytest.approx(60)
    assert found.low < 60 < found.high
    assert found.enough


def test_a_yes_after_a_reopening_counts_as_reopened():
    assert recovery([case(confirm="yes", reopened=True)]).fixed == 0


def test_credit_is_shared_on_a_hand_over():
    cases = [case(confirm="yes", shares={"ana": 0.5, "ben": 0.5}), case(confirm="yes", shares={"ana": 1.0}),
             case(confirm="no", shares={"ben": 1.0})]  # fmt: skip
    assert shared(cases) == {"ana": 1.5, "ben": 0.5}
