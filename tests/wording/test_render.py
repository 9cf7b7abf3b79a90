from __future__ import annotations

import dataclasses
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxbot.ports import Choice, File, Limits
from cxbot.wording import LANGUAGES, Meaning, catalogue, preload, render, text
from cxbot.wording.formatting import template

NOW = 1_763_879_880_000  # Sun 23 Nov 2025 06:38 UTC, 14:38 in Shanghai
MINUTE = 60_000
WIDE = Limits()
PLAIN = Limits(buttons=False, forms=False, edits=False, text=600)


def say(key: str, language: str = "en", limits: Limits = WIDE, **args: Any):
    return render(Meaning("r1", "web", "customer:sam", "message", key, args, language), limits, NOW)


def test_a_promise_is_shown_in_the_customers_time_zone() -> None:
    args = {
        "sorry": {"key": "sorry.slow", "args": {}},
        "code": "H42",
        "team": "Support",
        "promised_at": NOW + 52 * MINUTE,
        "zone": "Asia/Shanghai",
    }
    assert "Support will get back to you by today 15:30" in say("customer.case_opened", **args).text
    assert "客服会在今天 15:30 之前联系您" in say("customer.case_opened", "zh-CN", **{**args, "team": "客服"}).text
    assert "today 07:30" in say("customer.case_opened", **{**args, "zone": "No/Such"}).text


def test_a_latin_name_between_chinese_words_has_room() -> None:
    args = {"sorry": {"key": "sorry.late"}, "code": "H42", "promised_at": NOW, "zone": "Asia/Shanghai"}
    assert "。Delivery 会在今天" in say("customer.case_opened", "zh-CN", team="Delivery", **args).text
    late = {**args, "promised_at": NOW + 5 * 24 * 60 * MINUTE}
    assert "會在 11月28日（週五）14:38 前與" in say("customer.case_opened", "zh-TW", team="配送", **late).text
    assert "。配送會在今天" in say("customer.case_opened", "zh-TW", team="配送", **args).text
    assert "已交由 Delivery 處理" in say("customer.progress_open", "zh-TW", team="Delivery", code="H42").text


def test_a_nested_meaning_brings_its_own_time_zone() -> None:
    inner = {"key": "customer.progress_open", "args": {"promised_at": NOW, "zone": "Asia/Shanghai"}}
    assert "14:38" in say("text", text=inner).text
    assert "06:38" in say("text", text={**inner, "args": {"promised_at": NOW}}).text


def test_words_around_an_absent_argument_are_left_out() -> None:
    said = say("customer.case_opened", sorry={"key": "sorry.late"}).text
    assert said.splitlines()[0] == "We're sorry your order came late."
    assert "case number" not in said
    assert "  " not in said


@pytest.mark.parametrize(
    ("spec", "value", "en", "tw"),
    [
        ("when", NOW + 60 * MINUTE, "today 15:38", "今天 15:38"),
        ("when", NOW + 24 * 60 * MINUTE, "tomorrow 14:38", "明天 14:38"),
        ("when", NOW - 24 * 60 * MINUTE, "yesterday 14:38", "昨天 14:38"),
        ("when", NOW + 4 * 24 * 60 * MINUTE, "Thu 27 Nov 14:38", "11月27日（週四）14:38"),
        ("when", NOW + 60 * 24 * 60 * MINUTE, "Thu 22 Jan 2026 14:38", "2026年1月22日（週四）14:38"),
        ("act_by", NOW + 52 * MINUTE, "15:30 (in 52 min)", "15:30（還有 52 分鐘）"),
        ("act_by", NOW - 38 * MINUTE, "14:00 (38 min late)", "14:00（已逾時 38 分鐘）"),
        ("act_by", NOW, "14:38 (just now)", "14:38（剛剛）"),
        ("act_by", NOW + 1, "14:38 (in less than a minute)", "14:38（還有不到 1 分鐘）"),
        ("act_by", NOW + 24 * 60 * MINUTE, "tomorrow 14:38 (in 1 day)", "明天 14:38（還有 1 天）"),
        ("ago", NOW - 12 * MINUTE, "12 min ago", "12 分鐘前"),
        ("duration", 80, "1 h 20 min", "1 小時 20 分鐘"),
        ("duration", 0, "less than a minute", "不到 1 分鐘"),
        ("duration", 3 * 24 * 60 + 125, "3 days 2 h", "3 天 2 小時"),
        ("list", ["a", "b", "c"], "a, b and c", "a、b 和 c"),
        ("list", [], "", ""),
        ("or", [1, 2, 3], "1, 2 or 3", "1、2 或 3"),
        ("number", 12_000, "12,000", "12,000"),
        ("number", 3.25, "3.2", "3.2"),
        ("signed", 32, "+32", "+32"),
        ("signed", -4, "−4", "−4"),
        ("percent", 0.125, "12.5%", "12.5%"),
        ("quote", "late  and\ncold", "“late and cold”", "「late and cold」"),
        ("name=state", "claimed", "claimed", "處理中"),
        ("name=touchpoint", "drone_drop", "drone drop", "drone drop"),
    ],
)
def test_a_value_is_written_as_its_format_asks(spec: str, value: Any, en: str, tw: str) -> None:
    from cxbot.wording.voice import Voice

    for language, expected in (("en", en), ("zh-TW", tw)):
        assert Voice(language, zone="Asia/Shanghai", now=NOW).write(value, spec) == expected


