from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cxbot.domain import calendar
from cxbot.domain.calendar import Hours, NeverOpen

MINUTE = 60_000
HOUR = 60 * MINUTE
SHANGHAI, NEW_YORK, BERLIN = "Asia/Shanghai", "America/New_York", "Europe/Berlin"

OFFICE = Hours()
CHINA = Hours(country="CN")
NIGHT_SHIFT = Hours.model_validate({"days": {"mon-sun": ["22:00-06:00"]}})
LUNCH = Hours.model_validate({"days": {"mon-fri": ["09:00-12:00", "13:00-18:00"], "sat": ["10:00-14:00"]}})
ALWAYS = Hours.model_validate({"days": {"mon-sun": ["00:00-24:00"]}})
MONDAYS_CLOSED = Hours.model_validate(
    {
        "days": {"mon": ["09:00-17:00"]},
        "closed": [(date(2025, 12, 1) + timedelta(weeks=week)).isoformat() for week in range(80)],
    }
)

ZONES = st.sampled_from([SHANGHAI, NEW_YORK, BERLIN, "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
HOURS = st.sampled_from([OFFICE, CHINA, NIGHT_SHIFT, LUNCH, ALWAYS, Hours(country="US")])
MOMENTS = st.integers(1_700_000_000_000, 1_830_000_000_000)
MINUTES = st.integers(1, 5_000)


def moment(text: str, zone: str = SHANGHAI) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def open_on(hours: Hours, day: str, zone: str = SHANGHAI) -> bool:
    return calendar.is_open(hours, zone, moment(f"{day}T10:00", zone))


# The year, and what is worked and not worked in it ---------------------------------------------------------------


@pytest.mark.parametrize("day", ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"])
def test_make_up_workdays_of_2025_are_worked(day):
    assert date.fromisoformat(day).weekday() >= 5
    assert open_on(CHINA, day)
    assert not open_on(OFFICE, day)


@pytest.mark.parametrize("day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"])
def test_make_up_workdays_of_2026_are_worked(day):
    assert date.fromisoformat(day).weekday() >= 5
    assert open_on(CHINA, day)


@pytest.mark.parametrize("day", ["2025-01-28", "2025-10-08", "2026-01-02", "2026-02-23", "2026-05-05", "2026-10-07"])
def test_the_weekdays_exchanged_for_them_are_not_worked(day):
    assert date.fromisoformat(day).weekday() < 5
    assert not open_on(CHINA, day)
    assert open_on(OFFICE, day)


def test_a_promise_before_golden_week_is_kept_after_it():
    # Wednesday evening, 30 September 2026; the holiday ends on the 7th.
    assert calendar.add_business(CHINA, SHANGHAI, moment("2026-09-30T17:30"), 60) == moment("2026-10-08T09:30")
    assert calendar.add_business(OFFICE, SHANGHAI, moment("2026-09-30T17:30"), 60) == moment("2026-10-01T09:30")


def test_a_year_not_published_yet_has_the_lasting_holidays():
    assert not open_on(CHINA, "2031-10-01")
    assert open_on(CHINA, "2031-10-14")


def test_other_countries_have_their_own_holidays():
    assert not open_on(Hours(country="US"), "2026-12-25", NEW_YORK)
    assert not open_on(Hours(country="TW"), "2026-09-28", "Asia/Taipei")
    assert not open_on(Hours(country="DE-BY"), "2026-01-06", BERLIN)
    assert open_on(Hours(country="DE"), "2026-01-06", BERLIN)
    # A Saturday worked in 2023 in exchange for a bridging day.
    assert open_on(Hours(country="TW"), "2023-02-04", "Asia/Taipei")


def test_a_teams_own_days_win_over_the_country():
    hours = Hours(country="CN", closed=("2026-03-11", "2026-02-14"), opened=("2026-10-01", "2026-03-14"))
    assert not open_on(hours, "2026-03-11")
    assert not open_on(hours, "2026-02-14")
    assert open_on(hours, "2026-10-01")
    assert open_on(hours, "2026-03-14")


# Adding and counting ----------------------------------------------------------------------------------------------


def test_business_time_goes_on_the_next_working_day():
    friday = moment("2026-03-13T17:30")
    assert calendar.add_business(OFFICE, SHANGHAI, friday, 30) == moment("2026-03-13T18:00")
    assert calendar.add_business(OFFICE, SHANGHAI, friday, 31) == moment("2026-03-16T09:01")
    assert calendar.add_business(OFFICE, SHANGHAI, moment("2026-03-14T12:00"), 60) == moment("2026-03-16T10:00")


def test_nothing_added_is_the_same_moment():
    assert calendar.add_business(OFFICE, SHANGHAI, moment("2026-03-14T12:00"), 0) == moment("2026-03-14T12:00")


def test_a_lunch_break_does_not_count():
    at = moment("2026-03-11T11:30")
    assert calendar.add_business(LUNCH, SHANGHAI, at, 60) == moment("2026-03-11T13:30")
    assert calendar.business_minutes(LUNCH, SHANGHAI, at, moment("2026-03-11T13:30")) == 60
    assert not calendar.is_open(LUNCH, SHANGHAI, moment("2026-03-11T12:30"))


def test_a_night_shift_reaches_into_the_next_day():
    assert calendar.is_open(NIGHT_SHIFT, SHANGHAI, moment("2026-03-12T03:00"))
    assert not calendar.is_open(NIGHT_SHIFT, SHANGHAI, moment("2026-03-12T06:00"))
    assert calendar.add_business(NIGHT_SHIFT, SHANGHAI, moment("2026-03-12T05:00"), 120) == moment("2026-03-12T23:00")


def test_the_next_opening_is_now_or_later():
    assert calendar.next_open(OFFICE, SHANGHAI, moment("2026-03-11T10:00")) == moment("2026-03-11T10:00")
    assert calendar.next_open(OFFICE, SHANGHAI, moment("2026-03-11T18:00")) == moment("2026-03-12T09:00")
    assert calendar.next_open(CHINA, SHANGHAI, moment("2026-09-30T18:00")) == moment("2026-10-08T09:00")


def test_an_hour_that_does_not_exist_is_not_worked():
    # New York, 8 March 2026: 02:00 becomes 03:00.
    hours = Hours.model_validate({"days": {"mon-sun": ["02:30-04:30"]}})
    at = moment("2026-03-08T00:00", NEW_YORK)
    assert calendar.next_open(hours, NEW_YORK, at) == moment("2026-03-08T03:00", NEW_YORK)
    assert calendar.business_minutes(hours, NEW_YORK, at, at + 12 * HOUR) == 90
    assert calendar.business_minutes(ALWAYS, NEW_YORK, at, moment("2026-03-09T00:00", NEW_YORK)) == 23 * 60


def test_an_hour_that_comes_twice_is_worked_twice():
    # New York, 1 November 2026: 02:00 becomes 01:00.
    hours = Hours.model_validate({"days": {"mon-sun": ["00:30-01:30"]}})
    at = moment("2026-11-01T00:00", NEW_YORK)
    assert calendar.business_minutes(hours, NEW_YORK, at, at + 12 * HOUR) == 120
    assert calendar.business_minutes(ALWAYS, NEW_YORK, at, moment("2026-11-02T00:00", NEW_YORK)) == 25 * 60


def test_opening_follows_the_wall_clock_over_a_change():
    for day in ("2026-03-27", "2026-03-30"):  # Berlin puts the clock forward on the 29th
        assert calendar.next_open(OFFICE, BERLIN, moment(f"{day}T05:00", BERLIN)) == moment(f"{day}T09:00", BERLIN)


def test_a_day_that_a_country_skipped_is_not_worked():
    hours = Hours.model_validate({"days": {"mon-sun": ["09:00-17:00"]}})
    thursday = moment("2011-12-29T17:00", "Pacific/Apia")
    assert calendar.next_open(hours, "Pacific/Apia", thursday) == moment("2011-12-31T09:00", "Pacific/Apia")


@given(HOURS, ZONES, MOMENTS, MINUTES)
@settings(deadline=None)
def test_counting_is_the_inverse_of_adding(hours, zone, at, minutes):
    due = calendar.add_business(hours, zone, at, minutes)
    assert due >= at + minutes * MINUTE
    assert calendar.business_minutes(hours, zone, at, due) == minutes
    assert calendar.business_minutes(hours, zone, at, due - 1) < minutes


@given(HOURS, ZONES, MOMENTS, MINUTES, st.integers(0, 3 * 24 * 60), st.integers(0, 500))
@settings(deadline=None)
def test_business_time_is_monotone(hours, zone, at, minutes, later, more):
    due = calendar.add_business(hours, zone, at, minutes)
    assert calendar.add_business(hours, zone, at + later * MINUTE, minutes) >= due
    assert calendar.add_business(hours, zone, at, minutes + more) >= due


@given(HOURS, ZONES, MOMENTS, st.integers(0, 5 * 24 * 60), st.integers(0, 5 * 24 * 60))
@settings(deadline=None)
def test_business_time_adds_up_and_is_no_more_than_time(hours, zone, at, first, second):
    at -= at % MINUTE
    middle, end = at + first * MINUTE, at + (first + second) * MINUTE
    parts = calendar.business_minutes(hours, zone, at, middle), calendar.business_minutes(hours, zone, middle, end)
    assert calendar.business_minutes(hours, zone, at, end) == sum(parts)
    assert 0 <= sum(parts) <= first + second


@given(HOURS, ZONES, MOMENTS)
@settings(deadline=None)
def test_the_next_opening_is_open_and_nothing_before_it_is(hours, zone, at):
    opens = calendar.next_open(hours, zone, at)
    assert calendar.is_open(hours, zone, opens)
    assert (opens == at) == calendar.is_open(hours, zone, at)
    assert calendar.business_minutes(hours, zone, at, opens) == 0


@given(st.sampled_from([OFFICE, LUNCH]), ZONES, MOMENTS)
def test_open_is_what_the_wall_clock_says(hours, zone, at):
    local = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    wall = f"{local:%H:%M}"
    stated = any(opens <= wall < closes for opens, closes in hours.days.get(local.weekday(), ()))
    assert calendar.is_open(hours, zone, at) == stated


def test_backwards_there_is_no_business_time():
    assert calendar.business_minutes(OFFICE, SHANGHAI, 1000, 0) == 0


def test_a_calendar_that_never_opens_is_told_and_ends():
    at = moment("2025-12-02T00:00")
    with pytest.raises(NeverOpen):
        calendar.next_open(MONDAYS_CLOSED, SHANGHAI, at)
    with pytest.raises(NeverOpen):
        calendar.add_business(MONDAYS_CLOSED, SHANGHAI, at, 1)
    assert calendar.business_minutes(MONDAYS_CLOSED, SHANGHAI, at, at + 400 * 24 * HOUR) == 0


def test_more_than_ten_years_of_business_time_is_never():
    weekly = Hours.model_validate({"days": {"mon": ["09:00-09:01"]}})
    with pytest.raises(NeverOpen):
        calendar.add_business(weekly, SHANGHAI, moment("2026-01-01T00:00"), 600)


# Nights -----------------------------------------------------------------------------------------------------------


def test_a_night_ends_in_the_morning():
    assert calendar.is_night(SHANGHAI, moment("2026-03-11T21:00"))
    assert calendar.night_ends(SHANGHAI, moment("2026-03-11T21:00")) == moment("2026-03-12T08:00")
    assert calendar.night_ends(SHANGHAI, moment("2026-03-12T00:30")) == moment("2026-03-12T08:00")
    assert calendar.night_ends(SHANGHAI, moment("2026-03-12T12:00")) == moment("2026-03-12T12:00")


def test_a_night_may_lie_within_one_day():
    assert calendar.is_night(SHANGHAI, moment("2026-03-11T02:00"), "01:00", "05:00")
    assert not calendar.is_night(SHANGHAI, moment("2026-03-11T00:30"), "01:00", "05:00")
    assert not calendar.is_night(SHANGHAI, moment("2026-03-11T02:00"), "05:00", "05:00")


@given(ZONES, MOMENTS, st.integers(0, 23), st.integers(0, 23))
def test_when_the_night_ends_it_is_day(zone, at, begins, ends):
    night = (f"{begins:02}:30", f"{ends:02}:30")
    over = calendar.night_ends(zone, at, *night)
    assert over >= at
    assert calendar.is_night(zone, at, *night) == (over > at)
    assert over == at or not calendar.is_night(zone, over, *night)


# Reading ----------------------------------------------------------------------------------------------------------


def test_hours_survive_their_row():
    for hours in (OFFICE, CHINA, LUNCH, NIGHT_SHIFT, MONDAYS_CLOSED):
        assert Hours.load(hours.dump()) == hours
    assert Hours.load("{}") == OFFICE


def test_days_may_be_named_numbered_or_a_range():
    one = Hours.model_validate({"days": {"mon-wed": ["9:00-18:00"], "Saturday": "10:00-12:00"}})
    other = Hours.model_validate(
        {"days": {"5": [["10:00", "12:00"]], 0: [("09:00", "18:00")], 1: ["09:00-18:00"], 2: ["09:00-18:00"]}}
    )
    assert one == other
    assert one.dump() == other.dump()


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ({"days": {}}, "no weekday has opening hours"),
        ({"days": {"mon": []}}, "no weekday has opening hours"),
        ({"days": {"fri-mon": ["09:00-18:00"]}}, "no weekday"),
        ({"days": {"7": ["09:00-18:00"]}}, "no weekday"),
        ({"days": {"mon-fri": ["09:00-18:00"], "wed": ["10:00-12:00"]}}, "wednesday is there twice"),
        ({"days": {"mon": ["09:00"]}}, "no opening"),
        ({"days": {"mon": [9]}}, "no opening"),
        ({"days": {"mon": 9}}, "no opening"),
        ({"days": {"mon": ["25:00-26:00"]}}, "no time of day"),
        ({"days": {"mon": ["09:00-13:00", "12:00-18:00"]}}, "overlap at 12:00"),
        ({"country": "Narnia"}, "no holidays are known"),
        ({"closed": ["31.12.2026"]}, "is no day"),
        ({"holidays": "CN"}, "holidays"),
    ],
)
def test_wrong_hours_are_told_what_to_write(given, advice):
    with pytest.raises(ValidationError, match=advice):
        Hours.model_validate(given)


