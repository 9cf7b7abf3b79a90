from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from world import ANA, SUPPORT

from cxbot import calendars
from cxbot.cli import main
from cxbot.domain.rota_calendar import Event
from cxbot.store import open_store
from cxbot.transactions import rota_calendar, rotas, teams

NOW = 1_763_604_000_000
"""Thursday 20 November 2025, 10:00 in Shanghai."""


def ics(*events: str) -> str:
    begun = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n"
    each = "".join(f"BEGIN:VEVENT\nUID:{n}@x\n{event}\nEND:VEVENT\n" for n, event in enumerate(events))
    return f"{begun}{each}END:VCALENDAR\n"


WEEKLY = "DTSTART;TZID=Asia/Shanghai:20251110T090000\nDTEND;TZID=Asia/Shanghai:20251117T090000\n"
ON_CALL = f"SUMMARY:On call: Ben\n{WEEKLY}RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3"
OUT = "SUMMARY:Ana out\nDTSTART;VALUE=DATE:20251203\nDTEND;VALUE=DATE:20251206"
STRANGER = "SUMMARY:On call: Zoe\nDTSTART:20251120T030000Z\nDTEND:20251121T030000Z"
LUNCH = "SUMMARY:Team lunch\nDTSTART:20251120T030000Z\nDTEND:20251120T040000Z"
PERSON = "SUMMARY:On call\nATTENDEE;CN=Ben:mailto:ben@example.com\nDTSTART:20251224T000000\nDTEND:20251225T000000"


def shown(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, ZoneInfo('Asia/Shanghai')):%d %b %H:%M}"


async def take(world, text):
    return await calendars.take(world.store, "support", text, "", world.now)


def test_events_that_come_again_are_read_one_by_one_and_days_are_of_the_teams_zone():
    found = calendars.events(ics(ON_CALL, OUT), "Asia/Shanghai", NOW)
    assert [(each.title, shown(each.start), shown(each.end), each.line) for each in found] == [
        ("On call: Ben", "24 Nov 09:00", "01 Dec 09:00", 4),
        ("Ana out", "03 Dec 00:00", "06 Dec 00:00", 11),
        ("On call: Ben", "08 Dec 09:00", "15 Dec 09:00", 4),
    ]


def test_a_time_without_a_zone_is_of_the_team_and_who_takes_part_is_known():
    (event,) = calendars.events(ics(PERSON), "Asia/Shanghai", NOW)
    assert (shown(event.start), event.people) == ("24 Dec 00:00", ("Ben", "ben@example.com"))


def test_a_weekly_event_keeps_its_time_of_day_when_the_clock_is_changed():
    weekly = (
        "SUMMARY:On call: Ben\nDTSTART;TZID=Europe/Berlin:20260323T090000\nDTEND;TZID=Europe/Berlin:20260330T090000\n"
    )
    found = calendars.events(ics(f"{weekly}RRULE:FREQ=WEEKLY;COUNT=2"), "Europe/Berlin", NOW)
    assert [datetime.fromtimestamp(each.start / 1000, UTC).hour for each in found] == [8, 7]


def series(rule, *more, start="20251124T090000", end="20251124T180000"):
    begun = f"SUMMARY:On call: Ben\nDTSTART;TZID=Asia/Shanghai:{start}\nDTEND;TZID=Asia/Shanghai:{end}\n"
    return ics("\n".join((f"{begun}RRULE:{rule}", *more)))


def starts(text):
    return [shown(each.start) for each in calendars.events(text, "Asia/Shanghai", NOW)]


def test_a_series_ends_when_it_says_and_leaves_out_what_is_called_off_or_moved():
    weekly = "FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20251208T010000Z"
    every = ["24 Nov 09:00", "28 Nov 09:00", "01 Dec 09:00", "05 Dec 09:00", "08 Dec 09:00"]
    assert starts(series(weekly)) == every
    off = series(weekly, "EXDATE;TZID=Asia/Shanghai:20251128T090000", "EXDATE:20251205T010000Z")
    assert starts(off) == [every[0], every[2], every[4]]
    moved = (
        "END:VEVENT\nBEGIN:VEVENT\nUID:0@x\nSUMMARY:On call: Ana\nRECURRENCE-ID;TZID=Asia/Shanghai:20251128T090000\n"
        "DTSTART;TZID=Asia/Shanghai:20251129T090000\nDTEND;TZID=Asia/Shanghai:20251129T180000\n"
    )
    assert starts(series(weekly, moved.strip())) == [every[0], "29 Nov 09:00", *every[2:]]
    assert starts(series(weekly, f"{moved}STATUS:CANCELLED")) == [every[0], *every[2:]]


