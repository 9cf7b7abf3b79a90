from __future__ import annotations

import pytest

from cxbot.domain.detection import About, band_of, find
from cxbot.domain.survey import Survey

DAY = 86_400_000
TEXT = {"en": "How was it?", "zh-CN": "怎么样？", "zh-TW": "怎麼樣？"}
RULES = [
    {"words": ["injured", "受伤"], "severity": "critical", "reason": {"en": "hurt", "zh-CN": "受伤", "zh-TW": "受傷"}},
    {"words": ["refund", "退款"], "severity": "medium", "reason": {"en": "money", "zh-CN": "退款", "zh-TW": "退款"}},
    {"words": ["sue"], "severity": "high", "reason": {"en": "legal", "zh-CN": "法律", "zh-TW": "法律"}},
]


def survey(**more):
    return Survey.model_validate(
        {
            "key": "csat",
            "metric": "csat",
            "kind": "transactional",
            "trigger": {"touchpoints": ["ticket"]},
            "questions": [
                {"id": "score", "kind": "scale", "score": True, "low": 1, "high": 5, "text": TEXT},
                {
                    "id": "part",
                    "kind": "one_of",
                    "text": TEXT,
                    "options": [
                        {"id": "wait", "label": {**TEXT, "en": "The wait"}, "cause": "slow"},
                        {"id": "none", "label": {**TEXT, "en": "Nothing"}},
                    ],
                },
                {"id": "why", "kind": "text", "text": TEXT, "optional": True},
            ],
            "bands": [
                {"name": "bad", "low": 1, "high": 2, "detractor": True, "severity": "medium"},
                {"name": "fine", "low": 3, "high": 5},
            ],
            "detect": {"raising_words": RULES, "vip_severity": "high"},
            **more,
        }
    )


def found(answers, *words, about=None, rules=(), **more):
    known = {name: more.pop(name) for name in ("vip", "earlier") if name in more}
    if rules:
        more["detect"] = {"rules": rules}
    return find(survey(**more), answers, words, about or About(**known))


def keys(finding):
    return [reason.get("key", reason.get("en")) for reason in finding.reasons]


def test_a_good_score_is_no_finding():
    assert found({"score": 4}) is None
    assert found({}) is None


def test_a_detractors_score_is_a_finding_that_says_which_score():
    finding = found({"score": 2})
    assert finding.severity == "medium"
    assert finding.reasons == ({"key": "reason.score", "args": {"score": 2, "low": 1, "high": 5}},)


def test_words_that_weigh_more_raise_the_severity_and_lighter_ones_do_not_lower_it():
    assert found({"score": 2}, "I was injured").severity == "critical"
    assert found({"score": 2}, "I want a refund").severity == "medium"
    assert keys(found({"score": 2}, "a refund, or I sue")) == ["reason.score", "money", "legal"]


def test_praise_that_names_a_refund_is_no_complaint():
    assert found({"score": 5}, "they gave me a full refund in one hour, great people") is None


@pytest.mark.parametrize(
    "words", ["This is not a scam", "it is not like I was injured", "please don't call a lawyer", "我不是要退款"]
)
def test_a_denial_a_few_words_before_counts(words):
    assert found({}, words) is None


def test_the_gravest_words_alone_are_a_finding_whatever_the_score():
    finding = found({"score": 5}, "great, but my child was injured")
    assert finding.severity == "critical"
    assert keys(finding) == ["hurt"]
    assert found({}, "我要退款").severity == "medium"


@pytest.mark.parametrize(
    "words",
    ["no refund needed", "I do not sue anybody", "不要退款", "nobody was ensued", "suede shoes", "pursue", "没有受伤"],
)
def test_a_word_that_is_denied_or_stands_inside_another_raises_nothing(words):
    assert found({"score": 4}, words) is None


def test_a_word_that_is_denied_once_and_said_once_counts():
    assert found({}, "I did not want a refund then, but I want a refund now") is not None


