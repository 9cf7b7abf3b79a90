from __future__ import annotations

import pytest
from pydantic import ValidationError

from cxbot.domain.policy import DEFAULT_CAUSES, LANGUAGES, SEVERITIES, MemberSeed, TeamPolicy, TeamSeed


def test_a_policy_of_nothing_has_the_defaults():
    policy = TeamPolicy.load("{}")
    assert policy == TeamPolicy()
    assert policy.first_contact_minutes == {"critical": 30, "high": 60, "medium": 240, "low": 480}
    assert (policy.reminder_minutes, policy.escalate_minutes) == ((30, 60), 120)


def test_graver_cases_are_promised_sooner():
    policy = TeamPolicy()
    for promised in (policy.first_contact_minutes, policy.resolve_minutes):
        minutes = [promised[severity] for severity in SEVERITIES]
        assert minutes == sorted(minutes, reverse=True)


def test_one_severity_can_be_changed_alone():
    policy = TeamPolicy.load('{"first_contact_minutes": {"critical": 15}}')
    assert policy.first_contact_minutes == {"critical": 15, "high": 60, "medium": 240, "low": 480}


def test_a_policy_survives_its_row():
    policy = TeamPolicy(reminder_minutes=(5, 10, 15), escalate_to="support", resolve_minutes={"low": 9})
    assert TeamPolicy.load(policy.dump()) == policy
    assert TeamPolicy.model_validate(policy.model_dump()) == policy


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ({"first_contact_minutes": {"urgent": 5}}, "there are low, medium, high, critical"),
        ({"resolve_minutes": {"low": 0}}, "from 1 to"),
        ({"reminder_minutes": [60, 30]}, "later than the one before"),
        ({"reminder_minutes": [0]}, "from 1 to"),
        ({"reminder_minutes": [30, 120]}, "make escalate_minutes greater"),
        ({"remind": [30]}, "remind"),
        ({"confirm_wait_hours": 0}, "greater than or equal to 1"),
    ],
)
def test_a_wrong_policy_is_told_what_to_write(given, advice):
    with pytest.raises(ValidationError, match=advice):
        TeamPolicy.model_validate(given)


def test_without_escalation_reminders_may_come_at_any_time():
    assert TeamPolicy(reminder_minutes=(600,), escalate_minutes=0).reminder_minutes == (600,)


def test_the_default_causes_are_worded_in_every_language():
    ids = [cause.id for cause in DEFAULT_CAUSES]
    assert len(set(ids)) == len(ids)
    for cause in DEFAULT_CAUSES:
        assert set(cause.label) == set(LANGUAGES)
        assert len({cause.label_in(language) for language in LANGUAGES}) >= 2


def test_a_team_of_a_name_alone_is_complete():
    team = TeamSeed.model_validate({"name": "Support"})
    assert team.causes == DEFAULT_CAUSES
    assert team.policy == TeamPolicy()
    assert team.hours.days[0] == (("09:00", "18:00"),)


def test_causes_are_default_ids_or_words_or_id_and_label():
    label = {"en": "Broken seal", "zh-CN": "封条破损", "zh-TW": "封條破損"}
    team = TeamSeed.model_validate(
        {"name": "S", "causes": ["delivery", "Lift out of order", {"id": "seal", "label": label}]}
    )
    assert [cause.id for cause in team.causes] == ["delivery", "own_2", "seal"]
    assert team.causes[1].label_in("zh-TW") == "Lift out of order"
    assert TeamSeed.model_validate(team.model_dump()) == team


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ({"causes": [{"id": "seal", "label": {"en": "Seal"}}]}, "missing in zh-CN, zh-TW"),
        ({"time_zone": "Shanghai"}, "no such time zone"),
        ({"members": [{"address": "ana", "name": "Ana"}]}, "names no channel"),
        ({"members": [{"address": "web:a", "name": "A"}, {"address": "web:a", "name": "B"}]}, "named twice: web:a"),
        ({"hours": {"days": {"monday-noon": []}}}, "no weekday"),
        ({"hours": {"days": {"mon": ["9-18"]}}}, "no time of day"),
    ],
)
def test_a_wrong_team_is_told_what_to_write(given, advice):
    with pytest.raises(ValidationError, match=advice):
        TeamSeed.model_validate({"name": "S", **given})


def test_an_address_is_its_channel_and_the_rest():
    member = MemberSeed(address="web:member:ana", name="Ana")
    assert (member.channel, member.place) == ("web", "member:ana")
