"""When a cadence asks: the calendar, turns within working hours, follow-ups; and reading what somebody says of it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from world import DAY, HOUR, MINUTE, THURSDAY_TEN

from cxbot.clock import next_time
from cxbot.domain import cadence
from cxbot.domain.cadence import Audience, Plan
from cxbot.domain.cadence_words import Said, Unread, read

ZONE = "Asia/Shanghai"
WEEK = 7 * DAY


def at(*wall: int, zone: str = ZONE) -> int:
    return int(datetime(*wall, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def plan(words: str) -> Plan:
    said = read(words, ZONE, THURSDAY_TEN)
    assert isinstance(said, Said), said
    return said.plan


def turns(words: str, after: int, n: int, zone: str = ZONE) -> list[str]:
    found, given = [], plan(words)
    for _ in range(n):
        after = cadence.next_at(given, zone, after, next_time)
        found.append(f"{datetime.fromtimestamp(after / 1000, ZoneInfo(zone)):%Y-%m-%d %H:%M}" if after else "")
    return found


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("every quarter", ["2026-01-01 10:00", "2026-04-01 10:00", "2026-07-01 10:00"]),
        ("every quarter from 1 dec 9:30", ["2025-12-01 09:30", "2026-03-01 09:30", "2026-06-01 09:30"]),
        ("every quarter from 30 nov", ["2025-11-30 10:00", "2026-02-28 10:00", "2026-05-31 10:00"]),
        ("every month from dec 31", ["2025-12-31 10:00", "2026-01-31 10:00", "2026-02-28 10:00"]),
        ("每月1日、15日", ["2025-12-01 10:00", "2025-12-15 10:00", "2026-01-01 10:00"]),
        ("every mon, thu 9:30", ["2025-11-24 09:30", "2025-11-27 09:30", "2025-12-01 09:30"]),
        ("每周一、周四 9点半", ["2025-11-24 09:30", "2025-11-27 09:30", "2025-12-01 09:30"]),
        ("every year from 2 feb", ["2026-02-02 10:00", "2027-02-02 10:00", "2028-02-02 10:00"]),
        ("on 1 dec and 15 jan 14:00", ["2025-12-01 14:00", "2026-01-15 14:00", ""]),
    ],
)
def test_the_calendar_comes_round(words, expected):
    assert turns(words, THURSDAY_TEN, 3) == expected


def test_it_keeps_the_hour_over_daylight_saving():
    given = Plan(every="month", days=(1,), since=at(2026, 3, 1, 10, zone="Europe/Paris"))
    first = cadence.next_at(given, "Europe/Paris", at(2026, 2, 28, 0, zone="Europe/Paris"), next_time)
    second = cadence.next_at(given, "Europe/Paris", first, next_time)
    assert second == at(2026, 4, 1, 10, zone="Europe/Paris")
    assert second - first == 31 * DAY - HOUR


def test_turns_are_so_many_an_hour_within_working_hours():
    # Thursday 10:00; 60 an hour: place 479 is 17:59, place 480 is Friday 09:00.
    assert cadence.slot(0, 60, ZONE, THURSDAY_TEN) == THURSDAY_TEN
    assert cadence.slot(479, 60, ZONE, THURSDAY_TEN) == THURSDAY_TEN + 479 * MINUTE
    assert cadence.slot(480, 60, ZONE, THURSDAY_TEN) == at(2025, 11, 21, 9)
    # 480 on Thursday, 540 on Friday, so place 1020 is Monday 09:00.
    assert cadence.slot(1020, 60, ZONE, THURSDAY_TEN) == at(2025, 11, 24, 9)
    assert cadence.slot(3, 120, ZONE, THURSDAY_TEN) == THURSDAY_TEN + MINUTE
    assert cadence.slot(1, 7, ZONE, THURSDAY_TEN) == THURSDAY_TEN + 8 * MINUTE


def test_1240_people_at_60_an_hour_take_three_working_days():
    # 480 on Thursday, 540 on Friday, 220 on Monday.
    assert cadence.working_days(1240, 60, ZONE, THURSDAY_TEN) == 3
    assert cadence.slot(1239, 60, ZONE, THURSDAY_TEN) == at(2025, 11, 24, 9) + 219 * MINUTE
    assert cadence.working_days(0, 60, ZONE, THURSDAY_TEN) == 0


def test_follow_ups_come_when_it_was_said_and_then_again_and_again():
    given = plan("after delivery in 1w 3w then every 2w at most 5")
    moments = [cadence.follow_up_at(given, THURSDAY_TEN, times, ZONE) for times in range(6)]
    assert moments == [THURSDAY_TEN + weeks * WEEK for weeks in (1, 3, 5, 7, 9)] + [0]
    once = plan("after delivery in 5d")
    assert cadence.follow_up_at(once, THURSDAY_TEN, 0, ZONE) == THURSDAY_TEN + 5 * DAY
    assert cadence.follow_up_at(once, THURSDAY_TEN, 1, ZONE) == 0
    weekend = plan("after delivery in 2d")
    assert cadence.follow_up_at(weekend, THURSDAY_TEN, 0, ZONE) == at(2025, 11, 24, 9), "Saturday becomes Monday"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("every quarter segment gold from 1 dec 10:00", "每季度 客群 gold 从 12月1日 10:00"),
        ("every quarter segment gold from 1 dec 10:00", "每季度从12月1日10点 客群 gold"),
        ("after delivery in 1w 3w then every 2w until reply", "delivery 后 1周 3周 之后每2周 直到回复"),
        ("after delivery in week 1 and week 3 then every 2 weeks until reply or case",
         "在 delivery 之後 第1週、第3週，之後每2週直到回覆"),
        ("every month 30 an hour sample 20%", "每个月 每小时 30 人 抽样 20%"),
        ("monthly language zh-TW channel wechat vip value over 1000", "每月 语言 繁体 渠道 wechat vip 价值超过1000"),
        ("every week touchpoint ticket as calls", "每周 触点 ticket 名为 calls"),
        ("from now", "从现在"),
        ("after delivery in 1w at most 3 times", "delivery 後 1週 最多3次"),
        ("weekly tomorrow", "每週 明天"),
    ],
)  # fmt: skip
def test_english_and_chinese_say_the_same(english, chinese):
    said = read(english, ZONE, THURSDAY_TEN)
    assert isinstance(said, Said)
    assert read(chinese, ZONE, THURSDAY_TEN) == said


def test_a_plan_is_kept_as_it_was_said():
    for words in ("every mon, thu segment gold vip", "after delivery in 1w then every 2w", "on 1 dec", "from now"):
        assert cadence.load(plan(words).dump()) == plan(words)
    assert plan("every day segment gold").audience == Audience(segment="gold")


def test_what_is_to_begin_at_once_begins_when_it_is_started():
    begun = cadence.begun(plan("every quarter from now"), ZONE, THURSDAY_TEN)
    assert cadence.next_at(begun, ZONE, THURSDAY_TEN - 1, next_time) == THURSDAY_TEN
    assert cadence.next_at(begun, ZONE, THURSDAY_TEN, next_time) == at(2026, 2, 20, 10)
    once = cadence.begun(plan("from now"), ZONE, THURSDAY_TEN)
    assert cadence.next_at(once, ZONE, THURSDAY_TEN - 1, next_time) == THURSDAY_TEN
    assert cadence.next_at(once, ZONE, THURSDAY_TEN, next_time) == 0


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("", "when"),
        ("segment gold", "when"),
        ("after delivery", "when"),
        ("on 30 feb", "date"),
        ("on 2020-01-01", "date"),
        ("every month at 25:00", "date"),
        ("every 2 weeks", "again"),
        ("every month after delivery in 1w", "both"),
        ("every month sample 0", "sample"),
        ("every month pace 0", "pace"),
        ("after delivery in 1w at most 99", "most"),
        ("every month language klingon", "language"),
        ("every month as a?b", "name"),
        ("every month with pigeons", "words"),
    ],
)
def test_what_is_not_understood_is_named(words, problem):
    found = read(words, ZONE, THURSDAY_TEN)
    assert isinstance(found, Unread)
    assert found.problem == problem


def test_the_words_from_which_on_it_was_not_understood_are_told():
    assert read("every month with pigeons", ZONE, THURSDAY_TEN) == Unread("with pigeons")
