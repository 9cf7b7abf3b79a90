"""undo takes back what one did last, nothing else; where that cannot be, it says so and asks about the one before."""

from __future__ import annotations

import pytest
from world import ADA, ANA, BEN, MEI, SAM, SUPPORT, WEI

from cxbot.transactions import case_work, rotas, teams


async def says(world, who, text):
    """What somebody is answered in a chat of their own."""
    before = len(world.texts(who))
    receipt = await world.writes(who, text, place=who)
    return "\n".join(world.texts(who)[before:]) or receipt.notice


async def name(world):
    return (await world.store.read(teams.get, "support"))["name"]


async def storm(world):
    return teams.policy(await world.store.read(teams.get, "support")).storm_cases


@pytest.mark.parametrize(
    ("rename", "claim", "undo", "told", "asked"),
    [
        (
            "team rename support Help",
            "claim {}",
            "undo",
            "That is what you did last, and “undo” can't take it back: {}: claimed",
            "The newest that can be taken back is this.",
        ),
        ("团队 改名 support Help", "认领 {}", "撤销", "您最近一次的操作无法用“撤销”收回：{}：已认领", "Help"),
    ],
)
async def test_an_older_change_is_not_taken_back_in_place_of_a_case_that_was_claimed(
    world, rename, claim, undo, told, asked
):
    await says(world, ADA, rename)
    assert await name(world) == "Help"
    await world.later(minutes=10)
    case = await world.unhappy(words="slow")
    await says(world, ADA, claim.format(case["code"]))
    await world.later(seconds=35)
    said = await says(world, ADA, undo)
    assert told.format(case["code"]) in said
    assert asked in said
    assert await name(world) == "Help"
    assert (await world.reload(case))["state"] == "claimed"
    await says(world, ADA, "1")
    assert await name(world) == "Support"


@pytest.mark.parametrize(
    ("done", "undo", "told"),
    [
        (["out until monday"], "undo", "Ada: away"),
        (["请假 到 周一"], "撤销", "Ada：休假"),
        (["cadence new nps every quarter from 1 dec 10:00", "cadence start nps"], "undo", "cadence nps started"),
        (
            ["cadence new nps every quarter from 1 dec 10:00", "cadence start nps", "cadence pause nps"],
            "undo",
            "cadence nps paused",
        ),
        (["cover until sunday"], "undo", "covers on call in Support"),
    ],
)
async def test_what_cannot_be_taken_back_is_named_and_the_change_before_it_stays_until_it_is_chosen(
    world, done, undo, told
):
    await says(world, ADA, "team policy support storm 13")
    await world.later(minutes=5)
    for text in done:
        await world.writes(ADA, text, place=SUPPORT)
    said = await says(world, ADA, undo)
    assert told in said
    assert await storm(world) == 13
    await says(world, ADA, "1")
    assert await storm(world) == 10


async def test_what_cannot_be_taken_back_is_left_as_it_is(world):
    await says(world, ADA, "out until monday")
    assert await says(world, ADA, "undo") == "That is what you did last, and “undo” can't take it back: Ada: away"
    ada = await world.person("Ada")
    assert await world.store.read(rotas.away_until, ada["id"], world.now)


async def test_a_reply_that_has_left_is_named_and_the_action_on_another_case_before_it_is_offered(world):
    first, second = await world.unhappy(words="slow"), await world.unhappy(MEI, words="慢")
    await says(world, ANA, f"claim {first['code']}")
    await world.later(seconds=5)
    ana = await world.person("Ana")
    await world.store.run(case_work.act, second["id"], "reply", ana["id"], world.now, words="We are on it.")
    said = await says(world, ANA, "undo")
    assert f"{second['code']}: wrote to the customer" in said
    assert f"{first['code']}: claimed" in said
    await says(world, ANA, "1")
    assert [(await world.reload(case))["state"] for case in (first, second)] == ["open", "claimed"]


async def test_a_newer_change_comes_before_an_action_on_a_case(world):
    case = await world.unhappy(words="slow")
    await says(world, ADA, f"claim {case['code']}")
    await world.later(seconds=5)
    await says(world, ADA, "team rename support Help")
    assert "Taken back: name of" in await says(world, ADA, "undo")
    assert (await name(world), (await world.reload(case))["state"]) == ("Support", "claimed")
    assert "Taken back" in await says(world, ADA, "undo")
    assert (await world.reload(case))["state"] == "open"


async def test_what_was_taken_back_is_not_the_last_thing_done(world):
    await says(world, ADA, "team rename support Help")
    await world.later(minutes=1)
    case = await world.unhappy(words="slow")
    await says(world, ADA, f"claim {case['code']}")
    assert "Taken back" in await says(world, ADA, "undo")
    assert "Taken back: name of" in await says(world, ADA, "undo")
    assert "You changed nothing" in await says(world, ADA, "undo")


async def test_what_a_colleague_did_to_the_case_since_is_theirs(world):
    case = await world.unhappy(words="slow")
    await says(world, ANA, f"claim {case['code']}")
    await world.later(seconds=2)
    ben = await world.person("Ben")
    await world.fills_in(ANA, f"c:snooze:{case['id']}", until="4h", reason="parts")
    await world.presses(BEN, f"c:release:{case['id']}")
    before = await world.reload(case)
    assert "can't take it back" in await says(world, ANA, "undo")
    after = await world.reload(case)
    assert (after["state"], after["owner_id"]) == (before["state"], before["owner_id"])
    assert ben["id"]


async def test_words_of_the_customer_do_not_stand_in_the_way(world):
    case = await world.unhappy(words="slow")
    await says(world, ANA, f"claim {case['code']}")
    await world.writes(SAM, "any news?")
    assert "Taken back" in await says(world, ANA, "undo")
    assert (await world.reload(case))["state"] == "open"


async def test_after_half_an_hour_nothing_is_taken_back(world):
    case = await world.unhappy(words="slow")
    await says(world, WEI, "请假 到 周一")
    await says(world, ANA, f"claim {case['code']}")
    await world.later(minutes=31)
    assert "You changed nothing in the last 30 minutes" in await says(world, ANA, "undo")
    assert "30 分钟" in await says(world, WEI, "撤销")
