"""Customers of an Official Account: how they come in, what they are asked, and what they can answer with."""

from __future__ import annotations

from typing import Any

import callbacks
import pytest
from fake_wechat import FakeWeChat
from wechat_program import MEI, THURSDAY_TEN, YITING, china, platforms

from cxbot.testing import FakeClock


@pytest.fixture
def engine() -> str:
    """One engine: what is tested here is between the channel and its platform."""
    return "sqlite"


async def test_somebody_who_follows_reads_what_can_be_written_here(store_url):
    async with china(store_url) as the:
        assert "进度" in await the.event("oNEW", "subscribe")
        assert [row["address"] for row in await the.rows("addresses", channel="wechat", address="oNEW")] == ["oNEW"]


async def test_scanning_a_code_asks_about_that_visit_within_the_reply(store_url):
    async with china(store_url) as the:
        reply = await the.event("oNEW", "subscribe", "qrscene_store-12")
        (interaction,) = await the.rows("interactions")
        assert (interaction["touchpoint"], interaction["outcome"]) == ("store", "visited")
        assert interaction["reference"] == "12"
        assert "1 到 5" in reply
        assert the.wechat.said("oNEW") == [], "the reply needs no allowance"


async def test_scanning_again_follows_the_rules_and_says_something(store_url):
    async with china(store_url) as the:
        await the.event(MEI, "SCAN", "store-12")
        await the.later(minutes=1)
        assert await the.event(MEI, "SCAN", "store-12")
        assert len([row for row in await the.rows("invitations") if row["state"] == "asked"]) == 1


async def test_a_menu_entry_of_ours_answers_and_one_of_the_company_lets_go_what_waits(store_url):
    async with china(store_url) as the:
        await the.report(MEI)
        assert the.wechat.said(MEI) == []
        reply = await the.event(MEI, "CLICK", "SHOP_HOURS")
        assert "您对这次配送满意吗" in reply
        assert "进度" in await the.event(YITING, "CLICK", "cx:help")


async def test_nps_is_asked_as_text_and_a_typed_number_answers(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        await the.report(MEI, "account", "renewed")
        question = the.wechat.said(MEI)[-1]
        assert question["msgtype"] == "text"
        assert "0" in question["text"]["content"]
        assert "10" in question["text"]["content"]
        await the.writes(MEI, "０分")
        assert await the.scores() == [0]


async def test_csat_falls_back_to_numbered_text_and_remembers_it(store_url):
    async with platforms(verified=False) as (wechat, wecom):
        clock = FakeClock(THURSDAY_TEN)
        async with china(store_url, wechat=wechat, wecom=wecom, clock=clock) as the:
            await the.writes(MEI, "你好")
            await the.report(MEI)
            assert [body["msgtype"] for body in wechat.said(MEI)] == ["text"]
            assert len(_menus(wechat)) == 1
        async with china(store_url, wechat=wechat, wecom=wecom, clock=clock) as the:
            await the.writes(YITING, "你好")
            await the.report(YITING)
            assert "1 到 5" in wechat.texts(YITING)[-1]
            assert len(_menus(wechat)) == 1, "it is not tried again"
            assert await the.writes(MEI, "2")
            assert await the.scores() == [2]


def _menus(wechat: FakeWeChat) -> list[Any]:
    return [call for call in wechat.calls("message/custom/send") if call.body["msgtype"] == "msgmenu"]


async def test_an_unverified_account_never_tries_buttons(store_url):
    async with china(store_url, verified=False, CXBOT_CHANNELS__WECHAT__VERIFIED="false") as the:
        await the.writes(MEI, "你好")
        await the.report(MEI)
        assert {call.body["msgtype"] for call in the.wechat.calls("message/custom/send")} == {"text"}


@pytest.mark.parametrize("menu_id", ["0", "99999"])
async def test_a_tap_whose_id_was_lost_is_read_by_its_words(store_url, menu_id):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        await the.report(MEI)
        await the.writes(MEI, "2 🙁", menu_id=menu_id)
        assert await the.scores() == [2]


async def test_a_late_tap_on_an_old_menu_does_not_answer_what_is_asked_now(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        await the.report(MEI)
        await the.taps(MEI, "4")
        answers = await the.rows("answers")
        await the.taps(MEI, "1")
        assert [row["question"] for row in await the.rows("answers")] == [row["question"] for row in answers]


async def test_every_way_of_typing_a_rating_is_read(store_url):
    async with china(store_url) as the:
        for n, words in enumerate(("4分", "４", "四", "4/5", "⭐⭐⭐⭐")):
            openid = f"oWAY{n}"
            await the.writes(openid, "你好")
            await the.report(openid)
            await the.writes(openid, words)
            assert (await the.scores())[-1] == 4, words


async def test_a_reply_longer_than_a_message_comes_in_parts(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        await the.report(MEI, reference="长" * 200, agent="名" * 200)
        for text in the.wechat.texts(MEI):
            assert len(text.encode()) <= 2_048


async def test_stopping_is_obeyed_and_said_in_the_reply(store_url):
    async with china(store_url) as the:
        assert "退订" in await the.writes(MEI, "帮助")
        assert await the.writes(MEI, "退订")
        told = await the.report(MEI)
        assert told["reason"]["code"] == "opted_out"


async def test_a_location_or_a_sticker_breaks_no_survey(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        await the.report(MEI)
        the.wechat.acted(MEI, "message")
        location = callbacks.document({
            "ToUserName": callbacks.ACCOUNT, "FromUserName": MEI, "CreateTime": int(the.wechat.now()),
            "MsgType": "location", "Location_X": "23.1", "Location_Y": "113.3", "Scale": "20", "Label": "广州",
            "MsgId": 9001})  # fmt: skip
        assert await the.call(location)
        await the.rest()
        await the.writes(MEI, "2")
        assert await the.scores() == [2]