def test_a_text_by_language_is_said_in_the_language_of_the_message() -> None:
    label = {"en": "refund", "zh-CN": "退款", "zh-TW": "退費"}
    assert say("reason.words", "zh-TW", words=label).text == "提到退費"
    assert say("reason.words", "en", words=label).text == "mentions refund"


def test_choices_become_numbers_where_there_are_no_buttons() -> None:
    choices = [
        {"key": f"o:fixed:c1:{key}", "label": {"key": f"customer.fixed.{key}"}} for key in ("yes", "no", "not_yet")
    ]
    pressed = say("customer.confirm", code="H42", choices=choices)
    assert pressed.choices[0] == Choice("o:fixed:c1:yes", "Yes, it's fixed")
    written = say("customer.confirm", "zh-CN", PLAIN, code="H42", choices=choices)
    assert written.choices == ()
    assert "1. 解决了" in written.text
    assert written.text.endswith("请回复 1、2 或 3。")


def test_notes_come_before_the_message() -> None:
    note = [{"key": "survey.note.changed", "args": {}}, {"key": "customer.late_answer"}]
    said = say("customer.thanks", note=note).text
    assert said.split("\n\n")[0] == "Changed, thank you."
    assert len(said.split("\n\n")) == 3


def test_a_verbatim_is_left_as_it_was_written() -> None:
    words = "Hi {name}, <b>50%</b> [[x]] off\n\n"
    out = render(Meaning("r", "web", "a", "verbatim", "", {"text": words}, "en"), WIDE, NOW)
    assert out.text == words


def test_a_text_is_cut_to_what_the_channel_takes() -> None:
    out = say("customer.resolved", limits=Limits(text=100), code="H42", told="x" * 500)
    assert len(out.text) == 100
    assert out.text.endswith("…")


def test_an_unknown_key_is_shown_as_it_is() -> None:
    assert say("no.such.key").text == "no.such.key"
    assert text("no.such.key", "xx") == "no.such.key"
    assert say("text", text={"key": "touchpoint.photo_kiosk"}).text == "photo kiosk"


INERT = st.text(alphabet="{}[]<>&\n%\\\"'a1 漢!:=", max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | INERT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["key", "args", "en", "x"]), inner),
    max_leaves=12,
)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_argument_makes_a_message_fail(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(LANGUAGES))
    key = data.draw(st.sampled_from(sorted(catalogue.messages("en"))))
    slots = {slot.name for slot in template(catalogue.messages(language)[key]).slots}
    names = (slots | {"choices", "media", "note", "zone"}) - {"language"}  # `say` takes that one by position
    args = {name: data.draw(VALUES, label=name) for name in sorted(names) if data.draw(st.booleans())}
    assert isinstance(say(key, language, **args).text, str)
    say(key, language, PLAIN, **args)


@given(INERT)
@settings(max_examples=100, deadline=None)
def test_what_a_user_wrote_is_never_read_as_a_format(words: str) -> None:
    said = say("customer.resolved", code="H42", told=words, team="T").text
    if words:
        assert f"\n{words}\n— T" in said
    nested = say("text", text={"key": "text", "args": {"text": words}}).text
    assert nested == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_said_without_any_argument(language: str) -> None:
    for key in catalogue.messages(language):
        said = say(key, language).text
        assert "{" not in said
        assert "[[" not in said


def test_a_message_is_worded_in_microseconds() -> None:
    preload()
    args = {
        "sorry": {"key": "sorry.slow", "args": {}},
        "code": "H42",
        "team": "Support",
        "promised_at": NOW + 52 * MINUTE,
        "zone": "Asia/Shanghai",
    }
    meaning = Meaning("r1", "web", "customer:sam", "message", "customer.case_opened", args, "zh-CN")
    rounds = []
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(500):
            render(meaning, WIDE, NOW)
        rounds.append((time.perf_counter() - started) / 500)
    print(f"one message with a time: {min(rounds) * 1e6:.1f} µs")
    assert min(rounds) < 150e-6  # five times what is measured, for a busy machine


@pytest.mark.parametrize(("language", "line"), [("en", "See it: "), ("zh-CN", "查看："), ("zh-TW", "查看：")])
def test_where_a_kept_file_can_be_looked_at_is_never_cut(language: str, line: str) -> None:
    address = "https://cx.example/f/" + "x" * 200
    args = {"name": "Sam", "kind": "image", "words": "long " * 100, "media": {"kind": "image", "kept": "wechat/M-1"}}
    meaning = Meaning("r1", "web", "team:support", "message", "case.media", args, language, see=address)
    said = render(meaning, Limits(text=400), NOW)
    assert said.text.endswith(f"…\n{line}{address}")
    assert len(said.text) <= 400
    assert said.media is not None
    assert (said.media.url, said.media.kept) == (address, "wechat/M-1")
    beside = render(dataclasses.replace(meaning, file=File("a.jpg", "image/jpeg", b"x")), WIDE, NOW)
    assert address not in beside.text