NINE_TO_SIX = (("09:00", "18:00"),)
WEEK = dict.fromkeys(range(5), NINE_TO_SIX)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("mon-fri 09:00-18:00", WEEK),
        ("Mon - Fri 9-18", WEEK),
        ("Monday to Friday from 9am to 6pm", WEEK),
        ("weekdays 9:00–18:00", WEEK),
        ("周一至周五 9:00-18:00", WEEK),
        ("週一到週五9:00～18:00", WEEK),
        ("星期一至星期五　９：００－１８：００", WEEK),
        ("工作日 9:00至18:00，周末休息", WEEK),
        ("mon-fri 09:00-18:00, sat 10:00-14:00", {**WEEK, 5: (("10:00", "14:00"),)}),
        ("周六、周日 10:00-14:00", {**WEEK, 5: (("10:00", "14:00"),), 6: (("10:00", "14:00"),)}),
        (
            "mon, wed 9-12, 13-18",
            {**WEEK, 0: (("09:00", "12:00"), ("13:00", "18:00")), 2: (("09:00", "12:00"), ("13:00", "18:00"))},
        ),
        ("fri closed", dict.fromkeys(range(4), NINE_TO_SIX)),
        ("周五休", dict.fromkeys(range(4), NINE_TO_SIX)),
        ("daily 00:00-24:00", dict.fromkeys(range(7), (("00:00", "24:00"),))),
        ("every day 22:00-06:00", dict.fromkeys(range(7), (("22:00", "06:00"),))),
        ("every day 22-6", dict.fromkeys(range(7), (("22:00", "06:00"),))),
        ("every day 8pm-6", dict.fromkeys(range(7), (("20:00", "06:00"),))),
        ("every day 18:00-0:00", dict.fromkeys(range(7), (("18:00", "00:00"),))),
        ("mon-fri 9-6", WEEK),
        ("mon-fri 9:00 - 6:00", WEEK),
        ("mon-fri 9am-6", WEEK),
        ("mon-fri 9-6pm", WEEK),
        ("周一至周五 9-6", WEEK),
        ("mon-fri 2-6pm", dict.fromkeys(range(5), (("14:00", "18:00"),))),
        ("mon-fri 9-12, 1-6", dict.fromkeys(range(5), (("09:00", "12:00"), ("13:00", "18:00")))),
    ],
)
def test_typed_hours_are_laid_over_those_before(words, days):
    before = Hours(country="CN", closed=("2026-03-11",), opened=("2026-10-01",))
    after = calendar.read_hours(words, before)
    assert after is not None
    assert after.days == days
    assert (after.country, after.closed, after.opened) == (before.country, before.closed, before.opened)


