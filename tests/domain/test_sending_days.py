"""Cadences ask on the workdays of a country: not on its holidays, and on its make-up workdays."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from world import MINUTE

from cxbot.domain import cadence
from cxbot.domain.cadence import Plan, Sending
from cxbot.domain.cadence_words import Said, Unread, read
from cxbot.domain.hours import Hours

SHANGHAI, NEW_YORK = "Asia/Shanghai", "America/New_York"
CHINA, AMERICA = Hours(country="CN"), Hours(country="US")


def at(zone: str, *wall: int) -> int:
    return int(datetime(*wall, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def days(hours: Hours, zone: str, start: int, n: int, pace: int = 1) -> list[str]:
    moments = [cadence.slot(place, pace, zone, start, hours) for place in range(n)]
    return list(dict.fromkeys(f"{datetime.fromtimestamp(each / 1000, ZoneInfo(zone)):%m-%d}" for each in moments))


def test_over_the_chinese_national_holiday_nobody_is_asked_and_on_make_up_workdays_people_are():
    # 2025: Sunday 28 September is worked, 1 to 8 October is free, Saturday 11 October is worked.
    begins = at(SHANGHAI, 2025, 9, 26, 9)
    assert days(CHINA, SHANGHAI, begins, 9 * 9) == [
        "09-26", "09-28", "09-29", "09-30", "10-09", "10-10", "10-11", "10-13", "10-14"]  # fmt: skip


def test_a_quarter_that_begins_on_the_national_day_asks_when_work_begins_again():
    assert cadence.slot(0, 60, SHANGHAI, at(SHANGHAI, 2025, 10, 1, 10), CHINA) == at(SHANGHAI, 2025, 10, 9, 9)
    assert cadence.slot(61, 60, SHANGHAI, at(SHANGHAI, 2025, 10, 1, 10), CHINA) == at(SHANGHAI, 2025, 10, 9, 10, 1)


def test_over_thanksgiving_and_independence_day_nobody_is_asked():
    assert days(AMERICA, NEW_YORK, at(NEW_YORK, 2025, 11, 26, 9), 9 * 3) == ["11-26", "11-28", "12-01"]
    assert days(AMERICA, NEW_YORK, at(NEW_YORK, 2025, 7, 3, 9), 9 * 2) == ["07-03", "07-07"]


def test_the_same_week_is_work_where_no_country_is_set():
    assert days(Hours(), SHANGHAI, at(SHANGHAI, 2025, 9, 30, 9), 9 * 3) == ["09-30", "10-01", "10-02"]


def test_follow_ups_that_fall_into_a_holiday_come_when_work_begins_again():
    said = read("after delivery in 1w", SHANGHAI, at(SHANGHAI, 2025, 9, 26, 10))
    assert isinstance(said, Said)
    begun = at(SHANGHAI, 2025, 9, 26, 10)
    assert cadence.follow_up_at(said.plan, begun, 0, SHANGHAI, CHINA) == at(SHANGHAI, 2025, 10, 9, 9)
    assert cadence.follow_up_at(said.plan, begun, 0, SHANGHAI) == at(SHANGHAI, 2025, 10, 3, 10)


def test_the_days_of_a_forecast_leave_holidays_out():
    begins = at(SHANGHAI, 2025, 9, 30, 9)
    assert cadence.working_days(540 * 2, 60, SHANGHAI, begins, CHINA) == 2
    assert cadence.slot(540 * 2 - 1, 60, SHANGHAI, begins, CHINA) == at(SHANGHAI, 2025, 10, 9, 17, 59)


def test_a_cadence_may_keep_the_holidays_of_a_country_of_its_own_or_none():
    set_up = Sending(hours=Hours(days={"mon-sat": ["10:00-16:00"]}, country="CN").dump())
    holiday = at(SHANGHAI, 2025, 10, 1, 10)
    asks = {each: cadence.hours_of(Plan(holidays=each), set_up) for each in ("", "US", "none")}
    assert {each: hours.country for each, hours in asks.items()} == {"": "CN", "US": "US", "none": ""}
    assert cadence.slot(0, 60, SHANGHAI, holiday, asks["none"]) == holiday
    assert asks["US"].days == asks[""].days
    assert cadence.hours_of(Plan(), Sending()) == Hours()


@pytest.mark.parametrize(
    ("words", "holidays"),
    [
        ("every month holidays CN", "CN"),
        ("每月 节假日 CN", "CN"),
        ("每月 國定假日 tw", "TW"),
        ("every month holidays none", "none"),
        ("每月 节假日 无", "none"),
        ("every month", ""),
    ],
)
def test_holidays_are_said_in_words(words, holidays):
    said = read(words, SHANGHAI, at(SHANGHAI, 2025, 9, 26, 10))
    assert isinstance(said, Said)
    assert said.plan.holidays == holidays
    assert cadence.load(said.plan.dump()) == said.plan


def test_a_country_without_known_holidays_is_refused():
    assert read("every month holidays QQ", SHANGHAI, 0) == Unread("holidays QQ", "holidays")


def test_nobody_is_asked_faster_than_all_sends_may_go():
    assert cadence.pace_of(Plan(pace=10_000), Sending(per_minute=20)) == 1_200
    assert cadence.pace_of(Plan(pace=60), Sending(per_minute=20)) == 60
    places = [cadence.slot(place, 1_200, SHANGHAI, at(SHANGHAI, 2025, 9, 30, 9)) for place in range(60)]
    assert max(places.count(moment) for moment in places) == 20
    assert places[-1] - places[0] == 2 * MINUTE
