"""The outer loop by API: causes of a period, and improvements with the rights, refusals and records of the buttons."""

from __future__ import annotations

import asyncio

import pytest
from test_api_openapi import described, validator
from world import ADA, ANA, BEN, DAY, DELIVERY, MEI, PEOPLE, SAM, WEI, YITING, arguments

AS_WEI = {"channel": "web", "address": WEI}
AS_ADA = {"channel": "web", "address": ADA}
AS_BEN = {"channel": "web", "address": BEN}
LATE = {"en": "It came too late", "zh-CN": "送得太晚", "zh-TW": "太晚送到"}
WHAT = {
    "cause": "late",
    "team": "delivery",
    "title": "A second courier on Fridays",
    "due": "4w",
    "touchpoint": "delivery",
    "told": {"en": "A second courier drives now."},
}


async def complains(world, who, words=""):
    await world.happens("delivery", "delivered", who)
    await world.writes(who, "1")
    await world.writes(who, LATE[PEOPLE[who]["language"]])
    if words:
        await world.writes(who, words)
    return (await world.all("cases"))[-1]


async def closed(world, *who):
    for each in who:
        case = await complains(world, each)
        await world.fills_in(WEI, f"c:resolve:{case['id']}", root_cause="delivery", done="退款", told="")
    await world.later(days=5)


@pytest.fixture
def asks(crm, world):
    """Proposes an improvement, or does something to one; gives the status, the answer and whether it was a repeat."""
    numbers = iter(range(1, 1000))

    async def act(what, actor=AS_WEI, language="en", **more):
        body = {"id": f"R-{next(numbers)}", "actor": actor, **more}
        response = await crm.post(f"/api/v1/improvements{what}", json=body, headers={"Accept-Language": language})
        await world.settle()
        return response.status, await response.json(), "Idempotency-Replayed" in response.headers

    return act


async def refusal(asks, what, **more):
    status, answer, _ = await asks(what, **more)
    error = answer["error"]
    assert error["message"], error
    assert error["what_to_do"], error
    return status, error["code"]


async def reads(crm, path, language="en"):
    response = await crm.get(f"/api/v1/{path}", headers={"Accept-Language": language})
    assert response.status == 200, await response.text()
    return await response.json()


async def vias(world, subject):
    return {row["kind"]: arguments(row).get("via") for row in await world.all("events", subject_id=subject)}


# Causes ---------------------------------------------------------------------------------------------------------------


async def test_causes_of_a_period_are_read_with_words_and_what_is_being_done(world, crm, asks):
    await complains(world, SAM, "Two hours late!")
    await complains(world, MEI, "等了两个小时")
    _, made, _ = await asks("", **WHAT)
    found = await reads(crm, "causes?team=delivery&words=5")
    (late,) = found["items"]
    assert (late["id"], late["cases"], late["open"], late["customers"]) == ("late", 2, 2, 2)
    assert (late["before"], late["trend"], found["days"], found["unknown"]) == (0, "same", 30, 0)
    assert {"Two hours late!", "等了两个小时"} <= set(late["words"])
    assert late["improvements"] == [made["improvement"]["code"]]
    assert (await reads(crm, "causes?team=support"))["items"] == []
    assert (await reads(crm, "causes?cause=waiting&period=year"))["items"] == []
    assert (await reads(crm, "causes?words=0", "zh-CN"))["items"][0]["words"] == []
    validator(await described(crm), "CauseList").validate(found)
    assert (await crm.get("/api/v1/causes?period=decade")).status == 422


# Proposing and moving -------------------------------------------------------------------------------------------------


async def test_one_is_proposed_shown_to_the_team_changed_and_moved_on(world, crm, asks):
    await closed(world, SAM, MEI)
    status, answer, _ = await asks("", **WHAT)
    made = await world.the("improvements")
    assert (status, answer["event"]) == (200, "improvement_proposed")
    assert answer["message"] == f"{made['code']} · A second courier on Fridays is proposed."
    assert answer["improvement"]["owner"] == "小伟", "who acts, where nobody is named"
    assert answer["improvement"]["told"] == WHAT["told"]
    assert any("A second courier on Fridays" in text for text in world.texts(DELIVERY))
    code = made["code"].lower()
    _, answer, _ = await asks(f"/{code}:edit", title="Two couriers", owner=AS_ADA, told={"zh-CN": "多了一名配送员。"})
    assert (answer["event"], answer["improvement"]["title"], answer["improvement"]["owner"]) == (
        "improvement_changed",
        "Two couriers",
        "Ada",
    )
    assert answer["improvement"]["told"] == {"zh-CN": "多了一名配送员。"}
    assert answer["improvement"]["done_by"] != ""
    _, answer, _ = await asks(f"/{code}:edit", title="Two couriers")
    assert answer["event"] == "", "nothing was changed"
    _, answer, _ = await asks(f"/{code}:move", language="zh-CN", to="doing")
    assert (answer["event"], answer["improvement"]["state"]) == ("improvement_doing", "doing")
    assert answer["message"] == f"{made['code']} 已开始。"
    one = await reads(crm, f"improvements/{code}")
    assert (one["figures"], one["customers"]) == (None, 2)
    await asks(f"/{made['id']}:move", to="done")
    one = await reads(crm, f"improvements/{code}")
    assert (one["figures"]["days"], one["figures"]["after"], one["figures"]["complaints"]) == (30, None, None)
    (csat,) = one["figures"]["metrics"]
    assert (csat["metric"], csat["before"]["n"], csat["before"]["enough"], csat["after"]) == ("csat", 2, False, None)
    document = await described(crm)
    validator(document, "ImprovementAnswer").validate(answer)
    validator(document, "ImprovementWithFigures").validate(one)
    await world.later(days=8)
    one = await reads(crm, f"improvements/{code}")
    assert (one["figures"]["days"], one["figures"]["metrics"][0]["verdict"]) == (7, "too_few")
    assert one["figures"]["complaints"] == {"before": 0, "after": 0, "trend": "same"}
    validator(document, "ImprovementWithFigures").validate(one)
    came = await vias(world, made["id"])
    assert {came[f"improvement_{kind}"] for kind in ("proposed", "changed", "doing", "done")} == {"api:crm"}
    history = await reads(crm, f"improvements/{code}/history")
    assert [each["kind"] for each in history["items"]][:2] == ["improvement_proposed", "improvement_changed"]
    assert {each["via"] for each in history["items"]} == {"api:crm"}
    validator(document, "ImprovementHistory").validate(history)


