"""The steps of a case and its goodwill by API, and what is done to all cases of a storm, as their buttons do it."""

from __future__ import annotations

import asyncio

import pytest
from recovery_cast import checklist, with_goodwill, with_playbooks
from test_api_openapi import described, validator
from world import ADA, ANA, BEN, MEI, SAM, SUPPORT, WEI, arguments

AS_BEN = {"channel": "web", "address": BEN}
AS_ADA = {"channel": "web", "address": ADA}
AS_WEI = {"channel": "web", "address": WEI}
BUDGET = {"goodwill_each": "50", "goodwill_person": "60", "goodwill_team": "100"}


async def refusal(does, case, action, **more):
    status, answer, _ = await does(case, action, **more)
    error = answer["error"]
    assert error["message"], error
    assert error["what_to_do"], error
    return status, error["code"]


# The two small ones ---------------------------------------------------------------------------------------------------


async def test_what_could_not_be_delivered_was_told_otherwise(world, does):
    case = await world.unhappy()
    assert await refusal(does, case, "reached") == (409, "nothing_untold")
    await world.writes(SAM, "stop all")
    await world.resolves(ANA, case)
    assert (await world.reload(case))["untold"]
    _, answer, _ = await does(case, "reached")
    assert (answer["event"], (await world.reload(case))["untold"]) == ("reached", "")


async def test_words_that_are_no_promise_are_taken_back(world, does):
    case = await world.unhappy()
    await does(case, "reply", words="We come back to you within 2 hours.")
    assert (await world.reload(case))["callback_at"]
    assert (await does(case, "not-a-promise"))[1]["event"] == "callback_off"
    assert (await world.reload(case))["callback_at"] == 0


# Steps ----------------------------------------------------------------------------------------------------------------


async def test_steps_are_read_ticked_and_opened_again(world, crm, does):
    await with_playbooks(world)
    case = await world.unhappy()
    url = f"/api/v1/cases/{case['code']}/steps"
    before = await (await crm.get(url, headers={"Accept-Language": "zh-CN"})).json()
    assert [each["number"] for each in before["items"]] == [1, 2, 3, 4, 5]
    assert not any(each["done"] for each in before["items"])
    assert before["items"][0]["ticked_by"] == "reply"
    status, answer, _ = await does(case, "step", step="listen")
    assert (status, answer["event"]) == (200, "step_done")
    assert answer["message"].startswith("“Hear both sides” is done. Still open: Apologise")
    assert [(each["id"], each["by"]) for each in answer["steps"] if each["done"]] == [("listen", "Ana")]
    assert (await does(case, "step"))[1]["message"].startswith("“Apologise for how they were served” is done.")
    assert (await does(case, "step", step="2", done=False))[1]["event"] == "step_undone"
    assert (await checklist(world, case))["listen"] == "open"
    ticks = [arguments(row) for row in await world.all("events", kind="step_done")]
    assert {each["via"] for each in ticks} == {"api:crm"}
    document = await described(crm)
    validator(document, "StepAnswer").validate(answer)
    validator(document, "StepList").validate(await (await crm.get(url)).json())


async def test_the_next_step_sent_again_ticks_no_other(world, does):
    await with_playbooks(world)
    case = await world.unhappy()
    first = await does(case, "step", id="R")
    again = await does(case, "step", id="R")
    assert (first[1], first[2], again[1], again[2]) == (again[1], False, first[1], True)
    assert list((await checklist(world, case)).values()).count("done") == 1


async def test_a_step_that_cannot_be_ticked_is_refused_with_what_to_do(world, does):
    bare = await world.unhappy(MEI)
    assert await refusal(does, bare, "step") == (409, "no_steps")
    await with_playbooks(world)
    case = await world.unhappy()
    assert await refusal(does, case, "step", step="9") == (422, "no_such_step")
    assert await refusal(does, case, "step", step="listen", done=False) == (409, "step_open")
    await does(case, "step", step="listen")
    assert await refusal(does, case, "step", step="listen") == (409, "step_done")
    assert await refusal(does, case, "step", actor=AS_WEI | {"address": SAM}) == (403, "not_member")
    status, answer, _ = await does(case, "step", done=False)
    assert (status, answer["error"]["code"]) == (422, "invalid")


