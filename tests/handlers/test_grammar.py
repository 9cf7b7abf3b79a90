from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import commands
from handlers.grammar import NotUnderstood, Parsed, parse, phrases


def read(text):
    return parse(text, commands.known())


def named(text):
    parsed = read(text)
    return parsed.command.name if isinstance(parsed, Parsed) else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("help", "help"),
        ("  HELP ", "help"),
        ("/help", "help"),
        ("cx help", "help"),
        ("ｈｅｌｐ", "help"),
        ("帮助", "help"),
        ("幫助", "help"),
        ("surveys", "surveys"),
        ("survey show nps", "survey show"),
        ("show survey nps", "survey show"),
        ("Survey   Pause   csat", "survey pause"),
        ("survey pause “csat”", "survey pause"),
        ("暂停问卷 csat", "survey pause"),
        ("暂停问卷csat", "survey pause"),
        ("恢復問卷 csat", "survey resume"),
        ("team hours support mon-fri 09:00-18:00", "team hours"),
        ("工作时间 support", "team hours"),
        ("why Sam", "why"),
        ("why Sam?", "why"),
        ("为什么 林美", "why"),
        ("為什麼陳怡婷", "why"),
        ("status", "status"),
        ("状态", "status"),
        ("numbers week", "numbers"),
        ("數據 本週", "numbers"),
        ("mine", "mine"),
        ("my cases", "mine"),
        ("我的", "mine"),
        ("open", "open"),
        ("待处理", "open"),
        ("overdue", "overdue"),
        ("逾期", "overdue"),
    ],
)
def test_a_command_is_read_in_any_case_width_and_language(text, name):
    assert named(text) == name


@pytest.mark.parametrize(
    "text", ["", " ", "hello", "opened", "whyever", "statusquo", "surveyor", "9", "帮我看看", "!!!"]
)
def test_what_only_looks_like_a_command_is_none(text):
    assert isinstance(read(text), NotUnderstood)


def test_the_longest_phrase_wins():
    assert named("survey list") == "surveys"
    assert named("survey show csat") == "survey show"


def test_arguments_are_split_at_blanks_and_the_last_takes_the_rest():
    assert read("survey show nps").arguments == {"survey": "nps"}
    assert read("why Sam Rivera").arguments == {"person": "Sam Rivera"}
    hours = read("team hours support mon-fri 09:00-18:00, sat 10:00-14:00")
    assert hours.arguments == {"team": "support", "hours": "mon-fri 09:00-18:00, sat 10:00-14:00"}
    assert read("numbers").arguments == {"about": ""}
    assert read("numbers week delivery").arguments == {"about": "week delivery"}


def test_arguments_keep_the_signs_they_were_written_with():
    assert read("why 陳怡婷").arguments == {"person": "陳怡婷"}
    assert read("why Ángel").arguments == {"person": "Ángel"}


@pytest.mark.parametrize(("text", "missing"), [("why", "person"), ("survey show", "survey"), ("暂停问卷", "survey")])
def test_a_missing_argument_is_named(text, missing):
    assert read(text).missing == missing


@pytest.mark.parametrize(
    ("text", "meant"),
    [("stauts", "status"), ("survy pause csat", "survey pause"), ("overdeu", "overdue"), ("surveis", "surveys")],
)
def test_what_was_probably_meant_is_offered(text, meant):
    assert meant in read(text).nearest
    assert len(read(text).nearest) <= 3


def test_nonsense_is_not_guessed_at():
    assert read("xyzzy plugh").nearest == ()


def test_no_two_commands_share_a_phrase():
    for command in commands.known():
        for other in commands.known():
            assert command is other or not set(phrases(command)) & set(phrases(other))


@pytest.mark.parametrize("command", commands.known(), ids=lambda command: command.name)
def test_every_command_can_be_given_in_every_language_and_its_examples_work(command):
    assert set(command.words) == {"en", "zh-CN", "zh-TW"}
    for language, words in command.words.items():
        assert named(words[0]) == command.name, language
    for examples in command.examples.values():
        for example in examples:
            parsed = read(example)
            assert isinstance(parsed, Parsed)
            assert parsed.command is command
            assert not parsed.missing


@given(st.text(max_size=60))
def test_any_text_is_read_without_raising(text):
    parsed = read(text)
    assert isinstance(parsed, Parsed | NotUnderstood)
