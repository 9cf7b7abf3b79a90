from __future__ import annotations

import re

import pytest
from web_cast import SECRET

from cxbot.links import make_link
from cxbot.transactions import interactions

HOUR = 3_600_000
TABLES = ("inbox", "responses", "answers", "spent_links", "outbox", "cases", "decisions", "events")


@pytest.fixture
async def asked(make_web):
    """A page without the demo, and the link of somebody who was asked after a ticket."""
    page = await make_web(demo=False)
    body = {
        "id": "T-1",
        "touchpoint": "ticket",
        "outcome": "closed",
        "agent": "Ben <script>",
        "person": {"addresses": [{"channel": "web", "address": "customer:sam"}]},
    }
    taken = await page.store.run(interactions.take, body, "test", page.clock.now)
    assert taken.state == "asked"
    page.invitation = taken.invitation_id
    page.link = make_link(SECRET, "", taken.invitation_id, "p", page.clock.now + HOUR)
    return page


async def kept(page) -> dict[str, list]:
    def read(tx):
        return {
            "responses": tx.all("responses.latest_of_person", person_id="x", except_id="", most=9),
            "all": tx.all("transcripts.said", channel="web", address="customer:sam", viewer="", most=99),
            "spent": tx.one("links.spent", token_hash=""),
            "invitation": tx.one("links.invitation", id=page.invitation),
        }

    return await page.store.read(read)


def nonce(text: str) -> str:
    return re.search(r'name="nonce" value="([^"]+)"', text)[1]


async def response_of(page, response_id: str):
    return await page.store.read(lambda tx: tx.one("responses.get", id=response_id))


async def invitation(page):
    return await page.store.read(lambda tx: tx.one("links.invitation", id=page.invitation))


async def test_the_page_asks_every_question_and_getting_it_records_nothing(asked):
    before = await kept(asked)
    answer = await asked.client.get(asked.link)
    text = await answer.text()
    assert answer.status == 200
    assert text.count("data-question=") == 3
    assert "Ben &lt;script&gt;" in text
    assert "https://example.com/privacy" in text
    assert (await asked.client.head(asked.link)).status == 200
    assert await kept(asked) == before
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW"])
async def test_the_page_is_whole_in_every_language(asked, language):
    text = await (await asked.client.get(asked.link, params={"lang": language})).text()
    assert f'<html lang="{language}">' in text
    assert re.findall(r">[^<]*\b(?:page|link)\.[a-z_]+", text) == []


async def test_answers_are_taken_once_and_the_form_sent_twice_is_one_response(asked):
    form = nonce(await (await asked.client.get(asked.link)).text())
    posted = {"nonce": form, "q.score": "1", "q.why": "Nobody called", "lang": "en"}
    first = await asked.post(asked.link, **posted)
    assert first.status == 200
    assert "Thank you" in await first.text()
    response_id = (await invitation(asked))["response_id"] or await spent_for(asked)
    response = await response_of(asked, response_id)
    assert (response["score"], response["state"], response["via"]) == (1, "complete", "link")
    again = await asked.post(asked.link, **posted)
    assert again.status == 200
    assert await answers_of(asked) == {response_id: {"score": "1", "why": '"Nobody called"'}}
    assert "kept apart" not in await again.text()


async def spent_for(page) -> str:
    from cxbot.links import fingerprint
    from cxbot.transactions import links

    return await page.store.read(links.spent_for, fingerprint(page.link.rsplit("/", 1)[-1]))


async def answers_of(page):
    def read(tx):
        rows = tx.all("reading.responses", after_time=-1, after_id="", since=0, until=2**62, survey="", touchpoint="",
                      team="", band="", person="", state="", most=50)  # fmt: skip
        return {
            row["id"]: {a["question"]: a["value"] for a in tx.all("responses.answers", response_id=row["id"])}
            for row in rows
        }

    return await page.store.read(read)


async def test_a_second_answer_through_a_link_is_kept_apart_and_says_so(asked):
    first = nonce(await (await asked.client.get(asked.link)).text())
    await asked.post(asked.link, nonce=first, **{"q.score": "5"})
    page = await (await asked.client.get(asked.link)).text()
    assert "already" in page
    second = await asked.post(asked.link, nonce=nonce(page), **{"q.score": "1"})
    assert "kept apart" in await second.text()
    found = [await response_of(asked, response_id) for response_id in await answers_of(asked)]
    assert sorted((row["via"], row["score"]) for row in found) == [("again", 1), ("link", 5)]


async def test_what_is_missing_is_named_where_it_is_missing_and_nothing_is_kept(asked):
    form = nonce(await (await asked.client.get(asked.link)).text())
    answer = await asked.post(asked.link, nonce=form, **{"q.why": "first <things> first"})
    text = await answer.text()
    assert answer.status == 422
    assert 'role="alert"' in text
    assert re.search(r'id="q-score"[^>]*aria-describedby="[^"]*error-score', text)
    assert text.index("autofocus") < text.index('id="i-why"')
    assert "first &lt;things&gt; first" in text
    assert await answers_of(asked) == {}
    good = await asked.post(asked.link, nonce=form, **{"q.score": "4"})
    assert good.status == 200


async def test_the_server_follows_the_branches_by_itself(asked):
    form = nonce(await (await asked.client.get(asked.link)).text())
    await asked.post(asked.link, nonce=form, **{"q.score": "5", "q.why": "of another branch", "q.praise": "Ben"})
    [answers] = (await answers_of(asked)).values()
    assert answers == {"score": "5", "praise": '"Ben"'}


async def test_a_link_that_is_over_or_not_ours_says_what_to_do(asked):
    assert (await asked.client.get("/s/nonsense")).status == 404
    assert (await asked.client.get(f"{asked.link[:-2]}xx")).status == 404
    nowhere = make_link(SECRET, "", "no invitation", "p", asked.clock.now + HOUR)
    assert (await asked.client.get(nowhere)).status == 410
    asked.clock.advance(HOUR)
    over = await asked.client.get(asked.link)
    assert over.status == 410
    assert (await asked.post(asked.link, **{"q.score": "1"})).status == 410
    assert await answers_of(asked) == {}


async def test_a_survey_that_was_taken_back_is_not_asked_on_its_page(asked):
    await asked.store.run(interactions.reopen, "test", "T-1", asked.clock.now + 1)
    assert (await asked.client.get(asked.link)).status == 410


async def test_answers_from_another_site_are_refused(asked):
    answer = await asked.client.post(asked.link, data={"q.score": "1"}, headers={"Origin": "https://evil.example"})
    assert answer.status == 403
    assert await answers_of(asked) == {}


@pytest.mark.parametrize("score", ["", "7", "-1", "٣", "9" * 5000, "1,2", "\0", "'; DROP TABLE answers"])
async def test_no_answer_trips_the_page(asked, score):
    answer = await asked.post(asked.link, **{"q.score": score, "nonce": "n", "lang": "nonsense", "q.unknown": "x"})
    assert answer.status in (200, 422)
