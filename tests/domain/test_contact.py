from __future__ import annotations

import dataclasses
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxbot.domain import contact
from cxbot.domain.contact import DAY_MS, HOUR_MS, MINUTE_MS, Facts, NotAsked, Policy, Wait

SHANGHAI = "Asia/Shanghai"


def moment(text: str, zone: str = SHANGHAI) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


NOON = moment("2026-03-11T12:00")
NIGHT = moment("2026-03-11T23:00")
KINDS = ("transactional", "relationship")

# The facts that alone make each reason hold, in the order in which reasons win.
ALONE = {
    "opted_out": {"opted_out": "surveys"},
    "paused": {"paused": True},
    "internal": {"internal": True},
    "spam": {"spam": True},
    "self_solved": {"self_solved": True},
    "unanswered": {"unanswered": True},
    "survey_off": {"survey_off": True},
    "auto_closed": {"auto_closed": True},
    "closed_by": {"closed_by": True},
    "no_address": {"has_address": False},
    "unreachable": {"unreachable": True},
    "too_old": {"too_old": True},
    "not_sampled": {"sampled_out": True},
    "open_survey": {"open_survey": True},
    "fatigue_metric": {"last_asked_transactional": NIGHT - 2 * DAY_MS},
    "fatigue_any": {"last_asked_any": NIGHT - HOUR_MS},
    "talking": {"talked_at": NIGHT - 5 * HOUR_MS},
    "night": {},
}


def asked(kind: str = "transactional", policy: Policy | None = None, **facts):
    return contact.gate(kind, Facts(**{"now": NOON, "zone": SHANGHAI, **facts}), policy or Policy())


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_nobody_asked_lately_is_asked(kind):
    assert asked(kind) is None


def test_every_reason_holds_alone():
    assert tuple(ALONE) == contact.REASONS
    for reason, facts in ALONE.items():
        verdict = asked(now=NIGHT, **facts)
        assert verdict is not None
        assert verdict.reason == reason


def test_of_two_reasons_the_earlier_one_wins():
    for earlier, later in pairwise(contact.REASONS):
        verdict = asked(now=NIGHT, **{**ALONE[later], **ALONE[earlier]})
        assert verdict is not None
        assert verdict.reason == earlier


@given(st.sets(st.sampled_from(contact.REASONS[:-1])), st.sampled_from((NOON, NIGHT)))
def test_the_first_reason_that_holds_is_the_one_given(holding, now):
    facts = {name: value for reason in holding for name, value in ALONE[reason].items()}
    verdict = asked(now=now, **facts)
    first = next((reason for reason in contact.REASONS if reason in holding), "night" if now == NIGHT else "")
    assert (verdict.reason if verdict else "") == first
    assert isinstance(verdict, Wait) == (first in contact.WAITS)


@pytest.mark.parametrize("scope", ["surveys", "all"])
def test_either_opt_out_refuses_every_survey(scope):
    for kind in KINDS:
        assert asked(kind, opted_out=scope) == NotAsked("opted_out", {"scope": scope})


def test_in_their_night_they_are_asked_in_the_morning():
    assert asked(now=NIGHT) == Wait("night", moment("2026-03-12T08:00"))
    assert asked(now=moment("2026-03-12T07:59")) == Wait("night", moment("2026-03-12T08:00"))
    assert asked(now=moment("2026-03-12T08:00")) is None
    assert asked(now=moment("2026-03-12T20:59")) is None


def test_the_night_is_the_persons_own():
    assert asked(now=NOON, zone="America/New_York") == Wait("night", moment("2026-03-11T08:00", "America/New_York"))


def test_while_a_colleague_talks_with_them_they_are_asked_nothing():
    assert asked(talked_at=NOON - HOUR_MS) == Wait("talking", NOON + 23 * HOUR_MS)
    assert asked(talked_at=NOON - HOUR_MS, quiet_ok=True) == Wait("talking", NOON + 23 * HOUR_MS)
    assert asked(talked_at=NOON - 24 * HOUR_MS) is None
    assert asked(talked_at=NOON - HOUR_MS, policy=Policy(talk_hours=0)) is None


