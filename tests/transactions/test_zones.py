"""Times for people in different places: which zone, when its offset is shown, and what a hand-over keeps."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from world import ADA, MEI, SAM, SUPPORT, arguments

from cxbot.domain.cases import Terms, resolve_by
from cxbot.transactions import teams

BERLIN = {
    "name": "Berlin",
    "channel": "web",
    "place": "team:berlin",
    "time_zone": "Europe/Berlin",
    "hours": {"days": {"mon-fri": ["09:00-17:00"]}},
    "touchpoints": ["kiosk"],
}


def at(text, zone="Asia/Shanghai"):
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def local(ms, zone):
    return f"{datetime.fromtimestamp(ms / 1000, ZoneInfo(zone)):%Y-%m-%d %H:%M}"


async def with_team(world, team_id, seed):
    await world.store.run(teams.seed, {team_id: seed}, world.now)


async def given_to(world, case, team_id):
    await world.fills_in(ADA, f"c:hand_over:{case['id']}", owner=f"team:{team_id}")
    return await world.reload(case)


async def test_a_hand_over_to_another_zone_keeps_the_promise_and_recomputes_the_rest_and_says_so(world):
    await with_team(world, "berlin", BERLIN)
    case = await world.unhappy()
    before = resolve_by(case, Terms.load(case["policy"]))
    after = await given_to(world, case, "berlin")
    assert after["promised_at"] == case["promised_at"] == at("2025-11-20 14:00")
    # 27 hours of work from ten in Shanghai: three in the morning in Berlin, where the day has eight.
    assert local(before, "Asia/Shanghai") == "2025-11-25 10:00"
    assert local(resolve_by(after, Terms.load(after["policy"])), "Europe/Berlin") == "2025-11-25 12:00"
    said = (await world.all("outbox", key="case.moved_here"))[0]
    assert arguments(said)["promised_at"] == case["promised_at"]
    text = next(text for text in world.texts("team:berlin") if "comes from Support" in text)
    assert "first contact by 07:00 (UTC+1) (in 4 h)" in text
    assert "Resolve it by Tue 25 Nov 12:00 (UTC+1)" in text


async def test_over_the_change_to_winter_time_the_deadline_is_kept_by_the_wall_clock(world):
    await with_team(world, "berlin", BERLIN)
    world.clock.advance(at("2026-10-23 16:00") - world.now)
    case = await world.unhappy()
    after = await given_to(world, case, "berlin")
    # Friday ten in the morning in Berlin, summer time; on Sunday the clocks go back.
    assert local(resolve_by(after, Terms.load(after["policy"])), "Europe/Berlin") == "2026-10-28 13:00"
    assert after["promised_at"] == case["promised_at"]


async def test_make_up_workdays_count_for_the_team_that_has_them(world):
    chinese = {"name": "深圳", "channel": "web", "place": "team:sz", "time_zone": "Asia/Shanghai", "language": "zh-CN",
               "hours": {"days": {"mon-fri": ["09:00-18:00"]}, "country": "CN"}}  # fmt: skip
    await with_team(world, "sz", chinese)
    await with_team(world, "berlin", BERLIN)
    # Thursday before the National Day week of 2025; Sunday 28 September is worked in its stead.
    world.clock.advance(at("2025-09-26 17:00") - world.now)
    case = await world.unhappy(MEI)
    to_berlin = await given_to(world, case, "berlin")
    to_shenzhen = await given_to(world, case, "sz")
    hours = {row["team_id"]: resolve_by(row, Terms.load(row["policy"])) for row in (to_berlin, to_shenzhen)}
    # High for a VIP: nine hours of work.
    assert local(hours["sz"], "Asia/Shanghai") == "2025-09-28 17:00"
    assert local(hours["berlin"], "Europe/Berlin") == "2025-09-29 12:00"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Shanghai", "today 14:00."),
        ("Asia/Tokyo", "today 15:00 (UTC+9)."),
        ("America/Chicago", "tomorrow 00:00 (UTC−6)."),
    ],
)
async def test_a_customer_in_another_zone_reads_their_own_time_with_its_offset(world, zone, shown):
    person = {"addresses": [{"channel": "web", "address": SAM}], "name": "Sam", "time_zone": zone}
    await world.happens("ticket", "closed", SAM, person=person)
    await world.writes(SAM, "2")
    assert shown in "\n".join(world.texts(SAM))


async def test_the_team_reads_the_offset_where_the_customers_clock_shows_another_time(world):
    person = {"addresses": [{"channel": "web", "address": SAM}], "name": "Sam", "time_zone": "Asia/Tokyo"}
    await world.happens("ticket", "closed", SAM, person=person)
    await world.writes(SAM, "2")
    assert dict(world.cards(SUPPORT)[0].facts)["Contact by"] == "14:00 (UTC+8) (in 4 h)"
    await world.unhappy(MEI)
    assert "UTC" not in dict(world.cards(SUPPORT)[-1].facts)["Contact by"]
