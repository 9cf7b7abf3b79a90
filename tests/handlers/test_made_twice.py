"""What there is already is not silently made again, and what is made can be called by what is typed."""

from __future__ import annotations

import pytest
from world import ADA, ANA, BEN, SUPPORT, WEI, says

# Twice ------------------------------------------------------------------------------------------------------------


async def test_a_second_cadence_of_a_draft_is_made_on_purpose_only(world):
    await says(world, "cadence new nps every quarter from 1 dec 10:00")
    again = await says(world, "cadence new nps every quarter from 1 dec 10:00")
    assert "There is a draft nps already" in again
    assert "cadence start nps" in again
    assert [row["name"] for row in await world.all("cadences")] == ["nps"]
    assert "nps-2" in await says(world, "1")
    assert "named" not in await says(world, "cadence new nps every quarter from 1 dec 10:00 as other")
    assert {row["name"] for row in await world.all("cadences")} == {"nps", "nps-2", "other"}


async def test_a_second_survey_of_a_name_is_made_on_purpose_only(world):
    await says(world, "survey new kiosk csat")
    again = await says(world, "survey new kiosk csat")
    assert "There is a draft kiosk_csat already. “survey edit kiosk_csat” goes on with it." in again
    assert "1. draft another, kiosk_csat_2" in again
    assert "Draft “kiosk_csat_2” is begun" in await says(world, "1")
    assert "已经有草稿 kiosk_csat" in await says(world, "问卷 新建 kiosk 满意度")


async def test_two_teams_do_not_come_to_be_called_the_same(world):
    await says(world, "team new Returns")
    await world.store.run(lambda tx: tx.run("teams.archive", id="returns", archived_at=1, edited_at=1))
    assert "“team restore returns” brings it back" in await says(world, "team new Returns")
    assert "returns-2" in await says(world, "1")
    assert "There is another team called “Returns” now" in await says(world, "team restore returns")
    await says(world, "team rename returns-2 Exchanges")
    assert "Returns works again" in await says(world, "team restore returns")


async def test_a_team_with_a_chinese_name_is_called_by_it(world):
    made = await says(world, "新建团队 退货")
    assert "退货（team-1）" in made
    assert "团队 触点 退货 触点名" in made
    assert "退货" in await says(world, "团队 触点 退货 kiosk")
    assert "小伟" in await says(world, "添加成员 小伟 负责人 退货")
    assert "(returns)" in await says(world, "team new Returns")


async def test_a_new_survey_that_only_gets_another_key_is_said_to_be_renamed(world):
    await says(world, "survey new kiosk csat")
    fields = {"key": "morekiosk", "en": "", "zh-CN": "", "zh-TW": "", "touchpoints": "kiosk", "outcomes": ""}
    key = "sv:new:kiosk_csat"
    form = (await world.presses(ADA, key)).form
    fields = {field.name: field.value for field in form.fields} | {"key": "morekiosk"}
    before = len(world.texts(ADA))
    await world.fills_in(ADA, key, **fields)
    said = "\n".join(world.texts(ADA, before))
    assert "The draft kiosk_csat is called morekiosk now." in said
    assert "Nothing has changed" not in said


# Channels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [
    "team member add wecom:U012 Zoe Lin support",
    "team channel support wecom:C012",
    "person address add Sam wecom:U0SAM",
    "person add address Sam wecom:U0SAM",
])  # fmt: skip
async def test_a_channel_that_is_not_connected_is_said_to_be_so(world, line):
    await world.ticket_closed()
    assert await says(world, line) == "WeCom is not connected here."


# On call ----------------------------------------------------------------------------------------------------------


async def test_a_cover_of_a_day_lasts_through_it_and_who_is_away_is_shown(world):
    covers = await says(world, "cover Ben until sunday", who=ANA, place=SUPPORT)
    assert covers == "Ben is on call through Sun 23 Nov."
    await says(world, "out Ana until friday", who=ANA, place=SUPPORT)
    shown = await says(world, "rota", who=ANA, place=SUPPORT)
    assert shown.startswith("Support, on call now: Ben\nBen until Mon 24 Nov 00:00")
    assert "Away: Ana until tomorrow 00:00" in shown
    assert "until tomorrow 08:00" in await says(world, "cover Ben until tomorrow 08:00", who=ANA, place=SUPPORT)


async def test_a_cover_by_somebody_who_is_away_is_warned_of(world):
    await says(world, "out Ben until monday", who=ANA, place=SUPPORT)
    said = await says(world, "cover Ben until sunday", who=ANA, place=SUPPORT)
    assert "But Ben is away until Mon 24 Nov 00:00" in said
    shown = await says(world, "rota", who=ANA, place=SUPPORT)
    assert "Away: Ben until Mon 24 Nov 00:00" in shown


async def test_a_rota_that_begins_later_says_who_is_called_now(world):
    said = await says(world, "rota set Ana, Ben weekly from monday 09:00", who=ANA, place=SUPPORT)
    assert "nobody on call now: its leads are called (Ana)" in said
    assert "nobody on call now: its leads are called (Ana)" in await says(world, "rota", who=BEN, place=SUPPORT)


async def test_the_hint_names_those_who_are_there(world):
    assert "“rota set Ana and Ben weekly" in await says(world, "rota", who=ANA, place=SUPPORT)
    said = await says(world, "值班", who=WEI, place="team:delivery")
    assert "值班 设置 小伟 每周" in said


async def test_a_rota_set_twice_is_one_change(world):
    line = "rota set Ana, Ben weekly from monday 09:00"
    again = await says(world, line, line, who=ANA, place=SUPPORT)
    assert again.startswith("That is so already. Support")
    assert len(await world.all("events", kind="team.rota_changed")) == 1


async def test_somebody_who_is_away_twice_is_shown_once(world):
    shown = await says(world, "out Ben until friday", "out Ben until friday", "rota", who=ANA, place=SUPPORT)
    assert shown.count("Away: Ben") == 1
