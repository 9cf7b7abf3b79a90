from __future__ import annotations

import json

import pytest

INTERACTIONS = "/api/v1/interactions"
MINUTE = 60_000


def ticket(n, **more):
    person = {"addresses": [{"channel": "web", "address": f"c{n}"}]}
    return {"id": f"T-{n}", "touchpoint": "ticket", "outcome": "closed", "person": person, **more}


def respond(tx, n, now, *, person="p", answers=()):
    tx.run(
        "responses.insert", id=f"R{n}", invitation_id="", interaction_id="", person_id=person, survey="csat",
        survey_version=1, metric="csat", touchpoint="ticket", team_id="support" if n % 2 else "stores", channel="web",
        language="en", score=2, band="low", state="complete", via="chat", late=0, started_at=now, completed_at=now,
            variant="",
    )  # fmt: skip
    for question, value in answers:
        tx.run(
            "responses.answer", response_id=f"R{n}", question=question, kind="scale", value=json.dumps(value), words="",
            answered_at=now,
        )  # fmt: skip


async def pages(client, url, **query):
    rows, cursor = [], ""
    while True:
        body = await (await client.get(url, params={**query, **({"cursor": cursor} if cursor else {})})).json()
        rows += body["items"]
        cursor = body["next"]
        if not cursor:
            return rows


@pytest.fixture
async def invited(client, clock):
    for n in range(7):
        await client.post(INTERACTIONS, json=ticket(n, survey=n % 2 == 0))
        clock.advance(MINUTE if n % 3 == 0 else 0)
    return client


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
async def test_pages_give_every_row_once_and_in_order_whatever_their_size(invited, limit):
    rows = await pages(invited, "/api/v1/invitations", limit=limit)
    assert [row["source_id"] for row in rows] == [f"T-{n}" for n in range(7)]
    assert [row["created_at"] for row in rows] == sorted(row["created_at"] for row in rows)


async def test_rows_are_narrowed_by_state_time_touchpoint_and_team(invited, clock):
    url = "/api/v1/invitations"
    assert len(await pages(invited, url, state="waiting")) == 4
    assert len(await pages(invited, url, state="not_asked", touchpoint="ticket")) == 3
    assert await pages(invited, url, touchpoint="delivery") == []
    assert await pages(invited, url, team="support") == []
    assert len(await pages(invited, url, since=clock.now - 2 * MINUTE, until=clock.now - MINUTE)) == 3
    assert len(await pages(invited, url, since="2025-11-20T10:01:00Z", until="2025-11-20T18:02:00+08:00")) == 3


async def test_one_row_is_read_by_its_id_and_another_is_not_found(invited):
    row = (await pages(invited, "/api/v1/invitations"))[0]
    assert await (await invited.get(f"/api/v1/invitations/{row['id']}")).json() == row
    for kind in ("invitations", "responses", "cases"):
        response = await invited.get(f"/api/v1/{kind}/nope%00")
        assert response.status == 404
        assert (await response.json())["error"]["code"] == "not_found"


async def test_a_response_comes_with_its_answers_as_they_were_meant(client, store, clock):
    answers = [("a", 2), ("b", "slow"), ("c", True), ("d", ["late", "rude"])]
    await store.run(respond, 1, clock.now, answers=answers)
    (row,) = await pages(client, "/api/v1/responses", team="support", state="complete")
    assert [(one["question"], one["value"]) for one in row["answers"]] == answers
    assert (row["score"], row["team"], row["late"], row["started_at"]) == (
        2,
        "support",
        False,
        "2025-11-20T10:00:00.000Z",
    )
    assert await (await client.get("/api/v1/responses/R1")).json() == row


async def test_an_anonymous_response_is_never_shown_by_itself(client, store, clock):
    await store.run(respond, 1, clock.now, person="")
    await store.run(respond, 2, clock.now)
    assert [row["id"] for row in await pages(client, "/api/v1/responses")] == ["R2"]
    assert (await client.get("/api/v1/responses/R1")).status == 404


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "?/limit"),
        ("limit=many", "?/limit"),
        ("cursor=abc", "?/cursor"),
        ("cursor=99999999999999999999-a", "?/cursor"),
        ("since=yesterday", "?/since"),
        ("until=99999999999999999999", "?/until"),
        ("since=-1", "?/since"),
        ("state=sleeping", "?/state"),
        ("statee=done", "?/statee"),
        ("touchpoint=" + "x" * 65, "?/touchpoint"),
    ],
)
async def test_a_query_that_cannot_be_is_refused_with_the_parameter_named(client, query, pointer):
    response = await client.get(f"/api/v1/invitations?{query}")
    error = (await response.json())["error"]
    assert response.status == 422
    assert [one["pointer"] for one in error["details"]] == [pointer]
    assert error["details"][0]["what_to_do"]
