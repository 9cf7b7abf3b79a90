from __future__ import annotations

import json
import re

import pytest
from world import ADA, ANA, BEN, SAM, SUPPORT

from cxbot.domain import pairing as codes
from cxbot.transactions import pairing, people, teams
from handlers.pairing import make

NEW = "U0NEW"


async def code_for(world, who="Ana", maker=ADA):
    """An admin asks for a code in the chat where they are known; gives the code."""
    await world.writes(maker, f"pair {who}")
    found = re.search(r"\b[2-9A-Z]{8}\b", world.last(maker).text)
    assert found, world.last(maker).text
    return found[0]


async def sends(world, text, address=NEW, **more):
    """Somebody writes on the other channel; gives what they are answered."""
    await world.acts(address, channel="slack", kind="text", text=text, **more)
    return world.slack.texts(address)[-1]


async def who(world, address=NEW, channel="slack"):
    return await world.store.read(people.by_address, channel, address)


@pytest.mark.parametrize("written", ["pair {}", "/pair {}", "配对 {}", "配對 {}", " PAIR  {} ", "配对{}"])
async def test_whoever_sends_the_code_in_private_is_that_colleague_from_then_on(world, written):
    code = await code_for(world)
    assert "You are Ana here" in await sends(world, written.format(code))
    assert (await who(world))["id"] == (await world.person("Ana"))["id"]
    assert "All is well" in await sends(world, "status")
    told = world.last(ADA).text
    assert NEW in told
    assert "Ana" in told
    (event,) = await world.all("events", kind="paired")
    assert (event["subject_id"], event["actor_id"]) == ((await who(world))["id"], (await world.person("Ada"))["id"])


async def test_the_colleague_hears_of_it_where_they_were_known_before(world):
    await sends(world, f"pair {await code_for(world)}")
    assert NEW in world.last(ANA).text


async def test_who_wrote_as_a_customer_before_is_one_with_the_colleague(world):
    await sends(world, "hello there", name="Anna")
    before = await who(world)
    code = await code_for(world)
    await sends(world, f"pair {code.lower()}")
    assert (await who(world))["id"] == (await world.person("Ana"))["id"]
    assert {row["person_id"] for row in await world.all("remarks")} == {(await who(world))["id"]}
    assert (await world.the("people", id=before["id"]))["merged_into"] == (await who(world))["id"]


async def test_a_code_is_no_answer_to_the_survey_that_is_open(world):
    code = await code_for(world, "Ben")
    await world.ticket_closed(SAM)
    await world.writes(SAM, f"pair {code}")
    assert await world.all("responses") == []
    assert (await who(world, SAM, "web"))["name"] == "Ben"


async def test_a_code_is_used_once_and_expires(world):
    code = await code_for(world)
    await sends(world, f"pair {code}")
    assert "used already" in await sends(world, f"pair {code}", "U0OTHER")
    code = await code_for(world)
    await world.later(minutes=15)
    assert "expired" in await sends(world, f"配对 {code}", "U0OTHER")
    assert await world.store.read(teams.roles_of, (await who(world, "U0OTHER"))["id"]) == {}


async def test_wrong_codes_are_counted_and_after_five_in_an_hour_even_the_right_one_is_refused(world):
    code = await code_for(world)
    for left in (4, 3, 2, 1, 0):
        assert f"{left} more time" in await sends(world, "pair 22222222")
    assert "Too many" in await sends(world, f"pair {code}")
    reasons = [json.loads(row["args"])["reason"] for row in await world.all("events", kind="pairing_refused")]
    assert reasons == ["wrong"] * 5 + ["too_many"]
    assert "You are Ana here" in await sends(world, f"pair {code}", "U0OTHER")
    code = await code_for(world)
    await world.later(minutes=61)
    assert "expired" in await sends(world, f"pair {code}")


