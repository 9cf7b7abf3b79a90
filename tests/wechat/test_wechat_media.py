"""Pictures and voice that customers send: fetched before the platform forgets them, and shown to the team."""

from __future__ import annotations

import re

import callbacks
import pytest
from wechat_program import ANA, GROUP_KEY, KF, LILI, MEI, THURSDAY_TEN, china, platforms

from cxbot.testing import FakeClock

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


@pytest.fixture
def engine() -> str:
    """One engine: what is tested here is between the channel and its platform."""
    return "sqlite"


async def sends(the, kind: str, media_id: str) -> str:
    the.wechat.acted(MEI, "message")
    make = {"image": callbacks.image, "voice": callbacks.voice}[kind]
    reply = await the.call(make(MEI, media_id, next(the.numbers), create_time=int(the.wechat.now())))
    await the.rest()
    return reply


def link(the) -> str:
    said = "\n".join(the.wecom.texts(f"webhook:{GROUP_KEY}"))
    return re.findall(r"http://[^\s\"\\]+/f/[\w.\-]+", said)[-1]


async def test_a_picture_is_fetched_and_the_team_can_look_at_it(store_url):
    async with china(store_url) as the:
        the.wechat.add_media("M-1", PNG, name="photo.jpg", kind="image/jpeg")
        case = await the.unhappy()
        assert case["code"] in await sends(the, "image", "M-1")
        del the.wechat.media["M-1"]
        await the.later(days=4)
        async with the.session.get(link(the)) as answer:
            assert await answer.read() == PNG
            assert answer.content_type == "image/jpeg"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_voice_message_is_handed_over_as_a_file(store_url):
    async with china(store_url) as the:
        the.wechat.add_media("V-1", b"#!AMR\nvoice", name="voice.amr", kind="audio/amr")
        await the.unhappy()
        await sends(the, "voice", "V-1")
        async with the.session.get(link(the)) as answer:
            assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_what_cannot_be_fetched_now_is_fetched_later_even_after_a_restart(store_url):
    async with platforms() as (wechat, wecom):
        clock = FakeClock(THURSDAY_TEN)
        async with china(store_url, wechat=wechat, wecom=wecom, clock=clock) as the:
            wechat.add_media("M-2", PNG, name="photo.jpg", kind="image/jpeg")
            wechat.fail("media/get", drop_connection="before", times=-1)
            await the.unhappy()
            await sends(the, "image", "M-2")
            url = link(the)
            async with the.session.get(url) as answer:
                assert answer.status == 404
            wechat.heal()
            before = len(wechat.calls("media/get"))
        async with china(store_url, wechat=wechat, wecom=wecom, clock=clock) as the:
            await wechat.until(lambda: len(wechat.calls("media/get")) > before)
            while await the.kept("wechat/M-2") is None:
                await the.rest()
            async with the.session.get(f"{the.app.url}/f/{url.rpartition('/')[2]}") as answer:
                assert await answer.read() == PNG


async def test_a_file_that_is_too_large_breaks_nothing_and_is_not_kept(store_url):
    async with china(store_url, CXBOT_CHANNELS__WECHAT__FILE_BYTES="1000") as the:
        the.wechat.add_media("M-3", b"x" * 5_000, name="photo.jpg", kind="image/jpeg")
        await the.unhappy()
        assert await sends(the, "image", "M-3")
        async with the.session.get(link(the)) as answer:
            assert answer.status == 404


async def test_a_link_to_a_file_that_was_changed_shows_nothing(store_url):
    async with china(store_url) as the:
        the.wechat.add_media("M-4", PNG, name="photo.jpg", kind="image/jpeg")
        await the.unhappy()
        await sends(the, "image", "M-4")
        url = link(the)
        async with the.session.get(url[:-2] + "xx") as answer:
            assert answer.status == 404
        await the.later(days=31)
        async with the.session.get(url) as answer:
            assert answer.status == 404


async def test_a_picture_beside_an_anonymous_survey_is_kept_nowhere(store_url):
    async with china(store_url) as the:
        the.wechat.add_media("M-5", PNG, name="photo.jpg", kind="image/jpeg")
        await the.writes(MEI, "你好")
        await the.report(MEI, "work", "pulse")
        assert (await the.rows("invitations"))[-1]["survey"] == "enps"
        await sends(the, "image", "M-5")
        while await the.state("media"):
            await the.rest()
        assert await the.kept("wechat/M-5") is None


async def test_a_picture_to_customer_service_reaches_the_team_as_well(store_url):
    async with china(store_url) as the:
        the.wecom.add_media("K-1", PNG, name="photo.jpg", kind="image/jpeg")
        the.wecom.customer_writes(KF, LILI, "我要退货")
        the.wecom.session_starts(KF, LILI, ANA)
        the.wecom.session_ends(KF, LILI)
        await the.kf_event()
        the.wecom.customer_writes(KF, LILI, "1")
        await the.kf_event()
        the.wecom.customer_sends(KF, LILI, "image", {"media_id": "K-1"})
        await the.kf_event()
        assert (await the.kept("wecom/K-1")).body == PNG
        said = "\n".join(the.wecom.texts(ANA))
        url = re.findall(r"http://[^\s\"\\\\<]+/f/[\w.\-]+", said)[-1]
        async with the.session.get(url) as answer:
            assert await answer.read() == PNG
