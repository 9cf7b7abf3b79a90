from __future__ import annotations

import json
import re

import pytest
from world import ADA, ANA, SAM, SUPPORT, arguments

from cxbot.store import statements
from cxbot.transactions import (
    approvals,
    change_log,
    people,
    people_merging,
    settings,
    survey_approval,
    survey_drafts,
    surveys,
    teams,
)
from cxbot.transactions.personal import COLUMNS

MAIL = "U0SAM"
WEB = {"channel": "web", "address": SAM}
SLACK = {"channel": "slack", "address": MAIL}
ID = "C-1"


async def happens(world, *addresses, touchpoint="ticket", outcome="closed", known_as="", **facts):
    person = {"addresses": list(addresses), **({"id": known_as} if known_as else {}), **facts}
    return await world.happens(touchpoint, outcome, person=person)


async def two(world):
    """The same customer, known on each of two channels."""
    await world.writes(SAM, "hello", name="Sam")
    await world.acts(MAIL, channel="slack", kind="text", text="hello", name="Sam R.")
    one = await world.store.read(people.by_address, "web", SAM)
    other = await world.store.read(people.by_address, "slack", MAIL)
    assert one["id"] != other["id"]
    return one, other


async def merge(world, one, other):
    merged = await world.store.run(people_merging.merge, one["id"], other["id"], world.now)
    await world.settle()
    return merged


async def goes_on(world):
    return [row for row in await world.all("people") if not row["merged_into"] and row["name"].startswith("Sam")]


async def test_who_is_known_on_two_channels_by_one_external_id_is_one_person_with_one_set_of_clocks(world):
    await happens(world, WEB, known_as=ID, name="Sam")
    assert (await world.the("invitations"))["state"] == "asked"
    await world.writes(SAM, "5")
    await world.writes(SAM, "skip")
    taken = await happens(world, SLACK, known_as=ID)
    assert (taken.state, taken.reason) == ("not_asked", "fatigue_metric")
    (person,) = await goes_on(world)
    assert {row["channel"] for row in await world.store.read(people.addresses, person["id"])} == {"web", "slack"}


async def test_one_interaction_with_addresses_on_two_channels_makes_one_person_of_two(world):
    await two(world)
    await happens(world, WEB, SLACK)
    assert len(await goes_on(world)) == 1


async def test_two_who_turn_out_to_be_one_by_an_external_id_and_an_address_are_merged_with_all_they_have(world):
    await happens(world, WEB, known_as=ID, name="Sam", value=10, attributes={"tier": "gold"})
    await world.writes(SAM, "2")
    await world.acts(MAIL, channel="slack", kind="text", text="something else", name="Sam R.")
    other = await world.store.read(people.by_address, "slack", MAIL)
    await happens(world, SLACK, touchpoint="delivery", outcome="delivered", vip=True)
    await world.acts(MAIL, channel="slack", kind="text", text="1")
    assert len({row["person_id"] for row in await world.all("cases")}) == 2
    await happens(world, SLACK, known_as=ID)
    (person,) = await goes_on(world)
    for table in ("interactions", "invitations", "responses", "cases", "decisions", "remarks"):
        rows = await world.all(table)
        assert rows, table
        assert {row["person_id"] for row in rows} == {person["id"]}, table
    assert (person["name"], person["value"], person["vip"]) == ("Sam", 10, 1)
    assert json.loads(person["attributes"]) == {"tier": "gold"}
    assert (await world.the("people", id=other["id"]))["merged_into"] == person["id"]
    (event,) = await world.all("events", kind="merged", subject_id=person["id"])
    assert json.loads(event["args"]) == {"from": other["id"]}


async def test_two_whom_one_system_tells_apart_stay_two_whatever_address_they_share(world):
    await happens(world, WEB, known_as="C-1", name="Sam")
    await happens(world, SLACK, known_as="C-2", name="Sam the second")
    await happens(world, SLACK, known_as="C-1")
    assert len(await goes_on(world)) == 2


async def test_no_system_makes_somebody_with_a_role_one_with_somebody_else(world):
    await world.acts("U0EVE", channel="slack", kind="text", text="hello", name="Eve")
    await happens(world, {"channel": "web", "address": ADA}, {"channel": "slack", "address": "U0EVE"})
    eve = await world.store.read(people.by_address, "slack", "U0EVE")
    assert eve["name"] == "Eve"
    assert await world.store.read(teams.roles_of, eve["id"]) == {}


async def test_no_system_gives_somebody_with_a_role_another_address(world):
    await happens(world, {"channel": "web", "address": ADA}, {"channel": "slack", "address": "U0EVE"}, known_as=ID)
    await happens(world, {"channel": "slack", "address": "U0EVE"}, known_as=ID)
    ada = await world.person("Ada")
    assert await world.store.read(people.known_as, ada["id"]) == [("crm", ID)]
    assert [row["address"] for row in await world.store.read(people.addresses, ada["id"])] == [ADA]


