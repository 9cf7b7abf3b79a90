"""The audit finds timers besides those of cases: overdue, lost, set to the wrong moment, or failing again and again."""

from __future__ import annotations

import pytest
from recovery_cast import with_goodwill
from test_cadences import cadence
from world import ADA, BEN, DAY, HOUR, MINUTE

from cxbot.transactions import audit, health, improvements, openings, teams
from cxbot.wording.voice import Voice


async def looks(world):
    """What a look of the audit finds of such timers, in words; what follows from it is done."""
    found = await world.audit.look()
    await world.settle()
    assert {each.kind for each in found.findings} <= {"timer_late"}
    return [(each.what, each.about["args"]["which"]) for each in found.findings]


async def does(world, statement, **parameters):
    await world.store.run(lambda tx: tx.run(statement, **parameters))


async def an_improvement(world):
    wei = await world.person("小伟")
    made = await world.store.run(
        improvements.propose, "delivery", "late", wei["id"], world.now,
        title="A second courier", owner_id=wei["id"], done_by=world.now + 20 * DAY,
    )  # fmt: skip
    await world.settle()
    return made


async def goodwill_that_waits(world):
    await with_goodwill(world)
    case = await world.unhappy()
    await world.writes(BEN, f"goodwill {case['code']} 20 late")
    return case, await world.the("grants")


async def a_storm(world):
    for number in range(10):
        who = f"customer:storm{number}"
        await world.happens("ticket", "closed", who, person={"addresses": [{"channel": "web", "address": who}]})
        await world.writes(who, "1")
    return await world.the("incidents")


async def put_right(world):
    return [row["subject_id"] for row in await world.all("events", kind="timer_put_right")]


# Overdue --------------------------------------------------------------------------------------------------------------


async def test_an_improvement_nobody_looked_at_is_found_and_over_when_somebody_does(world):
    made = await an_improvement(world)
    due = (await world.the("improvements"))["due_at"]
    world.clock.advance(due - world.now + 4 * MINUTE)
    assert (await world.audit.look()).findings == ()
    world.clock.advance(2 * MINUTE)
    assert await looks(world) == [("improvement", made["code"])]
    assert any(f"improvement {made['code']}" in text for text in world.texts(ADA))
    await world.later(minutes=6)
    assert await looks(world) == []
    assert world.texts(ADA)[-1] == "This is over: Timers not looked at in time."


async def test_goodwill_that_should_have_lapsed_is_found_by_its_case(world):
    case, grant = await goodwill_that_waits(world)
    await does(world, "cases.look_at", id=case["id"], due_at=world.now + 30 * DAY)
    world.clock.advance(grant["due_at"] - world.now + 6 * MINUTE)
    found = (await world.audit.look()).findings
    assert ("timer_late", grant["id"]) in [(each.kind, each.subject) for each in found]
    await world.settle()
    assert (await world.the("grants"))["state"] == "expired"
    assert "timer_late" not in [each.kind for each in (await world.audit.look()).findings]


async def test_a_teams_day_that_does_not_begin_is_found(world):
    await world.store.run(openings.schedule, world.now)
    world.clock.advance(DAY)
    assert sorted(await looks(world)) == [("opening", "Delivery"), ("opening", "Support")]
    assert await looks(world) == []


async def test_a_cadence_and_a_storm_nobody_looked_at_are_found(world):
    storm = await a_storm(world)
    row = await cadence(world, "every quarter")
    await does(world, "cadences.look_at", id=row["id"], due_at=world.now - 6 * MINUTE)
    await does(world, "incidents.look_at", id=storm["id"], due_at=world.now - 6 * MINUTE)
    found = [(each.what, each.about["args"]["which"]) for each in (await world.audit.look()).findings]
    assert found == [("cadence", row["name"]), ("incident", storm["code"])]


# Lost, or set to the wrong moment -------------------------------------------------------------------------------------


@pytest.mark.parametrize("due_at", [0, 900 * DAY])
async def test_a_lost_or_wrong_timer_of_an_improvement_is_put_right(world, due_at):
    made = await an_improvement(world)
    due = (await world.the("improvements"))["due_at"]
    await does(world, "improvements.look_at", id=made["id"], due_at=due_at and world.now + due_at)
    await world.later(minutes=(due - world.now) / MINUTE + 6)
    assert await looks(world) == [("improvement", made["code"])]
    assert await put_right(world) == [made["id"]]
    assert await looks(world) == []
    assert [row["kind"] for row in await world.all("events", subject_id=made["id"])].count("improvement_reminded") == 1


