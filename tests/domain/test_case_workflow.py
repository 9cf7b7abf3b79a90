from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cxbot.domain import case_timing, cases
from cxbot.domain.calendar import Hours
from cxbot.domain.cases import HOUR, MINUTE, UNDO_MS, Change, Refusal, Terms
from cxbot.domain.policy import TeamPolicy

TEN = 1_763_604_000_000
"""Thursday 20 November 2025, 10:00 in Shanghai."""
FIVE_PM = TEN + 7 * HOUR
ACTORS = st.sampled_from(["ana", "ben", "wei"])


def terms(**policy):
    return Terms(TeamPolicy(**policy), Hours(), "Asia/Shanghai")


def opened(at=TEN, severity="medium", **more):
    frozen = more.pop("terms", terms())
    return {
        "id": "c1",
        "state": "open",
        "severity": severity,
        "owner_id": "",
        "policy": frozen.dump(),
        "opened_at": at,
        "begun_at": at,
        "first_contact_at": 0,
        "broken_at": 0,
        "promised_at": cases.promise(frozen, severity, at),
        "reminders": 0,
        "escalations": 0,
        "snoozed_until": 0,
        "snooze_reason": "",
        "claimed_at": 0,
        "contacted_at": 0,
        "resolved_at": 0,
        "closed_at": 0,
        "root_cause": "",
        "done_words": "",
        "told_words": "",
        "confirm": "",
        "confirm_asked_at": 0,
        "ending": "",
        "merged_into": "",
        "callback_at": 0,
        "callback_remind_at": 0,
        "alert_at": 0,
        "untold": "",
        "reopened": 0,
        **more,
    }


def done(case, change):
    assert isinstance(change, Change), change
    return {**case, **change.columns}


def resolved(case, actor="ana", at=TEN + MINUTE, told="Done"):
    return done(case, cases.resolve(case, actor, at, root_cause="waiting", done="Called", told=told))


def stepped(case, upto, most=30):
    """Every step due by then, and the case after it."""
    taken = []
    for _ in range(most):
        step = case_timing.next_step(case)
        if step.kind == "none" or step.at > upto:
            return case, taken
        case = {**case, **case_timing.taken(case, step, max(step.at, case["opened_at"]))}
        taken.append((step.kind, step.at))
    raise AssertionError(f"it never ends: {taken}")


def test_the_first_claim_wins_and_the_second_is_told_who_has_it():
    case = done(opened(), cases.claim(opened(), "ana", TEN + MINUTE))
    assert (case["state"], case["owner_id"]) == ("claimed", "ana")
    refused = cases.claim(case, "ben", TEN + 2 * MINUTE)
    assert refused == Refusal("refuse.already_claimed", {"owner_id": "ana", "claimed_at": TEN + MINUTE})
    assert cases.claim(case, "ana", TEN) == Refusal("refuse.already_yours")


@pytest.mark.parametrize("state", ["resolved", "closed", "dismissed", "merged"])
def test_what_is_over_is_refused_with_its_state(state):
    case = opened(state=state)
    refusal = Refusal("refuse.closed", {"state": state})
    assert cases.claim(case, "ana", TEN) == refusal
    assert cases.contacted(case, "ana", TEN) == refusal
    assert cases.snooze(case, "ana", TEN, until=TEN + HOUR, reason="") == refusal
    assert cases.hand_over(case, "ana", TEN, owner_id="ben") == refusal
    assert cases.resolve(case, "ana", TEN, root_cause="", done="", told="") == refusal
    assert cases.dismiss(case, "ana", TEN, ending="spam") == refusal
    assert cases.merge(case, "ana", TEN, into="c2") == refusal


def test_a_case_that_is_worked_cannot_be_reopened_nor_an_unclaimed_one_released():
    assert cases.reopen(opened(), "ana", TEN, by_customer=False) == Refusal("refuse.not_closed", {"state": "open"})
    assert cases.release(opened(), "ana", TEN) == Refusal("refuse.not_claimed", {"state": "open"})


def test_a_snooze_is_at_most_two_weeks_and_ends_in_the_future():
    for until in (TEN, TEN - 1, TEN + 15 * 24 * HOUR):
        assert cases.snooze(opened(), "ana", TEN, until=until, reason="").key == "refuse.snooze_range"


