"""Files that were kept, at their link: what a browser is given, and the page where there is nothing to give."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_cast import SECRET

from cxbot import links
from cxbot.app import App
from cxbot.channels.web import Settings
from cxbot.demo import Demo, DemoClock, read_cast
from cxbot.discovery import channel_specs
from cxbot.ports import ChannelSpec, Inbound, Limits, Media
from cxbot.testing import FakeChannel, FakeClock
from cxbot.transactions import files, interactions

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
KEY = "fake/M-1"
DAYS_30 = 30 * 24 * 60 * 60 * 1000


async def keep(store, now, *, key=KEY, mime="image/png", name="photo.png", body=PNG):
    given = {"person_id": "", "kind": "image", "name": name, "mime": mime, "body": body}
    await store.run(lambda tx: files.keep(tx, key, **given, now=now))


def path_of(now, key=KEY, kind="file"):
    return urlsplit(links.make_shown(SECRET, "https://cx.example", kind, key, now)).path


async def show(page, path, **headers):
    answer = await page.client.get(path, headers=headers)
    return answer, await answer.read()


async def test_a_picture_is_shown_in_its_place_and_may_do_nothing(page, clock):
    await keep(page.store, clock.now)
    answer, body = await show(page, path_of(clock.now))
    assert (answer.status, answer.content_type, body) == (200, "image/png", PNG)
    assert answer.headers["Content-Disposition"] == "inline; filename*=UTF-8''photo.png"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("mime", ["image/jpeg", "image/gif", "image/webp", "audio/mpeg", "audio/mp4", "video/mp4"])
async def test_what_a_browser_shows_safely_is_shown(page, clock, mime):
    await keep(page.store, clock.now, mime=mime)
    answer, _ = await show(page, path_of(clock.now))
    assert (answer.content_type, answer.headers["Content-Disposition"].split(";")[0]) == (mime, "inline")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script" not in policy


@pytest.mark.parametrize("mime", ["audio/amr", "text/html", "image/svg+xml", "application/pdf", "", "image/png; x=1"])
async def test_anything_else_is_handed_over_as_a_file(page, clock, mime):
    await keep(page.store, clock.now, mime=mime, name='<img src="x">/语音.amr')
    answer, body = await show(page, path_of(clock.now))
    assert (answer.content_type, body) == ("application/octet-stream", PNG)
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''%3Cimg%20src%3D%22x%22%3E%2F%E8%AF%AD%E9%9F%B3.amr"
    )


async def test_a_link_works_from_when_its_file_is_there_until_thirty_days_are_over(page, clock):
    path = path_of(clock.now)
    assert (await show(page, path))[0].status == 404
    await keep(page.store, clock.now)
    clock.wind(DAYS_30 - 1)
    assert (await show(page, path))[1] == PNG
    clock.wind(1)
    answer, body = await show(page, path)
    assert (answer.status, answer.content_type) == (404, "text/html")
    assert PNG not in body


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "This file cannot be shown"), ("zh-CN", "无法显示该文件"), ("zh-TW", "無法顯示該檔案")],
)
async def test_where_there_is_nothing_a_page_says_so_in_the_readers_language(page, clock, language, words):
    answer, body = await show(page, path_of(clock.now), **{"Accept-Language": language})
    assert (answer.status, answer.headers["Content-Language"]) == (404, language)
    assert words in body.decode()


async def test_links_to_other_things_changed_links_and_rubbish_show_no_file(page, clock):
    await keep(page.store, clock.now)
    good = path_of(clock.now)
    other = path_of(clock.now, kind="message").rpartition("/")[2]
    foreign = urlsplit(links.make_shown("another", "", "file", KEY, clock.now)).path
    survey = links.make_link(SECRET, "", KEY, "p", clock.now + 9).rpartition("/")[2]
    for path in (f"/f/{other}", f"/f/{survey}", foreign, good[:-3] + "AAA", "/f/x", "/f/%00", "/f/" + "x" * 3_000):
        answer, body = await show(page, path)
        assert (path, answer.status, PNG in body) == (path, 404, False)


async def test_a_file_is_only_looked_at(page, clock):
    await keep(page.store, clock.now)
    assert (await page.client.post(path_of(clock.now))).status == 405
    assert page.inbounds == []


def test_the_longest_id_of_a_platform_fits_into_a_link():
    key = "wechat/" + "m" * 512
    token = path_of(0, key).rpartition("/")[2]
    assert links.read_shown("file", SECRET, token, 0) == links.Shown(key)


@given(st.text(max_size=1_200))
def test_no_token_trips_the_reader(token):
    assert links.read_shown("file", SECRET, token, 0) == links.Invalid()


@pytest.fixture
def fake(monkeypatch):
    """A channel on which customers are, among those the program ships."""
    channel = FakeChannel("fake", Limits(per_second=0, teams=False))
    spec = ChannelSpec("fake", Settings, lambda _settings, _around: channel, channel.limits)
    monkeypatch.setitem(channel_specs(), "fake", spec)
    return channel


@pytest.fixture
async def app(fake, store_url):
    env = {"CXBOT_STORE__URL": store_url, "CXBOT_CHANNELS__FAKE__UPLOAD_BYTES": "1000"}
    config, customers = read_cast(env)
    started = await App.start(config, clock=FakeClock().clock, port=0, demo=Demo(DemoClock(), customers))
    yield started
    await started.stop()


async def test_the_team_on_the_page_has_a_link_that_shows_the_picture_once_it_has_come(fake, app):
    async def writes(number, kind, **more):
        await fake.receive(Inbound(f"in-{number}", "fake", "lu", "lu", kind, **more))
        await app.settle()

    person = {"addresses": [{"channel": "fake", "address": "lu"}], "name": "Lu"}
    body = {"id": "X-1", "touchpoint": "ticket", "outcome": "closed", "person": person}
    await app.store.run(interactions.take, body, "crm", app.clock.now())
    await app.settle()
    await writes(1, "text", text="1")
    await writes(2, "media", media=Media("image", "box.jpg", "image/jpeg", 48, kept=KEY))
    async with aiohttp.ClientSession() as browser:

        async def get(url):
            async with browser.get(url) as answer:
                return answer.status, await answer.read()

        _, shown = await get(f"{app.url}/try?lang=en")
        assert "Lu sent a picture.<br>See it: " in shown.decode()
        (link,) = re.findall(r'<a href="([^"]*/f/[^"]*)"', shown.decode())
        assert (await get(link))[0] == 404
        await keep(app.store, app.clock.now())
        assert await get(link) == (200, PNG)