async def test_they_are_listed_by_team_and_state(world, crm, asks):
    await asks("", **WHAT)
    _, second, _ = await asks("", **WHAT | {"title": "Tell them sooner", "due": "2w"})
    await asks(f"/{second['improvement']['code']}:move", to="dropped", reason="too dear")
    found = await reads(crm, "improvements")
    assert [(each["title"], each["state"]) for each in found["items"]] == [
        ("A second courier on Fridays", "proposed"),
        ("Tell them sooner", "dropped"),
    ]
    assert [each["reason"] for each in (await reads(crm, "improvements?state=dropped"))["items"]] == ["too dear"]
    assert (await reads(crm, "improvements?team=support"))["items"] == []
    assert (await reads(crm, "improvements?limit=1"))["more"] is True
    assert found["more"] is False
    validator(await described(crm), "ImprovementList").validate(found)


async def test_what_may_not_be_is_refused_as_in_chat_and_leaves_nothing(world, crm, asks):
    assert await refusal(asks, "", **WHAT, actor=AS_BEN) == (403, "not_member")
    assert await refusal(asks, "", **WHAT | {"team": "nobody"}) == (422, "no_such_team")
    assert await refusal(asks, "", **WHAT | {"cause": "gremlins"}) == (422, "no_such_cause")
    assert await refusal(asks, "", **WHAT | {"due": "2020-01-01"}) == (422, "no_day")
    assert await refusal(asks, "", **WHAT | {"touchpoint": "ticket"}) == (422, "no_such_touchpoint")
    assert await refusal(asks, "", **WHAT | {"owner": {"channel": "web", "address": ANA}}) == (422, "not_in_team")
    assert await refusal(asks, "", **WHAT | {"owner": {"id": "gone"}}) == (422, "no_such_person")
    assert await refusal(asks, "", **WHAT | {"told": {"fr": "Bonjour"}}) == (422, "invalid")
    assert await refusal(asks, "", **WHAT | {"title": "x" * 121}) == (422, "invalid")
    assert await world.all("improvements") == []
    _, made, _ = await asks("", **WHAT)
    code = made["improvement"]["code"]
    assert await refusal(asks, f"/{code}:move", to="doing", actor=AS_BEN) == (403, "not_member")
    assert await refusal(asks, f"/{code}:move", to="proposed") == (409, "is_so")
    assert await refusal(asks, f"/{code}:move", to="dropped") == (422, "why")
    assert await refusal(asks, f"/{code}:tell") == (409, "not_done")
    assert await refusal(asks, f"/{code}:stop") == (409, "nothing_to_stop")
    assert await refusal(asks, f"/{code}:undo") == (409, "nothing_to_undo")
    assert await refusal(asks, "/I222:move", to="doing") == (404, "not_found")
    status, answer, _ = await asks(f"/{code}:move", language="zh-TW", to="proposed")
    assert (status, answer["error"]["message"]) == (409, f"{code} 的狀態已經是「已提出」。")
    await asks(f"/{code}:move", to="dropped", reason="too dear")
    assert await refusal(asks, f"/{code}:move", to="done") == (409, "not_from")
    assert (await world.the("improvements"))["reason"] == "too dear"
    assert (await crm.get("/api/v1/improvements/I222")).status == 404
    assert (await crm.get("/api/v1/improvements/I222/history")).status == 404


async def test_a_date_that_has_passed_stays_where_none_is_given(world, asks):
    _, made, _ = await asks("", **WHAT)
    world.clock.advance(40 * DAY)
    await world.settle()
    _, answer, _ = await asks(f"/{made['improvement']['code']}:edit", title="Two")
    assert (answer["improvement"]["late"], answer["improvement"]["done_by"]) == (True, made["improvement"]["done_by"])