@pytest.mark.parametrize(
    ("rule", "more", "days"),
    [
        ("FREQ=YEARLY;BYDAY=-1MO;BYMONTH=12", "", ["24 Nov", "29 Dec"]),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "", ["24 Nov", "29 Dec"]),
        ("FREQ=DAILY;INTERVAL=3;COUNT=3", "", ["24 Nov", "27 Nov", "30 Nov"]),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=2", "", ["24 Nov", "01 Dec", "05 Jan"]),
        ("FREQ=WEEKLY;UNTIL=20251201", "", ["24 Nov", "01 Dec"]),
        (
            "FREQ=WEEKLY;COUNT=1",
            "RDATE:20251126T010000Z,20251127T010000Z",
            ["24 Nov", "26 Nov", "27 Nov"],
        ),
    ],
)
def test_rules_of_a_rota_are_read(rule, more, days):
    assert starts(series(rule, *([more] if more else []))) == [f"{day} 09:00" for day in days]


def test_days_that_come_again_are_of_the_teams_zone_and_only_so_far_ahead():
    text = ics("SUMMARY:Ana out\nDTSTART;VALUE=DATE:20200106\nRRULE:FREQ=WEEKLY;UNTIL=20400101")
    found = calendars.events(text, "Asia/Shanghai", NOW)
    assert (shown(found[0].start), shown(found[0].end)) == ("24 Nov 00:00", "25 Nov 00:00")
    assert len(found) == 57
    one = ics("SUMMARY:Ana out\nDTSTART;VALUE=DATE:20251103\nDURATION:P4W")
    assert [shown(each.end) for each in calendars.events(one, "Asia/Shanghai", NOW)] == ["01 Dec 00:00"]


@pytest.mark.parametrize(
    "text", ["", "hello", "\x00", "BEGIN:VCALENDAR\nEND:VEVENT\n", "BEGIN:VCALENDAR", ics(OUT)[:-20], "<html></html>"]
)
def test_what_is_no_calendar_or_breaks_off_is_refused_and_takes_nothing_away(text):
    with pytest.raises(calendars.CalendarMistake, match="cannot be read"):
        calendars.events(text, "Asia/Shanghai", NOW)


@pytest.mark.parametrize(
    "event",
    [
        "SUMMARY:x\nDTSTART:nonsense",
        "SUMMARY:x",
        "SUMMARY:x\nDTSTART:20251120T000000Z\nRRULE:FREQ=SECONDLY",
        "SUMMARY:x\nDTSTART:20251120T000000Z\nRRULE:FREQ=DAILY;BYSECOND=0,1,2,3",
        "SUMMARY:x\nDTSTART:20251120T000000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "SUMMARY:x\nDTSTART:00010101T000000Z\nRRULE:FREQ=DAILY",
        "SUMMARY:x\nDTSTART:20251120T000000Z\nRRULE:FREQ=OFTEN",
        "SUMMARY:x\nDTSTART:20251120T000000Z\nRECURRENCE-ID;RANGE=THISANDFUTURE:20251121T000000Z",
        "SUMMARY:x\nDTSTART:20251120T000000Z\nRECURRENCE-ID:x",
        "SUMMARY:x\nDTSTART:20251120T000000Z\nRRULE:FREQ=YEARLY;BYEASTER=1",
        *(
            f"SUMMARY:x\nDTSTART:20251120T000000Z\nRRULE:FREQ={often};INTERVAL={interval}"
            for often in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
            for interval in (0, -1)
        ),
        f"SUMMARY:x\nDTSTART:20251120T000000Z\nRRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS={','.join(['5'] * 100)}",
        f"SUMMARY:x\nDTSTART:20251120T000000Z\nRRULE:FREQ=DAILY\nEXDATE:{','.join(['20251121T000000Z'] * 1001)}",
        f"SUMMARY:x\nDTSTART:20251120T000000Z\nRDATE:{','.join(['20251121T000000Z'] * 1001)}",
    ],
)
def test_an_event_whose_times_cannot_be_read_is_listed_and_does_not_stop_the_others(event):
    found = calendars.events(ics(event, OUT), "Asia/Shanghai", NOW)
    assert next((each.title, each.line, each.readable) for each in found) == ("x", 4, False)
    assert [each.title for each in found if each.readable] == ["Ana out"]