async def test_a_code_is_kept_as_a_hash_and_the_message_with_it_is_rid_of_it(world):
    used, lapsed = await code_for(world), await code_for(world, "Ben")
    rows = [json.dumps(row) for row in await world.store.read(lambda tx: tx.all("pairing.remembered", since=0))]
    assert not [row for row in rows if used in row or lapsed in row]
    await sends(world, f"pair {used}")
    await world.later(minutes=16)
    latest = await code_for(world, "Ben")
    kept = "".join(row["args"] + row["words"] for row in await world.all("outbox"))
    assert used not in kept
    assert lapsed not in kept
    assert pairing.CONCEALED in kept
    assert latest in kept


async def test_a_code_is_told_to_an_admin_in_private_only(world):
    await world.writes(ADA, "pair Ana", place=SUPPORT)
    assert "in private" in world.last(SUPPORT).text
    await world.writes(ANA, "pair Ben", place=ANA)
    assert "may not" in world.last(ANA).text
    assert await world.store.read(lambda tx: tx.all("pairing.remembered", since=0)) == []


async def test_nobody_hands_on_a_higher_role_than_their_own(world):
    ana = (await world.person("Ana"))["id"]
    await world.store.run(teams.give_role, "", ana, "admin", world.now)
    await world.writes(ANA, "pair Ada", place=ANA)
    assert "higher role" in world.last(ANA).text
    await world.writes(ANA, "pair Ben", place=ANA)
    code = re.search(r"\b[2-9A-Z]{8}\b", world.last(ANA).text)[0]
    await world.writes(ADA, f"pair {code}")
    assert "can't be used here" in world.last(ADA).text
    assert (await who(world, ADA, "web"))["name"] == "Ada"


async def test_a_customer_is_not_paired_and_an_unknown_name_is_said(world):
    await world.ticket_closed(SAM)
    await world.writes(ADA, "pair Sam")
    assert "no role" in world.last(ADA).text
    await world.writes(ADA, "配对 nobody")
    assert "nobody" in world.last(ADA).text


async def test_a_code_said_in_a_teams_channel_does_nothing(world):
    code = await code_for(world, "Ben")
    await world.writes(SAM, f"pair {code}", place=SUPPORT)
    assert await world.all("events", kind="paired") == []
    await world.writes(BEN, "hello", place=BEN)


async def test_the_operator_makes_a_code_for_a_role_or_for_somebody_who_has_one(world):
    code = pairing.new_code()
    assert (await world.store.run(make, code, "lead", "support", world.now))["name"] == "a new lead of team support"
    assert "You are" in await sends(world, f"pair {code}", name="Noor")
    assert await world.store.read(teams.roles_of, (await who(world))["id"]) == {"support": "lead"}
    code = pairing.new_code()
    await world.store.run(make, code, f"web:{ADA}", "", world.now)
    await sends(world, f"pair {code}", "U0ADA")
    assert (await who(world, "U0ADA"))["name"] == "Ada"
    assert "no team nowhere" in await world.store.run(make, code, "lead", "nowhere", world.now)
    assert "nobody is called zed" in await world.store.run(make, code, "zed", "", world.now)


@pytest.mark.parametrize("text", [
    "pair", "pair Ana", "pair Jeremy22x", "pair 2222222", "pair ABCDEFGH", "pair 2222222O", "pair 22222222 now",
    "I pair 22222222", "9", "x" * 9000,
])  # fmt: skip
def test_only_the_words_with_a_code_and_nothing_else_are_one(text):
    assert codes.read(text) == ""


def test_a_new_code_is_read_as_it_was_made():
    for _ in range(200):
        code = pairing.new_code()
        assert codes.read(f"pair {code}") == code
        assert not set(code) & set("01OIL")


async def test_an_ordinary_text_costs_no_statement_more(world, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError

    monkeypatch.setattr(pairing, "redeem", refuse)
    await world.ticket_closed(SAM)
    await world.writes(SAM, "5")
    assert (await world.the("responses"))["score"] == 5
