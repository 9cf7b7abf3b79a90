from __future__ import annotations

from test_case_workflow import TEN, opened, terms

from cxbot.domain import case_timing, windows
from cxbot.domain.cases import HOUR

FRIDAY_FIVE = TEN + 31 * HOUR


def test_a_window_that_ends_before_the_deadline_decides_even_at_a_weekend():
    case = opened(FRIDAY_FIVE, severity="low", window_until=FRIDAY_FIVE + 48 * HOUR, window_told=0)
    assert case["promised_at"] > case["window_until"], "by the team's hours it would be Monday"
    at = case["window_until"] - windows.BEFORE_MS
    quiet = {**case, "reminders": 2, "escalations": 1}
    assert case_timing.next_step(quiet) == case_timing.Step("window_ending", at)
    told = {**quiet, **case_timing.taken(quiet, case_timing.next_step(quiet), at)}
    assert case_timing.next_step(told) == case_timing.Step("window_lost", case["window_until"])
    lost = {**told, **case_timing.taken(told, case_timing.next_step(told), case["window_until"])}
    assert case_timing.next_step(lost).kind == "overdue"


def test_a_window_that_outlasts_the_deadline_says_nothing():
    case = opened(TEN, window_until=TEN + 48 * HOUR, window_told=0)
    assert windows.step(case, case_timing.deadline(case, terms())) is None


def test_a_case_without_a_window_has_no_such_step():
    assert windows.step(opened(), TEN + HOUR) is None
    assert windows.step(opened(window_until=0, window_told=0), TEN + HOUR) is None


def test_a_snooze_does_not_sleep_through_the_end_of_a_window():
    case = opened(FRIDAY_FIVE, window_until=FRIDAY_FIVE + 20 * HOUR, window_told=0, severity="low",
                  snoozed_until=FRIDAY_FIVE + 70 * HOUR)  # fmt: skip
    assert case_timing.next_step(case).kind == "window_ending"


def test_a_short_window_and_one_that_ends_sooner_change_nothing():
    case = opened(window_until=TEN + 5 * HOUR, window_told=1)
    assert windows.after(case, TEN + 60_000, TEN) == {}
    assert windows.after(case, TEN + 4 * HOUR, TEN) == {}
    assert windows.after(case, TEN + 9 * HOUR, TEN) == {"window_until": TEN + 9 * HOUR, "window_told": 0}