def test_a_vip_is_graver_and_the_alert_says_so():
    finding = found({"score": 2}, vip=True)
    assert finding.severity == "high"
    assert "reason.vip" in keys(finding)
    assert found({"score": 5}, vip=True) is None


def test_somebody_who_was_unhappy_lately_is_one_step_graver():
    finding = found({"score": 2}, earlier=2)
    assert finding.severity == "high"
    assert finding.reasons[-1] == {"key": "reason.repeat", "args": {"n": 3, "days": 30}}
    assert found({"score": 1}, "injured", earlier=9).severity == "critical"


def test_what_was_chosen_is_named_in_the_apology_and_in_the_reasons():
    finding = found({"score": 1, "part": "wait"})
    assert finding.sorry == "slow"
    assert {"key": "reason.answer", "args": {"label": {**TEXT, "en": "The wait"}}} in finding.reasons
    assert found({"score": 1, "part": "none"}).sorry == "generic"


def test_an_anonymous_survey_finds_nobody():
    assert found({"score": 1}, "injured", vip=True, earlier=3, anonymous=True) is None


def test_the_band_follows_the_score_as_far_as_it_has_come():
    assert band_of(survey(), {}) is None
    assert band_of(survey(), {"score": 1}).name == "bad"
    assert band_of(survey(), {"score": 3}).name == "fine"


def test_a_rule_holds_where_all_that_it_asks_for_does():
    together = [{"answers": {"score": "3", "part": "wait"}, "severity": "high"}]
    assert found({"score": 3, "part": "none"}, rules=together) is None
    assert found({"score": 4, "part": "wait"}, rules=together) is None
    assert found({"score": 3}, rules=together) is None
    assert found({"score": 3, "part": "wait"}, rules=together).severity == "high"


def test_a_partial_response_is_enough_where_a_rule_says_so():
    finding = found({"part": "wait"}, rules=[{"answers": {"part": "wait"}, "severity": "low"}])
    assert finding.severity == "low"
    assert finding.sorry == "slow"


def test_a_drop_against_the_last_score_is_found_and_both_scores_are_shown():
    dropped = [{"drop": 2, "severity": "medium"}]
    assert found({"score": 3}, rules=dropped) is None
    assert found({"score": 3}, rules=dropped, about=About(last_score=4)) is None
    finding = found({"score": 3}, rules=dropped, about=About(last_score=5))
    assert finding.reasons == ({"key": "reason.drop", "args": {"from": 5, "to": 3}},)
    assert found({}, rules=dropped, about=About(last_score=5)) is None


@pytest.mark.parametrize(
    ("rule", "about", "key"),
    [
        ({"value": 1000}, About(value=1000), "reason.value"),
        (
            {"contacts": 3, "within": "14d"},
            About(contacts=[0, 1, 13 * DAY, 15 * DAY]),
            "reason.contacts",
        ),
        ({"unkept": True}, About(unkept=1), "reason.unkept"),
    ],
)
def test_what_is_known_of_a_person_raises_an_unhappy_answer_and_makes_none_of_a_happy_one(rule, about, key):
    rules = [{**rule, "severity": "critical"}]
    assert found({"score": 2}, rules=rules).severity == "medium"
    finding = found({"score": 2}, rules=rules, about=about)
    assert finding.severity == "critical"
    assert key in keys(finding)
    assert found({"score": 5}, rules=rules, about=about) is None


def test_a_rule_says_why_in_its_own_words_and_no_reason_stands_there_twice():
    reason = {"en": "hurt", "zh-CN": "受伤", "zh-TW": "受傷"}
    rules = [
        {"words": ["hurt"], "severity": "high", "reason": reason},
        {"vip": True, "severity": "low", "reason": reason},
    ]
    assert keys(found({"score": 3}, "I am hurt", rules=rules, about=About(vip=True))) == ["hurt", "reason.vip"]
