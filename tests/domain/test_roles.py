from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxbot.domain.roles import NEEDED, RANK, covers, may

TEAMS = ("", "support", "delivery")
roles = st.dictionaries(st.sampled_from(TEAMS), st.sampled_from(sorted(RANK)))


@pytest.mark.parametrize(
    ("role", "action", "allowed"),
    [
        ("viewer", "read", True),
        ("viewer", "work_case", False),
        ("member", "work_case", True),
        ("member", "see_person", True),
        ("member", "edit_team", False),
        ("lead", "edit_team", True),
        ("lead", "edit_survey", False),
        ("admin", "edit_survey", True),
        ("owner", "edit_survey", True),
    ],
)
def test_a_role_in_the_team_allows_what_its_rank_does(role, action, allowed):
    assert may({"support": role}, action, "support") is allowed


@pytest.mark.parametrize("action", NEEDED)
def test_nobody_without_a_role_may_anything(action):
    assert not may({}, action)
    assert not may({}, action, "support")


def test_a_role_in_one_team_counts_for_nothing_in_another():
    assert not may({"delivery": "owner"}, "work_case", "support")


def test_a_role_everywhere_counts_in_every_team():
    assert may({"": "admin"}, "edit_survey", "support")
    assert may({"": "member"}, "work_case", "delivery")
    assert not may({"": "viewer"}, "work_case", "delivery")


def test_a_matter_of_no_team_is_open_to_leads_and_below_but_surveys_only_to_those_with_a_role_everywhere():
    assert may({"support": "member"}, "work_case")
    assert may({"support": "viewer"}, "read")
    assert not may({"support": "owner"}, "edit_survey")
    assert may({"": "admin"}, "edit_survey")


@pytest.mark.parametrize(("held", "others", "covered"), [
    ({"": "admin"}, {"support": "lead", "": "admin"}, True),
    ({"": "admin"}, {"": "owner"}, False),
    ({"support": "lead"}, {"support": "lead"}, True),
    ({"support": "owner"}, {"delivery": "viewer"}, False),
    ({}, {}, True),
])  # fmt: skip
def test_roles_are_handed_on_by_who_has_at_least_their_rank(held, others, covered):
    assert covers(held, others) is covered


@given(roles, st.sampled_from(sorted(NEEDED)), st.sampled_from(TEAMS), st.sampled_from(TEAMS))
def test_a_higher_role_never_takes_a_right_away(held, action, team, raised_in):
    promoted = {**held, raised_in: "owner"}
    assert may(promoted, action, team) or not may(held, action, team)
