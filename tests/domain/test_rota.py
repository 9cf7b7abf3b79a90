from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cxbot.domain import dates
from cxbot.domain.rota import Rota, Stretch, back_at, on_call, only, upcoming

BERLIN = "Europe/Berlin"


def at(text, zone=BERLIN):
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


ROTA = Rota(("ana", "ben", "wei"), at("2026-03-16 09:00"), BERLIN)
"""From a Monday on."""


def who(text, covers=(), away=(), rota=ROTA):
    shift = on_call(rota, covers, away, at(text))
    return shift.person if shift else ""


@pytest.mark.parametrize(
    ("moment", "person"),
    [
        ("2026-03-16 08:59", ""),
        ("2026-03-16 09:00", "ana"),
        ("2026-03-23 08:59", "ana"),
        ("2026-03-23 09:00", "ben"),
        ("2026-03-30 08:59", "ben"),
        ("2026-03-30 09:00", "wei"),
        ("2026-04-06 09:00", "ana"),
        ("2027-03-15 09:00", "ben"),
    ],
)
def test_the_week_changes_hands_at_the_same_wall_clock_over_daylight_saving(moment, person):
    assert who(moment) == person


def test_a_shift_of_two_weeks():
    rota = Rota(("ana", "ben"), at("2026-03-16 09:00"), BERLIN, weeks=2)
    assert [who(f"2026-{day} 10:00", rota=rota) for day in ("03-16", "03-23", "03-30", "04-13")] == [
        "ana", "ana", "ben", "ana",
    ]  # fmt: skip


def test_who_is_away_is_stood_in_for_by_the_next_and_their_turn_comes_back():
    away = [Stretch("ana", at("2026-03-17 00:00"), at("2026-03-19 00:00"))]
    assert who("2026-03-16 23:59", away=away) == "ana"
    shift = on_call(ROTA, (), away, at("2026-03-18 12:00"))
    assert (shift.person, shift.instead_of) == ("ben", "ana")
    assert shift.end == at("2026-03-19 00:00")
    assert who("2026-03-19 00:00", away=away) == "ana"


def test_somebody_who_covers_comes_first_unless_they_are_away_themselves():
    covers = [Stretch("wei", at("2026-03-20 18:00"), at("2026-03-23 09:00"))]
    assert who("2026-03-21 12:00", covers) == "wei"
    assert who("2026-03-21 12:00", covers, [Stretch("wei", at("2026-03-21 00:00"), at("2026-03-22 00:00"))]) == "ana"
    newer = [*covers, Stretch("ben", at("2026-03-21 00:00"), at("2026-03-22 00:00"))]
    assert who("2026-03-21 12:00", newer) == "ben"


def test_where_everybody_is_away_nobody_is_on_call():
    away = [Stretch(person, at("2026-03-16 00:00"), at("2026-03-30 00:00")) for person in ROTA.people]
    assert who("2026-03-18 12:00", away=away) == ""
    assert who("2026-03-18 12:00", rota=Rota((), at("2026-03-16 09:00"), BERLIN)) == ""


def test_the_next_weeks_in_order():
    away = [Stretch("ben", at("2026-03-23 00:00"), at("2026-03-31 00:00"))]
    shifts = upcoming(ROTA, (), away, at("2026-03-18 12:00"), 4)
    assert [shift.person for shift in shifts] == ["ana", "wei", "ana", "ben"]
    assert shifts[0].end == at("2026-03-23 09:00")
    assert shifts[1].end == at("2026-04-06 09:00"), "in place of Ben, then in their own turn"


def test_who_covers_is_on_call_in_a_team_without_a_rotation():
    covers = [Stretch("wei", at("2026-03-20 18:00"), at("2026-03-21 09:00"))]
    assert who("2026-03-20 18:00", covers, rota=None) == "wei"
    assert who("2026-03-21 09:00", covers, rota=None) == ""
    assert on_call(None, covers, (), at("2026-03-20 19:00")).end == at("2026-03-21 09:00")


