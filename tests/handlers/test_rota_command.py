from __future__ import annotations

import pytest
from world import ADA, ANA, BEN, DELIVERY, MEI, SUPPORT, WEI, arguments

from cxbot.transactions import rotas, teams


async def says(world, who, text):
    await world.writes(who, text)
    place = {ANA: SUPPORT, BEN: SUPPORT, WEI: DELIVERY}.get(who, who)
    return world.last(place)


async def with_rota(world, names="Ana, Ben"):
    return await says(world, ANA, f"rota set {names} weekly from monday 09:00")


async def test_a_rota_is_set_and_shown_with_the_next_weeks(world):
    said = await says(world, ANA, "rota set Ben, Ana weekly from 2025-11-17 09:00")
    assert said.text.splitlines()[0] == "Set. Support, on call now: Ben"
    assert said.text.splitlines()[1] == "Ben until Mon 24 Nov 09:00"
    assert said.text.splitlines()[2] == "Ana from Mon 24 Nov 09:00 until Mon 1 Dec 09:00"
    shown = await says(world, BEN, "who is on call?")
    assert shown.text.splitlines()[0] == "Support, on call now: Ben"
    assert [row["kind"] for row in await world.all("events", subject_id="support")] == ["team.rota_changed"]


async def test_in_chinese(world):
    said = await says(world, WEI, "值班 设置 小伟 每两周 从周一 09:00起")
    assert said.text.startswith("已设置。Delivery")
    row = (await world.store.read(lambda tx: tx.all("rotas.get", team_id="delivery")))[0]
    assert row["weeks"] == 2
    said = await says(world, WEI, "请假 到 周一：培训")
    assert said.text.startswith("小伟休假至")
    assert (await world.the("absences"))["reason"] == "培训"


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("rota set Ana, Bob weekly", "Not in Support: Bob. There are Ana, Ben"),
        ("rota set Ana weekly from someday", "“someday” is no day to come"),
        ("cover Ben", "is no day to come"),
        ("out until yesterday", "is no day to come"),
        ("out until 2 march 2024", "is no day to come"),
    ],
)
async def test_what_is_not_understood_is_said_and_kept(world, typed, part):
    said = await says(world, ANA, typed)
    assert part in said.text


async def test_setting_a_rota_needs_a_lead(world):
    said = await says(world, BEN, "rota set Ben weekly")
    assert "Ana" in said.text
    assert await world.store.read(lambda tx: tx.all("rotas.get", team_id="support")) == []


async def test_who_is_on_call_is_called_by_the_alert_and_by_the_reminder(world):
    await says(world, ANA, "rota set Ben, Ana weekly")
    case = await world.unhappy()
    assert dict(world.cards()[0].facts)["Who acts"] == "on call: Ben (Support)"
    card = (await world.all("outbox", kind="card"))[0]
    ben = await world.person("Ben")
    assert await world.store.read(rotas.acting, await the_team(world), "", world.now) == [
        {"person_id": ben["id"], "name": "Ben"}
    ]
    await world.later(minutes=31)
    reminder = (await world.all("outbox", key="case.reminder", case_id=case["id"]))[0]
    assert arguments(reminder)["who"] == "Ben"
    assert card["case_id"] == case["id"]


async def the_team(world):
    return await world.store.read(teams.get, "support")


async def test_ana_is_out_and_ben_is_called_until_she_is_back(world):
    await says(world, ANA, "rota set Ana, Ben weekly")
    said = await says(world, ANA, "out until monday")
    assert said.text == "Ana is away until Mon 24 Nov 00:00; others are called."
    case = await world.unhappy()
    await world.later(minutes=31)
    assert arguments((await world.all("outbox", key="case.reminder", case_id=case["id"]))[0])["who"] == "Ben"
    assert "Ben until" in (await says(world, ANA, "rota")).text
    assert "(for Ana)" in (await says(world, ANA, "rota")).text
    assert (await says(world, ANA, "back")).text == "Welcome back, Ana."
    assert (await says(world, ANA, "rota")).text.startswith("Support, on call now: Ana")
    assert (await says(world, ANA, "back")).text == "Ana was not away."


async def test_an_owner_who_is_out_is_stood_in_for_and_their_cases_can_be_given_away(world):
    await says(world, ANA, "rota set Ben, Ana weekly")
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    said = await says(world, ANA, "out until 28 nov")
    assert "They have 1 open case." in said.text
    await world.later(minutes=226)
    soon = (await world.all("outbox", key="case.promise_soon", case_id=case["id"]))[0]
    assert arguments(soon)["who"] == "Ben"
    receipt = await world.presses(ANA, said.choices[0].key)
    assert receipt.notice == "1 case of Ana handed over."
    assert (await world.reload(case))["owner_id"] == (await world.person("Ben"))["id"]
    again = await world.presses(ANA, said.choices[0].key)
    assert again.notice == "0 cases of Ana handed over."


async def test_where_everybody_is_away_the_leads_are_called_and_that_is_recorded(world):
    await says(world, ANA, "rota set Ben weekly")
    await says(world, ANA, "out Ben until 1 dec")
    case = await world.unhappy()
    assert await world.history(case) == ["opened", "nobody_on_call"]
    await world.later(minutes=31)
    assert arguments((await world.all("outbox", key="case.reminder"))[0])["who"] == "Ana"


