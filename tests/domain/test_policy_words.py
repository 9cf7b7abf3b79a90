from __future__ import annotations

import pytest

from cxbot.domain.policy import TeamPolicy
from cxbot.domain.policy_words import Mistake, changed, setting_of

POLICY = TeamPolicy()


def after(words: str, policy: TeamPolicy = POLICY):
    setting, value = setting_of(words)
    assert setting, words
    return changed(policy, setting, value)


@pytest.mark.parametrize(("words", "setting", "value"), [
    ("first contact high 45 min", "first_contact_minutes", {"critical": 30, "high": 45, "medium": 240, "low": 480}),
    ("首次联系 严重 1小时", "first_contact_minutes", {"critical": 30, "high": 60, "medium": 240, "low": 480}),
    ("首次聯繫 緊急 15 分鐘", "first_contact_minutes", {"critical": 15, "high": 60, "medium": 240, "low": 480}),
    ("resolve low 2 days", "resolve_minutes", {"critical": 240, "high": 540, "medium": 1620, "low": 2880}),
    ("reminders 10, 20 and 40 min", "reminder_minutes", (10, 20, 40)),
    ("提醒 15、45", "reminder_minutes", (15, 45)),
    ("reminders off", "reminder_minutes", ()),
    ("escalate after 3 h", "escalate_minutes", 180),
    ("escalate 90", "escalate_minutes", 90),
    ("升级时间 2小时", "escalate_minutes", 120),
    ("escalate off", "escalate_minutes", 0),
    ("escalate to delivery", "escalate_to", "delivery"),
    ("confirm after 30", "confirm_after_minutes", 30),
    ("confirm wait 3 days", "confirm_wait_hours", 72),
    ("confirm wait 48", "confirm_wait_hours", 48),
    ("opening card off", "opening_card", False),
    ("開工卡片 開", "opening_card", True),
    ("storm 25", "storm_cases", 25),
    ("storm off", "storm_cases", 0),
    ("storm_minutes 30", "storm_minutes", 30),
])  # fmt: skip
def test_one_setting_is_read_as_it_is_typed(words, setting, value):
    read = after(words)
    assert isinstance(read, TeamPolicy), read
    assert getattr(read, setting) == value
    assert read.model_dump(exclude={setting}) == POLICY.model_dump(exclude={setting})


@pytest.mark.parametrize(("words", "why"), [
    ("first contact huge 5", "severity"),
    ("first contact high", "severity"),
    ("first contact high 0", "minutes"),
    ("reminders 60, 30", "in_order"),
    ("reminders soon", "number"),
    ("reminders 30, 180", "reminders_before_escalation"),
    ("escalate 45", "reminders_before_escalation"),
    ("escalate 10 parsecs", "number"),
    ("opening card maybe", "on_or_off"),
    ("storm within 5000", "range"),
    ("confirm wait 0", "range"),
])  # fmt: skip
def test_what_is_not_possible_is_told_by_a_word_for_it(words, why):
    mistake = after(words)
    assert isinstance(mistake, Mistake)
    assert mistake.why == why


def test_a_range_is_told_with_its_ends():
    mistake = after("storm within 5000")
    assert isinstance(mistake, Mistake)
    assert mistake.args == {"least": 1, "most": 1440}


@pytest.mark.parametrize("words", ["colour blue", "", "stormy 5", "12"])
def test_what_is_no_setting_is_none(words):
    assert setting_of(words) == ("", words)


@pytest.mark.parametrize("setting", TeamPolicy.model_fields)
def test_every_setting_can_be_called_by_its_name(setting):
    assert setting_of(f"{setting} 5") == (setting, "5")