def test_only_a_known_ending_dismisses():
    assert cases.dismiss(opened(), "ana", TEN, ending="because") == Refusal("refuse.stale")
    for ending in cases.ENDINGS:
        assert done(opened(), cases.dismiss(opened(), "ana", TEN, ending=ending))["state"] == "dismissed"


def test_the_promise_is_kept_in_the_teams_business_time():
    assert cases.promise(terms(), "high", TEN) == TEN + HOUR
    # Four hours from 17:00: one of them today, three tomorrow from 09:00.
    assert cases.promise(terms(), "medium", FIVE_PM) == FIVE_PM + 19 * HOUR
    friday = FIVE_PM + 24 * HOUR
    assert cases.promise(terms(), "medium", friday) == friday + 67 * HOUR


def test_an_unclaimed_case_is_reminded_twice_then_escalated_then_overdue_and_never_forgotten():
    case, taken = stepped(opened(), TEN + 30 * 24 * HOUR)
    assert taken[:4] == [
        ("remind", TEN + 30 * MINUTE),
        ("remind", TEN + 60 * MINUTE),
        ("escalate", TEN + 120 * MINUTE),
        ("overdue", TEN + 4 * HOUR),
    ]
    daily = [at for kind, at in taken[4:] if kind == "overdue"]
    assert len(daily) == len(taken) - 4
    assert all(18 * HOUR <= later - earlier <= 4 * 24 * HOUR for earlier, later in pairwise(daily))
    assert case_timing.next_step(case).kind == "overdue"


def test_an_escalation_after_the_promise_has_passed_is_said_once():
    _, taken = stepped(opened(severity="high"), TEN + 30 * 24 * HOUR)
    assert [kind for kind, _ in taken][:4] == ["remind", "remind", "escalate", "overdue"]
    assert taken[3][1] - taken[2][1] >= 18 * HOUR


def test_reminders_wait_for_the_morning():
    _, taken = stepped(opened(at=FIVE_PM + 45 * MINUTE), FIVE_PM + 24 * HOUR)
    assert taken[0] == ("remind", FIVE_PM + 16 * HOUR + 15 * MINUTE)


def test_a_claimed_case_is_reminded_once_before_its_promise_and_once_it_has_passed():
    case = done(opened(), cases.claim(opened(), "ana", TEN + MINUTE))
    _, taken = stepped(case, TEN + 30 * 24 * HOUR)
    assert taken[:2] == [("promise_soon", TEN + 4 * HOUR - 15 * MINUTE), ("overdue", TEN + 4 * HOUR)]
    assert {kind for kind, _ in taken[2:]} == {"overdue"}


def test_once_the_customer_was_contacted_the_resolution_is_what_falls_due():
    case = done(opened(), cases.contacted(opened(), "ana", TEN + MINUTE))
    assert (case["state"], case["owner_id"]) == ("claimed", "ana")
    assert case_timing.due_by(case) == (cases.resolve_by(case, terms()), "resolve")
    assert case_timing.next_step(case) == case_timing.Step("overdue", cases.resolve_by(case, terms()))


def test_a_customer_contacted_after_the_escalation_still_has_a_resolution_that_falls_due():
    case, _ = stepped(opened(), TEN + 5 * HOUR)
    assert case["escalations"] == 2
    case = done(case, cases.contacted(case, "ana", TEN + 5 * HOUR))
    assert case_timing.next_step(case) == case_timing.Step("overdue", cases.resolve_by(case, terms()))


def test_a_snooze_silences_until_it_is_over():
    case = done(opened(), cases.snooze(opened(), "ana", TEN, until=TEN + 3 * HOUR, reason="lunch"))
    assert case_timing.next_step(case) == case_timing.Step("snooze_over", TEN + 3 * HOUR)
    after = {**case, **case_timing.taken(case, case_timing.next_step(case), TEN + 3 * HOUR)}
    assert (after["snoozed_until"], after["snooze_reason"]) == (0, "")


def test_reminders_that_were_missed_are_made_up_for_by_one():
    snoozed = done(opened(), cases.snooze(opened(), "ana", TEN, until=TEN + 3 * HOUR, reason="lunch"))
    case = {**snoozed, **case_timing.taken(snoozed, case_timing.next_step(snoozed), TEN + 3 * HOUR)}
    step = case_timing.next_step(case)
    assert step.kind == "remind"
    case = {**case, **case_timing.taken(case, step, TEN + 3 * HOUR)}
    assert case_timing.next_step(case).kind == "escalate"