def test_somebody_who_has_just_acted_may_be_asked_at_night():
    assert asked(now=NIGHT, acted_at=NIGHT - 10 * MINUTE_MS) is None
    assert isinstance(asked(now=NIGHT, acted_at=NIGHT - 10 * MINUTE_MS - 1), Wait)
    assert isinstance(asked(now=NIGHT, acted_at=0), Wait)


def test_a_relationship_survey_of_a_metric_comes_once_in_ninety_days():
    last = NOON - 90 * DAY_MS
    assert asked("relationship", last_asked_metric_relationship=last) is None
    verdict = asked("relationship", last_asked_metric_relationship=last + 1)
    assert verdict == NotAsked(
        "fatigue_metric", {"clock": "relationship", "days": 90, "last": last + 1, "until": NOON + 1}
    )


def test_a_transactional_survey_comes_once_in_seven_days():
    assert asked(last_asked_transactional=NOON - 7 * DAY_MS) is None
    verdict = asked(last_asked_transactional=NOON - 7 * DAY_MS + 1)
    assert isinstance(verdict, NotAsked)
    assert verdict.reason == "fatigue_metric"
    assert verdict.detail["clock"] == "transactional"


def test_between_any_two_lie_twenty_four_hours():
    for kind in KINDS:
        assert asked(kind, last_asked_any=NOON - 24 * HOUR_MS) is None
        verdict = asked(kind, last_asked_any=NOON - 24 * HOUR_MS + 1)
        assert isinstance(verdict, NotAsked)
        assert (verdict.reason, verdict.detail["until"]) == ("fatigue_any", NOON + 1)


def test_a_transactional_survey_never_uses_up_the_relationship_clock():
    last = NOON - 2 * DAY_MS
    assert asked("relationship", last_asked_any=last, last_asked_transactional=last) is None
    assert asked("transactional", last_asked_any=last, last_asked_metric_relationship=last) is None


def test_a_clock_of_zero_is_off():
    policy = Policy(relationship_days=0, transactional_days=0, floor_hours=0, night_from="00:00", night_to="00:00")
    for kind in KINDS:
        facts = {"last_asked_any": NIGHT, "last_asked_metric_relationship": NIGHT, "last_asked_transactional": NIGHT}
        assert asked(kind, policy, now=NIGHT, **facts) is None


def test_a_nudge_waits_for_the_morning_too():
    assert contact.night_wait(SHANGHAI, NIGHT, 0, Policy()) == Wait("night", moment("2026-03-12T08:00"))
    assert contact.night_wait(SHANGHAI, NOON, 0, Policy()) is None


@given(st.integers(0, 90 * DAY_MS), st.sampled_from([SHANGHAI, "Europe/Berlin", "America/New_York", "Asia/Kolkata"]))
def test_after_its_wait_a_person_is_asked(later, zone):
    facts = Facts(now=NOON + later, zone=zone)
    verdict = contact.gate("transactional", facts, Policy())
    if verdict is not None:
        assert isinstance(verdict, Wait)
        assert facts.now < verdict.until <= facts.now + 12 * HOUR_MS
        assert contact.gate("transactional", dataclasses.replace(facts, now=verdict.until), Policy()) is None


@given(st.text(), st.text(), st.text())
def test_a_draw_is_always_the_same_and_all_or_none_are_certain(survey, person, interaction):
    assert contact.sampled(survey, person, interaction, 100)
    assert not contact.sampled(survey, person, interaction, 0)
    drawn = contact.sampled(survey, person, interaction, 30)
    assert drawn == contact.sampled(survey, person, interaction, 30)
    assert not drawn or contact.sampled(survey, person, interaction, 31)


def test_a_sample_of_a_quarter_takes_about_a_quarter():
    taken = sum(contact.sampled("csat", f"p{n % 50}", f"i{n}", 25) for n in range(4000))
    assert 900 < taken < 1100


def test_a_survey_that_may_go_out_at_night_does_not_wait_for_the_morning():
    facts = contact.Facts(now=NIGHT, quiet_ok=True)
    assert contact.gate("transactional", facts, contact.Policy()) is None
