from __future__ import annotations

import asyncio
import json

from cxbot.store import open_store
from cxbot.transactions import people

NOW = 1_763_632_800_000
SAM = ("web", "customer:sam")


async def test_a_person_is_found_again_by_any_of_their_addresses(store):
    first = await store.run(people.upsert, NOW, addresses=[SAM, ("slack", "U1")], name="Sam Rivera")
    second = await store.run(people.upsert, NOW, addresses=[("slack", "U1"), ("wecom", "sam")])
    assert first == second
    found = await store.read(people.by_address, "wecom", "sam")
    assert found is not None
    assert found["name"] == "Sam Rivera"


async def test_absent_facts_erase_nothing_and_new_ones_replace(store):
    person = await store.run(
        people.upsert, NOW, addresses=[SAM], name="Sam", language="en", vip=True, value=7, attributes={"tier": "gold"}
    )
    await store.run(people.upsert, NOW, addresses=[SAM], attributes={"city": "Oslo"})
    row = await store.read(people.get, person)
    assert (row["name"], row["language"], row["vip"], row["value"]) == ("Sam", "en", 1, 7)
    assert json.loads(row["attributes"]) == {"tier": "gold", "city": "Oslo"}
    await store.run(people.upsert, NOW, addresses=[SAM], name="Samuel", vip=False, value=0)
    row = await store.read(people.get, person)
    assert (row["name"], row["vip"], row["value"]) == ("Samuel", 0, 0)


async def test_an_address_of_somebody_else_stays_with_them(store):
    sam = await store.run(people.upsert, NOW, addresses=[SAM])
    lin = await store.run(people.upsert, NOW, addresses=[("web", "customer:lin")])
    assert await store.run(people.upsert, NOW, addresses=[SAM, ("web", "customer:lin")]) == sam
    assert (await store.read(people.by_address, "web", "customer:lin"))["id"] == lin


async def test_the_place_of_a_team_is_never_given_to_a_person(store):
    def place(tx):
        people.expect(tx, "web", "team:support", None, 0)
        return people.upsert(tx, NOW, addresses=[("web", "customer:ana")])

    await store.run(place)
    person = await store.run(people.upsert, NOW, known_as=("crm", "17"), addresses=[SAM])
    assert person == await store.run(people.upsert, NOW, known_as=("crm", "17"))
    assert person != await store.run(people.upsert, NOW, known_as=("shop", "17"))
    assert [row["channel"] for row in await store.read(people.addresses, person)] == ["web"]


async def test_somebody_linked_by_two_replicas_at_once_stays_one_person(store_url):
    stores = [await open_store(store_url) for _ in range(2)]
    try:
        for n in range(20):
            both = [
                each.run(people.upsert, NOW, addresses=[("web", f"customer:{n}"), ("slack", f"U{n}")], name="Twin")
                for each in stores
            ]
            one, other = await asyncio.gather(*both)
            assert one == other
        assert len(await stores[0].read(people.search, "twin")) == 20
    finally:
        for each in stores:
            await each.close()


async def test_a_person_is_written_to_where_they_wrote_from_last(store):
    def wrote(tx, address, at):
        tx.run(
            "inbox.see", channel="web", id=f"{address}{at}", place=address, sender=address, kind="text", words="hi",
            received_at=at, arrived_at=at,
        )  # fmt: skip

    person = await store.run(people.upsert, NOW, addresses=[("web", "a"), ("web", "b"), ("web", "c")])
    assert (await store.read(people.address_of, person))["address"] == "a"
    await store.run(wrote, "b", NOW)
    await store.run(wrote, "c", NOW + 1)
    assert (await store.read(people.address_of, person))["address"] == "c"
    assert await store.run(people.mark_unreachable, "web", "c", "blocked")
    assert (await store.read(people.address_of, person))["address"] == "b"
    assert await store.run(people.mark_unreachable, "web", "c", "")
    assert (await store.read(people.address_of, person))["address"] == "c"


async def test_somebody_without_a_reachable_address_has_none(store):
    person = await store.run(people.upsert, NOW, name="Nobody")
    assert await store.read(people.address_of, person) is None


async def test_an_opt_out_has_a_scope_and_is_noted_once(store):
    person = await store.run(people.upsert, NOW, addresses=[SAM])
    assert await store.run(people.opt_out, person, "surveys", NOW)
    assert not await store.run(people.opt_out, person, "surveys", NOW)
    assert (await store.read(people.get, person))["opted_out"] == "surveys"
    assert await store.run(people.opt_out, person, "", NOW)
    assert (await store.read(people.get, person))["opted_out"] == ""


async def test_what_is_expected_ends_with_its_time(store):
    await store.run(people.expect, "web", "a", {"kind": "survey", "id": "7"}, NOW + 10)
    assert await store.read(people.expected, "web", "a", NOW + 9) == {"kind": "survey", "id": "7"}
    assert await store.read(people.expected, "web", "a", NOW + 10) is None
    await store.run(people.expect, "web", "a", {"kind": "always"}, 0)
    assert await store.read(people.expected, "web", "a", NOW * 2) == {"kind": "always"}
    await store.run(people.expect, "web", "a", None, 0)
    assert await store.read(people.expected, "web", "a", NOW) is None


async def test_people_are_found_by_part_of_a_name_in_any_case_and_width(store):
    lin = await store.run(people.upsert, NOW, addresses=[("web", "customer:lin")], name="林美 ＬＩＮ  Mei")
    percent = await store.run(people.upsert, NOW, addresses=[("web", "100%")], name="100% Sure!")
    for words in ("lin mei", "林美", "customer:lin", "web:customer:lin", lin):
        assert [row["id"] for row in await store.read(people.search, words)] == [lin], words
    for words in ("0% s", "re!"):
        assert [row["id"] for row in await store.read(people.search, words)] == [percent], words
    assert await store.read(people.search, "_") == []
    assert await store.read(people.search, "  ") == []


async def test_only_the_first_introduction_and_the_latest_action_count(store):
    person = await store.run(people.upsert, NOW, addresses=[SAM])
    assert await store.run(people.introduced, person, NOW)
    assert not await store.run(people.introduced, person, NOW + 1)
    await store.run(people.acted, person, NOW + 5)
    await store.run(people.acted, person, NOW + 3)
    row = await store.run(people.lock, person)
    assert (row["introduced_at"], row["acted_at"]) == (NOW, NOW + 5)


def test_a_zone_that_is_none_falls_back():
    for name in ("", "Asia", "../etc", "/etc/passwd", "Mars/Olympus", "a\0b", "x" * 9000):
        assert people.zone({"time_zone": name}, "UTC") == "UTC"
    assert people.zone({"time_zone": "Asia/Taipei"}, "UTC") == "Asia/Taipei"