def test_a_calendar_with_too_much_in_it_is_refused():
    many = ics(*["SUMMARY:x\nDTSTART:20251120T000000Z\nRRULE:FREQ=DAILY"] * 6)
    with pytest.raises(calendars.CalendarMistake, match="more than 2000 events"):
        calendars.events(many, "Asia/Shanghai", NOW)
    with pytest.raises(calendars.CalendarMistake, match="Export fewer"):
        calendars.events("x" * (calendars.LONGEST_TEXT + 1), "Asia/Shanghai", NOW)


@pytest.mark.parametrize("often", ["MONTHLY", "YEARLY"])
@pytest.mark.parametrize("end", ["COUNT=3", "UNTIL=20400101T000000Z"])
def test_what_never_comes_again_is_not_looked_for_until_the_end_of_time(often, end):
    rule = f"FREQ={often};BYMONTH=2;BYMONTHDAY=30;{end}"
    begun = time.process_time()
    assert starts(ics(*[f"SUMMARY:x\n{WEEKLY}RRULE:{rule}"] * calendars.MOST_SERIES)) == []
    # Looked for until the last year there is, it takes more than a minute.
    assert time.process_time() - begun < 10


def test_more_repetitions_than_anybody_looks_through_are_refused():
    old = "SUMMARY:x\nDTSTART:19900101T000000Z\nRRULE:FREQ=DAILY;COUNT=12000"
    with pytest.raises(calendars.CalendarMistake, match="more than 100000 times"):
        calendars.events(ics(*[old] * 9), "Asia/Shanghai", NOW)


def test_a_text_with_more_events_or_lines_than_can_be_read_soon_is_refused_unread():
    moved = "SUMMARY:x\nDTSTART:20251120T000000Z\nRECURRENCE-ID:20251121T000000Z"
    with pytest.raises(calendars.CalendarMistake, match="more than 5000 events"):
        calendars.events(ics(*[moved] * 5_001), "Asia/Shanghai", NOW)
    with pytest.raises(calendars.CalendarMistake, match="60000 lines"):
        calendars.events(ics("X:y\n" * 60_000), "Asia/Shanghai", NOW)
    rules = "RRULE:FREQ=WEEKLY;UNTIL=20251125\n" * 101
    with pytest.raises(calendars.CalendarMistake, match="100 events that come again"):
        calendars.events(ics(f"SUMMARY:x\n{WEEKLY}{rules.strip()}"), "Asia/Shanghai", NOW)


async def test_a_calendar_becomes_shifts_and_absences_and_what_names_nobody_is_listed_with_its_line(world):
    imported = await take(world, ics(ON_CALL, OUT, STRANGER, LUNCH, PERSON))
    assert (imported.shifts, imported.absences, imported.changed) == (3, 1, 4)
    assert [(each.line, each.title, each.why) for each in imported.skipped] == [
        (17, "On call: Zoe", "nobody_known"),
        (23, "Team lunch", "not_said"),
    ]
    await world.later(days=4)
    assert await on_call(world) == "Ben"
    assert (await world.the("absences"))["source"] == "calendar:support"


async def test_the_same_calendar_again_changes_nothing_and_another_takes_its_place(world):
    await take(world, ics(ON_CALL, OUT))
    before = await world.all("covers"), await world.all("absences"), await world.all("events")
    again = await take(world, ics(ON_CALL, OUT))
    assert again.changed == 0
    assert (await world.all("covers"), await world.all("absences"), await world.all("events")) == before
    await world.writes(ANA, "cover until sunday")
    other = await take(world, ics(LUNCH))
    assert other.changed == 3
    assert [row["source"] for row in await world.all("covers")] == [""]
    assert await world.all("absences") == []


async def test_who_comes_back_sooner_than_the_calendar_says_stays_in(world):
    text = ics("SUMMARY:Ana out\nDTSTART;VALUE=DATE:20251119\nDTEND;VALUE=DATE:20251125")
    await take(world, text)
    await world.writes(ANA, "back")
    assert (await take(world, text)).changed == 0
    assert (await world.the("absences"))["until_at"] == world.now


async def test_what_was_typed_goes_before_the_calendar_and_the_calendar_before_the_rotation(world):
    day = "DTSTART:20251120T000000Z\nDTEND:20251123T000000Z"
    await world.writes(ANA, "rota set Ana weekly")
    await take(world, ics(f"SUMMARY:On call: Ben\n{day}"))
    assert await on_call(world) == "Ben"
    await world.writes(ANA, "cover Ana until saturday")
    assert await on_call(world) == "Ana"
    await take(world, ics(f"SUMMARY:On call: Ben\n{day}Z".replace("23T000000ZZ", "24T000000Z")))
    assert await on_call(world) == "Ana", "also when the calendar came later"


