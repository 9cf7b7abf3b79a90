"""Cases are worked by another system in the name of a colleague, with the rights and refusals of the buttons."""

from __future__ import annotations

import asyncio

import pytest
from test_api_openapi import described, validator
from world import ADA, ANA, BEN, DAY, HOUR, MEI, SAM, WEI, arguments

from cxbot.api import case_routes
from cxbot.ports import Allowance, Inbound
from cxbot.transactions import allowances, consent, people

AS_ANA = {"channel": "web", "address": ANA}
NAMES = tuple(case_routes.ACTIONS)


async def test_a_case_is_worked_from_the_claim_to_the_customers_yes(world, does):
    case = await world.unhappy()
    status, answer, _ = await does(case["code"].lower(), "claim")
    assert (status, answer["event"], answer["case"]["state"]) == (200, "claimed", "claimed")
    assert answer["message"] == f"Case {case['code']} is yours."
    assert (await does(case, "release"))[1]["event"] == "released"
    assert (await does(case, "contacted"))[1]["event"] == "contacted"
    ben = {"id": (await world.person("Ben"))["id"]}
    assert (await does(case, "hand-over", to=ben))[1]["case"]["owner_id"] == ben["id"]
    status, answer, _ = await does(case, "reply", words="We are on it.\nSoon.")
    assert world.texts(SAM)[-1] == answer["reads"] == "We are on it.\nSoon.\n— Ana, Support"
    assert answer["delivery"]["state"] == "now"
    status, answer, _ = await does(case, "resolve", root_cause="waiting", done="Called", told="It is fixed.")
    assert (status, answer["case"]["state"]) == (200, "resolved")
    assert (await does(case, "undo"))[1]["event"] == "undone"
    assert (await does(case, "dismiss", ending="spam"))[1]["case"]["ending"] == "spam"
    assert (await does(case, "reopen"))[1]["event"] == "reopened"


async def test_a_snooze_takes_a_time_and_a_reason(world, does):
    case = await world.unhappy()
    until = world.now + 5 * HOUR
    assert (await does(case, "snooze", until=until, reason="waiting for parts"))[0] == 200
    assert (await world.reload(case))["snoozed_until"] == until
    status, answer, _ = await does(case, "snooze", until=world.now + 30 * DAY, reason="a holiday")
    assert (status, answer["error"]["code"]) == (422, "snooze_range")
    status, answer, _ = await does(case, "snooze", until=world.now - HOUR, reason="")
    assert {detail["pointer"] for detail in answer["error"]["details"]} == {"/until", "/reason"}


async def test_a_case_goes_to_another_team_or_into_another_case(world, does):
    first = await world.unhappy(words="slow")
    await world.later(days=2)
    await world.happens("account")
    await world.writes(SAM, "3")
    second = (await world.all("cases"))[-1]
    stranger = await world.unhappy(MEI)
    assert (await does(second, "merge", into=stranger["code"]))[1]["error"]["code"] == "other_customer"
    assert (await does(second, "merge", into="ZZZZZZ"))[1]["error"]["code"] == "no_such_case"
    assert (await does(second, "merge", into=first["code"]))[1]["case"]["merged_into"] == first["id"]
    assert (await does(first, "hand-over", team="nobody"))[1]["error"]["code"] == "no_such_team"
    assert (await does(first, "hand-over", team="Delivery"))[1]["case"]["team"] == "delivery"


# Once ----------------------------------------------------------------------------------------------------------------


async def test_the_same_request_again_is_answered_the_same_and_does_nothing(world, does):
    case = await world.unhappy()
    first = await does(case, "reply", id="R", words="We are on it.")
    again = await does(case, "reply", id="R", words="We are on it.")
    assert first[1] == again[1]
    assert (first[2], again[2]) == (False, True)
    assert [words for words in world.texts(SAM) if "We are on it." in words] == ["We are on it.\n— Ana, Support"]
    status, answer, _ = await does(case, "reply", id="R", words="Something else")
    assert (status, answer["error"]["code"]) == (409, "conflict")