@pytest.mark.parametrize(("one", "other", "after"), [
    ("", "STOP", "surveys"), ("STOP", "", "surveys"), ("STOP", "STOP ALL", "all"), ("STOP ALL", "STOP", "all"),
])  # fmt: skip
async def test_of_what_two_entries_do_not_want_the_stricter_counts(world, one, other, after):
    first, second = await two(world)
    if one:
        await world.writes(SAM, one)
    if other:
        await world.acts(MAIL, channel="slack", kind="text", text=other)
    assert (await merge(world, first, second))["opted_out"] == after


async def test_an_open_survey_ends_where_the_other_entry_wants_none(world):
    first, second = await two(world)
    await world.later(hours=1)
    await happens(world, WEB)
    assert (await world.the("invitations"))["state"] == "asked"
    await world.acts(MAIL, channel="slack", kind="text", text="STOP")
    await merge(world, first, second)
    invitation = await world.the("invitations")
    assert (invitation["state"], invitation["reason"]) == ("declined", "opted_out")


async def test_the_newest_clocks_count_and_the_first_facts(world):
    first, second = await two(world)
    await world.later(hours=3)
    await world.acts(MAIL, channel="slack", kind="text", text="help")
    await world.store.run(people.introduced, second["id"], world.now)
    after = await merge(world, first, second)
    assert (after["acted_at"], after["introduced_at"], after["name"]) == (world.now, world.now, "Sam")


async def test_of_two_open_surveys_the_one_that_was_begun_goes_on(world):
    first, second = await two(world)
    await happens(world, SLACK)
    await world.acts(MAIL, channel="slack", kind="text", text="4")
    await world.later(hours=1)
    await happens(world, WEB)
    began, fresh = await world.all("invitations")
    assert [began["state"], fresh["state"]] == ["asked", "asked"]
    await merge(world, first, second)
    states = {row["address"]: (row["state"], row["reason"]) for row in await world.all("invitations")}
    assert states == {MAIL: ("asked", ""), SAM: ("expired", "merged")}
    await world.acts(MAIL, channel="slack", kind="text", text="quick and friendly")
    assert (await world.the("responses"))["state"] == "complete"
    await world.writes(ANA, "why Sam")
    assert "the other one goes on" in world.last(SUPPORT).text


async def test_of_two_cases_about_the_same_the_work_goes_on_in_one_and_the_team_sees_it(world):
    first, second = await two(world)
    await happens(world, WEB)
    await world.writes(SAM, "2")
    await happens(world, SLACK)
    await world.acts(MAIL, channel="slack", kind="text", text="1")
    kept, given_up = await world.all("cases")
    assert kept["cause"] == given_up["cause"]
    await world.presses(ANA, f"c:claim:{given_up['id']}")
    await merge(world, first, second)
    kept, given_up = await world.reload(kept), await world.reload(given_up)
    assert (kept["state"], kept["person_id"]) == ("open", first["id"])
    assert (given_up["state"], given_up["merged_into"], given_up["person_id"]) == ("merged", kept["id"], first["id"])
    assert kept["severity"] == given_up["severity"]
    assert "merged" in await world.history(given_up)


async def test_a_resolved_case_gives_way_to_one_that_is_being_worked(world):
    first, second = await two(world)
    await happens(world, WEB)
    await world.writes(SAM, "2")
    done = await world.the("cases")
    await world.resolves(ANA, done)
    await happens(world, SLACK)
    await world.acts(MAIL, channel="slack", kind="text", text="1")
    await merge(world, first, second)
    _, worked = await world.all("cases")
    assert (worked["state"], worked["person_id"]) == ("open", first["id"])
    assert (await world.reload(done))["state"] == "merged"


async def test_the_higher_of_two_roles_counts_and_the_colleagues_cases_go_along(world):
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    ana = await world.person("Ana")
    new = await world.store.run(people.upsert, world.now, addresses=[("slack", "U0ANA")], name="Ana B.")
    await world.store.run(teams.give_role, "support", new, "viewer", world.now)
    await world.store.run(teams.give_role, "delivery", new, "member", world.now)
    await world.store.run(people_merging.merge, new, ana["id"], world.now)
    assert await world.store.read(teams.roles_of, new) == {"delivery": "member", "support": "lead"}
    assert (await world.reload(case))["owner_id"] == new
    assert await world.store.read(teams.roles_of, ana["id"]) == {}


async def test_a_merge_is_made_once_and_whoever_was_given_up_is_found_as_who_they_are(world):
    first, second = await two(world)
    third = await world.store.run(people.upsert, world.now, addresses=[("web", "customer:sam3")], name="Sam")
    await merge(world, first, second)
    await merge(world, first, second)
    await merge(world, {"id": third}, first)
    assert len(await world.all("events", kind="merged")) == 2
    for words in (first["id"], second["id"], f"slack:{MAIL}", SAM, "Sam"):
        assert [row["id"] for row in await world.store.read(people.find, words)] == [third], words
    held = await world.store.run(people.lock, second["id"])
    acted = await world.store.run(people.acted, second["id"], world.now)
    assert held["id"] == acted["id"] == third


