from __future__ import annotations

import pytest
from web_cast import say, seed_cast

from cxbot.ports import Inbound
from cxbot.transactions import inbox, links, people, transcripts

NOW = 1_763_632_800_000
CUSTOMER, TEAM, ANA, BEN = "customer:sam", "team:support", "member:ana", "member:ben"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request) -> str:
    return request.param


def hear(tx, at, place, sender, text, kind="text", key="") -> None:
    inbox.see(tx, Inbound(f"{kind}{at}", "web", place, sender, kind, text=text, choice=key), at, at)


async def shown(store, place, **more):
    transcript = await store.read(transcripts.of_place, "web", place, **more)
    return [(entry.outgoing or {}).get("text") or entry.words for entry in transcript.entries]


async def test_both_sides_of_a_conversation_stand_in_the_order_they_came(store):
    await store.run(say, NOW, CUSTOMER, "How was it?")
    await store.run(hear, NOW + 1, CUSTOMER, CUSTOMER, "bad")
    await store.run(say, NOW + 2, CUSTOMER, "Sorry.")
    await store.run(say, NOW + 2, "customer:mei", "Somebody else's")
    assert await shown(store, CUSTOMER) == ["How was it?", "bad", "Sorry."]


async def test_a_replaced_message_stands_in_its_first_place_with_its_newest_words(store):
    card = await store.run(say, NOW, TEAM, "Open", kind="card")
    await store.run(say, NOW + 1, TEAM, "Another")
    await store.run(say, NOW + 2, TEAM, "Claimed", kind="card", replaces=card)
    await store.run(say, NOW + 3, TEAM, "Resolved", kind="card", replaces=card)
    assert await shown(store, TEAM) == ["Resolved", "Another"]
    first = (await store.read(transcripts.of_place, "web", TEAM)).entries[0]
    assert (first.id, first.at) == (card, NOW)


async def test_what_is_meant_for_one_person_is_shown_to_that_person_only(store):
    await store.run(say, NOW, TEAM, "for all")
    await store.run(say, NOW + 1, TEAM, "for Ana", only_for=ANA)
    assert await shown(store, TEAM, viewer=BEN) == ["for all"]
    assert await shown(store, TEAM, viewer=ANA) == ["for all", "for Ana"]


async def test_a_press_is_shown_where_a_customer_answered_and_not_where_a_team_worked(store):
    await store.run(hear, NOW, CUSTOMER, CUSTOMER, "9", "choice", "s:i:score:9")
    await store.run(hear, NOW + 1, TEAM, ANA, "Claim", "choice", "c:claim:1")
    await store.run(hear, NOW + 2, TEAM, ANA, "", "form", "c:resolve:1")
    await store.run(hear, NOW + 3, CUSTOMER, CUSTOMER, "", "choice")  # as the words of an anonymous answer are left
    assert await shown(store, CUSTOMER) == ["9"]
    assert await shown(store, TEAM) == []


async def test_only_the_newest_are_shown_and_no_gap_is_left(store):
    for place in range(10):
        await store.run(say, NOW + place, CUSTOMER, f"said {place}")
    await store.run(hear, NOW - 5, CUSTOMER, CUSTOMER, "long ago")
    transcript = await store.read(transcripts.of_place, "web", CUSTOMER, most=3)
    assert transcript.more
    assert [entry.outgoing["text"] for entry in transcript.entries] == ["said 7", "said 8", "said 9"]


async def test_what_has_not_been_sent_is_not_shown(store):
    from cxbot.transactions import outbox

    await store.run(outbox.say, NOW, channel="web", address=CUSTOMER, language="en", key="queued")
    assert await shown(store, CUSTOMER) == []


async def test_the_cast_lists_those_who_acted_last_and_whoever_is_asked_for(store):
    for number in range(6):
        await store.run(people.upsert, NOW + number, addresses=[("web", f"customer:{number}")], name=f"Person {number}")
    last = await store.read(people.by_address, "web", "customer:4")
    await store.run(people.acted, last["id"], NOW + 100)
    found = await store.read(transcripts.cast, "web", customer="customer:5", most=3)
    assert {row["address"] for row in found["customers"]} == {"customer:5", "customer:4", "customer:0"}


async def test_somebody_acts_from_an_address_of_their_own_in_their_own_place_or_a_teams(store, clock):
    from web_cast import seed_cast

    await store.run(seed_cast, clock.now)

    async def may(place, sender):
        return await store.read(transcripts.may_act, "web", place, sender)

    assert await may(CUSTOMER, CUSTOMER)
    assert await may(TEAM, ANA)
    assert not await may(TEAM, "member:nobody")
    assert not await may("team:nowhere", ANA)
    assert not await may("customer:mei", CUSTOMER)
    assert not await may(TEAM, TEAM)


async def test_a_link_is_spent_once_and_keeps_its_first_response(store):
    assert await store.run(links.spend, "hash", "", NOW)
    assert not await store.run(links.spend, "hash", "", NOW + 1)
    await store.run(links.led_to, "hash", "first")
    await store.run(links.led_to, "hash", "second")
    assert await store.read(links.spent_for, "hash") == "first"
    await store.run(links.give_back, "hash")
    assert await store.run(links.spend, "hash", "", NOW + 2)


async def test_a_link_to_no_invitation_leads_nowhere(store):
    assert await store.read(links.look, "nobody", "hash") is None


async def test_whoever_becomes_an_admin_or_is_written_to_in_private_can_be_played_there(store, clock):
    await store.run(seed_cast, clock.now)
    assert [row["address"] for row in (await store.read(transcripts.cast, "web"))["admins"]] == ["admin:ada"]
    await store.run(say, clock.now, "member:ana", "Ada wants to erase somebody")
    assert [row["address"] for row in (await store.read(transcripts.cast, "web"))["admins"]] == [
        "admin:ada",
        "member:ana",
    ]