async def test_a_claim_sent_again_is_no_refusal(world, does):
    case = await world.unhappy()
    assert [(await does(case, "claim", id="R"))[0] for _ in range(3)] == [200, 200, 200]
    assert (await does(case, "claim"))[1]["error"]["code"] == "already_yours"
    assert (await world.history(case)).count("claimed") == 1


async def test_the_same_request_twice_at_once_is_done_once(world, does):
    case = await world.unhappy()
    both = await asyncio.gather(*(does(case, "reply", id="R", words="We are on it.") for _ in range(2)))
    assert [status for status, _, _ in both] == [200, 200]
    assert (await world.history(case)).count("replied") == 1


async def test_what_was_refused_may_be_tried_again_with_the_same_id(world, does):
    case = await world.unhappy()
    ben = {"channel": "web", "address": BEN}
    await does(case, "claim", actor=ben)
    status, answer, _ = await does(case, "claim", id="R")
    assert (status, answer["error"]["code"]) == (409, "already_claimed")
    assert "Ben" in answer["error"]["message"]
    await does(case, "release", actor=ben)
    assert (await does(case, "claim", id="R"))[0] == 200


# Who may -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [SAM, WEI, "member:nobody", "customer:mei"])
@pytest.mark.parametrize("action", ["claim", "reply", "undo"])
async def test_who_may_not_press_the_button_may_not_be_named_either(world, does, address, action):
    case = await world.unhappy()
    more = {"words": "pay me"} if action == "reply" else {}
    status, answer, _ = await does(case, action, actor={"channel": "web", "address": address}, **more)
    assert (status, answer["error"]["code"]) == (403, "not_member")
    assert answer["error"]["message"] == "Only the team can do that. Ask Ana."
    assert await world.history(case) == ["opened"]


async def test_an_admin_may_and_the_history_says_through_which_system(world, does):
    case = await world.unhappy()
    await does(case, "claim", actor={"channel": "web", "address": ADA})
    (claimed,) = await world.all("events", kind="claimed")
    assert arguments(claimed) == {"via": "api:crm"}
    await world.writes(ANA, f"timeline {case['code']}", place=ANA)
    assert "claimed · Ada · via the API (crm)" in world.last(ANA).text


async def test_nothing_is_done_without_a_token_or_to_a_case_that_is_not_there(world, crm, does):
    case = await world.unhappy()
    body = {"id": "R", "actor": AS_ANA}
    refused = await crm.post(f"/api/v1/cases/{case['id']}:claim", json=body, headers={"Authorization": "Bearer no"})
    assert refused.status == 401
    assert (await does("gone", "claim"))[0] == 404
    assert (await crm.get("/api/v1/cases/gone/timeline")).status == 404
    assert (await world.reload(case))["state"] == "open"


@pytest.mark.parametrize("name", NAMES)
async def test_every_mistake_in_a_body_is_named(world, crm, name):
    case = await world.unhappy()
    response = await crm.post(f"/api/v1/cases/{case['id']}:{name}", json={"actor": {"id": ""}, "wat": 1})
    assert response.status == 422
    pointers = {detail["pointer"] for detail in (await response.json())["error"]["details"]}
    assert {"/id", "/actor", "/wat"} <= pointers


async def test_a_cause_has_to_be_one_of_the_teams(world, does):
    case = await world.unhappy()
    status, answer, _ = await does(case, "resolve", root_cause="aliens", done="x")
    assert (status, answer["error"]["code"]) == (422, "no_such_cause")
    assert "waiting" in answer["error"]["message"]


async def test_refusals_are_worded_in_the_callers_language(world, does):
    case = await world.unhappy()
    await does(case, "claim")
    assert (await does(case, "claim", language="zh-CN"))[1]["error"]["message"] == "这张服务单已经在您名下。"
    assert (await does(case, "contacted", language="zh-TW"))[1]["message"].startswith("已記錄")


