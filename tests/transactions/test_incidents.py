"""A storm is one card: many cases of one cause in a short time, counted up and worked together."""

from __future__ import annotations

import pytest
from world import ANA, BEN, MINUTE, SUPPORT, WEI


async def complain(world, n, *, first=0, score="1", gap_seconds=5, words=""):
    for number in range(first, first + n):
        who = f"customer:storm{number}"
        person = {"addresses": [{"channel": "web", "address": who}], "name": f"Person {number}", "language": "en"}
        await world.happens("ticket", "closed", who, person=person)
        await world.writes(who, score)
        if words:
            await world.writes(who, words)
        await world.later(seconds=gap_seconds)


def new_messages(world):
    return [message for message in world.web.sent if message.address == SUPPORT and not message.replaces]


def card(world):
    return [m for m in world.web.sent if m.address == SUPPORT and any(c.key.startswith("n:") for c in m.choices)][-1]


def key(world, action):
    return next(c.key for c in card(world).choices if c.key.startswith(f"n:{action}"))


async def the_storm(world, n=12, **more):
    await complain(world, n, **more)
    return await world.the("incidents")


async def test_from_the_tenth_on_one_card_counts_and_no_further_alert_comes(world):
    await complain(world, 9)
    assert await world.all("incidents") == []
    assert len(new_messages(world)) == 9
    await complain(world, 31, first=9)
    incident = await world.the("incidents")
    assert len(await world.all("cases", incident_id=incident["id"])) == 40
    assert len(new_messages(world)) == 10, "nine alerts and one card"
    await world.later(minutes=1)
    assert "40 customers" in card(world).title


@pytest.mark.parametrize("n", [500, 60])
async def test_hundreds_in_five_minutes_are_ten_messages_and_none_is_lost(engine, world, n):
    if (engine, n) == ("postgresql", 500):
        pytest.skip("the same statements as for 60, and a minute of waiting for a server")
    await complain(world, n, gap_seconds=300 / n)
    cases = await world.all("cases")
    assert len(cases) == n
    assert len(new_messages(world)) <= 10
    assert all(case["promised_at"] > world.now and case["due_at"] for case in cases)
    told = {row["address"] for row in await world.all("outbox", state="sent") if "storm" in row["address"]}
    assert len(told) == n, "every customer was told their number"
    updates = [m for m in world.web.sent if m.address == SUPPORT and m.replaces and "customers" in m.title]
    assert len(updates) <= 8


async def test_other_causes_and_slow_trickles_are_no_storm(world):
    await complain(world, 12, gap_seconds=90)
    assert await world.all("incidents") == []


async def test_claim_all_begins_after_the_undo_and_says_how_many(world):
    incident = await the_storm(world)
    await world.presses(BEN, f"c:claim:{(await world.all('cases'))[0]['id']}")
    await world.later(minutes=2)
    receipt = await world.presses(ANA, key(world, "claim"))
    assert "12 customers" in receipt.notice
    assert len(await world.all("cases", state="claimed")) == 1
    await world.later(seconds=31)
    assert len(await world.all("cases", state="claimed")) == 12
    assert any("claimed 11 cases" in text and incident["code"] in text for text in world.texts(SUPPORT))


async def test_undo_takes_it_back_before_anybody_is_told(world):
    await the_storm(world)
    await world.later(minutes=2)
    await world.presses(ANA, key(world, "claim"))
    assert [c.key.split(":")[1] for c in card(world).choices] == ["undo"]
    await world.presses(ANA, key(world, "undo"))
    await world.later(minutes=2)
    assert await world.all("cases", state="claimed") == []


async def test_resolve_all_previews_once_and_tells_every_customer_once(world):
    incident = await the_storm(world, 45, gap_seconds=2)
    await world.later(minutes=2)
    receipt = await world.presses(ANA, key(world, "resolve"))
    assert "45 customers" in receipt.form.intro
    fields = {"root_cause": "waiting", "done": "Restarted it", "told": "The app works again. Sorry!"}
    shown = await world.fills_in(ANA, f"preview:n:resolve:{incident['id']}", **fields)
    assert "The app works again. Sorry!" in shown.form.intro
    assert "45 customers" in shown.form.intro
    missing = await world.fills_in(ANA, f"n:resolve:{incident['id']}", **{**fields, "done": ""})
    assert any(field.error for field in missing.form.fields)
    await world.fills_in(ANA, f"n:resolve:{incident['id']}", **fields)
    await world.later(seconds=31)
    await world.later(seconds=31)
    assert len(await world.all("cases", state="resolved")) == 45
    told = [row["address"] for row in await world.all("outbox", key="customer.resolved", state="sent")]
    assert len(told) == len(set(told)) == 45
    assert any("resolved 45 cases" in text for text in world.texts(SUPPORT))


async def test_an_apology_goes_to_all_and_only_once_though_two_press(world):
    incident = await the_storm(world)
    await world.later(minutes=2)
    await world.fills_in(ANA, f"n:reply:{incident['id']}", words="We are on it.")
    second = await world.fills_in(BEN, f"n:reply:{incident['id']}", words="Sorry!")
    assert "Ana" in second.notice
    await world.later(minutes=1)
    said = list(await world.all("outbox", key="customer.reply", state="sent"))
    assert len(said) == 12


async def test_only_the_team_may_work_a_storm(world):
    await the_storm(world)
    await world.later(minutes=2)
    receipt = await world.presses(WEI, key(world, "claim"), place=SUPPORT)
    assert "Ana" in receipt.notice
    await world.later(minutes=1)
    assert await world.all("cases", state="claimed") == []


async def test_the_clocks_of_its_cases_speak_once_for_all(world):
    incident = await the_storm(world, 20)
    before = len(new_messages(world))
    await world.later(minutes=40)
    lines = [m.text for m in new_messages(world)[before:]]
    assert 1 <= len([line for line in lines if incident["code"] in line]) <= 3
    assert len(lines) <= 3


async def test_a_storm_ends_and_the_next_case_is_an_alert_of_its_own(world):
    await the_storm(world)
    await world.later(minutes=61)
    incident = await world.the("incidents")
    assert incident["state"] == "ended"
    before = len(new_messages(world))
    await complain(world, 1, first=100)
    assert len(world.cards())
    assert len(new_messages(world)) == before + 1


async def test_each_case_keeps_its_own_owner_clock_and_customer(world):
    await the_storm(world)
    await world.later(minutes=2)
    case = (await world.all("cases"))[-1]
    assert case["incident_id"]
    done = await world.presses(BEN, f"c:claim:{case['id']}")
    assert "yours" in done.notice
    assert (await world.reload(case))["owner_id"] == (await world.person("Ben"))["id"]
    assert case["promised_at"] - case["opened_at"] >= 30 * MINUTE
