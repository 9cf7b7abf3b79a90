"""Files from elsewhere, shown to a team in Slack; and whom Slack's token is never sent to."""

from __future__ import annotations

import re

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from fake_slack import visible
from slack_program import SUPPORT, workspace

from cxbot.channels.slack.api import Api
from cxbot.channels.web import Settings
from cxbot.discovery import channel_specs
from cxbot.ports import ChannelSpec, Inbound, Limits, Media
from cxbot.testing import FakeChannel
from cxbot.transactions import files

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 500
KEY = "fake/M-1"


@pytest.fixture
def fake(monkeypatch):
    """A channel on which the customers are; the team is in Slack."""
    channel = FakeChannel("fake", Limits(per_second=0, teams=False))
    spec = ChannelSpec("fake", Settings, lambda _settings, _around: channel, channel.limits)
    monkeypatch.setitem(channel_specs(), "fake", spec)
    return channel


@pytest.fixture
async def the(fake, store_url):
    async with workspace(store_url, CXBOT_CHANNELS__FAKE__UPLOAD_BYTES="1000") as opened:
        await opened.report("", person={"addresses": [{"channel": "fake", "address": "lu"}], "name": "Lu"})
        await fake.receive(Inbound("in-1", "fake", "lu", "lu", "text", text="1"))
        await opened.rest()
        yield opened


@pytest.fixture
async def elsewhere():
    """A host that is not Slack's, and what it was asked."""
    asked = []

    async def answer(request):
        asked.append(dict(request.headers))
        return web.Response(body=PNG, content_type="image/png")

    application = web.Application()
    application.router.add_get("/{any:.*}", answer)
    async with TestServer(application) as server:
        yield str(server.make_url("/box.png")), asked


async def sends(the, fake, **media):
    await fake.receive(Inbound("in-2", "fake", "lu", "lu", "media", media=Media("image", "box.png", **media)))
    await the.rest()


async def keep(the):
    given = {"person_id": "", "kind": "image", "name": "box.png", "mime": "image/png", "body": PNG}
    await the.app.store.run(lambda tx: files.keep(tx, KEY, **given, now=the.clock.now))


def under_the_alert(the):
    return [visible(message) for message in the.thread(the.cards()[0])]


async def test_a_picture_that_was_kept_is_handed_over_under_the_alert(the, fake):
    await keep(the)
    await sends(the, fake, kept=KEY)
    (upload,) = the.slack.uploads
    assert upload["body"] == PNG
    assert (upload["channel"], upload["thread"]) == (SUPPORT, the.cards()[0]["ts"])
    assert "Lu sent a picture." in upload["words"]
    assert "/f/" not in upload["words"]


@pytest.mark.parametrize("spoilt", ["not there yet", "no scope to hand files over"])
async def test_where_it_cannot_be_handed_over_a_link_leads_to_it(the, fake, spoilt):
    if spoilt == "not there yet":
        await sends(the, fake, kept=KEY)
        await keep(the)
    else:
        the.slack.scopes.discard("files:write")
        await keep(the)
        await sends(the, fake, kept=KEY)
    (said,) = [words for words in under_the_alert(the) if "Lu sent a picture." in words]
    (link,) = re.findall(r"See it: (\S+/f/[\w.\-]+)", said)
    async with the.slack.session.get(link) as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", PNG)


async def test_what_is_kept_is_never_fetched_from_where_it_came(the, fake, elsewhere):
    url, asked = elsewhere
    await sends(the, fake, kept=KEY, url=url)
    assert asked == []
    assert url not in "".join(under_the_alert(the))


async def test_the_token_goes_to_no_host_of_another_channel(the, fake, elsewhere):
    url, asked = elsewhere
    await sends(the, fake, url=url)
    assert asked == []
    assert "Lu sent a picture." in "".join(under_the_alert(the))


@pytest.mark.parametrize(
    ("url", "slacks"),
    [
        ("https://files.slack.com/box.png", True),
        ("https://FILES.slack.com/box.png", True),
        ("http://files.slack.com/box.png", False),
        ("https://slack.com.example.com/box.png", False),
        ("https://notslack.com/box.png", False),
        ("https://files.slack.com@example.com/box.png", False),
        ("https://example.com\\.slack.com/box.png", False),
        ("https://example.com#.slack.com", False),
        ("https://[::1", False),
        ("//files.slack.com/box.png", False),
        ("/try/media/1", False),
        ("{root}/files/box.png", True),
        ("http://127.0.0.1:1/files/box.png", False),
    ],
)
async def test_a_file_is_fetched_from_slacks_own_hosts_alone(the, fake, monkeypatch, url, slacks):
    asked = []

    async def download(_self, url, _most):
        asked.append(url)
        return PNG

    monkeypatch.setattr(Api, "download", download)
    url = url.replace("{root}", the.slack.root)
    await sends(the, fake, url=url)
    assert asked == ([url] if slacks else [])
