from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxbot.domain import dates, durations, promises
from cxbot.domain.hours import Hours

SHANGHAI = "Asia/Shanghai"


def at(words):
    return int(datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(SHANGHAI)).timestamp() * 1000)


NOW = at("2025-11-20 10:00")
"""Thursday, ten in the morning."""


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("2025-12-01 3pm", "2025-12-01 15:00"),
        ("2025-12-01 at 3 pm", "2025-12-01 15:00"),
        ("2025/12/1 9:00am", "2025-12-01 09:00"),
        ("day after tomorrow 09:00", "2025-11-22 09:00"),
        ("this friday", "2025-11-21 00:00"),
        ("the 3rd of december", "2025-12-03 00:00"),
        ("12月1日9:00", "2025-12-01 09:00"),
        ("12月1日下午3:00", "2025-12-01 15:00"),
        ("2025年 12月 1日 下午三点半", "2025-12-01 15:30"),
        ("明天上午10点", "2025-11-21 10:00"),
        ("两周", "2025-12-04 00:00"),
        ("a week", "2025-11-27 00:00"),
        ("3 months", "2026-02-20 00:00"),
        ("三个月", "2026-02-20 00:00"),
        ("2 hours", "2025-11-20 12:00"),
        ("half an hour", "2025-11-20 10:30"),
        ("1个半小时", "2025-11-20 11:30"),
        ("1h30m", "2025-11-20 11:30"),
        ("3d", "2025-11-23 10:00"),
    ],
)
def test_days_times_and_spans_are_read_in_one_way(words, moment):
    assert dates.read(words, SHANGHAI, NOW) == at(moment)


@pytest.mark.parametrize(
    "words",
    [
        "not tomorrow",
        "2025-12-01 until 2025-12-10",
        "12月1日 至 12月5日",
        "2月29日",
        "3 dec maybe",
        "几天",
        "hour",
        "1" * 90,
    ],
)
def test_half_of_a_line_is_no_day(words):
    assert dates.read(words, SHANGHAI, NOW) is None


@pytest.mark.parametrize(
    ("words", "moment", "rest"),
    [
        ("2 weeks waiting for parts", "2025-12-04 00:00", "waiting for parts"),
        ("3 dec 3pm: parts", "2025-12-03 15:00", "parts"),
        ("明天 下午3点 等配件", "2025-11-21 15:00", "等配件"),
        ("3小时等配件", "2025-11-20 13:00", "等配件"),
        ("monday", "2025-11-24 00:00", ""),
    ],
)
def test_what_follows_a_day_is_kept_apart(words, moment, rest):
    assert dates.leading(words, SHANGHAI, NOW) == (at(moment), rest)


@pytest.mark.parametrize(
    "words",
    [
        "5 parts missing",
        "tomorrow afternoon parts",
        "3 dec or 4 dec",
        "明天 下午 等配件",
        "3小时内回复",
        "two more",
        "",
    ],
)
def test_a_line_of_which_only_a_part_is_a_day_begins_with_none(words):
    assert dates.leading(words, SHANGHAI, NOW) == (None, words)


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("90 min", 90),
        ("1.5 hours", 90),
        ("an hour and a half", 90),
        ("半小时", 30),
        ("一刻钟", 15),
        ("两小时三十分钟", 150),
    ],
)
def test_how_long_is_read(words, minutes):
    assert durations.read(words) == minutes * durations.MINUTE_MS


@pytest.mark.parametrize("words", ["", "hours", "0 min", "soon", "2 parts", "半", "个小时"])
def test_what_is_no_span_is_none(words):
    assert durations.read(words) is None


PIECES = (
    "by ", "before ", "within ", "at ", "we will ", "3", "12", ":", "00", " pm", "tomorrow", "friday", "next ",
    "half an ", " hours", "day", "2 weeks", "of ", "december", "明天", "12月", "3日", "下周", "一", "个", "半", "小时",
    "点", "前", "内", "下午", "今晚", "999 months", "-", "2025-", " ", ".", ",",
)  # fmt: skip


@given(st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_reading_a_day_or_a_promise_never_fails(words):
    assert isinstance(dates.read(words, SHANGHAI, NOW), int | None)
    assert dates.leading(words, SHANGHAI, NOW)[0] is None or words.strip()
    at = promises.read(words, Hours(), SHANGHAI, "Europe/Berlin", NOW)
    assert at is None or NOW < at <= NOW + promises.LONGEST_MS
