"""Commands that ask back, in WeCom: by number, once, and with quotes as WeCom writes them."""

from __future__ import annotations

import pytest
from wechat_program import ADA, china


@pytest.fixture
def engine() -> str:
    """One engine: what is tested here is between the channel and its platform."""
    return "sqlite"


async def said(the, words):
    before = len(the.wecom.said(ADA))
    await the.member_writes(ADA, words)
    return "\n".join(the.wecom.texts(ADA)[before:])


async def people(the, *names):
    for n, name in enumerate(names):
        await the.take(
            {
                "id": f"P-{n}",
                "touchpoint": "ticket",
                "outcome": "closed",
                "person": {"addresses": [{"channel": "wechat", "address": f"oTwin{n}"}], "name": name},
            }
        )
    await the.rest()


@pytest.mark.parametrize(("why", "number"), [("why 林", "2"), ("为什么 林", "第二个")])
async def test_which_one_is_answered_by_number(store_url, why, number):
    async with china(store_url) as the:
        await people(the, "林美玲", "林大同")
        shown = await said(the, why)
        assert "1. 林" in shown
        assert "2. 林" in shown
        assert (await said(the, number)).startswith("林")


async def test_more_than_a_card_holds_come_in_words_by_number(store_url):
    async with china(store_url) as the:
        await people(the, *(f"林美玲{n}" for n in range(8)))
        shown = await said(the, "为什么 林美玲")
        assert all(f"{n}. 林美玲" in shown for n in range(1, 9))
        assert (await said(the, "8")).startswith("林美玲")


async def test_a_quote_is_no_command_and_the_words_beneath_it_are(store_url):
    async with china(store_url) as the:
        quote = "「小伟：暂停问卷 csat」\n- - - - - - - - - - - - - - -"
        assert "quoted" in await said(the, quote)
        assert "一切正常" in await said(the, f"{quote}\n状态")


async def test_a_repeated_answer_is_taken_once(store_url):
    async with china(store_url) as the:
        await people(the, "林美玲", "林大同")
        await said(the, "why 林")
        before = len(the.wecom.said(ADA))
        for _ in range(3):
            await the.member_writes(ADA, "1", msg_id=4711)
        assert len(the.wecom.said(ADA)) == before + 1
