from __future__ import annotations

import json
import re

import pytest
from aiohttp import FormData
from web_cast import say

from cxbot.channels.web.pages import preferred, prose
from cxbot.ports import Field, Form, Inbound, Receipt
from cxbot.transactions import forgetting, inbox, people

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
SAM, TEAM, ANA = "customer:sam", "team:support", "member:ana"


def file_form(body: bytes, name: str) -> FormData:
    form = FormData()
    for key, value in {"id": "b" * 16, "seat": "customer", "place": SAM, "sender": SAM, "kind": "media"}.items():
        form.add_field(key, value)
    form.add_field("file", body, filename=name)
    return form


async def upload(page, body: bytes, name: str):
    origin = str(page.client.make_url("/")).rstrip("/")
    return await page.client.post("/try/act", data=file_form(body, name), headers={"Origin": origin})


async def test_what_a_customer_writes_is_delivered_from_their_own_address(page):
    answer = await page.act(text="still broken")
    assert answer.status == 200
    assert page.inbounds == [Inbound("a" * 16, "web", SAM, SAM, "text", text="still broken")]


async def test_a_press_in_the_teams_seat_carries_the_member_the_key_and_the_message(page):
    await page.act(
        seat="team", place=TEAM, sender=ANA, kind="choice", choice="c:claim:1", about="01CARD", label="I'll take it"
    )
    assert page.inbounds == [
        Inbound("a" * 16, "web", TEAM, ANA, "choice", text="I'll take it", choice="c:claim:1", about="01CARD")
    ]


async def test_a_form_that_is_asked_for_is_drawn_with_its_mistakes_and_comes_back_as_fields(page):
    fields = (
        Field("cause", "Root cause", "choice", (("late", "Late <driver>"),), error="Choose one"),
        Field("done", "What was done", "long_text", value="we <b>called</b>", hint="The customer does not see this"),
        Field("until", "Until", "date_time", required=False),
    )
    page.receipt = Receipt(form=Form("c:resolve:1", "Resolve", fields, "Save"), notice="Only for you")
    answer = await (await page.act(seat="team", place=TEAM, sender=ANA, kind="choice", choice="c:resolve:1")).json()
    assert answer["notice"] == "Only for you"
    assert 'aria-invalid="true"' in answer["form"]
    assert "Late &lt;driver&gt;" in answer["form"]
    assert "we &lt;b&gt;called" in answer["form"]
    assert 'type="datetime-local"' in answer["form"]
    page.receipt = Receipt()
    await page.act(seat="team", place=TEAM, sender=ANA, kind="form", choice="c:resolve:1", **{"field.done": "called"})
    assert page.inbounds[-1].fields == {"done": "called"}


async def test_a_file_is_what_its_bytes_say_whatever_its_name_is(page):
    assert (await upload(page, PNG, "notes.txt")).status == 200
    media = page.inbounds[0].media
    assert media is not None
    assert (media.kind, media.name, media.mime, media.size) == ("image", "notes.png", "image/png", len(PNG))
    kept = await page.client.get(media.url)
    assert await kept.read() == PNG
    assert kept.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (await page.client.get("/try/media/unknown")).status == 404


@pytest.mark.parametrize(
    ("body", "name", "status"),
    [(b"<script>alert(1)</script>", "a.png", 415), (PNG + b"\0" * 60_000, "large.png", 413), (b"", "empty.png", 400)],
)
async def test_a_file_that_is_not_taken_says_why_and_nothing_is_delivered(page, body, name, status):
    answer = await upload(page, body, name)
    assert answer.status == status
    assert (await answer.json())["error"]
    assert page.inbounds == []


@pytest.mark.parametrize("kind", ["image", "sticker", "location", "voice"])
async def test_a_sample_can_be_sent_without_a_file_at_hand(page, kind):
    assert (await page.act(kind="media", media=kind)).status == 200
    assert page.inbounds[0].media.kind == kind


async def test_a_post_from_another_site_is_refused(page):
    assert (await page.act(text="hi", origin="https://evil.example")).status == 403
    assert (await page.act(text="hi", origin="null")).status == 403
    assert (await page.client.post("/try/act", data={"text": "hi"})).status == 403
    assert (await page.act(text="hi", origin="https://cx.example")).status == 200
    assert len(page.inbounds) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"seat": "nobody"},
        {"kind": "dance"},
        {"id": "short"},
        {"id": "x" * 65},
        {"text": "   "},
        {"text": "x" * 8_001},
        {"sender": "customer:mei"},
        {"place": "customer:ghost", "sender": "customer:ghost"},
        {"seat": "admin"},
        {"seat": "team", "place": TEAM, "sender": SAM},
        {"kind": "choice"},
        {"kind": "media", "media": "dragon"},
    ],
)
async def test_what_is_wrong_is_refused_with_a_reason_and_nothing_is_delivered(page, wrong):
    answer = await page.act(**{"text": "hi", **wrong})
    assert answer.status == 400
    assert (await answer.json())["error"]
    assert page.inbounds == []


