from __future__ import annotations

import asyncio
import copy
import json

import pytest
from pydantic import ValidationError

from cxbot.domain.calendar import Hours
from cxbot.domain.policy import DEFAULT_CAUSES, TeamPolicy, TeamSeed
from cxbot.store import open_store, statements
from cxbot.transactions import people, teams

PROBE = """
-- name: addresses
-- Every address.
SELECT address, kind, team_id, language FROM addresses

-- name: events
-- What is on record about something.
SELECT kind, actor_id, args FROM events WHERE subject_id = :subject_id ORDER BY happened_at, id
"""

NOW = 1_763_632_800_000
SATURDAYS = Hours.model_validate({"days": {"sat": ["10:00-14:00"]}})

SEED = {
    "support": {
        "name": "Support",
        "channel": "web",
        "place": "team:support",
        "language": "zh-CN",
        "time_zone": "Asia/Shanghai",
        "hours": {"days": {"mon-fri": ["09:00-18:00"]}, "country": "CN"},
        "policy": {"first_contact_minutes": {"critical": 15}},
        "touchpoints": ["ticket"],
        "members": [
            {"address": "web:member:ben", "name": "Ben"},
            {"address": "web:member:ana", "name": "Ana", "role": "lead", "language": "en"},
        ],
    },
    "delivery": {"name": "Delivery", "channel": "web", "place": "team:delivery", "touchpoints": ["delivery", "*"]},
}


@pytest.fixture
async def store(store_url):
    opened = await open_store(store_url, statements={**statements.load(), **statements.parse(PROBE, "probe")})
    yield opened
    await opened.close()


@pytest.fixture
def seed():
    return copy.deepcopy(SEED)


async def team(store, team_id: str = "support"):
    found = await store.read(teams.get, team_id)
    assert found is not None
    return found


async def person(store, address: str) -> str:
    found = await store.read(people.by_address, "web", address)
    assert found is not None
    return found["id"]


async def test_a_seeded_team_is_what_its_table_says(store, seed):
    assert await store.run(teams.seed, seed, NOW) == ["team delivery: new", "team support: new"]
    support = await team(store)
    assert (support["name"], support["language"], support["time_zone"]) == ("Support", "zh-CN", "Asia/Shanghai")
    assert teams.hours(support).country == "CN"
    assert teams.policy(support).first_contact_minutes["critical"] == 15
    assert teams.causes(support) == DEFAULT_CAUSES
    assert [row["id"] for row in await store.read(teams.all)] == ["delivery", "support"]


async def test_members_are_people_with_an_address_and_a_role(store, seed):
    await store.run(teams.seed, seed, NOW)
    members = await store.read(teams.members, "support")
    assert [(row["name"], row["role"], row["language"]) for row in members] == [
        ("Ana", "lead", "en"),
        ("Ben", "member", ""),
    ]
    assert await store.read(teams.roles_of, await person(store, "member:ana")) == {"support": "lead"}


async def test_a_team_is_found_by_its_place_and_by_what_it_is_responsible_for(store, seed):
    await store.run(teams.seed, seed, NOW)

    def ids(tx):
        by_place = [teams.by_place(tx, "web", place) for place in ("team:support", "team:nobody")]
        by_touchpoint = [teams.for_touchpoint(tx, touchpoint) for touchpoint in ("ticket", "delivery", "store", "")]
        return [row["id"] if row else None for row in (*by_place, *by_touchpoint)]

    assert await store.read(ids) == ["support", None, "support", "delivery", "delivery", "delivery"]


async def test_without_a_team_for_everything_a_touchpoint_may_have_none(store, seed):
    await store.run(teams.seed, {"support": seed["support"]}, NOW)
    assert await store.read(teams.for_touchpoint, "store") is None


async def test_the_place_of_a_team_is_an_address_of_its_kind(store, seed):
    await store.run(teams.seed, seed, NOW)
    assert await store.read(addresses) == {
        "team:support": ("team", "support", "zh-CN"),
        "team:delivery": ("team", "delivery", "en"),
        "member:ana": ("person", "", "en"),
        "member:ben": ("person", "", ""),
    }
    seed["support"]["place"] = "team:help"
    await store.run(teams.seed, seed, NOW)
    found = await store.read(addresses)
    assert (found["team:help"][1], found["team:support"][1]) == ("support", "")


async def test_the_same_tables_again_change_nothing(store, seed):
    await store.run(teams.seed, seed, NOW)
    before = await store.read(everything)
    assert await store.run(teams.seed, seed, NOW + 1) == []
    assert (
        await store.run(teams.seed, {name: TeamSeed.model_validate(table) for name, table in seed.items()}, NOW) == []
    )
    assert await store.read(everything) == before


async def test_a_changed_table_is_taken_over(store, seed):
    await store.run(teams.seed, seed, NOW)
    seed["support"]["hours"] = {"days": {"mon-sun": ["08:00-20:00"]}}
    seed["support"]["name"] = "Help"
    seed["support"]["members"][0]["role"] = "viewer"
    seed["support"]["members"].append({"address": "web:member:wei", "name": "小伟"})
    assert await store.run(teams.seed, seed, NOW + 1) == [
        "team support: name, hours taken over from the configuration",
        "team support: web:member:ben is viewer now",
        "team support: web:member:wei is new, as member",
    ]
    support = await team(store)
    assert (support["name"], len(teams.hours(support).days)) == ("Help", 7)
    roles = {row["name"]: row["role"] for row in await store.read(teams.members, "support")}
    assert roles == {"Ana": "lead", "Ben": "viewer", "小伟": "member"}
    assert await store.run(teams.seed, seed, NOW + 2) == []