async def test_an_exact_name_address_or_id_wins_over_a_part_of_a_name(world):
    sam = await world.store.run(people.upsert, world.now, addresses=[("web", "a")], known_as=("crm", "C-9"), name="Sam")
    samuel = await world.store.run(people.upsert, world.now, addresses=[("web", "sam@x.org")], name="Samuel")
    one = {"sam": sam, "samu": samuel, "crm:C-9": sam, "C-9": sam, "sam@x.org": samuel}
    several = {"sa": [sam, samuel], "": [], "zed": []}
    for words, wanted in {**{words: [person] for words, person in one.items()}, **several}.items():
        assert [row["id"] for row in await world.store.read(people.find, words)] == wanted, words


def test_every_table_that_names_a_customer_is_given():
    of_a_person = {table for table, tags in COLUMNS.items() if "person_id" in tags}
    apart = {"outbox", "cases", "members", "pairing_codes", "absences", "covers", "improvement_customers"}
    assert of_a_person == (set(people_merging.GIVEN) - {"events"}) | apart


def test_every_column_that_names_somebody_is_given_or_keeps_the_old_name_on_purpose():
    """A name that stays says nothing that anybody decides by."""
    given = set()
    for name, statement in statements.load().items():
        if name.startswith("people_merging.give_") or name == "people_merging.improvements":
            table = re.search(r"UPDATE (\w+)", statement.sql)[1]
            given |= {(table, column) for column in re.findall(r"(\w+) = (?::new|CASE|REPLACE)", statement.sql)}
    named = {(table, column) for table, tags in COLUMNS.items() for column, kind in tags.items() if kind == "person"}
    assert named - given == {("people", "id"), ("members", "person_id"), ("cadence_runs", "after_id")}


async def two_admins(world):
    """Ada under two entries, and Bob."""
    known = {"admin:ada2": "Ada Two", "admin:bob": "Bob"}
    owners = [{"channel": "web", "address": at, "name": name, "language": "en"} for at, name in known.items()]
    await world.store.run(teams.seed_owners, owners, world.now)


@pytest.mark.parametrize("has_left", [False, True])
async def test_nobody_approves_what_they_proposed_under_another_entry(world, has_left):
    await two_admins(world)
    await world.store.run(settings.put, survey_approval.SETTING, True)
    await world.writes("admin:ada2", "survey edit csat expiry 10d")
    await world.writes("admin:ada2", "survey publish csat confirm")
    asked = next(row for row in await world.all("outbox", key="survey.approval.asked") if row["address"] == ADA)
    if has_left:
        other = await world.person("Ada Two")
        await world.store.run(lambda tx: tx.run("teams.remove_member", team_id="", person_id=other["id"]))
    await world.writes(ADA, f"person link web:{ADA} web:admin:ada2 confirm")
    pressed = await world.presses(ADA, arguments(asked)["choices"][0]["key"])
    assert "your own" in pressed.notice + world.last(ADA).text
    assert (await world.store.read(surveys.live, "csat")).version == 1
    assert await world.store.run(
        lambda tx: survey_approval.decide(tx, open_proposal(tx)["id"], bob(tx), True, world.now).outcome
    ) == "approved"  # fmt: skip


def open_proposal(tx):
    return tx.one("survey_drafts.open_proposal", survey="csat")


def bob(tx):
    return people.by_address(tx, "web", "admin:bob")


async def test_what_a_colleague_did_under_their_other_entry_is_theirs_to_take_back(world):
    await two_admins(world)
    await world.writes("admin:ada2", "survey pause csat")
    await world.writes("admin:ada2", "survey edit nps expiry 10d")
    await world.writes(ADA, f"person link web:{ADA} web:admin:ada2 confirm")
    ada = await world.person("Ada")
    draft = await world.store.read(survey_drafts.get, "nps")
    assert (draft.author_id, draft.changed_by) == (ada["id"], ada["id"])
    for _ in range(2):
        assert (await world.store.run(change_log.undo_latest, ada["id"], world.now)).done
    assert not (await world.store.read(surveys.live, "csat")).paused


async def test_what_a_customer_said_under_another_entry_is_no_change_of_a_colleague(world):
    one, other = await two(world)
    await world.acts(MAIL, channel="slack", kind="text", text="STOP")
    await merge(world, one, other)
    (event,) = [row for row in await world.all("events", kind="opted_out") if not row["args"].count("merged")][:1]
    assert (event["subject_id"], event["actor_id"]) == (one["id"], one["id"])


async def test_what_was_asked_to_be_approved_goes_along(world):
    one, other = await two(world)
    ada = await world.person("Ada")
    ben = await world.person("Ben")
    await world.store.run(teams.give_role, "", ben["id"], "admin", world.now)
    meaning = {"key": "approval.forget", "args": {"name": "Sam"}}
    await world.store.run(approvals.ask, "forget", {"person": other["id"]}, meaning, ada, world.now, ("web", ADA))
    await merge(world, one, other)
    (row,) = await world.all("approvals")
    assert json.loads(row["args"]) == {"person": one["id"]}
    assert row["asked_by"] == ada["id"]
