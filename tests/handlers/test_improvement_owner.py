"""Whose an improvement is and until when, changed by typed words in both languages."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from test_improve_command import answer, proposed
from world import ADA, BEN, DELIVERY, SUPPORT, WEI

from cxbot.domain import improvements as rules
from handlers.admin import improve_change

ZONE = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("owner Ben", {"owner": "Ben"}),
        ("Owner: Ben Ashe", {"owner": "Ben Ashe"}),
        ("edit owner Ben", {"owner": "Ben"}),
        ("assign to Ben, due on Friday", {"owner": "Ben", "due": "Friday"}),
        ("owner Ben and by 12 Dec", {"owner": "Ben", "due": "12 Dec"}),
        ("by 12 Dec", {"due": "12 Dec"}),
        ("done by 12 Dec", {"due": "12 Dec"}),
        ("负责人 Ben", {"owner": "Ben"}),
        ("负责人改为小伟", {"owner": "小伟"}),
        ("負責人 小偉 期限 12月12日", {"owner": "小偉", "due": "12月12日"}),
        ("交给小伟，截止日期：2周", {"owner": "小伟", "due": "2周"}),
        ("修改 期限 12月12日", {"due": "12月12日"}),
        ("owner", {"owner": ""}),
        ("done", {}),
        ("dropped by the owner", {}),
        ("edit", {}),
    ],
)
def test_what_is_typed_of_an_owner_and_a_day(typed, found):
    assert improve_change.read(typed) == found


@pytest.mark.parametrize("words", ["12 Dec", "December 12th", "12月12日", "2025-12-12"])
def test_a_day_may_be_written_as_people_write_it(words):
    now = int(datetime(2025, 11, 20, 10, tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)
    read = rules.read_day(words, ZONE, now)
    assert datetime.fromtimestamp(read / 1000, ZoneInfo(ZONE)).date() == date(2025, 12, 12)
    assert rules.read_day("3 hours", ZONE, now) is None
    assert rules.read_day("tomorrow 10:00", ZONE, now) is None


async def test_owner_and_day_are_changed_at_once_and_the_record_says_by_whom(world):
    made = await proposed(world)
    ada = await world.person("Ada")
    _, said = await answer(world, WEI, f"改进 {made['code']} 负责人 Ada 期限 12月12日", DELIVERY)
    assert f"{made['code']} · 周五增派一名配送员：负责人 Ada，期限 12月12日（周五）。" in said
    assert (await world.the("improvements"))["owner_id"] == ada["id"]
    _, said = await answer(world, ADA, f"improvement {made['code']} owner 小伟", ADA)
    assert "owner 小伟, by Fri 12 Dec." in said
    _, said = await answer(world, ADA, f"improvement edit {made['code']} owner me", ADA)
    assert "owner Ada, by Fri 12 Dec." in said
    changes = await world.all("events", kind="improvement_changed")
    assert [row["actor_id"] for row in changes] == [(await world.person("小伟"))["id"], ada["id"], ada["id"]]


async def test_who_and_when_that_are_not_understood_are_said_and_nothing_is_changed(world):
    made = await proposed(world)
    _, said = await answer(world, ADA, f"improvement {made['code']} owner Adda", ADA)
    assert "Nobody in Delivery is called “Adda”. Did you mean Ada? There are: " in said
    _, said = await answer(world, ADA, f"improvement {made['code']} by gremlins", ADA)
    assert "I don't understand that day" in said
    _, said = await answer(world, BEN, f"improvement {made['code']} owner Ben", SUPPORT)
    assert "小伟" in said
    receipt, _ = await answer(world, ADA, f"improvement {made['code']} owner", ADA)
    assert receipt.form.key == f"v:edit:{made['id']}"
    assert await world.all("events", kind="improvement_changed") == []


async def test_a_mistyped_word_is_offered_with_what_was_written_after_it(world):
    made = await proposed(world)
    _, said = await answer(world, ADA, f"improvement {made['code']} ownr me", ADA)
    assert f"Did you mean {made['code']} owner me?" in said
    await world.writes(ADA, "1", place=ADA)
    assert "owner Ada" in world.last(ADA).text