def test_taking_a_case_ends_its_snooze():
    snoozed = done(opened(), cases.snooze(opened(), "ana", TEN, until=TEN + 3 * HOUR, reason="lunch"))
    assert done(snoozed, cases.claim(snoozed, "ben", TEN + MINUTE))["snoozed_until"] == 0


def test_resolving_unclaimed_work_makes_the_one_who_did_it_the_owner():
    case = resolved(opened(), "ben")
    assert (case["state"], case["owner_id"], case["contacted_at"]) == ("resolved", "ben", TEN + MINUTE)
    assert resolved(opened(), told="")["contacted_at"] == 0


def test_is_it_fixed_is_asked_after_the_policys_time_and_silence_closes():
    case = resolved(opened(), at=TEN)
    case, taken = stepped(case, TEN + 30 * 24 * HOUR)
    assert taken == [("confirm", TEN + HOUR), ("close_silent", TEN + HOUR + 72 * HOUR)]
    assert (case["state"], case["confirm"], case["ending"]) == ("closed", "silent", "unconfirmed")
    assert case_timing.next_step(case) == case_timing.NOTHING


def test_is_it_fixed_is_never_asked_while_the_resolution_can_be_undone():
    case = resolved(opened(terms=terms(confirm_after_minutes=0)), at=TEN)
    assert case_timing.next_step(case).at >= TEN + UNDO_MS


def test_not_fixed_reopens_to_the_same_owner_and_graver():
    case = resolved(opened(), "ana")
    again = done(case, cases.reopen(case, "customer", TEN + HOUR, by_customer=True))
    assert (again["state"], again["owner_id"], again["severity"]) == ("claimed", "ana", "high")
    assert again["promised_at"] == TEN + 2 * HOUR
    assert again["reopened"] == 1
    assert case_timing.next_step(again).kind == "promise_soon"


def test_the_team_reopens_as_grave_as_it_was():
    case = done(opened(), cases.dismiss(opened(), "ana", TEN, ending="spam"))
    again = done(case, cases.reopen(case, "ben", TEN + HOUR, by_customer=False))
    assert (again["state"], again["owner_id"], again["severity"], again["ending"]) == ("open", "", "medium", "")


def test_severity_never_rises_above_critical():
    assert cases.raised("critical") == "critical"
    assert cases.worse("low", "high") == cases.worse("high", "low") == "high"


def test_no_reason_is_listed_twice():
    vip, score = {"key": "reason.vip"}, {"key": "reason.score", "args": {"score": 1}}
    assert cases.reasons_line([vip], [score, vip, score]) == [vip, score]


def test_tomorrow_begins_at_midnight_where_the_team_is():
    assert cases.tomorrow("Asia/Shanghai", TEN) == TEN + 14 * HOUR


