"""A period is the same in every report; a team's channel is told of its team; only what was handed over is noted."""

from __future__ import annotations

from world import ADA, ANA, MEI, SAM, SUPPORT, says

from cxbot.inbound import receive
from cxbot.ports import Limits
from cxbot.testing import FakeChannel
from handlers import dialogue


async def test_last_month_is_the_month_of_the_calendar_everywhere(world):
    await says(world, "team rename support Help")
    assert "Last month (2025-10-01 to 2025-10-31) · no changes by Ada in Help" in await says(
        world, "audit Ada last month support"
    )
    assert "Last month (2025-10-01 to 2025-10-31)" in await says(world, "numbers last month")
    assert "Last 7 days · changes:" in await says(world, "audit")
    assert "name of Help" in await says(world, "audit Ada month support")
    assert "上个月（2025-10-01 至 2025-10-31）" in await says(world, "审计 Ada 上个月")


async def test_a_teams_channel_is_told_of_its_own_team_unless_all_is_said(world):
    await world.unhappy(SAM)
    await world.happens("delivery", "delivered", MEI)
    await world.writes(MEI, "5")
    own = await says(world, "numbers", who=ANA, place=SUPPORT)
    assert "Support\n" in own
    assert "n = 1" in own
    assert "0 of 1 surveys finished" in own, "who is asked about a ticket is asked for the team of tickets"
    everything = await says(world, "numbers all", who=ANA, place=SUPPORT)
    assert "all teams" in everything
    assert "n = 2" in everything
    assert "n = 2" in await says(world, "numbers")


async def test_recovery_is_of_the_same_teams_as_numbers_and_says_which(world):
    await world.unhappy(SAM)
    await world.happens("delivery", "delivered", MEI)
    await world.writes(MEI, "1")
    assert "Last 30 days · Support, 1 case:" in await says(world, "recovery", who=ANA, place=SUPPORT)
    assert "Last 30 days · all teams, 2 cases:" in await says(world, "recovery all", who=ANA, place=SUPPORT)
    assert "Last 30 days, 2 cases:" in await says(world, "recovery")
    assert "今天 · Support，1 个服务单：" in await says(world, "挽回 今天", who=ANA, place=SUPPORT)


async def test_what_counts_as_an_answer_is_said(world):
    await world.unhappy(SAM)
    said = await says(world, "numbers")
    assert "0 of 1 surveys finished" in said
    assert "Scores count every answer" in said


async def test_only_what_was_handed_over_is_noted(world):
    await world.ticket_closed()
    assert "can't hand over files" in await says(world, "export responses month")
    assert "can't hand over files" in await says(world, "person export Sam")
    assert not await world.all("events", kind="export.made")
    assert not await world.all("events", kind="person.exported")
    files = Limits(per_second=0, files=True)
    world.web = FakeChannel("web", files)
    world.deliver = receive(world.store, world.clock.clock, dialogue.handling({"web": files}))
    await world.writes(ADA, "export responses month", settle=False)
    await world.writes(ADA, "person export Sam", settle=False)
    assert len(await world.all("events", kind="export.made")) == 1
    assert len(await world.all("events", kind="person.exported")) == 1


async def test_causes_take_the_same_periods_and_all(world):
    case = await world.unhappy(SAM)
    await world.resolves(ANA, case)
    assert "Last month (2025-10-01 to 2025-10-31)" in await says(world, "causes last month")
    assert "Last 30 days · Support" in await says(world, "causes", who=ANA, place=SUPPORT)
    everywhere = await says(world, "causes all", who=ADA, place=SUPPORT)
    assert "Last 30 days" in everywhere
    assert "Support" not in everywhere