def test_single_days_and_holidays_can_be_typed():
    after = calendar.read_hours("2026-12-31 closed, 2026-10-10 open; holidays TW", Hours(country="CN"))
    assert after == Hours(country="TW", closed=("2026-12-31",), opened=("2026-10-10",))
    assert calendar.read_hours("2026-12-31 open; holidays none", after) == Hours(opened=("2026-10-10", "2026-12-31"))


@pytest.mark.parametrize(
    "words",
    [
        "", " , ", "closed", "open", "09:00-18:00", "mon", "mon-fri", "fri-mon 9-18", "someday 9-18", "mon 9",
        "mon 9-25", "mon 9-12, 11-18", "mon-fri closed", "mon open", "2026-12-31", "2026-12-31 mon 9-18",
        "2026-13-41 closed", "mon 9-18 please?", "holidays xx", "mon 9:75-18", "mon-wed-fri 9-18",
        "mon 9:30:00-18", "mon " + "9" * 5000 + "-6",
    ],
)  # fmt: skip
def test_what_are_no_hours_is_not_taken_for_hours(words):
    assert calendar.read_hours(words, OFFICE) is None


@given(
    st.text(max_size=40)
    | st.lists(
        st.sampled_from(["mon", "-", " ", "9", ":", "00", "周一", "至", "closed", "2026-01-01", "pm", "holidays", "cn"])
    ).map("".join)
)
def test_reading_hours_never_fails(words):
    after = calendar.read_hours(words, OFFICE)
    assert after is None or Hours.load(after.dump()) == after


@pytest.mark.parametrize("name", ["", "Shanghai", "../etc/passwd", "Europe", "\x00"])
def test_an_unknown_zone_is_told_apart_and_counts_as_utc(name):
    assert not calendar.is_zone(name)
    assert calendar.is_open(OFFICE, name, moment("2026-03-11T10:00", "UTC"))
    assert calendar.is_zone("Asia/Taipei")