async def test_somebody_covers_for_a_while(world):
    await says(world, ANA, "rota set Ana, Ben weekly")
    said = await says(world, BEN, "cover until sunday")
    assert said.text == "Ben is on call through Sun 23 Nov."
    assert (await says(world, ANA, "rota")).text.startswith("Support, on call now: Ben")
    await world.later(days=3.6)
    assert (await says(world, ANA, "rota")).text.startswith("Support, on call now: Ana")


async def test_the_form_of_a_hand_over_shows_the_load_and_who_is_away(world):
    case = await world.unhappy()
    await world.presses(BEN, f"c:claim:{case['id']}")
    other = await world.unhappy(MEI)
    await says(world, ANA, "out Ben until monday")
    form = (await world.presses(ANA, f"c:hand_over:{other['id']}")).form
    labels = [label for _, label in form.fields[0].options]
    assert "Ben · 1 open · away until Mon 24 Nov 00:00" in labels
    assert "Ana · 0 open" in labels
    ben = await world.person("Ben")
    refused = await world.fills_in(ANA, f"c:hand_over:{other['id']}", owner=ben["id"])
    assert refused.notice == "Ben is away until Mon 24 Nov 00:00. Choose somebody else."


async def test_an_admin_of_no_team_names_the_team(world):
    await with_rota(world)
    assert "Which team?" in (await says(world, ADA, "rota")).text
    assert (await says(world, ADA, "rota support")).text.startswith("Support")
    assert (await says(world, ADA, "rota delivery")).text.startswith("Delivery has no rota")


@pytest.mark.parametrize("typed", ["rota set Ana, Ben weekly for support", "rota set support Ana, Ben weekly"])
async def test_an_admin_names_the_team_of_a_rota_before_or_after_the_people(world, typed):
    assert (await says(world, ADA, typed)).text.startswith("Set. Support")
    assert (await says(world, ADA, "cover Ben until sunday support")).text.startswith("Ben is on call")
    assert (await says(world, ADA, "rota off support")).text == "Support has no rota any more: its leads are called."


async def test_a_rota_can_be_ended(world):
    await with_rota(world)
    assert (await says(world, ANA, "rota off")).text == "Support has no rota any more: its leads are called."
    assert (await says(world, ANA, "rota off")).text.startswith("Support has no rota: its leads are called (Ana).")


async def test_undo_takes_a_rota_back(world):
    await with_rota(world)
    said = await says(world, ANA, "undo")
    assert "rota of support" in said.text.lower()
    assert (await says(world, ANA, "rota")).text.startswith("Support has no rota")


async def test_somebody_covers_in_a_team_without_a_rota_and_is_called(world):
    assert (await says(world, BEN, "cover until sunday")).text == "Ben is on call through Sun 23 Nov."
    assert (await says(world, ANA, "rota")).text == "Support, on call now: Ben\nBen until Mon 24 Nov 00:00"
    case = await world.unhappy()
    assert dict(world.cards()[0].facts)["Who acts"] == "on call: Ben (Support)"
    await world.later(minutes=31)
    assert arguments((await world.all("outbox", key="case.reminder", case_id=case["id"]))[0])["who"] == "Ben"


async def test_before_a_rota_begins_the_leads_are_called(world):
    said = await says(world, ANA, "rota set Ben, Ana weekly from monday 09:00")
    head = "Set. Support, nobody on call now: its leads are called (Ana)"
    assert said.text.splitlines()[:2] == [head, "Ben from Mon 24 Nov 09:00 until Mon 1 Dec 09:00"]
    case = await world.unhappy()
    await world.later(minutes=31)
    assert arguments((await world.all("outbox", key="case.reminder", case_id=case["id"]))[0])["who"] == "Ana"


async def test_a_rota_that_begins_later_leaves_the_one_that_runs_until_then(world):
    await says(world, ANA, "rota set Ben weekly")
    await says(world, ANA, "rota set Ana weekly from monday 09:00")
    again = await says(world, ANA, "rota set Ana weekly from monday 09:00")
    assert again.text.splitlines()[:2] == [
        "That is so already. Support, on call now: Ben",
        "Ben until Mon 24 Nov 09:00",
    ]
    assert len(await world.all("events", kind="team.rota_changed")) == 2
    await world.later(days=4)
    assert (await says(world, ANA, "rota")).text.startswith("Support, on call now: Ana")


async def test_undo_brings_the_running_rota_back_whole(world):
    await says(world, ANA, "rota set Ben weekly")
    await says(world, ANA, "rota set Ana weekly from monday 09:00")
    await says(world, ANA, "rota off")
    await says(world, ANA, "undo")
    assert (await says(world, ANA, "rota")).text.startswith("Support, on call now: Ben\nBen until Mon 24 Nov 09:00")
    await says(world, ANA, "undo")
    assert len((await says(world, ANA, "rota")).text.splitlines()) == 2, "Ben alone, as before"
