from __future__ import annotations

from cxbot.transactions import reading
from cxbot.transactions.reading import Filters, Place

NOW = 1_763_632_800_000


def open_cases(tx):
    for n in range(5):
        tx.run(
            "responses.insert", id=f"R{n}", invitation_id="", interaction_id="", person_id="p" if n else "",
            survey="csat", survey_version=1, metric="csat", touchpoint="ticket", team_id="support", channel="web",
            language="en", score=n, band="low", state="complete", via="chat", late=0, started_at=NOW, completed_at=NOW,
            variant="",
        )  # fmt: skip
        tx.run("responses.answer", response_id=f"R{n}", question=f"q{n % 2}", kind="scale", value="1", words="",
               answered_at=NOW)  # fmt: skip


async def test_rows_of_one_moment_are_paged_by_id(store):
    await store.run(open_cases)
    first = await store.read(reading.page, "responses", Filters(), Place(), 2)
    second = await store.read(reading.page, "responses", Filters(), first.next, 2)
    assert [row["id"] for row in (*first.rows, *second.rows)] == ["R1", "R2", "R3", "R4"]
    assert second.next is None
    assert first.rows[0]["answers"][0]["question"] == "q1"


async def test_a_page_that_is_just_full_is_known_to_be_the_last(store):
    await store.run(open_cases)
    page = await store.read(reading.page, "responses", Filters(since=NOW, until=NOW + 1), Place(), 4)
    assert (len(page.rows), page.next) == (4, None)
    assert (await store.read(reading.page, "responses", Filters(until=NOW), Place(), 4)).rows == ()


async def test_nothing_of_an_anonymous_response_is_read_alone(store):
    await store.run(open_cases)
    assert await store.read(reading.one, "responses", "R0") is None
    assert (await store.read(reading.one, "responses", "R1"))["score"] == 1
    assert await store.read(reading.questions) == ["q0", "q1"]


async def test_what_is_not_there_is_none(store):
    for kind in ("invitations", "responses", "cases"):
        assert await store.read(reading.one, kind, "nope") is None
        assert (await store.read(reading.page, kind, Filters(), Place(), 9)).rows == ()