# Goodwill -------------------------------------------------------------------------------------------------------------


async def test_goodwill_within_the_budget_is_given_at_once_and_what_is_left_is_read(world, crm, does):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy()
    url = f"/api/v1/cases/{case['id']}/goodwill"
    before = await (await crm.get(url)).json()
    assert before == {
        "items": [],
        "budget": {
            "currency": "CNY",
            "each": "50.00",
            "customer_left": "60.00",
            "team_left": "100.00",
            "without_asking": "50.00",
        },
    }
    given = {"amount": "20.50", "reason": "INTERNAL waited", "told": "We credit 20.50 yuan."}
    _, preview, _ = await does(case, "goodwill", id="G", preview=True, **given)
    assert (preview["reads"], preview["goodwill"]) == ("We credit 20.50 yuan.\n— Ana, Support", None)
    assert await world.all("grants") == []
    status, answer, _ = await does(case, "goodwill", id="G", **given)
    assert (status, answer["event"]) == (200, "goodwill_granted")
    assert answer["message"] == f"CNY 20.50 is granted in case {case['code']}."
    assert world.texts(SAM)[-1] == answer["reads"]
    assert (answer["goodwill"]["amount"], answer["goodwill"]["state"]) == ("20.50", "granted")
    again = await does(case, "goodwill", id="G", **given)
    assert (again[1]["goodwill"], again[2]) == (answer["goodwill"], True)
    assert len(await world.all("grants")) == 1
    after = await (await crm.get(url)).json()
    assert (after["budget"]["customer_left"], after["budget"]["without_asking"]) == ("39.50", "39.50")
    vias = {row["kind"]: arguments(row).get("via") for row in await world.all("events", subject_id=case["id"])}
    assert (vias["goodwill_granted"], vias["replied"]) == ("api:crm", "api:crm")
    document = await described(crm)
    validator(document, "GoodwillAnswer").validate(answer)
    validator(document, "GoodwillAnswer").validate(preview)
    validator(document, "CaseGoodwill").validate(after)


async def test_beyond_the_budget_a_second_person_approves(world, does):
    await with_goodwill(world)
    case = await world.unhappy()
    _, asked, _ = await does(case, "goodwill", actor=AS_BEN, amount=20, reason="late", told="For you.")
    assert (asked["event"], asked["goodwill"]["state"]) == ("goodwill_asked", "asked")
    assert asked["message"].endswith("is beyond the budget; Ana is asked to approve it.")
    grant = asked["goodwill"]["id"]
    assert "For you." not in "\n".join(world.texts(SAM))
    assert await refusal(does, case, "approve-goodwill", actor=AS_BEN, grant=grant) == (403, "goodwill_not_yours")
    assert await refusal(does, case, "approve-goodwill", grant="gone") == (422, "no_such_grant")
    other = await world.unhappy(MEI)
    assert await refusal(does, other, "approve-goodwill", grant=grant) == (422, "no_such_grant")
    _, approved, _ = await does(case, "approve-goodwill", grant=grant)
    assert (approved["event"], approved["goodwill"]["decided_by"]) == ("goodwill_granted", "Ana")
    assert world.texts(SAM)[-1] == approved["reads"] == "For you.\n— Ben, Support"
    assert await refusal(does, case, "refuse-goodwill", grant=grant) == (409, "goodwill_decided")
    (event,) = await world.all("events", kind="goodwill_granted")
    assert arguments(event)["via"] == "api:crm"