class CaseWorkflow(RuleBasedStateMachine):
    """Any order of what a team, a customer and the clock may do to a case."""

    @initialize(
        severity=st.sampled_from(cases.SEVERITIES),
        confirm_after=st.sampled_from([0, 1, 60]),
        escalate=st.sampled_from([0, 120]),
        reminders=st.sampled_from([(), (30, 60)]),
    )
    def begin(self, severity, confirm_after, escalate, reminders):
        frozen = terms(confirm_after_minutes=confirm_after, escalate_minutes=escalate, reminder_minutes=reminders)
        self.now = TEN
        self.case = opened(severity=severity, terms=frozen)
        self.undo = None

    def act(self, change):
        if isinstance(change, Refusal):
            assert change.key.startswith("refuse.")
            return
        saved = {name: self.case[name] for name in change.columns}
        self.case = {**self.case, **change.columns}
        self.undo = (saved, self.now + UNDO_MS) if change.event != "reopened" else None
        # A case that ends is over for the clock, one that is worked has something that falls due.
        step = case_timing.next_step(self.case)
        if self.case["state"] in ("closed", "dismissed", "merged"):
            assert step == case_timing.NOTHING

    @rule(actor=ACTORS)
    def claim(self, actor):
        self.act(cases.claim(self.case, actor, self.now))

    @rule(actor=ACTORS)
    def release(self, actor):
        self.act(cases.release(self.case, actor, self.now))

    @rule(actor=ACTORS)
    def contacted(self, actor):
        self.act(cases.contacted(self.case, actor, self.now))

    @rule(actor=ACTORS, minutes=st.sampled_from([0, 1, 180, 20_160, 30_000]))
    def snooze(self, actor, minutes):
        self.act(cases.snooze(self.case, actor, self.now, until=self.now + minutes * MINUTE, reason="later"))

    @rule(actor=ACTORS, to=ACTORS)
    def hand_over(self, actor, to):
        self.act(cases.hand_over(self.case, actor, self.now, owner_id=to))

    @rule(actor=ACTORS, told=st.sampled_from(["", "Refunded"]))
    def resolve(self, actor, told):
        self.act(cases.resolve(self.case, actor, self.now, root_cause="waiting", done="x", told=told))

    @rule(actor=ACTORS, ending=st.sampled_from([*cases.ENDINGS, "nonsense"]))
    def dismiss(self, actor, ending):
        self.act(cases.dismiss(self.case, actor, self.now, ending=ending))

    @rule(actor=ACTORS)
    def merge(self, actor):
        self.act(cases.merge(self.case, actor, self.now, into="c2"))

    @rule(actor=ACTORS, by_customer=st.booleans())
    def reopen(self, actor, by_customer):
        self.act(cases.reopen(self.case, actor, self.now, by_customer=by_customer))

    @precondition(lambda self: self.undo is not None)
    @rule()
    def take_back(self):
        saved, until = self.undo
        if self.now < until:
            self.case = {**self.case, **saved}
        self.undo = None

    @precondition(lambda self: self.case["state"] == "resolved" and self.case["confirm"] == "asked")
    @rule(answer=st.sampled_from(["yes", "no", "not_yet"]))
    def answer_if_fixed(self, answer):
        if answer == "yes":
            ended = {"state": "closed", "confirm": "yes", "ending": "confirmed", "closed_at": self.now}
            self.case = {**self.case, **ended}
        elif answer == "not_yet":
            self.case = {**self.case, "confirm": "not_yet", "confirm_asked_at": self.now}
        else:
            self.act(cases.reopen(self.case, "customer", self.now, by_customer=True))

    @rule(minutes=st.sampled_from([0.2, 1, 29, 31, 90, 600, 3_000, 10_000]))
    def time_goes_on(self, minutes):
        self.now += int(minutes * MINUTE)
        for _ in range(12):
            step = case_timing.next_step(self.case)
            if step.kind == "none" or step.at > self.now:
                return
            columns = case_timing.taken(self.case, step, self.now)
            assert columns, step
            self.case = {**self.case, **columns}
            assert case_timing.next_step(self.case) != step
        raise AssertionError("the clock steps on and on")

    @invariant()
    def the_state_is_legal_and_has_an_owner_where_it_needs_one(self):
        case = self.case
        assert case["state"] in ("open", "claimed", "resolved", "closed", "dismissed", "merged")
        assert case["severity"] in cases.SEVERITIES
        if case["state"] == "open":
            assert case["owner_id"] == ""
            assert case["claimed_at"] == 0
        if case["state"] in ("claimed", "resolved"):
            assert case["owner_id"]
        assert bool(case["merged_into"]) == (case["state"] == "merged")
        assert bool(case["closed_at"]) == (case["state"] in ("closed", "dismissed", "merged"))

    @invariant()
    def what_falls_due_is_of_a_case_that_is_worked(self):
        step = case_timing.next_step(self.case)
        assert (step.at > 0) == (step.kind != "none")
        if self.case["state"] in ("closed", "dismissed", "merged"):
            assert step == case_timing.NOTHING
        if self.case["state"] == "resolved":
            assert step.kind in ("confirm", "close_silent")
        if self.case["snoozed_until"]:
            assert self.case["state"] in ("open", "claimed")
            assert step.kind == "snooze_over"

    @invariant()
    def it_can_be_written_down(self):
        json.dumps(self.case)


CaseWorkflow.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestAnyOrderOfActionsAndTime = CaseWorkflow.TestCase
