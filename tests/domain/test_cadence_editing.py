"""One thing of a cadence changed, as it is said in English and Chinese; everything else stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from world import DAY, THURSDAY_TEN

from cxbot.domain.cadence import Plan
from cxbot.domain.cadence_editing import WORDS, changed, field_called
from cxbot.domain.cadence_words import Said, Unread, read

ZONE = "Asia/Shanghai"


def plan(words: str) -> Plan:
    said = read(words, ZONE, THURSDAY_TEN)
    assert isinstance(said, Said), said
    return said.plan


BEFORE = plan("every quarter from 1 dec 10:00 segment gold vip language en value over 100 sample 20% 30 an hour")


def given(what: str, words: str, before: Plan = BEFORE) -> Plan | Unread:
    return changed(before, what, words, ZONE, THURSDAY_TEN)


@pytest.mark.parametrize(
    ("what", "words", "value"),
    [
        ("segment", "silver", "silver"),
        ("segment", "none", ""),
        ("segment", "不限", ""),
        ("segment", "big spenders", "big spenders"),
        ("touchpoint", "ticket", "ticket"),
        ("channel", "wechat", "wechat"),
        ("language", "繁體中文", "zh-TW"),
        ("language", "any", ""),
        ("value", "1,000", 1000),
        ("value", "无", 0),
        ("sample", "50%", 50),
        ("sample", "all", 100),
        ("vip", "no", False),
        ("vip", "是", True),
    ],
)
def test_whom_it_asks_is_changed_in_one_respect(what, words, value):
    assert given(what, words) == replace(BEFORE, audience=replace(BEFORE.audience, **{what: value}))


@pytest.mark.parametrize(
    ("what", "words", "value"),
    [
        ("pace", "60", 60),
        ("pace", "120 an hour", 120),
        ("pace", "每小时 90 人", 90),
        ("most", "3次", 3),
        ("holidays", "cn", "CN"),
        ("holidays", "none", "none"),
        ("holidays", "无", "none"),
        ("holidays", "", ""),
    ],
)
def test_how_fast_and_on_which_days_is_changed(what, words, value):
    assert given(what, words) == replace(BEFORE, **{what: value})


def test_another_time_is_for_the_same_people_at_the_same_pace():
    after = given("when", "every month on the 1st, 15th 9:30")
    assert after == replace(
        plan("every month on the 1st, 15th 9:30"), audience=BEFORE.audience, pace=30, holidays=BEFORE.holidays
    )
    assert given("when", "每月1日、15日 9:30") == after


def test_what_is_named_beside_the_time_counts_too():
    after = given("when", "every week segment silver 90 an hour")
    assert isinstance(after, Plan)
    assert (after.every, after.pace, after.audience) == ("week", 90, replace(BEFORE.audience, segment="silver"))


def test_the_calendar_may_become_follow_ups_and_the_other_way_round():
    after = given("when", "after delivery in 1w then every 2w at most 4")
    assert isinstance(after, Plan)
    assert (after.after, after.offsets, after.most, after.every) == ("delivery", (7 * DAY,), 4, "")
    back = given("when", "every month", after)
    assert isinstance(back, Plan)
    assert (back.after, back.offsets, back.every, back.audience) == ("", (), "month", BEFORE.audience)


@pytest.mark.parametrize(
    ("what", "words", "problem"),
    [
        ("pace", "0", "pace"),
        ("pace", "-5", "pace"),
        ("pace", "fast", "pace"),
        ("pace", "20000", "pace"),
        ("sample", "300", "sample"),
        ("most", "51", "most"),
        ("value", "much", "value"),
        ("vip", "perhaps", "vip"),
        ("language", "klingon", "language"),
        ("holidays", "QQ", "holidays"),
        ("when", "every blue moon", "words"),
        ("when", "segment gold", "when"),
        ("when", "on 30 feb", "date"),
        ("when", "every month as other", "words"),
    ],
)
def test_what_makes_no_sense_is_said(what, words, problem):
    found = given(what, words)
    assert isinstance(found, Unread)
    assert found.problem == problem


def test_everything_has_a_word_in_each_language_and_no_word_means_two_things():
    every = [word for words in WORDS.values() for word in words]
    assert len(every) == len(set(every))
    assert all(field_called(word) == name for name, words in WORDS.items() for word in words)
    assert field_called("速度") == "pace"
    assert field_called("Segment") == "segment"
    assert field_called("colour") == ""
