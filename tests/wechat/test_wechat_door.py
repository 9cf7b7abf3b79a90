"""The Official Account's callback: who may, what comes twice, what is odd, and how soon it is answered."""

from __future__ import annotations

import asyncio
import json

import callbacks
import pytest
from callbacks import HOSTILE
from wechat_program import MEI, THURSDAY_TEN, china, platforms

from cxbot.testing import FakeClock


@pytest.mark.parametrize("aes", [True, False])
async def test_the_address_is_verified_with_its_own_words(store_url, aes):
    async with china(store_url, aes=aes) as the:
        assert await the.official.verify("5837492") == (200, "5837492")
        assert (await the.official.verify("5837492", signature="0" * 40))[0] == 403
        assert await the.corp.verify("a secret word") == (200, "a secret word")


async def test_plain_compatible_and_encrypted_messages_are_read_alike(store_url):
    async with china(store_url, aes=True) as the:
        for n, send in enumerate((the.official.aes, the.official.compatible)):
            status, reply = await send(callbacks.text(MEI, "帮助", 101 + n, create_time=int(the.wechat.now())))
            assert status == 200
            assert "进度" in callbacks.passive(reply)["Content"]


async def test_what_is_not_encrypted_is_refused_where_it_should_be(store_url):
    async with china(store_url, aes=True) as the:
        status, _ = await the.official.plain(callbacks.text(MEI, "2", 1))
        assert status == 403
        assert await the.rows("inbox") == []


@pytest.mark.parametrize("aes", [True, False])
async def test_forged_stale_and_unsigned_callbacks_get_403_and_leave_a_metric(store_url, aes):
    async with china(store_url, aes=aes) as the:
        send = the.official.aes if aes else the.official.plain
        xml = callbacks.text(MEI, "你好", 1)
        assert (await send(xml, signature="f" * 40))[0] == 403
        assert (await send(xml, timestamp=int(the.wechat.now()) - 3_600))[0] == 403
        assert (await send(xml, timestamp="yesterday"))[0] == 403
        async with the.session.post(the.official.url, data=xml) as answer:
            assert answer.status == 403
        assert await the.rows("inbox") == []
        assert await the.metric("cxbot_refused_requests_total") == 4


async def test_a_message_made_for_another_account_is_refused(store_url):
    async with china(store_url) as the:
        assert (await the.official.aes(callbacks.text(MEI, "你好", 1), receiver="wx9999999999999999"))[0] == 403
        assert (await the.official.aes(b"", encrypted="bm90IGVuY3J5cHRlZA=="))[0] == 403


@pytest.mark.parametrize("aes", [True, False])
async def test_odd_and_hostile_bodies_are_answered_and_break_nothing(store_url, aes):
    async with china(store_url, aes=aes) as the:
        send = the.official.aes if aes else the.official.plain
        for name, body in HOSTILE.items():
            status, reply = await send(body)
            assert status in (200, 403), name
            assert reply in ("success", "") or status == 403 or callbacks.passive(reply)["Content"], name
        assert await the.writes("oNEXT", "帮助"), "the next message is answered"


async def test_odd_bodies_leave_a_metric(store_url):
    async with china(store_url) as the:
        assert await the.official.aes(HOSTILE["entity bomb"]) == (200, "success")
        assert await the.official.aes(HOSTILE["no sender"]) == (200, "success")
        assert await the.metric('cxbot_refused_requests_total{channel="wechat",reason="odd"}') == 2


async def test_a_reply_cannot_break_out_of_its_markup(store_url):
    async with china(store_url) as the:
        evil = "]]></Content><FuncFlag>1</FuncFlag><![CDATA[boo"
        await the.report(MEI, reference=evil)
        the.wechat.acted(MEI, "message")
        status, xml = await the.official.aes(callbacks.text(MEI, "你好", 1, create_time=int(the.wechat.now())))
        assert status == 200
        reply = callbacks.passive(xml)
        assert evil in reply["Content"], "the question that waited comes first, as it was meant"
        assert "FuncFlag" not in reply
        await the.rest()


async def test_a_repeated_callback_gets_the_same_answer_again_and_acts_once(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        await the.report(MEI)
        first = await the.writes(MEI, "2", msg_id=555)
        again = await the.writes(MEI, "2", msg_id=555)
        assert first == again
        assert "是哪里出了问题" in first
        assert len(await the.rows("cases")) == 1
        assert len(await the.rows("answers")) == 1
        sent = [row for row in await the.rows("outbox") if row["channel"] == "wechat" and row["kind"] == "question"]
        assert len([row for row in sent if row["platform_id"] == "passive/m:555"]) == 1


async def test_a_repeat_after_a_restart_gets_the_same_answer_again(store_url):
    async with platforms() as (wechat, wecom):
        clock = FakeClock(THURSDAY_TEN)
        async with china(store_url, wechat=wechat, wecom=wecom, clock=clock) as the:
            first = await the.writes(MEI, "帮助", msg_id=777)
        async with china(store_url, wechat=wechat, wecom=wecom, clock=clock) as the:
            assert await the.writes(MEI, "帮助", msg_id=777) == first
            assert wechat.said(MEI) == []


async def test_an_event_that_comes_twice_acts_once(store_url):
    async with china(store_url) as the:
        for _ in range(2):
            await the.event(MEI, "SCAN", "store-12")
        (interaction,) = await the.rows("interactions")
        assert (interaction["touchpoint"], interaction["reference"]) == ("store", "12")


async def test_two_callbacks_of_the_same_message_at_once_act_once(store_url):
    async with china(store_url) as the:
        the.wechat.acted(MEI, "message")
        xml = callbacks.text(MEI, "帮助", 42, create_time=int(the.wechat.now()))
        first, second = await asyncio.gather(the.call(xml), the.call(xml))
        assert first == second
        await the.rest()
        assert the.wechat.said(MEI) == []
        assert len(await the.rows("outbox", channel="wechat")) == 1


async def test_with_the_store_stalled_the_platform_is_answered_in_time_and_the_rest_follows(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        await the.report(MEI)
        let_go = asyncio.Event()
        loop = asyncio.get_running_loop()

        def stall(tx: object) -> None:
            asyncio.run_coroutine_threadsafe(let_go.wait(), loop).result(30)

        stalled = asyncio.ensure_future(the.app.store.run(stall))
        began = loop.time()
        reply = await the.writes(MEI, "2", rest=False)
        took = loop.time() - began
        assert reply == ""
        assert 4 < took < 5
        let_go.set()
        await stalled
        await the.app.channels["wechat"].synced()
        await the.rest()
        assert len(await the.rows("cases")) == 1
        assert "是哪里出了问题" in the.wechat.texts(MEI)[-1]
        assert json.dumps(the.wechat.said(MEI)[-1], ensure_ascii=False).count("送得太晚") == 1


async def test_no_secret_reaches_the_log(store_url, capsys):
    async with china(store_url) as the:
        await the.unhappy()
        the.wechat.fail("message/custom/send", drop_connection="before", times=3)
        await the.writes(MEI, "你好")
        printed = capsys.readouterr()
        for secret in (callbacks.TOKEN, callbacks.AES_KEY, "0123456789abcdef0123456789abcdef", "access_token"):
            assert secret not in printed.out + printed.err