@pytest.mark.parametrize(
    "body", [b"", b"--x\r\n\r\n", b"\xff\xfe", b"--x\r\nContent-Disposition: form-data\r\n\r\nv\r\n--x--\r\n"]
)
@pytest.mark.parametrize("path", ["/try/act", "/try/happen", "/try/wind"])
async def test_a_broken_body_is_the_senders_mistake(page, path, body):
    headers = {"Origin": str(page.client.make_url("/")).rstrip("/"), "Content-Type": "multipart/form-data; boundary=x"}
    answer = await page.client.post(path, data=body, headers=headers)
    assert 400 <= answer.status < 500


@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW"])
async def test_the_page_is_whole_in_every_language(page, language):
    await page.store.run(say, page.clock.now, SAM, "Hello", choices=[{"key": "s:1:score:9", "label": "9", "style": ""}])
    answer = await page.client.get("/try", params={"lang": language})
    text = await answer.text()
    assert answer.status == 200
    assert f'<html lang="{language}">' in text
    assert re.findall(r">[^<]*\b(?:page|link)\.[a-z_]+", text) == []
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    assert "<script>" not in text
    assert " style=" not in text
    assert not re.search(r"\son[a-z]+=", text)


async def test_a_language_once_chosen_is_kept(page):
    await page.client.get("/try", params={"lang": "zh-TW"})
    assert '<html lang="zh-TW">' in await (await page.client.get("/try")).text()


def test_the_browsers_languages_are_asked_in_their_order():
    assert preferred("fr, zh-HK;q=0.8, en;q=0.5") == "zh-TW"
    assert preferred("en;q=0.5, zh;q=0.9") == "zh-CN"
    assert preferred("de") == "en"
    assert preferred("zh;q=nonsense,,;") == "en"


def test_words_are_escaped_and_addresses_become_links():
    assert prose("<b>1 & 2</b>\nsee https://a.example/?x=1&y=2.") == (
        "&lt;b&gt;1 &amp; 2&lt;/b&gt;<br>see "
        '<a href="https://a.example/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer">'
        "https://a.example/?x=1&amp;y=2</a>."
    )
    assert "href" not in prose("javascript:alert(1)")


async def first_news(page, **params):
    stream = await page.client.get("/try/live", params=params)
    assert stream.headers["Content-Type"].startswith("text/event-stream")
    return stream, await next_news(stream)


async def next_news(stream):
    line = await stream.content.readuntil(b"\n\n")
    return json.loads(line.decode().removeprefix("data: "))


async def test_the_stream_shows_what_a_reload_shows_and_then_only_what_changed(page):
    await page.store.run(say, page.clock.now, SAM, "First <message>")
    stream, news = await first_news(page)
    [(seen, html)] = news["seats"]["customer"]["fresh"].items()
    assert "First &lt;message&gt;" in html
    assert html.strip() in await (await page.client.get("/try")).text()
    await page.store.run(say, page.clock.advance(60_000), SAM, "Second")
    news = await next_news(stream)
    assert list(news["seats"]) == ["customer"]
    assert news["seats"]["customer"]["order"][0] == seen
    assert seen not in news["seats"]["customer"]["fresh"]
    stream.close()


async def test_a_replaced_card_keeps_its_place_and_its_thread(page):
    now = page.clock.now
    card = await page.store.run(say, now, TEAM, "Open", kind="card", title="High", tone="high")
    await page.store.run(say, now + 1, TEAM, "A reminder", thread_of=card)
    await page.store.run(say, now + 2, TEAM, "Claimed by Ana", kind="card", replaces=card)
    _, news = await first_news(page)
    [html] = news["seats"]["team"]["fresh"].values()
    assert "Claimed by Ana" in html
    assert "A reminder" in html.split('class="thread"')[1]


async def test_a_picture_that_was_sent_is_named_in_the_transcript(page):
    media = Inbound("m" * 16, "web", SAM, SAM, "media", text="image:photo.jpg")
    await page.store.run(inbox.see, media, page.clock.now, page.clock.machine)
    text = await (await page.client.get("/try")).text()
    assert "photo.jpg" in text
    assert "Picture" in text


