"""Who may not work a team's cases any more is neither on call for it nor called about the cases they had."""

from __future__ import annotations

import pytest
from world import ADA, ANA, BEN, DELIVERY, SAM, SUPPORT, WEI

from cxbot.transactions import rotas, teams


async def on_call(world, team_id="support"):
    return await world.store.read(lambda tx: rotas.current(tx, teams.get(tx, team_id), world.now))


async def acting(world, owner="", team_id="support"):
    rows = await world.store.read(lambda tx: rotas.acting(tx, teams.get(tx, team_id), owner, world.now))
    return [row["name"] for row in rows]


@pytest.mark.parametrize(
    ("typed", "shown", "nobody"),
    [
        (["rota set Ben weekly from monday 09:00", "team member remove Ben support"], "rota", "nobody"),
        (["值班 设置 Ben 每周 从周一 09:00起", "移除成员 Ben support"], "值班", ""),
    ],
)
async def test_who_is_taken_out_of_a_team_is_on_call_no_more_and_the_leads_are_called(world, typed, shown, nobody):
    for words in typed:
        await world.writes(ANA, words)
    assert "Ben" not in str(await world.store.read(lambda tx: teams.members(tx, "support")))
    await world.later(days=4, hours=1)
    assert await on_call(world) is None
    assert await acting(world) == ["Ana"]
    before = len(world.texts(SUPPORT))
    case = await world.unhappy(words="slow")
    await world.later(minutes=40)
    assert "nobody_on_call" in await world.history(case)
    said = "\n".join(world.texts(SUPPORT, before))
    assert f"Ana: case {case['code']} has been waiting" in said
    assert "Ben" not in said
    await world.writes(ANA, shown)
    assert "Ben" not in world.last(SUPPORT).text


async def test_the_others_keep_their_weeks_and_theirs_comes_back_with_the_role(world):
    await world.writes(ADA, "team member add 小伟 member support")
    await world.writes(ANA, "rota set Ben, 小伟, Ana weekly from 2025-11-17 09:00")
    ben = await world.person("Ben")
    assert (await on_call(world)).person == ben["id"]
    await world.writes(ADA, "role Ben viewer support", place=ADA)
    assert await acting(world) == ["小伟"]
    await world.later(days=7)
    assert await acting(world) == ["小伟"]
    await world.later(days=7)
    assert await acting(world) == ["Ana"]
    await world.writes(ADA, "role Ben member support", place=ADA)
    await world.later(days=7)
    assert await acting(world) == ["Ben"]


async def test_taking_a_removal_back_puts_them_on_call_again(world):
    await world.writes(ANA, "rota set Ben weekly from 2025-11-17 09:00")
    await world.writes(ANA, "team member remove Ben support")
    assert await on_call(world) is None
    await world.writes(ANA, "undo")
    assert await acting(world) == ["Ben"]


async def test_who_covered_and_was_taken_out_covers_no_more(world):
    await world.writes(ANA, "rota set Ana weekly from 2025-11-17 09:00")
    await world.writes(ANA, "cover Ben until sunday")
    assert await acting(world) == ["Ben"]
    await world.writes(ANA, "team member remove Ben support")
    assert await acting(world) == ["Ana"]


async def test_of_a_case_whose_owner_may_not_work_it_any_more_the_leads_are_called(world):
    case = await world.unhappy(words="slow")
    await world.presses(BEN, f"c:claim:{case['id']}")
    await world.writes(ANA, "team member remove Ben support")
    before = len(world.web.sent)
    await world.writes(SAM, "any news? It is urgent now.")
    await world.later(hours=3, minutes=50)
    said = [each.text for each in world.web.sent[before:] if each.address == SUPPORT and each.text.startswith("Ana: ")]
    assert [text for text in said if case["code"] in text]
    assert not [each.text for each in world.web.sent[before:] if each.text.startswith("Ben: ")]


async def test_who_took_a_case_over_when_it_was_escalated_is_called_about_it_also_when_it_is_opened_again(world):
    case = await world.unhappy(words="slow")
    await world.later(days=1)
    assert (await world.reload(case))["escalations"]
    await world.presses(WEI, f"c:claim:{case['id']}", place=DELIVERY)
    await world.resolves(WEI, case)
    await world.later(hours=2)
    await world.presses(SAM, f"o:fixed:{case['id']}:no")
    wei = await world.person("小伟")
    after = await world.reload(case)
    assert (after["state"], after["owner_id"], after["escalations"]) == ("claimed", wei["id"], 0)
    assert "小伟: " in "\n".join(world.texts(SUPPORT))
    receipt = await world.presses(WEI, f"c:contacted:{case['id']}", place=DELIVERY)
    assert (await world.reload(case))["contacted_at"], receipt