async def test_an_improvement_of_which_nobody_would_be_reminded_gets_its_reminder_again(world):
    made = await an_improvement(world)
    before = await world.the("improvements")
    broken = {**before, "remind_at": 0}
    await world.store.run(lambda tx: improvements.write(tx, broken, {}))
    assert await looks(world) == [("improvement", made["code"])]
    assert (await world.the("improvements"))["remind_at"] == before["remind_at"]
    assert await looks(world) == []


async def test_a_cadence_that_would_never_ask_and_a_storm_that_would_never_end_are_looked_at(world):
    row, storm = await cadence(world, "every quarter"), await a_storm(world)
    await does(world, "cadences.look_at", id=row["id"], due_at=0)
    await does(world, "incidents.look_at", id=storm["id"], due_at=0)
    assert await looks(world) == [("cadence", row["name"]), ("incident", storm["code"])]
    assert sorted(await put_right(world)) == sorted([row["id"], storm["id"]])
    assert await looks(world) == []
    assert (await world.the("incidents"))["due_at"] > world.now


async def test_a_team_without_a_beginning_of_its_day_gets_one_where_others_have_it(world):
    await world.store.run(openings.schedule, world.now)
    await world.writes(ADA, "team new Repairs", place=ADA)
    assert await looks(world) == [], "a new team has one at once"
    await world.store.run(teams.create, "garage", "Garage", "en", "Asia/Shanghai", "", world.now)
    assert await looks(world) == [("opening", "Garage")]
    assert await looks(world) == []


async def test_somebody_nobody_asked_again_in_time_is_found_by_the_cadence(world):
    row = await cadence(world, "after ticket in 1w then every 2w until reply", survey="after_delivery")
    await world.happens("ticket", "closed")
    (followed,) = await world.all("follow_ups")
    await does(world, "follow_ups.look_at", id=followed["id"], due_at=world.now - 6 * MINUTE)
    found = [(each.what, each.about["args"]["which"]) for each in (await world.audit.look()).findings]
    assert found == [("follow_up", row["name"])]


# Failing again and again ----------------------------------------------------------------------------------------------


async def test_what_fails_again_and_again_is_found_though_it_is_put_off(world):
    case, grant = await goodwill_that_waits(world)
    await does(world, "grants.asked_where", id=grant["id"], row_ids="no list")
    await does(world, "cases.look_at", id=case["id"], due_at=world.now + 30 * DAY)
    world.clock.advance(grant["due_at"] - world.now)
    await world.due.drain(world.now)
    late = [each for each in (await world.audit.look()).findings if each.kind == "timer_late"]
    assert late == [], "once is no standstill"
    for _ in range(3):
        world.clock.advance(5 * MINUTE)
        await world.due.drain(world.now)
    assert (await world.the("grants"))["due_at"] > world.now
    late = [each for each in (await world.audit.look()).findings if each.kind == "timer_late"]
    assert [(each.what, each.about["args"]["which"]) for each in late] == [("grant", case["code"])]
    await does(world, "grants.asked_where", id=grant["id"], row_ids="[]")
    world.clock.advance(5 * MINUTE)
    await world.due.drain(world.now)
    assert (await world.the("grants"))["state"] == "expired"
    assert "timer_late" not in [each.kind for each in (await world.audit.look()).findings]


async def test_an_alert_that_waits_for_the_morning_and_is_forgotten_is_found_with_its_case(world):
    await world.later(hours=9)
    case = await world.unhappy()
    assert case["alert_at"]
    await does(world, "cases.look_at", id=case["id"], due_at=world.now + 30 * DAY)
    await world.later(minutes=(case["alert_at"] - world.now) / MINUTE + 6)
    found = (await world.audit.look()).findings
    assert [(each.kind, each.about) for each in found] == [("case_late", case["code"])]
    await world.settle()
    assert len(world.cards()) == 1, "the alert is shown after all"


# Health ---------------------------------------------------------------------------------------------------------------


async def test_healthz_knows_since_when_any_of_them_waits_and_when_the_next_is_due(world):
    made = await an_improvement(world)
    due = (await world.the("improvements"))["due_at"]
    assert await world.store.read(health.due_since, world.now) == 0
    assert await world.store.read(health.next_due, world.now) == due
    world.clock.advance(due - world.now + HOUR)
    assert await world.store.read(health.due_since, world.now) == due
    await world.settle()
    assert await world.store.read(health.due_since, world.now) == 0
    assert (await world.the("improvements", id=made["id"]))["due_at"] > world.now


def test_in_chinese_the_owner_reads_what_and_which():
    standing = audit.Standing("timer_late", 1, ({"key": "audit.what.grant", "args": {"which": "K7M2Q9"}},), 0)
    assert "服务单 K7M2Q9 的补偿申请" in Voice("zh-CN").plain(audit.words(standing))
