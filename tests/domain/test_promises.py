from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cxbot.domain.hours import Hours
from cxbot.domain.promises import read

SHANGHAI = "Asia/Shanghai"
NOW = int(datetime(2025, 11, 20, 14, 0, tzinfo=ZoneInfo(SHANGHAI)).timestamp() * 1000)
"""Thursday, two in the afternoon."""


def promised(words, zone=SHANGHAI, customer=SHANGHAI, now=NOW):
    at = read(words, Hours(), zone, customer, now)
    return "" if at is None else f"{datetime.fromtimestamp(at / 1000, ZoneInfo(zone)):%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("We come back to you by 16:00.", "11-20 16:00"),
        ("Sorry! I'll call you before 4 pm today", "11-20 16:00"),
        ("I will call you within 30 minutes", "11-20 14:30"),
        ("You will hear from us in half an hour.", "11-20 14:30"),
        ("We'll get back to you within an hour", "11-20 15:00"),
        ("we will write to you within two hours", "11-20 16:00"),
        ("I'll let you know by tomorrow at 10:30", "11-21 10:30"),
        ("I'll let you know by 10 am tomorrow", "11-21 10:00"),
        ("We will have an answer by Monday", "11-24 18:00"),
        ("You will have it by the end of the day.", "11-20 18:00"),
        ("We will solve it within 2 business days", "11-24 18:00"),
        ("30分钟内", "11-20 14:30"),
        ("非常抱歉，我们会在 30 分钟内给您答复。", "11-20 14:30"),
        ("半小時內回覆您", "11-20 14:30"),
        ("两个小时内联系您", "11-20 16:00"),
        ("我們會在下午四點前打給您", "11-20 16:00"),
        ("今天16:00前给您回电", "11-20 16:00"),
        ("明天上午10点半之前答复您", "11-21 10:30"),
        ("今天下班前会给您答复", "11-20 18:00"),
        ("下周一前会处理好", "11-24 18:00"),
        ("我们会在1个工作日内回复您", "11-21 18:00"),
    ],
)
def test_a_promise_is_read(words, at):
    assert promised(words) == at


@pytest.mark.parametrize(
    "words",
    [
        "Sorry for the wait.",
        "Your parcel was handed over within 30 minutes of the order, as we see it here.",
        "We will come back to you soon.",
        "We will be there by 5 people.",
        "您的订单 30 分钟内就发出了，感谢您的耐心等待，祝您生活愉快",
        "我们会尽快给您答复",
        "We will be better in 2026.",
        "",
    ],
)
def test_what_promises_no_time_still_to_come_is_none(words):
    assert promised(words) == ""


def test_a_clock_time_is_the_customers_own():
    assert promised("I'll call you by 10:00", customer="Europe/Berlin") == "11-20 17:00"


def test_an_hour_without_a_half_is_the_next_one():
    assert promised("I'll call you by 4:30") == "11-20 16:30"


def test_daylight_saving_moves_no_span():
    berlin = "Europe/Berlin"
    now = int(datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo(berlin)).timestamp() * 1000)
    assert promised("we will write to you within two hours", berlin, berlin, now) == "03-29 04:30"


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("We'll call you by 16:00 tomorrow.", "11-21 16:00"),
        ("We'll call you by 4:00 pm tomorrow", "11-21 16:00"),
        ("We'll call you by 4 p.m. tomorrow", "11-21 16:00"),
        ("We will come back to you by 16:00 on Friday", "11-21 16:00"),
        ("We'll call you at 10:30 Monday", "11-24 10:30"),
        ("we will reply before 11:00 tomorrow morning", "11-21 11:00"),
        ("We'll call you by 3:00 tomorrow afternoon", "11-21 15:00"),
        ("We'll call you by 8:00 tonight", "11-20 20:00"),
        ("We'll call you by 10:00 next Monday", "11-24 10:00"),
        ("We'll call you by 16:00 on 3 December", "12-03 16:00"),
        ("We'll call you by 16:00 on December 3rd", "12-03 16:00"),
        ("We'll have an answer by the 3rd of December", "12-03 18:00"),
        ("We'll call you by the end of the day tomorrow", "11-21 18:00"),
        ("We'll call you by 10:00 the day after tomorrow", "11-22 10:00"),
    ],
)
def test_the_day_of_a_time_is_read_before_and_after_it(words, at):
    assert promised(words) == at


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("一个半小时内联系您", "11-20 15:30"),
        ("两个半小时内联系您", "11-20 16:30"),
        ("一小时三十分钟内联系您", "11-20 15:30"),
        ("1.5小时内回复您", "11-20 15:30"),
        ("1個半小時內回覆您", "11-20 15:30"),
        ("一天半内答复您", "11-22 02:00"),
        ("我们会在一周内答复您", "11-27 14:00"),
        ("we will write to you within 1.5 hours", "11-20 15:30"),
        ("we will write to you within an hour and a half", "11-20 15:30"),
        ("we will write to you within two and a half hours", "11-20 16:30"),
        ("we will write to you within 1-2 hours", "11-20 16:00"),
    ],
)
def test_halves_and_decimals_are_part_of_a_span(words, at):
    assert promised(words) == at


@pytest.mark.parametrize("words", ["几个小时内联系您", "十几分钟内联系您", "一百二十分钟内联系您", "12月3日后联系您"])
def test_a_span_that_is_not_understood_whole_is_none(words):
    assert promised(words) == ""


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("明天3点前给您回电", "11-21 15:00"),
        ("I'll call you by 3:00 tomorrow", "11-21 15:00"),
        ("明天凌晨3点前给您回电", "11-21 03:00"),
        ("明天03:00前给您回电", "11-21 03:00"),
        ("明天9点前给您回电", "11-21 09:00"),
        ("今晚12点前给您答复", "11-21 00:00"),
        ("晚上8点前给您答复", "11-20 20:00"),
        ("12月3日前给您答复", "12-03 18:00"),
        ("12月3日下午4点前给您答复", "12-03 16:00"),
        ("大后天16:00前给您答复", "11-23 16:00"),
    ],
)
def test_an_hour_with_a_day_is_one_at_which_somebody_works(words, at):
    assert promised(words) == at


@pytest.mark.parametrize("words", ["We will have an answer by Sunday", "周日前给您答复"])
def test_a_day_on_which_nobody_works_ends_at_midnight(words):
    assert promised(words) == "11-24 00:00"


def test_by_tomorrow_is_a_promise_before_a_weekend_too():
    friday = NOW + 24 * 60 * 60_000
    assert promised("We will have an answer by tomorrow", now=friday) == "11-23 00:00"


@pytest.mark.parametrize("words", ["We'll call you by 16:00 on the second day", "We'll call you by 16:00 12/3"])
def test_a_time_whose_day_is_not_understood_is_not_taken_for_today(words):
    assert promised(words) == ""