def test_what_comes_is_shown_without_the_times_when_nobody_is_on_call():
    covers = [
        Stretch("wei", at("2026-03-20 18:00"), at("2026-03-21 09:00")),
        Stretch("wei", at("2026-03-22 18:00"), at("2026-03-23 09:00")),
        Stretch("ana", at("2026-03-22 20:00"), at("2026-03-23 09:00")),
    ]
    shifts = upcoming(None, covers, (), at("2026-03-18 12:00"), 4)
    assert [(shift.person, shift.start, shift.end) for shift in shifts] == [
        ("wei", at("2026-03-20 18:00"), at("2026-03-21 09:00")),
        ("wei", at("2026-03-22 18:00"), at("2026-03-22 20:00")),
        ("ana", at("2026-03-22 20:00"), at("2026-03-23 09:00")),
    ]
    assert upcoming(None, (), (), at("2026-03-18 12:00"), 4) == []
    assert [shift.person for shift in upcoming(ROTA, (), (), at("2026-03-10 12:00"), 2)] == ["ana", "ben"]


def test_the_rotation_that_runs_holds_until_the_next_one_begins():
    rota = Rota(("wei",), at("2026-03-25 09:00"), BERLIN, earlier=ROTA)
    assert [who(f"2026-03-{day}", rota=rota) for day in ("15 10:00", "16 10:00", "24 10:00", "25 09:00")] == [
        "", "ana", "ben", "wei",
    ]  # fmt: skip
    assert on_call(rota, (), (), at("2026-03-24 10:00")).end == at("2026-03-25 09:00")


def test_two_absences_that_follow_each_other_are_one():
    away = [
        Stretch("ana", at("2026-03-17 00:00"), at("2026-03-19 00:00")),
        Stretch("ana", at("2026-03-19 00:00"), at("2026-03-21 00:00")),
    ]
    assert back_at(away, "ana", at("2026-03-18 12:00")) == at("2026-03-21 00:00")
    assert back_at(away, "ana", at("2026-03-21 00:00")) == 0


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("tomorrow", "2026-03-19 00:00"),
        ("Monday", "2026-03-23 00:00"),
        ("wed", "2026-03-25 00:00"),
        ("monday 09:00", "2026-03-23 09:00"),
        ("Monday at 2 pm", "2026-03-23 14:00"),
        ("3 dec", "2026-12-03 00:00"),
        ("Dec 3", "2026-12-03 00:00"),
        ("17 march", "2027-03-17 00:00"),
        ("2026-12-03", "2026-12-03 00:00"),
        ("3 days", "2026-03-21 00:00"),
        ("two weeks", "2026-04-01 00:00"),
        ("明天", "2026-03-19 00:00"),
        ("周一", "2026-03-23 00:00"),
        ("下周三", "2026-03-25 00:00"),
        ("下週三", "2026-03-25 00:00"),
        ("12月3日", "2026-12-03 00:00"),
        ("星期五 18:00", "2026-03-20 18:00"),
        ("周五 9点半", "2026-03-20 09:30"),
        ("3天", "2026-03-21 00:00"),
        ("16:00", "2026-03-18 16:00"),
    ],
)
def test_a_day_is_read_as_people_type_it(words, day):
    assert dates.read(words, BERLIN, at("2026-03-18 12:00")) == at(day)


@pytest.mark.parametrize("words", ["", "soon", "31 feb", "2026-13-01", "25:00", "the depot", "mon tue", "99 weeks"])
def test_what_is_no_day_is_none(words):
    assert dates.read(words, BERLIN, at("2026-03-18 12:00")) is None


def test_the_turn_of_who_may_not_work_is_the_next_ones_and_all_others_stay():
    rota = only(ROTA, lambda person: person != "ben")
    weeks = ["2026-03-16 09:00", "2026-03-23 09:00", "2026-03-30 09:00", "2026-04-06 09:00"]
    assert [who(week, rota=rota) for week in weeks] == ["ana", "wei", "wei", "ana"]
    assert on_call(rota, (), (), at("2026-03-23 09:00")).instead_of == ""


def test_nobody_is_on_call_where_none_of_a_rotation_may_work_nor_of_the_one_before_it():
    begins = Rota(("ben",), at("2026-03-23 09:00"), BERLIN, earlier=ROTA)
    rota = only(begins, lambda person: person == "ana")
    assert who("2026-03-17 09:00", rota=rota) == "ana"
    assert who("2026-03-24 09:00", rota=rota) == ""