async def test_what_was_changed_in_chat_stays_and_is_reported_until_both_agree(store, seed):
    await store.run(teams.seed, seed, NOW)
    assert await store.run(teams.set_hours, "support", SATURDAYS, "ana", NOW + 1)
    assert await store.run(teams.seed, seed, NOW + 2) == []  # the table did not change: nothing to report
    seed["support"]["hours"]["country"] = "TW"
    seed["support"]["name"] = "Help"
    conflict = "team support: hours in the configuration is not taken over, for it was changed in chat; chat wins"
    assert conflict in await store.run(teams.seed, seed, NOW + 3)
    assert await store.run(teams.seed, seed, NOW + 4) == [conflict]
    support = await team(store)
    assert (teams.hours(support), support["name"]) == (SATURDAYS, "Help")
    seed["support"]["hours"] = json.loads(SATURDAYS.dump())
    assert await store.run(teams.seed, seed, NOW + 5) == []


async def test_a_role_given_in_chat_stays(store, seed):
    await store.run(teams.seed, seed, NOW)
    ben = await person(store, "member:ben")
    await store.run(set_role, "support", ben, "lead")
    assert await store.run(teams.seed, seed, NOW) == []
    seed["support"]["members"][0]["role"] = "viewer"
    conflict = "team support: web:member:ben is lead by a change in chat, and stays so"
    for _ in range(2):
        assert await store.run(teams.seed, seed, NOW) == [conflict]
    assert await store.read(teams.roles_of, ben) == {"support": "lead"}


async def test_nobody_is_removed_and_that_is_said(store, seed):
    await store.run(teams.seed, seed, NOW)
    del seed["support"]["members"][0], seed["delivery"]
    for _ in range(2):
        assert await store.run(teams.seed, seed, NOW) == [
            "team support: web:member:ben is no longer in the configuration, and stays member; remove them in chat",
            "team delivery: no longer in the configuration; it stays as it is",
        ]
    assert len(await store.read(teams.members, "support")) == 2
    assert await store.read(teams.get, "delivery") is not None


async def test_a_wrong_table_changes_nothing(store, seed):
    seed["support"]["policy"] = {"remind": []}
    with pytest.raises(ValidationError):
        await store.run(teams.seed, seed, NOW)
    assert await store.read(teams.all) == []


async def test_hours_and_policy_change_once_and_leave_a_trace(store, seed):
    await store.run(teams.seed, seed, NOW)
    assert await store.run(teams.set_hours, "support", SATURDAYS, "ana", NOW + 1)
    assert not await store.run(teams.set_hours, "support", SATURDAYS, "ana", NOW + 2)
    assert not await store.run(teams.set_hours, "nobody", SATURDAYS, "ana", NOW + 3)
    policy = TeamPolicy(escalate_to="delivery")
    assert await store.run(teams.set_policy, "support", policy, "ana", NOW + 4)
    support = await team(store)
    assert (teams.hours(support), teams.policy(support)) == (SATURDAYS, policy)
    assert support["edited_at"] == NOW + 4
    traces = await store.read(events, "support")
    assert [(row["kind"], row["actor_id"]) for row in traces] == [
        ("team.hours_changed", "ana"),
        ("team.policy_changed", "ana"),
    ]
    assert json.loads(traces[0]["args"])["to"]["days"] == {"5": [["10:00", "14:00"]]}


async def test_owners_count_everywhere(store):
    owners = [{"channel": "web", "address": "admin:ada", "name": "Ada", "language": "en"}]
    assert await store.run(teams.seed_owners, owners, NOW) == ["owner web:admin:ada: new"]
    assert await store.run(teams.seed_owners, owners, NOW + 1) == []
    ada = await person(store, "admin:ada")
    assert await store.read(teams.roles_of, ada) == {"": "owner"}
    assert (await store.read(addresses))["admin:ada"] == ("admin", "", "en")
    await store.run(set_role, "", ada, "admin")
    assert await store.run(teams.seed_owners, owners, NOW + 2) == [
        "owner web:admin:ada: is admin by a change in chat, and stays so"
    ]


async def test_two_replicas_that_seed_at_once_make_one_team(store, store_url, seed):
    other = await open_store(store_url)
    try:
        done = await asyncio.gather(*(each.run(teams.seed, seed, NOW) for each in (store, other)))
    finally:
        await other.close()
    assert sorted(done) == [[], ["team delivery: new", "team support: new"]]
    assert len(await store.read(teams.members, "support")) == 2


def set_role(tx, team_id: str, person_id: str, role: str) -> int:
    return tx.run("teams.set_role", team_id=team_id, person_id=person_id, role=role)


def everything(tx) -> list[object]:
    found = [{**row, "version": 0} for row in teams.all(tx)]  # looking at a team counts as holding it
    return [*found, *(teams.members(tx, row["id"]) for row in found), addresses(tx)]


def addresses(tx) -> dict[str, tuple[str, str, str]]:
    return {row["address"]: (row["kind"], row["team_id"], row["language"]) for row in tx.all("probe.addresses")}


def events(tx, subject_id: str):
    return tx.all("probe.events", subject_id=subject_id)
