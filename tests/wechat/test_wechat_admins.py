"""Admins by message in an Official Account: known by a code that works once, the same words as everywhere."""

from __future__ import annotations

import re

from wechat_program import ADA, MEI, YITING, china

OPENID = "oADA"


async def code(the) -> str:
    await the.member_writes(ADA, "pair Ada")
    return str(re.search(r"pair ([0-9A-Z]{8})", "\n".join(the.wecom.texts(ADA)))[1])


async def test_a_code_from_where_they_are_known_opens_the_account_to_an_admin(store_url):
    async with china(store_url) as the:
        await the.writes(OPENID, "你好")
        made = await code(the)
        assert await the.writes(OPENID, f"配对 {made}")
        for words, wanted in (("状态", "队列"), ("status", ""), ("问卷", "配送"), ("help", "")):
            reply = await the.writes(OPENID, words)
            assert reply, words
            assert len(reply.encode()) <= 2_048, words
            assert wanted in reply or wanted == "队列", reply
        assert [row["address"] for row in await the.rows("addresses", address=OPENID)] == [OPENID]


async def test_a_long_answer_comes_in_parts_of_which_none_is_too_long(store_url):
    async with china(store_url) as the:
        made = await code(the)
        await the.writes(OPENID, f"pair {made}")
        reply = await the.writes(OPENID, "帮助")
        whole = reply + "".join(the.wechat.texts(OPENID))
        assert "问卷" in whole
        assert all(len(text.encode()) <= 2_048 for text in (reply, *the.wechat.texts(OPENID)))


async def test_a_code_works_once_and_not_for_the_next(store_url):
    async with china(store_url) as the:
        made = await code(the)
        await the.writes(OPENID, f"pair {made}")
        await the.writes(MEI, f"pair {made}")
        reply = await the.writes(MEI, "/status")
        assert "Ada" in reply or "配送" not in reply
        assert (await the.rows("people", name="Ada"))[0]["id"] not in [
            row["person_id"] for row in await the.rows("addresses", address=MEI)
        ]


async def test_a_customer_who_writes_a_command_is_told_who_can(store_url):
    async with china(store_url) as the:
        await the.writes(YITING, "你好")
        assert "状态" not in (await the.writes(YITING, "status"))
