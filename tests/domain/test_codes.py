"""The numbers people know cases by, as they are typed."""

from __future__ import annotations

import pytest

from cxbot.domain import codes

KNOWN = ["K7M2Q9", "B4XT2P", "B4XT2R", "QZ5S8B"]


@pytest.mark.parametrize(
    "text", ["K7M2Q9", "k7m2q9 please", "#K7M2Q9: done", "Ｋ７Ｍ２Ｑ９", "K7M2Q9给小伟", "KOM2Q9", "K7M2Q"]
)
def test_a_word_that_may_be_a_code_is_one(text):
    assert codes.leads(text)


@pytest.mark.parametrize("text", ["", "to him please", "please", "that one", "2024", "K7M2Q9K7", "了", "it"])
def test_words_among_colleagues_are_none(text):
    assert codes.leads(text) == ""


@pytest.mark.parametrize(("typed", "meant"), [("k7m2o9", "K7M2Q9"), ("K7M209", "K7M2Q9"), ("02SS8B", "QZ5S8B")])
def test_signs_that_look_alike_are_taken_for_each_other(typed, meant):
    assert codes.meant(typed, KNOWN) == (meant,)
    assert codes.looks_the_same(typed, meant)


def test_a_typing_mistake_is_answered_with_the_nearest_ones():
    assert set(codes.meant("B4XT2Y", KNOWN)) == {"B4XT2P", "B4XT2R"}
    assert not codes.looks_the_same("B4XT2Y", "B4XT2P")
    assert codes.meant("999999", KNOWN) == ()


def test_two_that_look_the_same_are_both_named():
    assert codes.meant("AAAAA0", ["AAAAAQ", "AAAAAD"]) == ("AAAAAQ", "AAAAAD")
