from __future__ import annotations

import gzip
import json

import pytest

from cxbot.api.auth import new_token
from cxbot.transactions import interactions, people, tokens

URL = "/api/v1/interactions"
PERSON = {"addresses": [{"channel": "web", "address": "customer:sam"}], "name": "Sam"}
DAY = 86_400_000


def ticket(**more):
    return {"id": "T-1", "touchpoint": "ticket", "outcome": "closed", "person": PERSON, **more}


async def refused(response, status):
    body = await response.json()
    assert response.status == status, body
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "what_to_do", "details"}
    assert body["error"]["what_to_do"]
    return body["error"]


async def test_an_interaction_is_taken_and_its_invitation_named(client, clock):
    response = await client.post(URL, json=ticket(happened_at="2025-11-20T11:00:00+01:00"))
    body = await response.json()
    assert response.status == 202
    assert (body["id"], body["source"], body["state"]) == ("T-1", "crm", "waiting")
    assert body["invitation"]["state"] == "waiting"
    assert body["invitation"]["due_at"] == "2025-11-20T10:30:00.000Z"
    assert body["reason"]["code"] == "delay"
    assert body["reason"]["message"]


async def test_the_reason_that_nothing_was_sent_is_a_code_and_words(client):
    body = await (await client.post(URL, json=ticket(internal=True))).json()
    assert body["state"] == "not_asked"
    assert body["reason"]["code"] == "internal"
    assert body["reason"]["message"].strip()


async def test_a_repeat_is_answered_to_the_byte(client):
    first = await client.post(URL, json=ticket())
    again = await client.post(URL, json=dict(reversed(ticket(survey=True, agent=None).items())))
    assert await first.read() == await again.read()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_another_body_under_the_same_id_is_a_conflict_with_its_keys(client):
    await client.post(URL, json=ticket())
    error = await refused(await client.post(URL, json=ticket(outcome="late", reference="#7")), 409)
    assert [one["pointer"] for one in error["details"]] == ["/outcome", "/reference"]


async def test_the_source_may_be_named_and_keeps_ids_apart(client):
    first = await (await client.post(URL, json=ticket())).json()
    other = await (await client.post(URL, json=ticket(source="shop"))).json()
    assert (first["source"], other["source"]) == ("crm", "shop")
    assert first["interaction_id"] != other["interaction_id"]


async def test_every_mistake_is_named_with_what_to_write(client):
    body = {
        "touchpiont": "ticket",
        "happened_at": "yesterday",
        "person": {
            "addresses": [{"channel": "fax", "address": ""}],
            "time_zone": "Mars",
            "language": "!",
            "vip": "perhaps",
        },
        "attributes": {"a": [1]},
        "survey": 7,
    }
    error = await refused(await client.post(URL, json=body), 422)
    found = {one["pointer"]: one for one in error["details"]}
    assert sorted(found) == [
        "/attributes", "/happened_at", "/id", "/person/addresses/0/address", "/person/addresses/0/channel",
        "/person/language", "/person/time_zone", "/person/vip", "/survey", "/touchpiont", "/touchpoint",
    ]  # fmt: skip
    assert all(one["message"] and one["what_to_do"] for one in found.values())
    assert found["/touchpiont"]["what_to_do"] == 'Did you mean "touchpoint"?'
    assert "T-88231" in found["/id"]["what_to_do"]
    assert "slack, web" in found["/person/addresses/0/channel"]["message"]
    assert "Asia/Shanghai" in found["/person/time_zone"]["what_to_do"]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2025-11-20T10:00:00", "offset"),
        (1_763_632_800, "seconds"),
        ("2025-02-30T10:00:00Z", "does not exist"),
        (5, "before the year 2000"),
        (True, "no time"),
        (1e300, "no time"),
        (10**40, "future"),
    ],
)
async def test_a_time_that_cannot_be_is_refused_with_the_reason(client, moment, words):
    error = await refused(await client.post(URL, json=ticket(happened_at=moment)), 422)
    assert [one["pointer"] for one in error["details"]] == ["/happened_at"]
    assert words in error["details"][0]["message"]


async def test_a_little_of_the_future_is_taken_for_clocks_differ(client, clock):
    assert (await client.post(URL, json=ticket(happened_at=clock.now + DAY))).status == 202
    await refused(await client.post(URL, json=ticket(id="T-2", happened_at=clock.now + DAY + 1)), 422)


async def test_a_person_needs_something_to_be_known_by(client):
    error = await refused(await client.post(URL, json=ticket(person={})), 422)
    assert error["details"] == [
        {
            "pointer": "/person",
            "message": "Nobody is named here.",
            "what_to_do": "Write at least an id, one address or a name.",
        }
    ]


async def test_what_cannot_be_printed_is_taken_out(client, store):
    person = {"id": 17, "name": "S\u0000am\n\x1b[31m \u2028Rivera", "language": "zh_Hant", "value": 12.6}
    body = await (await client.post(URL, json=ticket(id=88, person=person, agent="\u0000"))).json()
    row = await store.read(interactions.get, body["interaction_id"])
    known = await store.read(people.get, row["person_id"])
    assert (row["source_id"], row["agent"]) == ("88", "")
    assert (known["name"], known["language"], known["value"]) == ("Sam [31m  Rivera", "zh-TW", 13)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"a": NaN}',
        b'{"id": "\\ud800"}',
        b"9" * 50_000,
        b"nul",
        b"[]",
        b'""',
        b"7",
    ],
)
async def test_what_is_no_json_object_is_refused_in_words(client, raw):
    response = await client.post(URL, data=raw, headers={"Content-Type": "application/json"})
    await refused(response, 422 if raw in {b"[]", b'""', b"7"} else 400)