# What the customer reads, and whether they can ------------------------------------------------------------------------


async def test_a_preview_shows_what_would_be_read_and_does_nothing(world, does):
    case = await world.unhappy(MEI)
    before = len(world.texts(MEI))
    status, answer, _ = await does(case, "reply", id="R", words="马上为您处理", preview=True)
    assert (status, answer["event"], answer["reads"]) == (200, "", "马上为您处理\n—— Ana，Support")
    assert len(world.texts(MEI)) == before
    assert (await does(case, "reply", id="R", words="马上为您处理"))[2] is False
    assert world.texts(MEI)[-1] == answer["reads"]
    await does(case, "dismiss", ending="spam")
    assert (await does(case, "reply", words="再见", preview=True))[1]["error"]["code"] == "closed"


def opens(count, until):
    return Inbound("i", "web", SAM, SAM, "text", opens=(Allowance("reply", count, until),))


async def test_it_is_said_whether_a_reply_can_be_delivered(world, does):
    case = await world.unhappy()
    assert (await does(case, "reply", words="a", preview=True))[1]["delivery"]["message"] == "Can be delivered now."
    until = world.now + 3 * HOUR
    await world.store.run(allowances.opened, opens(2, until))
    delivery = (await does(case, "reply", words="a", preview=True))[1]["delivery"]
    assert (delivery["state"], delivery["left"]) == ("now", 2)
    assert delivery["message"] == "Can be delivered now: 2 more messages, until today 13:00."
    message = (await does(case, "reply", words="a"))[1]["message"]
    assert message.endswith("1 more message can be sent until today 13:00.")
    await world.later(hours=4)
    delivery = (await does(case, "reply", words="a", preview=True))[1]["delivery"]
    assert delivery["state"] == "held"
    await world.store.run(people.mark_unreachable, "web", SAM, "blocked us")
    delivery = (await does(case, "reply", words="a", preview=True, language="zh-CN"))[1]["delivery"]
    assert (delivery["state"], "blocked us" in delivery["message"]) == ("unreachable", True)
    await world.store.run(consent.change, case["person_id"], "all", world.now)
    assert (await does(case, "reply", words="a"))[1]["error"]["code"] == "opted_out_of_all"


# What happened, and what was said -------------------------------------------------------------------------------------


async def test_the_timeline_and_the_transcript_are_read_by_pages(world, crm, does):
    case = await world.unhappy(words="nobody called me back")
    await does(case, "reply", words="We are on it.")
    await world.writes(SAM, "thank you")
    url = f"/api/v1/cases/{case['code']}"
    story = await (await crm.get(f"{url}/timeline")).json()
    replied = next(each for each in story["items"] if each["kind"] == "replied")
    assert (replied["by"], replied["via"]) == ("Ana", "api:crm")
    said = await (await crm.get(f"{url}/transcript")).json()
    assert [each["words"] for each in said["items"] if each["said_by"] == "colleague"] == ["We are on it."]
    assert said["items"][-1]["words"] == "thank you"
    newest = await (await crm.get(f"{url}/transcript?limit=1")).json()
    assert (newest["items"], newest["older"]) == (said["items"][-1:], len(said["items"]) - 1)
    oldest = await (await crm.get(f"{url}/transcript?limit=1&page={len(said['items'])}")).json()
    assert (oldest["items"], oldest["older"]) == (said["items"][:1], 0)
    document = await described(crm)
    validator(document, "TimelinePage").validate(story)
    validator(document, "TranscriptPage").validate(said)


async def test_what_is_answered_is_what_is_described(world, crm, does):
    case = await world.unhappy()
    document = await described(crm)
    _, answer, _ = await does(case, "claim")
    validator(document, "CaseActionAnswer").validate(answer)
    _, refusal, _ = await does(case, "claim")
    validator(document, "ErrorAnswer").validate(refusal)
    for name in NAMES:
        assert f"/cases/{{id}}:{name}" in document["paths"]