async def test_nobody_approves_their_own_and_whoever_asked_withdraws_it(world, crm, does):
    await with_goodwill(world)
    case = await world.unhappy()
    _, asked, _ = await does(case, "goodwill", amount="20", reason="late")
    grant = asked["goodwill"]["id"]
    assert await refusal(does, case, "approve-goodwill", grant=grant) == (403, "goodwill_own")
    _, answer, _ = await does(case, "refuse-goodwill", grant=grant)
    assert (answer["event"], answer["goodwill"]["state"]) == ("goodwill_withdrawn", "withdrawn")
    assert "Ana withdrew the request to give Sam Rivera CNY 20.00" in "\n".join(world.texts(SUPPORT))
    assert (await world.all("grants", state="granted")) == []
    await world.writes(ANA, f"timeline {case['code']}", place=ANA)
    assert "goodwill request withdrawn" in world.last(ANA).text


async def test_goodwill_that_cannot_be_given_is_refused_with_what_to_do(world, does):
    case = await world.unhappy()
    assert await refusal(does, case, "goodwill", amount="20", reason="late") == (409, "goodwill_off")
    await with_goodwill(world, **BUDGET)
    for amount, code in (("USD 20", "not_understood"), ("20.555", "too_exact"), ("0", "too_little")):
        assert await refusal(does, case, "goodwill", amount=amount, reason="x") == (422, f"amount_{code}")
    wei = {"amount": "20", "reason": "x", "preview": True, "actor": {"channel": "web", "address": SAM}}
    assert await refusal(does, case, "goodwill", **wei) == (403, "not_member")
    await does(case, "dismiss", ending="spam")
    assert await refusal(does, case, "goodwill", amount="20", reason="x", preview=True) == (409, "closed")


async def test_the_same_goodwill_twice_at_once_is_given_once(world, does):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy()
    both = await asyncio.gather(*(does(case, "goodwill", id="R", amount="20", reason="late") for _ in range(2)))
    assert [status for status, _, _ in both] == [200, 200]
    assert len(await world.all("grants")) == 1


# Storms ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def storm(world):
    """Ten customers with one complaint in a minute."""
    for number in range(10):
        who = f"customer:storm{number}"
        person = {"addresses": [{"channel": "web", "address": who}], "name": f"Person {number}", "language": "en"}
        await world.happens("ticket", "closed", who, person=person)
        await world.writes(who, "1")
        await world.later(seconds=5)
    return await world.the("incidents")


async def test_a_storm_is_read_claimed_and_resolved_at_once(world, crm, does, storm):
    (listed,) = (await (await crm.get("/api/v1/incidents?team=support")).json())["items"]
    assert (listed["code"], listed["cases"], listed["open"]) == (storm["code"], 10, 10)
    assert (await (await crm.get("/api/v1/incidents?team=delivery")).json())["items"] == []
    status, answer, _ = await does(storm, "claim", id="S")
    assert (status, answer["event"], answer["incident"]["doing"]) == (200, "all_claim", "claim")
    assert answer["message"].startswith("It begins in 30 s, for 10 customers.")
    assert (await does(storm, "claim", id="S"))[2] is True
    assert await refusal(does, storm, "claim") == (409, "busy")
    await world.later(seconds=31)
    assert len(await world.all("cases", state="claimed")) == 10
    assert {arguments(row)["via"] for row in await world.all("events", kind="claimed")} == {"api:crm"}
    assert {arguments(row)["via"] for row in await world.all("events", kind="all_claim")} == {"api:crm"}
    fixed = {"root_cause": "waiting", "done": "restarted", "told": "It works again."}
    _, preview, _ = await does(storm, "resolve", preview=True, **fixed)
    assert "\nIt works again.\n— Support" in preview["reads"]
    assert preview["message"] == "This is for 10 customers."
    assert await refusal(does, storm, "resolve", **fixed | {"root_cause": "aliens"}) == (422, "no_such_cause")
    _, answer, _ = await does(storm, "resolve", **fixed)
    await world.later(seconds=31)
    assert len(await world.all("cases", state="resolved")) == 10
    document = await described(crm)
    validator(document, "IncidentAnswer").validate(answer)
    one = await (await crm.get(f"/api/v1/incidents/{storm['code'].lower()}")).json()
    validator(document, "Incident").validate(one)
    case = (await world.all("cases"))[0]
    assert (await (await crm.get(f"/api/v1/cases/{case['id']}")).json())["incident_id"] == storm["id"]


