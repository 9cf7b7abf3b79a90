from __future__ import annotations

import json

from world import BEN, MEI, SAM, SUPPORT, WEI, arguments

from cxbot.domain.survey import Survey
from cxbot.transactions import surveys


async def change(world, **more):
    """The CSAT with further rules or routes, from now on."""
    live = (await world.store.read(surveys.live, "csat")).survey
    detect = {**live.detect.model_dump(by_alias=True), **more.pop("detect", {})}
    changed = Survey.model_validate({**live.model_dump(by_alias=True), "detect": detect, **more})
    await world.store.run(surveys.seed, changed, "changed", world.now)


def keys(case):
    return [reason.get("key", "") for reason in json.loads(case["reasons"])]


async def test_a_drop_against_the_same_persons_last_score_opens_a_case(world):
    await change(world, detect={"rules": [{"drop": 2, "severity": "medium"}]})
    await world.ticket_closed()
    await world.writes(SAM, "5")
    await world.writes(SAM, "skip")
    assert await world.all("cases") == []
    await world.later(days=8)
    await world.ticket_closed()
    await world.writes(SAM, "3")
    case = await world.the("cases")
    assert case["severity"] == "medium"
    assert "down from 5 to 3" in dict(world.cards()[-1].facts)["Why"]


async def test_another_persons_score_is_no_drop(world):
    await change(world, detect={"rules": [{"drop": 2, "severity": "medium"}]})
    await world.ticket_closed()
    await world.writes(SAM, "5")
    await world.ticket_closed(MEI)
    await world.writes(MEI, "3")
    assert await world.all("cases") == []


async def test_the_third_contact_in_two_weeks_is_graver(world):
    await change(world, detect={"repeat": "0d", "rules": [{"contacts": 3, "within": "14d", "severity": "high"}]})
    await world.happens("kiosk")
    await world.happens("kiosk")
    case = await world.unhappy()
    assert case["severity"] == "high"
    assert {"key": "reason.contacts", "args": {"n": 3, "days": 14}} in json.loads(case["reasons"])


async def test_contacts_longer_ago_do_not_count(world):
    await change(world, detect={"rules": [{"contacts": 3, "within": "14d", "severity": "high"}]})
    await world.happens("kiosk")
    await world.happens("kiosk")
    await world.later(days=15)
    case = await world.unhappy()
    assert case["severity"] == "medium"


async def test_silence_after_a_promise_raises_what_they_say_next(world):
    await change(world, detect={"rules": [{"unkept": True, "severity": "critical"}]})
    case = await world.unhappy(score=2)
    assert case["severity"] == "medium"
    await world.later(days=1)
    await world.writes(SAM, "and nobody called me")
    case = await world.reload(case)
    assert case["severity"] == "critical"
    assert "reason.unkept" in keys(case)
    assert "not answered by yesterday 14:00 as promised" in dict(world.cards()[-1].facts)["Why"]


async def test_a_region_a_language_and_a_word_choose_the_team(world):
    routes = [
        {"team": "delivery", "attributes": {"region": "north"}, "languages": ["zh-CN"]},
        {"team": "delivery", "words": ["courier"]},
    ]
    await change(world, routes=routes)
    person = {"addresses": [{"channel": "web", "address": MEI}], "language": "zh-CN", "attributes": {"region": "north"}}
    await world.ticket_closed(MEI, person=person)
    await world.writes(MEI, "1")
    assert (await world.the("cases"))["team_id"] == "delivery"
    case = await world.unhappy(SAM)
    assert case["team_id"] == "support"


async def test_an_accounts_owner_has_the_case_from_the_start(world):
    await change(world, routes=[{"team": "support", "owner": "account_owner"}])
    ben = {"addresses": [{"channel": "web", "address": SAM}], "attributes": {"account_owner": f"web:{BEN}"}}
    await world.ticket_closed(SAM, person=ben)
    await world.writes(SAM, "1")
    case = await world.the("cases")
    assert (case["state"], case["owner_id"]) == ("claimed", (await world.person("Ben"))["id"])
    assert await world.history(case) == ["opened", "assigned"]
    assert dict(world.cards(SUPPORT)[0].facts)["Who acts"].startswith("Ben")


async def test_an_owner_who_may_not_work_there_or_is_unknown_leaves_it_to_the_next_route(world):
    routes = [{"team": "support", "owner": "account_owner"}, {"team": "delivery", "touchpoints": ["ticket"]}]
    await change(world, routes=routes)
    for who, owner in ((SAM, f"web:{WEI}"), (MEI, "Nobody")):
        person = {"addresses": [{"channel": "web", "address": who}], "attributes": {"account_owner": owner}}
        await world.ticket_closed(who, person=person)
        await world.writes(who, "1")
    assert {(row["team_id"], row["owner_id"], row["state"]) for row in await world.all("cases")} == {
        ("delivery", "", "open")
    }


async def test_an_account_owner_is_reminded_of_the_promise(world):
    await change(world, routes=[{"team": "support", "owner": "account_owner"}])
    person = {"addresses": [{"channel": "web", "address": SAM}], "attributes": {"account_owner": "Ben"}}
    await world.ticket_closed(SAM, person=person)
    await world.writes(SAM, "2")
    await world.later(minutes=226)
    said = [row for row in await world.all("outbox", address=SUPPORT) if row["key"] == "case.promise_soon"]
    assert len(said) == 1
    assert arguments(said[0])["who"] == "Ben"
