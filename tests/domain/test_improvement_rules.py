"""The rules of improvements: what may follow what, when the owner hears of it, which days are compared."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cxbot.domain import improvements as rules
from cxbot.domain import scoring
from cxbot.domain.calendar import Hours
from cxbot.domain.cases import Change, Refusal

ZONE = "Asia/Shanghai"
DAY = 86_400_000
HOUR = 3_600_000
THURSDAY_TEN = 1_763_604_000_000
"""Thursday 20 November 2025, 10:00 in Shanghai."""
HOURS = Hours()


def improvement(state: str = "proposed", **columns: Any) -> dict[str, Any]:
    return {"code": "I7K2", "state": state, "started_at": 0, "done_at": 0, "reminders": 0, "done_by": 0, **columns}


@pytest.mark.parametrize("state", rules.STATES)
@pytest.mark.parametrize("to", rules.STATES)
def test_a_state_follows_only_those_it_may(state: str, to: str):
    moved = rules.move(improvement(state), to, 5, "too dear")
    assert isinstance(moved, Change if to in rules.MOVES[state] else Refusal)


def test_every_open_state_can_be_done_or_dropped_and_what_is_over_can_be_taken_up_again():
    assert all({"done", "dropped"} <= set(rules.MOVES[state]) for state in rules.OPEN)
    assert all(rules.MOVES[state] for state in rules.STATES)


def test_dropping_needs_a_reason_and_keeps_it_until_it_is_proposed_again():
    assert isinstance(rules.move(improvement(), "dropped", 5, "  "), Refusal)
    dropped = rules.move(improvement(), "dropped", 5, " too dear ")
    assert isinstance(dropped, Change)
    assert dropped.columns["reason"] == "too dear"
    again = rules.move(improvement("dropped", reason="too dear"), "proposed", 9)
    assert isinstance(again, Change)
    assert again.columns["reason"] == ""


def test_it_began_when_it_was_started_first_or_else_when_it_was_done():
    started = rules.move(improvement("planned"), "doing", 5)
    assert isinstance(started, Change)
    assert started.columns["started_at"] == 5
    done = rules.move(improvement("doing", started_at=5), "done", 9)
    assert isinstance(done, Change)
    assert "started_at" not in done.columns
    assert (done.columns["done_at"], done.columns["compare_at"]) == (9, 9 + 31 * DAY)
    at_once = rules.move(improvement("proposed"), "done", 9)
    assert isinstance(at_once, Change)
    assert at_once.columns["started_at"] == 9
    reopened = rules.move(improvement("done", started_at=5, done_at=9), "doing", 12)
    assert isinstance(reopened, Change)
    assert (reopened.columns["done_at"], reopened.columns["compare_at"]) == (0, 0)


def test_the_owner_is_reminded_as_the_team_opens_before_the_day_after_it_and_every_week():
    done_by = rules.read_day("2025-12-05", ZONE, THURSDAY_TEN)  # a Friday
    assert done_by is not None
    row = improvement(done_by=done_by)
    before = rules.remind_at(row, HOURS, ZONE, THURSDAY_TEN)
    assert before == THURSDAY_TEN + 14 * DAY - HOUR, "Thursday the 4th at nine, for it is due the day after"
    after = rules.remind_at({**row, "reminders": 1}, HOURS, ZONE, before)
    assert after == THURSDAY_TEN + 18 * DAY - HOUR, "Monday at nine, not in the night to Saturday"
    again = rules.remind_at({**row, "reminders": 2}, HOURS, ZONE, after)
    assert again == after + 7 * DAY
    assert rules.remind_at({**row, "state": "done", "reminders": 2}, HOURS, ZONE, after) == 0


def test_a_date_that_is_nearly_there_is_not_announced_first():
    row = improvement(done_by=THURSDAY_TEN + DAY)
    assert rules.first_reminder(row, THURSDAY_TEN) == 1
    assert rules.first_reminder(improvement(done_by=THURSDAY_TEN + 20 * DAY), THURSDAY_TEN) == 0


def test_the_days_before_and_after_are_equally_many_and_whole():
    started, done = date(2025, 11, 10), date(2025, 11, 20)
    assert rules.windows(started, done, date(2025, 11, 21)) is None
    one = rules.windows(started, done, date(2025, 11, 22))
    assert one == rules.Windows(1, (date(2025, 11, 9), date(2025, 11, 9)), (date(2025, 11, 21), date(2025, 11, 21)))
    later = rules.windows(started, done, date(2026, 2, 1))
    assert later is not None
    assert later.days == 30
    assert later.before == (date(2025, 10, 11), date(2025, 11, 9))
    assert later.after == (date(2025, 11, 21), date(2025, 12, 20))


def test_a_difference_is_real_only_where_chance_would_hardly_make_it():
    # By hand, with Wilson's intervals and Newcombe's hybrid: 40 of 100 (30.9 to 49.8), 60 of 100 (50.2 to 69.1).
    before, after = scoring.csat({5: 40, 1: 60}), scoring.csat({5: 60, 1: 40})
    said, found = rules.verdict(before, after)
    assert said == "better"
    assert (round(found.low, 1), round(found.value, 1), round(found.high, 1)) == (6.1, 20.0, 32.8)
    assert rules.verdict(after, before)[0] == "worse"
    assert rules.verdict(before, scoring.csat({5: 45, 1: 55}))[0] == "chance"
    assert rules.verdict(before, scoring.csat({5: 10}))[0] == "too_few"


@pytest.mark.parametrize(("now", "before", "said"), [(0, 0, "same"), (3, 2, "same"), (20, 5, "more"), (2, 12, "fewer")])
def test_more_or_fewer_is_said_beyond_chance_only(now: int, before: int, said: str):
    assert rules.trend(now, before) == said


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2025-12-05", date(2025, 12, 5)),
        ("12-05", date(2025, 12, 5)),
        ("1/15", date(2026, 1, 15)),
        ("12月5日", date(2025, 12, 5)),
        ("2w", date(2025, 12, 4)),
        ("in 3 weeks", date(2025, 12, 11)),
        ("10天", date(2025, 11, 30)),
        ("2周", date(2025, 12, 4)),
        ("2 週內", date(2025, 12, 4)),
        ("1个月", date(2025, 12, 20)),
        ("2025-11-20", date(2025, 11, 20)),
    ],
)
def test_a_day_is_understood_and_lasts_until_its_end(words: str, day: date):
    at = rules.read_day(words, ZONE, THURSDAY_TEN)
    midnight = THURSDAY_TEN - 10 * HOUR + (day - date(2025, 11, 20)).days * DAY
    assert at == midnight + DAY - 60_000


@pytest.mark.parametrize("words", ["", "soon", "2025-11-19", "2025-02-30", "999w", "13-45", "in weeks", "2x"])
def test_what_is_no_day_to_come_is_none(words: str):
    assert rules.read_day(words, ZONE, THURSDAY_TEN) is None


class AnyImprovement(RuleBasedStateMachine):
    """Whatever is done with an improvement, in whatever order, it is never forgotten while it is open."""

    @initialize(days=st.integers(0, 90))
    def begin(self, days: int) -> None:
        self.now = THURSDAY_TEN
        self.row = improvement(done_by=self.now + days * DAY, remind_at=0, compare_at=0, tell_at=0, reason="", id="i1")
        self.dated()

    def dated(self) -> None:
        self.row["reminders"] = rules.first_reminder(self.row, self.now)
        self.row["remind_at"] = rules.remind_at(self.row, HOURS, ZONE, self.now)

    @rule(to=st.sampled_from(rules.STATES), reason=st.sampled_from(["", "too dear"]))
    def move(self, to: str, reason: str) -> None:
        before = dict(self.row)
        moved = rules.move(self.row, to, self.now, reason)
        allowed = to in rules.MOVES[str(before["state"])] and (to != "dropped" or reason)
        assert isinstance(moved, Change) == bool(allowed)
        if isinstance(moved, Change):
            self.row |= moved.columns
            self.row["remind_at"] = rules.remind_at(self.row, HOURS, ZONE, self.now)

    @rule(days=st.integers(0, 90))
    def date_anew(self, days: int) -> None:
        self.row["done_by"] = self.now + days * DAY
        self.dated()

    @rule(hours=st.integers(1, 24 * 20))
    def later(self, hours: int) -> None:
        self.now += hours * HOUR
        while 0 < self.row["remind_at"] <= self.now:
            said_at = self.row["remind_at"]
            self.row["reminders"] = rules.reminded(self.row, said_at)
            self.row["remind_at"] = rules.remind_at(self.row, HOURS, ZONE, said_at)
            assert self.row["remind_at"] > said_at

    @invariant()
    def nobody_forgets_it(self) -> None:
        if "remind_at" not in getattr(self, "row", {}):
            return
        is_open = self.row["state"] in rules.OPEN
        assert (self.row["remind_at"] > 0) == is_open
        if is_open:
            assert self.row["remind_at"] <= max(self.row["done_by"], self.now + rules.AGAIN_MS) + 4 * DAY
            assert rules.due_at(self.row) == self.row["remind_at"]

    @invariant()
    def what_is_done_has_begun(self) -> None:
        row = getattr(self, "row", None)
        if row is None:
            return
        assert (row["done_at"] > 0) == (row["state"] == "done")
        assert (row["compare_at"] > row["done_at"]) == (row["state"] == "done")
        assert row["started_at"] <= (row["done_at"] or self.now)
        assert bool(row["reason"]) == (row["state"] == "dropped")


TestAnyImprovement = AnyImprovement.TestCase
TestAnyImprovement.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