async def test_what_is_done_to_all_is_undone_before_it_begins_and_only_by_the_team(world, crm, does, storm):
    assert await refusal(does, storm, "reply", words="Sorry", actor=AS_WEI) == (403, "not_member")
    _, answer, _ = await does(storm, "reply", words="Sorry")
    assert answer["reads"].startswith("Sorry\n— Ana")
    assert await refusal(does, storm, "undo", actor=AS_BEN) == (409, "nothing_to_undo")
    _, answer, _ = await does(storm, "undo")
    assert (answer["message"], answer["incident"]["doing"]) == ("Undone. Nobody was told anything.", "")
    await world.later(minutes=1)
    assert "replied" not in [row["kind"] for row in await world.all("events")]
    assert (await crm.get("/api/v1/incidents/gone")).status == 404


async def test_those_of_a_storm_who_read_a_language_are_written_to_in_it(world, does, storm):
    own = {"en": "We are sorry."}
    assert await refusal(does, storm, "reply", words="抱歉", by_language={"xx": "?"}) == (422, "invalid")
    _, answer, _ = await does(storm, "reply", words="抱歉", by_language=own)
    assert answer["reads"].startswith("We are sorry.\n— Ana")
    assert [(each["language"], each["n"], each["words"]) for each in answer["reads_by_language"]] == [
        ("en", 10, answer["reads"])
    ]
    await world.later(minutes=1)
    assert all("We are sorry." in world.texts(f"customer:storm{number}")[-1] for number in range(10))


async def test_what_is_read_in_each_language_is_shown_before_it_is_sent(world, does, storm):
    who = "customer:zh"
    person = {"addresses": [{"channel": "web", "address": who}], "name": "客户", "language": "zh-CN"}
    await world.happens("ticket", "closed", who, person=person)
    await world.writes(who, "1")
    _, answer, _ = await does(storm, "reply", words="Sorry.", by_language={"zh-CN": "抱歉。", "en": ""}, preview=True)
    assert [(each["language"], each["n"], each["words"].split("\n")[0]) for each in answer["reads_by_language"]] == [
        ("en", 10, "Sorry."),
        ("zh-CN", 1, "抱歉。"),
    ]
    _, answer, _ = await does(storm, "claim")
    assert (answer["reads"], answer["reads_by_language"]) == ("", [])


async def test_a_teams_goodwill_of_a_month_is_what_chat_shows(world, crm, does):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy(score=1)
    await world.presses(ANA, f"c:claim:{case['id']}")
    await does(case, "goodwill", amount="20", reason="late delivery")
    of_team = await crm.get("/api/v1/teams/support/goodwill")
    found = await of_team.json()
    assert found["counts"] == [{"state": "granted", "currency": "CNY", "number": 1, "amount": "20.00"}]
    assert [(each["case"], each["amount"], each["reason"]) for each in found["items"]] == [
        (case["code"], "20.00", "late delivery")
    ]
    assert found["budget"]["left"] == "80.00"
    before = await (await crm.get("/api/v1/teams/support/goodwill?month=2025-10")).json()
    assert (before["counts"], before["items"], before["budget"]["left"]) == ([], [], "80.00")
    for bad, status in (("support/goodwill?month=2025-13", 422), ("nobody/goodwill", 404)):
        assert (await crm.get(f"/api/v1/teams/{bad}")).status == status
