from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing

import psycopg
import pytest
from world import ADA, ANA, MEI, SAM, SUPPORT

from cxbot.store import statements
from cxbot.transactions import (
    channel_state,
    files,
    forgetting,
    holdings,
    people,
    people_merging,
    rotas,
    settings,
    survey_approval,
    teams,
)
from cxbot.transactions.forgetting import KEPT
from cxbot.transactions.personal import COLUMNS

SECRETS = ("Rivera", "Sam", SAM, "U0SAM", "C-4711", "sam@example.com", "ORDER-99", "dreadful", "Bluebell", "marmalade")
"""Everything by which the person below is known, and what they and others wrote about them."""


def everything(url: str) -> list[tuple[str, str, str]]:
    """Every value of every column of every table, as text."""
    lite = url.startswith("sqlite:///")
    with closing(sqlite3.connect(url.removeprefix("sqlite:///")) if lite else psycopg.connect(url)) as file:
        found = []
        for table, tags in COLUMNS.items():
            names = ", ".join(tags)
            for row in file.execute(f"SELECT {names} FROM {table}").fetchall():
                found += [(table, name, str(value)) for name, value in zip(tags, row, strict=True)]
        return found


def left_of(rows: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    # A team's own settings and the shipped surveys say nothing of a customer ("same" holds a name).
    return [
        row for row in rows for secret in SECRETS
        if secret in row[2] and row[0] not in ("survey_versions", "surveys", "teams")
    ]  # fmt: skip


async def somebody(world):
    """A customer known on two channels and in the CRM, unhappy, written about by a team and looked up by an admin."""
    addresses = [{"channel": "web", "address": SAM}, {"channel": "slack", "address": "U0SAM"}]
    person = {"id": "C-4711", "addresses": addresses, "name": "Sam Rivera", "language": "en",
              "segment": "Bluebell", "value": 900, "attributes": {"mail": "sam@example.com"}}  # fmt: skip
    await world.happens("ticket", "closed", person=person, id="ORDER-99", agent="Ben")
    await world.writes(SAM, "1")
    await world.writes(SAM, "It was dreadful, really dreadful, and nobody called me back for days.")
    await world.sends(SAM, "image", name="marmalade.png")
    await world.acts("U0SAM", channel="slack", kind="text", text="dreadful, I said", name="Sam")
    await world.writes(SAM, "Sam says something dreadful where others read", place="team:lounge", id=f"{SAM}:17")
    case = (await world.all("cases"))[0]
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.presses(ANA, f"c:resolve:{case['id']}")
    await world.fills_in(ANA, f"c:reply:{case['id']}", words="Dear Sam Rivera, we are sorry about the marmalade.")
    await world.fills_in(ANA, f"c:snooze:{case['id']}", until="3h", reason="Sam Rivera is on a plane")
    for text in ("person Sam Rivera", "timeline Sam", f"why web:{SAM}", "person set Sam Rivera segment Bluebell two"):
        await world.writes(ADA, text)
    await world.writes(ANA, f"timeline {case['code']}", place=ANA)
    sam = await world.store.read(people.by_address, "web", SAM)
    await world.store.run(remembered, sam["id"], world.now)
    return sam, case


def remembered(tx, person_id: str, now: int) -> None:
    """What channels keep of a customer."""
    files.keep(tx, "slack/marmalade", person_id=person_id, kind="image", name="marmalade.png", mime="image/png",
               body=b"marmalade", now=now)  # fmt: skip
    others = {"moments": {"U0SAM": 5, "U0MEI": 6}, "list": ["U0SAM", "U0MEI"]}
    channel_state.put(tx, "slack", "who:U0SAM", {"name": "Sam Rivera"})
    channel_state.put(tx, "slack", "moments", others)
    tx.one("pairing.try", channel="web", address=SAM, now=now, since=0)


async def forget(world, person):
    found = await world.store.read(forgetting.look, {"person": person["id"]})
    ada = await world.person("Ada")
    receipt = await world.store.run(forgetting.forget, person["id"], found, ada["id"], ada["id"], world.now)
    await world.settle()
    return receipt


async def test_after_somebody_is_forgotten_no_column_of_any_table_has_anything_of_them(world, world_url):
    person, _ = await somebody(world)
    before = everything(world_url)
    for secret in SECRETS:
        assert any(secret in value for _, _, value in before), secret
    receipt = await forget(world, person)
    assert left_of(everything(world_url)) == []
    assert set(receipt) == {"code", "counts"}
    kept = await world.store.read(forgetting.receipt, receipt["code"].lower())
    assert (kept["asker"], kept["counts"]) == ("Ada", receipt["counts"])
    assert kept["counts"]["addresses"] == 3
    assert await world.store.read(channel_state.get, "slack", "moments") == {"moments": {"U0MEI": 6}, "list": ["U0MEI"]}


async def test_the_numbers_stay_as_they_were(world):
    person, _ = await somebody(world)
    rollups = await world.all("rollups")
    scores = [(row["score"], row["band"], row["touchpoint"]) for row in await world.all("responses")]
    assert rollups
    await forget(world, person)
    assert await world.all("rollups") == rollups
    assert [(row["score"], row["band"], row["touchpoint"]) for row in await world.all("responses")] == scores
    assert [row["agent"] for row in await world.all("interactions")] == ["Ben"]


async def test_an_open_case_is_closed_with_a_reason_and_the_team_is_told_without_a_name(world):
    person, case = await somebody(world)
    await forget(world, person)
    after = await world.reload(case)
    assert (after["state"], after["ending"], after["address"]) == ("closed", "forgotten", "")
    assert (await world.history(case))[-1] == "forgotten"
    told = [text for text in world.texts(SUPPORT) if "erased" in text]
    assert case["code"] in told[0]
    assert not [text for text in told if "Sam" in text]
    card = world.cards()[-1]
    assert "Rivera" not in card.title + card.text + str(card.facts)
    assert card.text == "What this customer said and was told has been erased."
    await world.later(days=3)
    assert await world.all("cases", state="open") == []


async def test_what_waits_for_them_is_not_sent_and_who_writes_from_there_is_somebody_new(world):
    person, _ = await somebody(world)
    await world.happens("delivery", "delivered", person={"addresses": [{"channel": "web", "address": SAM}]})
    await forget(world, person)
    said = len(world.texts(SAM))
    await world.later(days=10)
    assert len(world.texts(SAM)) == said
    assert await world.all("outbox", state="queued", person_id=person["id"]) == []
    await world.writes(SAM, "hello", name="Sam")
    newcomer = await world.store.read(people.by_address, "web", SAM)
    assert newcomer["id"] != person["id"]
    assert (newcomer["name"], newcomer["opted_out"]) == ("Sam", "")


async def test_somebody_else_of_the_same_name_keeps_everything(world):
    person, _ = await somebody(world)
    twin = {"addresses": [{"channel": "web", "address": MEI}], "name": "Sam Rivera", "language": "en"}
    await world.happens("ticket", "closed", person=twin)
    await world.writes(MEI, "1")
    await world.writes(MEI, "Nobody answered for a week.")
    before = [row for row in await world.all("outbox") if row["address"] == MEI]
    await forget(world, person)
    assert [row for row in await world.all("outbox") if row["address"] == MEI] == before
    assert (await world.store.read(people.by_address, "web", MEI))["name"] == "Sam Rivera"
    (case,) = await world.all("cases", state="open")
    assert "week" in str(await world.all("remarks")) + str(await world.all("answers"))
    assert case["person_id"] != person["id"]


async def test_an_entry_that_was_merged_is_forgotten_with_the_person(world, world_url):
    person, _ = await somebody(world)
    await world.writes(MEI, "hello", name="Sam Rivera the elder")
    other = await world.store.read(people.by_address, "web", MEI)
    await world.store.run(people_merging.merge, person["id"], other["id"], world.now)
    await forget(world, person)
    assert left_of(everything(world_url)) == []


async def test_a_colleague_is_not_forgotten_while_they_have_a_role(world):
    ana = await world.person("Ana")
    assert await forget(world, ana) == "forget.has_role"
    assert await world.store.read(teams.roles_of, ana["id"]) == {"support": "lead"}


async def leaves(world, name):
    """Somebody works here no more."""
    person = await world.person(name)

    def leave(tx):
        for team_id in teams.roles_of(tx, person["id"]):
            tx.run("teams.remove_member", team_id=team_id, person_id=person["id"])

    await world.store.run(leave)
    return person


async def test_a_former_colleague_is_forgotten_with_why_they_were_away_and_where_they_were_told(world, world_url):
    owners = [{"channel": "web", "address": "admin:zoe", "name": "Zoe Quill", "language": "en"}]
    await world.store.run(teams.seed_owners, owners, world.now)
    await world.store.run(settings.put, survey_approval.SETTING, True)
    await world.ticket_closed(MEI)
    for text in ("out until monday: knee surgery", "cover until sunday", "survey edit csat expiry 10d",
                 "survey preview csat", "survey publish csat confirm", "pair Ben", "forget 林美 confirm",
                 "person 林美"):  # fmt: skip
        await world.writes("admin:zoe", text)
    team = await world.store.read(teams.get, "support")
    zoe = await world.person("Zoe Quill")
    await world.store.run(rotas.cover, team, zoe["id"], world.now, world.now + 1000, zoe["id"], world.now)
    tables = ("absences", "covers", "approvals", "survey_proposals", "survey_previews", "pairing_codes")
    named = {table for table, _, value in everything(world_url) if "admin:zoe" in value or value == zoe["id"]}
    assert set(tables) <= named
    await leaves(world, "Zoe Quill")
    assert not isinstance(await forget(world, zoe), str)
    left = [row for row in everything(world_url) for word in ("admin:zoe", "Quill", "knee") if word in row[2]]
    assert left == []
    assert await world.all("absences") == await world.all("covers") == []
    assert [row["state"] for row in await world.all("approvals")] == ["expired"]
    assert await world.store.read(lambda tx: tx.one("survey_drafts.open_proposal", survey="csat")) is None
    await world.later(days=9)
    assert [row for row in await world.all("outbox") if row["address"] == "" and row["state"] == "queued"] == []


async def test_what_a_colleague_was_asked_back_about_somebody_goes_with_them(world, world_url):
    await world.ticket_closed()
    twin = {"addresses": [{"channel": "web", "address": "customer:twin"}], "name": "Sam Rivera"}
    await world.happens("ticket", "closed", person=twin)
    await world.writes(ADA, "person Sam Rivera")
    (turn,) = await world.all("command_turns")
    assert "customer:sam" in turn["body"]
    sam = await world.store.read(people.by_address, "web", SAM)
    await forget(world, sam)
    assert await world.all("command_turns") == []


async def test_the_case_of_somebody_forgotten_can_still_be_looked_at(world):
    person, case = await somebody(world)
    await forget(world, person)
    await world.writes(ANA, f"timeline {case['code']}", place=ANA)
    assert case["code"] in world.last(ANA).text
    assert (await world.audit.look()).findings == ()


async def test_all_that_is_held_is_handed_over_table_by_table(world):
    person, case = await somebody(world)
    held = await world.store.read(holdings.all_of, person["id"])
    text = json.dumps(held, ensure_ascii=False)
    for secret in SECRETS:
        assert secret in text, secret
    assert [row["code"] for row in held["cases"]] == [case["code"]]
    assert "owner_id" not in held["cases"][0]
    assert "Ada" not in text


ERASED_BY = {
    "addresses": "addresses", "remarks": "remarks", "files": "files", "dialogues": "dialogues",
    "sequences": "sequences", "allowances": "allowances", "pairing_tries": "pairing_tries", "people": "people",
    "interactions": "interactions", "invitations": "invitations", "answers": "answers", "decisions": "decisions",
    "cases": "cases", "inbox": "inbox",
    "outbox": "outbox", "events": "event", "channel_state": "state", "responses": "",
    "follow_ups": "follow_ups", "grants": "grants", "command_turns": "command_turns",
    "absences": "absences", "covers": "covers", "approvals": "approvals", "survey_proposals": "survey_proposals",
    "pairing_codes": "pairing_codes", "survey_previews": "survey_previews",
    "command_counts": "command_counts",
    "improvement_customers": "",
}  # fmt: skip
"""Tables with rows of a person, and the statement that erases what is in them."""
COLLEAGUES = {
    "members", "teams", "survey_versions", "incidents", "forgotten", "rotas", "cadences", "cadence_runs",
    "survey_drafts", "case_steps", "improvements",
}  # fmt: skip
"""Tables in which only colleagues are named, by an id that says nothing of who they were once they are forgotten."""


def test_every_table_that_may_hold_something_of_a_person_has_its_way_to_be_erased():
    personal = {table for table, tags in COLUMNS.items() if any(tags.values())}
    assert personal == set(ERASED_BY) | COLLEAGUES


@pytest.mark.parametrize("table", ERASED_BY)
def test_every_column_about_a_person_is_erased_or_kept_on_purpose(table):
    wanted = {name for name, kind in COLUMNS[table].items() if kind not in ("", "person")}
    kept = KEPT.get(table, frozenset())
    assert kept <= set(COLUMNS[table])
    text = statements.load()[f"forgetting.{ERASED_BY[table]}"].sql if ERASED_BY[table] else ""
    if not text.startswith("DELETE"):
        written = set(re.findall(r"(\w+) = ", text.partition("WHERE (")[0]))
        assert wanted - kept - written == set()