async def test_a_body_too_large_or_broken_in_transport_is_refused(client):
    await refused(await client.post(URL, data=b" " * 200_000), 413)
    broken = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    await refused(await client.post(URL, data=b"this is not gzip", headers=broken), 400)
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    await refused(await client.post(URL, data=bomb, headers=broken), 413)


async def test_reopening_takes_back_the_unanswered_survey(client):
    first = await (await client.post(URL, json=ticket())).json()
    reopened = await client.post(f"{URL}/T-1:reopen")
    assert reopened.status == 202
    body = await reopened.json()
    assert (body["state"], body["reason"]["code"]) == ("retracted", "reopened")
    assert body["invitation"]["id"] == first["invitation"]["id"]
    again = await client.post(f"{URL}/T-1:reopen")
    assert (again.status, again.headers["Idempotency-Replayed"]) == (202, "true")
    assert await again.json() == body
    anew = await (await client.post(URL, json=ticket())).json()
    assert anew["invitation"]["id"] != first["invitation"]["id"]
    in_body = await (await client.post(URL, json=ticket(reopened=True))).json()
    assert in_body["state"] == "retracted"


async def test_reopening_finds_the_id_within_its_source(client):
    await client.post(URL, json=ticket(id="a b/ü", source="shop"))
    await refused(await client.post(f"{URL}/a%20b%2F%C3%BC:reopen"), 404)
    assert (await client.post(f"{URL}/a%20b%2F%C3%BC:reopen?source=shop")).status == 202
    await refused(await client.post(f"{URL}/%00:reopen"), 404)


async def test_a_batch_goes_on_past_its_bad_ones(client):
    batch = [ticket(), {"id": 1}, ticket(outcome="late"), ticket(id="T-2"), 7]
    response = await client.post(f"{URL}:batch", json={"interactions": batch})
    body = await response.json()
    assert response.status == 202
    assert (body["taken"], body["refused"]) == (2, 3)
    assert [one["status"] for one in body["results"]] == [202, 422, 409, 202, 422]
    assert body["results"][0]["taken"]["state"] == "waiting"
    assert body["results"][1]["error"]["details"][0]["pointer"] == "/interactions/1/touchpoint"


async def test_a_batch_of_only_bad_ones_or_of_too_many_is_refused(client):
    response = await client.post(f"{URL}:batch", json=[{}])
    assert (response.status, (await response.json())["refused"]) == (422, 1)
    for batch in ([], {}, {"interactions": {}}, [ticket()] * 501, "x", 7):
        await refused(await client.post(f"{URL}:batch", json=batch), 422)


async def test_a_batch_of_500_is_taken(client):
    response = await client.post(f"{URL}:batch", json=[ticket(id=n) for n in range(500)])
    assert (response.status, (await response.json())["taken"]) == (202, 500)


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer nope", "Bearer é", "Bearer " + "x" * 5000]
)
async def test_without_a_good_token_nothing_is_told(stranger, header):
    headers = {} if header is None else {"Authorization": header}
    for method, url in (("POST", URL), ("GET", "/api/v1/cases"), ("GET", "/api/v1/cases/1")):
        response = await stranger.request(method, url, headers=headers, json=ticket() if method == "POST" else None)
        await refused(response, 401)
        assert response.headers["WWW-Authenticate"].startswith('Bearer realm="cxbot"')


async def test_a_revoked_token_opens_nothing_and_others_still_do(client, store, clock, token):
    other, kept = new_token()
    await store.run(tokens.create, "shop", kept, clock.now)
    clock.advance(1_000)
    taken = await client.post(URL, json=ticket(), headers={"Authorization": f"bearer  {other}"})
    assert (await taken.json())["source"] == "shop"
    await store.run(tokens.revoke, "crm", clock.now)
    clock.advance(1_000)
    await refused(await client.post(URL, json=ticket()), 401)
    assert (await client.get("/api/v1/cases", headers={"Authorization": f"Bearer {other}"})).status == 200


async def test_an_address_or_method_there_is_not_is_refused_in_the_same_form(client):
    await refused(await client.get("/api/v1/nothing"), 404)
    response = await client.get(URL)
    await refused(response, 405)
    assert response.headers["Allow"] == "POST"


async def test_a_fault_of_ours_is_told_without_its_insides(client, store):
    await store.close()
    response = await client.post(URL, json=ticket())
    error = await refused(response, 500)
    assert error["code"] == "internal"
    assert "Traceback" not in json.dumps(error)


async def test_the_words_of_a_reason_follow_the_callers_language(client):
    answers = [
        await (await client.post(URL, json=ticket(id=tag, internal=True), headers={"Accept-Language": tag})).json()
        for tag in ("en", "zh-TW,zh;q=0.9", "zh-CN", "fr")
    ]
    english, traditional, simplified, french = (answer["reason"]["message"] for answer in answers)
    assert len({english, traditional, simplified}) == 3
    assert french == english