async def test_a_calendar_alone_says_who_is_called_and_is_shown(world):
    await take(world, ics("SUMMARY:值班 Ben\nDTSTART:20251120T000000Z\nDTEND:20251121T000000Z"))
    await world.unhappy()
    assert dict(world.cards()[0].facts)["Who acts"] == "on call: Ben (Support)"
    await world.writes(ANA, "rota")
    assert world.last(SUPPORT).text == "Support, on call now: Ben\nBen until tomorrow 08:00"


async def test_what_is_past_stays_and_an_absence_of_another_team_too(world):
    text = ics("SUMMARY:Ana out\nDTSTART:20251120T000000Z\nDTEND:20251121T000000Z")
    await take(world, text)
    other = ics("SUMMARY:小伟 請假\nDTSTART;VALUE=DATE:20251120")
    assert (await calendars.take(world.store, "delivery", other, "", world.now)).changed == 1
    await world.later(days=2)
    assert (await take(world, ics(LUNCH))).changed == 0
    assert sorted(row["source"] for row in await world.all("absences")) == ["calendar:delivery", "calendar:support"]


async def test_who_came_back_is_away_again_where_the_calendar_says_so_anew(world):
    await take(world, ics("SUMMARY:Ana out\nDTSTART;VALUE=DATE:20251119\nDTEND;VALUE=DATE:20251125"))
    await world.writes(ANA, "back")
    await take(world, ics("SUMMARY:Ana out\nDTSTART;VALUE=DATE:20251119\nDTEND;VALUE=DATE:20251127"))
    ana = (await world.person("Ana"))["id"]
    assert shown(await world.store.read(rotas.away_until, ana, world.now)) == "27 Nov 00:00"


async def test_back_leaves_what_a_calendar_says_of_later(world):
    await take(world, ics(OUT))
    await world.writes(ANA, "back")
    assert world.last(SUPPORT).text == "Ana was not away."
    assert len(await world.all("absences")) == 1


async def on_call(world):
    team = await world.store.read(teams.get, "support")
    shift = await world.store.read(rotas.current, team, world.now)
    people = {row["id"]: row["name"] for row in await world.all("people")}
    return people[shift.person] if shift else ""


async def test_a_team_that_is_not_there_has_no_calendar(world):
    assert await calendars.take(world.store, "nowhere", ics(OUT), "", world.now) is None
    assert await world.store.run(rota_calendar.take, "nowhere", [Event(1, 2, "Ana out")], "", world.now) is None
    assert world.texts(SUPPORT) == []


def test_the_front_door_imports_a_calendar(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(
        f'[store]\nurl = "sqlite:///{tmp_path}/x.db"\n[seed.teams.support]\nname = "Support"\nchannel = "web"\n'
        'place = "team:support"\nmembers = [{address = "web:member:ben", name = "Ben", role = "lead"}]\n',
        encoding="utf-8",
    )
    file = tmp_path / "rota.ics"
    day = f"{datetime.now(UTC) + timedelta(days=2):%Y%m%d}"
    file.write_text(ics(f"SUMMARY:Ben out\nDTSTART;VALUE=DATE:{day}", LUNCH.replace("20251120", day)), "utf-8")

    async def seeded():
        store = await open_store(f"sqlite:///{tmp_path}/x.db")
        member = {"address": "web:member:ben", "name": "Ben", "role": "lead"}
        team = {"name": "Support", "channel": "web", "place": "team:support", "members": [member]}
        await store.run(teams.seed, {"support": team}, NOW)
        await store.close()

    asyncio.run(seeded())
    runner = CliRunner()
    done = runner.invoke(main, ["rota", "import", "--config", str(config), "support", str(file)])
    assert done.exit_code == 0, done.output
    assert "Absences: 1. Changed: 1." in done.output
    assert 'line 9: "Team lunch": it does not say what it is' in done.output
    missing = runner.invoke(main, ["rota", "import", "--config", str(config), "nowhere", str(file)])
    assert missing.exit_code == 2
    file.write_text("hello", "utf-8")
    refused = runner.invoke(main, ["rota", "import", "--config", str(config), "support", str(file)])
    assert refused.exit_code == 2
    file.write_bytes("SUMMARY:值班".encode("gbk"))
    refused = runner.invoke(main, ["rota", "import", "--config", str(config), "support", str(file)])
    assert (refused.exit_code, "not in UTF-8" in refused.output) == (2, True)
