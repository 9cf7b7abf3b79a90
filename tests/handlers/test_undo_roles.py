"""undo of a role that was given or taken: by the rights one has at that moment, and never down to no owner."""

from __future__ import annotations

import re

import pytest
from world import ADA, ANA, BEN, WEI

from cxbot.transactions import change_log, membership, people, teams


async def says(world, who, text):
    await world.writes(who, text, place=who)
    return world.last(who).text


async def roles(world, name):
    person = await world.person(name)
    return await world.store.read(teams.roles_of, person["id"])


async def made_owner(world, name="Ben", approver="小伟"):
    """Ada asks that somebody is an owner, a second admin approves."""
    second = await world.person(approver)
    await world.store.run(teams.give_role, "", second["id"], "admin", world.now)
    told = await says(world, ADA, f"role {name} owner everywhere")
    code = re.search(r"\b([2-9A-HJ-NP-Z]{6})\b", told)
    assert code, told
    await says(world, WEI, f"批准 {code[1]}")
    assert (await roles(world, name)).get("") == "owner"


@pytest.mark.parametrize(
    ("given", "undo", "told"),
    [
        ("role Ben lead support", "undo", "Taken back: role of Ben in Support"),
        ("team member remove Ben support", "undo", "Taken back: role of Ben in Support"),
        ("team member add Ben viewer delivery", "undo", "Taken back: role of Ben in Delivery"),
        ("role Ben admin everywhere", "undo", "Taken back: role of Ben"),
        ("角色 Ben 负责人 support", "撤销", "已撤销"),
        ("移除成員 Ben support", "復原", "已復原"),
    ],
)
async def test_what_was_given_or_taken_is_as_before(world, given, undo, told):
    await says(world, ADA, given)
    assert await roles(world, "Ben") != {"support": "member"}
    assert told.split(" in ")[0] in await says(world, ADA, undo)
    assert await roles(world, "Ben") == {"support": "member"}
    assert len(await world.all("events", kind="role.changed")) == 2


async def test_an_owner_that_two_have_made_is_taken_back_by_the_one_who_asked_alone(world):
    await made_owner(world)
    assert "无法用“撤销”收回：批准" in await says(world, WEI, "撤销")
    assert "Taken back" in await says(world, ADA, "undo")
    assert "" not in await roles(world, "Ben")
    assert (await roles(world, "Ada"))[""] == "owner"


async def test_an_owner_who_was_taken_away_is_one_again(world):
    await made_owner(world)
    await says(world, ADA, "role Ben none everywhere")
    assert "Taken back" in await says(world, ADA, "undo")
    assert (await roles(world, "Ben"))[""] == "owner"


@pytest.mark.parametrize(("undo", "told"), [("undo", "does not allow it any more"), ("撤销", "已没有这项权限")])
async def test_who_could_not_give_it_any_more_takes_nothing_back(world, undo, told):
    await made_owner(world)
    await says(world, BEN, "role Ada admin everywhere")
    assert told in await says(world, ADA, undo)
    assert (await roles(world, "Ben"))[""] == "owner"
    assert "change.undone" not in [row["kind"] for row in await world.all("events")]


async def test_who_has_no_role_any_more_takes_nothing_back(world):
    await says(world, ANA, "role Ben lead support")
    await says(world, ADA, "team member remove Ana support")
    await says(world, ANA, "undo")
    assert await roles(world, "Ben") == {"support": "lead"}


async def test_the_last_owner_stays_one_whatever_is_undone(world):
    """Ada's own event says that she was made an owner; nobody else is one."""
    ada = await world.person("Ada")
    event = {"team": "", "from": "admin", "to": "owner"}
    await world.store.run(lambda tx: people.record(tx, ada["id"], ada["id"], membership.CHANGED, event, world.now))
    undone = await world.store.run(change_log.undo_latest, ada["id"], world.now)
    assert (undone.done, undone.why_not) == (False, "last_owner")
    assert "then there would be no owner" in await says(world, ADA, "undo")
    assert (await roles(world, "Ada"))[""] == "owner"


async def test_a_role_that_somebody_else_has_changed_since_stays(world):
    await says(world, ANA, "role Ben lead support")
    await says(world, ADA, "role Ben viewer support")
    assert "changed again since" in await says(world, ANA, "undo")
    assert await roles(world, "Ben") == {"support": "viewer"}
