from __future__ import annotations

import pytest

from cxbot.domain.rota_calendar import is_name, meant_by, named_in

NAMES = [("1", "Ana Lopez"), ("2", "Ben"), ("3", "小伟"), ("4", "Ana Smith"), ("5", "J Doe"), ("2", "member:ben")]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("On call: Ben", "shift"),
        ("on-call Ben", "shift"),
        ("Ben on duty", "shift"),
        ("值班：小伟", "shift"),
        ("值班 小偉", "shift"),
        ("輪值 小偉", "shift"),
        ("Ana out", "absence"),
        ("OOO Ben", "absence"),
        ("Ben off", "absence"),
        ("Ben is on vacation", "absence"),
        ("小伟 请假", "absence"),
        ("小偉 請假", "absence"),
        ("小偉病假", "absence"),
        ("Kick-off with Ben", ""),
        ("Off-site with Ben", ""),
        ("Rollout", ""),
        ("Team lunch", ""),
        ("", ""),
    ],
)
def test_a_title_says_what_an_event_is(title, kind):
    assert meant_by(title) == kind


@pytest.mark.parametrize(
    ("words", "person"),
    [
        ("On call: Ben", "2"),
        ("On call: BEN!", "2"),
        ("Ana Smith out", "4"),
        ("Smith out", "4"),
        ("Ana out", ""),
        ("小伟 請假", "3"),
        ("小伟请假", "3"),
        ("Benjamin out", ""),
        ("Ben and Smith out", ""),
        ("J out", ""),
        ("Zoe out", ""),
    ],
)
def test_a_title_names_the_one_whose_name_is_in_it_and_nobody_where_there_are_several(words, person):
    assert named_in(words, NAMES) == person


def test_a_whole_name_or_an_address_is_somebody():
    assert [is_name(words, NAMES) for words in ("ben", "member:ben", "ana", "小伟")] == ["2", "2", "", "3"]