# Once -----------------------------------------------------------------------------------------------------------------


async def test_the_same_request_again_does_nothing_twice(world, asks):
    both = await asyncio.gather(*(asks("", id="P", **WHAT) for _ in range(2)))
    assert [status for status, _, _ in both] == [200, 200]
    made = await world.the("improvements")
    status, answer, repeated = await asks("", id="P", **WHAT)
    assert (status, answer["improvement"]["id"], answer["event"], repeated) == (
        200,
        made["id"],
        "improvement_proposed",
        True,
    )
    assert await refusal(asks, "", id="P", **WHAT | {"title": "Another"}) == (409, "conflict")
    first = await asks(f"/{made['code']}:move", id="M", to="doing")
    again = await asks(f"/{made['code']}:move", id="M", to="doing")
    assert (first[1], first[2], again[2]) == (again[1], False, True)
    assert await refusal(asks, f"/{made['code']}:move", id="N", to="dropped") == (422, "why")
    assert (await asks(f"/{made['code']}:move", id="N", to="dropped", reason="no"))[0] == 200, "a refused id is free"


# Telling customers ----------------------------------------------------------------------------------------------------


async def finished(world, asks, *who):
    await closed(world, *who)
    _, made, _ = await asks("", **WHAT)
    await asks(f"/{made['improvement']['id']}:move", to="done")
    return made["improvement"]


async def test_telling_is_previewed_by_language_and_begins_once_after_the_undo(world, crm, asks):
    made = await finished(world, asks, SAM, MEI, YITING)
    await world.writes(YITING, "取消訂閱")
    url, told = f"/{made['code']}:tell", {"zh-CN": "现在多了一名配送员。"}
    _, preview, _ = await asks(url, preview=True, told=told)
    assert (preview["event"], preview["customers"], preview["improvement"]["telling"]["state"]) == ("", 2, "")
    assert preview["message"].startswith("2 customers would be told: 1 in ")
    words = {each["language"]: each["words"] for each in preview["reads"]}
    assert "A second courier drives now." in words["en"]
    assert "现在多了一名配送员。" in words["zh-CN"]
    assert [(each["reason"], each["n"]) for each in preview["not_told"]] == [("opted_out", 1)]
    assert await world.all("outbox", key="customer.improved") == []
    status, answer, _ = await asks(url, id="T", told=told)
    assert (status, answer["event"], answer["reads"]) == (200, "improvement_telling", preview["reads"])
    assert answer["message"].startswith("It begins in 30 s, for 2 customers.")
    assert answer["improvement"]["telling"]["begins_at"]
    assert await refusal(asks, url) == (409, "telling")
    await world.later(seconds=31)
    assert world.texts(SAM)[-1] == words["en"]
    assert world.texts(MEI)[-1] == words["zh-CN"]
    again = await asks(url, id="T", told=told)
    assert again[2] is True
    assert {name: again[1][name] for name in ("customers", "reads", "not_told", "message")} == {
        name: answer[name] for name in ("customers", "reads", "not_told", "message")
    }
    one = await reads(crm, f"improvements/{made['code']}")
    assert (one["telling"]["state"], one["telling"]["told"], one["telling"]["by"]) == ("over", 2, "小伟")
    assert [each["reason"] for each in one["telling"]["not_told"]] == ["opted_out"]
    assert await refusal(asks, url) == (409, "nobody")
    assert len(await world.all("outbox", key="customer.improved")) == 2
    assert (await vias(world, made["id"]))["improvement_telling"] == "api:crm"
    document = await described(crm)
    validator(document, "TellAnswer").validate(answer)
    validator(document, "TellAnswer").validate(preview)


async def test_telling_is_undone_or_stopped(world, asks):
    made = await finished(world, asks, SAM, MEI)
    await asks(f"/{made['code']}:tell")
    _, answer, _ = await asks(f"/{made['code']}:undo")
    assert (answer["event"], answer["message"]) == (
        "improvement_telling_undone",
        "Undone. Nobody was told anything.",
    )
    await world.later(minutes=1)
    assert await world.all("outbox", key="customer.improved") == []
    assert await refusal(asks, f"/{made['code']}:tell", actor=AS_BEN) == (403, "not_member")
    await asks(f"/{made['code']}:tell")
    _, answer, _ = await asks(f"/{made['code']}:stop")
    assert answer["event"] == "improvement_telling_stopped"
    await world.later(minutes=1)
    assert await world.all("outbox", key="customer.improved") == []
    came = await vias(world, made["id"])
    assert (came["improvement_telling_undone"], came["improvement_telling"]) == ("api:crm", "api:crm")


async def test_a_button_leaves_where_it_was_pressed(world, asks):
    _, made, _ = await asks("", **WHAT)
    await world.presses(WEI, f"v:to_doing:{made['improvement']['id']}")
    assert (await vias(world, made["improvement"]["id"]))["improvement_doing"] == "web"
    await world.writes(WEI, f"改进项 {made['improvement']['code']} 历史", place=DELIVERY)
    said = world.texts(DELIVERY)[-1]
    assert "来自 API（crm）" in said
    assert "来自 web" in said