async def test_streams_end_when_the_channel_closes(make_web):
    page = await make_web()
    stream, _ = await first_news(page)
    await page.client.server.app.shutdown()
    assert await stream.content.read() == b""


async def test_what_happens_is_taken_as_from_the_api_and_its_outcome_is_said(page):
    answer = await page.post("/try/happen", id="c" * 16, what="ticket_closed", customer=SAM, reference="T-1", vip="on")
    assert (await answer.json())["tone"] == "good"
    person = await page.store.read(people.by_address, "web", SAM)
    assert person["vip"] == 1
    again = await page.post("/try/happen", id="d" * 16, what="ticket_closed", customer=SAM)
    assert (await again.json())["outcome"].startswith("Not asked")
    missing = await page.post("/try/happen", id="e" * 16, what="store_visit", customer=SAM)
    assert (await missing.json())["outcome"].startswith("Not asked")


@pytest.mark.parametrize(
    "wrong", [{"what": "magic"}, {"customer": "customer:ghost"}, {"id": ""}, {"id": "<script>alert(1)</script>"}]
)
async def test_what_cannot_happen_is_refused(page, wrong):
    answer = await page.post("/try/happen", **{"id": "c" * 16, "what": "ticket_closed", "customer": SAM, **wrong})
    assert answer.status == 400


async def test_the_clock_is_wound_by_what_was_pressed(page):
    for by in ("10m", "1h", "morning"):
        assert (await (await page.post("/try/wind", by=by)).json())["notice"]
    assert page.wound == [600_000, 3_600_000, 999]
    assert (await page.post("/try/wind", by="a century")).status == 400


async def test_there_is_no_try_out_page_outside_the_demo(make_web):
    page = await make_web(demo=False)
    for path in ("/try", "/try/live", "/try/media/x"):
        assert (await page.client.get(path)).status == 404
    assert (await page.act(text="hi")).status == 404


async def test_static_files_are_kept_by_browsers_and_nothing_else_is_served(page):
    text = await (await page.client.get("/try")).text()
    script = re.search(r'src="(/static/web/[^"]+/try\.js)"', text)[1]
    answer = await page.client.get(script)
    assert answer.status == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert (await page.client.get("/static/web/x/..%2Fchannel.py")).status == 404


async def test_what_no_database_keeps_is_left_out(page):
    await page.act(text="still\0 broken\x1b")
    assert page.inbounds[0].text == "still broken"
    assert (await page.client.get("/try", params={"customer": "\0", "team": "\0"})).status == 200


async def test_an_open_page_hears_who_can_be_played_from_now_on(page):
    stream, news = await first_news(page, customer=SAM)
    assert [each["value"] for each in news["pickers"]["admin"]] == ["admin:ada"]
    await page.store.run(say, page.clock.now, ANA, "Please approve")
    news = await next_news(stream)
    assert news["pickers"]["admin"][-1] == {"value": ANA, "label": "Ana · private chat", "vip": ""}
    stream.close()
    await page.act(seat="admin", place=ANA, sender=ANA, text="approve K7M2Q9")
    assert (page.inbounds[-1].place, page.inbounds[-1].sender) == (ANA, ANA)


async def test_the_phone_of_a_forgotten_customer_empties_and_somebody_unknown_can_take_their_place(page):
    await page.store.run(say, page.clock.now, SAM, "Hello Sam")
    stream, news = await first_news(page, customer=SAM)
    assert news["erased"] is False
    person = await page.store.read(people.by_address, "web", SAM)
    found = await page.store.read(forgetting.look, {"person": person["id"]})
    await page.store.run(forgetting.forget, person["id"], found, "", "", page.clock.now)
    news = await next_news(stream)
    assert news["erased"] is True
    assert news["seats"]["customer"] == {"order": [], "fresh": {}}
    assert SAM not in [each["value"] for each in news["pickers"]["customer"]]
    assert (await page.act(text="hello?")).status == 400
    assert (await page.post("/try/renew", customer="customer:<b>")).status == 400
    assert (await page.post("/try/renew", customer=SAM)).status == 200
    news = await next_news(stream)
    assert news["erased"] is False
    assert (await page.act(text="hello?")).status == 200
    stream.close()


async def test_a_fact_of_several_lines_has_them_below_its_label(page):
    steps = "1 of 2\n☑ Apologise\n☐ Fix it"
    await page.store.run(say, page.clock.now, TEAM, "Open", kind="card", title="High", facts=[["Steps", steps]])
    text = await (await page.client.get("/try")).text()
    assert '<dt>Steps</dt><dd>1 of 2</dd><dd class="lines">☑ Apologise<br>☐ Fix it</dd>' in text
