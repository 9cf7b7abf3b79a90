"""Admins and members who write to the app in WeCom, and its door: who is let in, and what is done once."""

from __future__ import annotations

import callbacks
import pytest
from wechat_program import ADA, ANA, BEN, GROUP_KEY, MEI, WEI, china

GROUP = f"webhook:{GROUP_KEY}"
REFUSED = "cxbot_refused_requests_total"


@pytest.fixture
def engine() -> str:
    """One engine: what is tested here is between the channel and its platform."""
    return "sqlite"


async def said(the, userid, words, **more):
    """A member writes to the app; what they are answered, part by part."""
    before = len(the.wecom.said(userid))
    await the.member_writes(userid, words, **more)
    return the.wecom.texts(userid)[before:]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("status", "All is well"),
        ("状态", "一切正常"),
        ("surveys", "csat"),
        ("问卷", "csat"),
        ("numbers", "Last 30 days"),
        ("数据", "最近 30 天"),
        ("help", "status"),
        ("帮助", "问卷"),
        ("/status", "All is well"),
    ],
)
async def test_an_admin_gives_commands_in_english_and_in_chinese(store_url, words, shown):
    async with china(store_url) as the:
        answer = await said(the, ADA, words)
        assert shown in "\n".join(answer)
        assert all(len(part.encode()) <= 2_048 for part in answer)


async def test_an_answer_longer_than_a_message_comes_in_parts_that_lose_nothing(store_url):
    async with china(store_url) as the:
        words = "长" * 700 + "。\n" + "x" * 2_000
        await the.app.store.run(_say, ADA, words)
        await the.rest()
        parts = the.wecom.texts(ADA)
        assert len(parts) == 3
        assert all(len(part.encode()) <= 2_048 for part in parts)
        assert "".join(parts) == words


def _say(tx, userid, words):
    from cxbot.transactions import outbox

    outbox.say(tx, 1, channel="wecom", address=userid, language="zh-CN", kind="verbatim", args={"text": words})


async def test_who_may_not_do_that_is_told_who_can(store_url):
    async with china(store_url) as the:
        (answer,) = await said(the, BEN, "暂停问卷 csat")
        assert "Ada" in answer
        the.wecom.add_members("eve")
        (answer,) = await said(the, "eve", "/status")
        assert "Ada" in answer


async def test_what_is_no_command_is_answered_with_the_way_to_help(store_url):
    async with china(store_url) as the:
        (answer,) = await said(the, WEI, "今天中午吃什么好呢")
        assert "帮助" in answer
        (answer,) = await said(the, ADA, "statsu")
        assert "status" in answer


async def test_a_callback_that_comes_again_is_carried_out_once(store_url):
    async with china(store_url) as the:
        assert len(await said(the, ADA, "status", msg_id=77)) == 1
        assert await said(the, ADA, "status", msg_id=77) == []
        assert len(await said(the, ADA, "status", msg_id=78)) == 1


async def test_a_command_in_the_members_chat_says_nothing_in_the_group(store_url):
    async with china(store_url) as the:
        assert await said(the, WEI, "待办")
        assert the.wecom.said(GROUP) == []


async def test_a_colleague_can_be_asked_why_a_customer_was_not(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        answer = "\n".join(await said(the, ADA, f"why wechat:{MEI}"))
        assert answer
        assert "don't know" not in answer


# The door ---------------------------------------------------------------------------------------------------------


async def test_the_address_is_verified_by_the_words_in_the_check_and_nothing_else(store_url):
    async with china(store_url) as the:
        assert await the.corp.verify("4711-echo") == (200, "4711-echo")
        status, answer = await the.corp.verify("4711-echo", signature="0" * 40)
        assert status == 403
        assert "4711" not in answer


@pytest.mark.parametrize(
    "forged",
    [
        {"msg_signature": "0" * 40},
        {"msg_signature": ""},
        {"timestamp": callbacks.THURSDAY_TEN - 3_600},
        {"timestamp": "soon"},
        {"receiver": "ww_another_company"},
        {"encrypted": "bm90IGVuY3J5cHRlZA=="},
        {"encrypted": "!!"},
    ],
)
async def test_what_is_not_the_platforms_is_refused_and_counted(store_url, forged):
    async with china(store_url) as the:
        xml = callbacks.app_text(ADA, "status", next(the.numbers))
        if forged == {"msg_signature": ""}:
            async with the.session.post(the.corp.url, data=xml) as answer:
                status = answer.status
        else:
            status, _ = await the.corp.aes(xml, **forged)
        assert status == 403
        assert await the.metric(REFUSED) == 1
        await the.rest()
        assert the.wecom.said(ADA) == []


NOT_READ = {"huge", "deep nesting"}
"""Larger than anything WeCom sends, so that the signature, which covers all of it, is not looked for."""
NOT_ODD = {
    "control characters", "only control characters", "no content", "no event", "unknown type", "unknown event",
    "id of words", "time of words", "list of contents", "element for text",
}  # fmt: skip


async def test_whatever_comes_in_well_signed_is_answered_and_harms_nothing(store_url):
    async with china(store_url) as the:
        counted = 0
        for name, body in callbacks.HOSTILE.items():
            status, answer = await the.corp.aes(body)
            assert (status, answer) == (200, "success") or (status == 403 and name in NOT_READ), name
            counted += name not in NOT_ODD
            assert await the.metric(REFUSED) == counted, name
        await the.rest()
        assert await said(the, ADA, "help"), "and the next one is answered"


async def test_events_of_the_app_that_mean_nothing_to_us_are_taken_in_silence(store_url):
    async with china(store_url) as the:
        for xml in (
            callbacks.enter_agent(ANA),
            callbacks.event(ANA, "LOCATION", to_user=callbacks.CORP_ID),
            callbacks.image(ANA, "media-1", next(the.numbers), to_user=callbacks.CORP_ID),
        ):
            assert await the.corp.aes(xml) == (200, "success")
        await the.rest()
        assert the.wecom.said(ANA) == []
        assert await the.metric(REFUSED) == 0


async def test_a_member_who_comes_back_to_the_app_can_be_written_to_again(store_url):
    async with china(store_url) as the:
        del the.wecom.members[BEN]
        await the.unhappy()
        (address,) = await the.rows("addresses", channel="wecom", address=BEN)
        assert address["unreachable"]
        the.wecom.add_members(BEN)
        assert await the.corp.aes(callbacks.enter_agent(BEN, create_time=int(the.wecom.now()))) == (200, "success")
        await the.rest()
        (address,) = await the.rows("addresses", channel="wecom", address=BEN)
        assert address["unreachable"] == ""


async def test_a_press_on_the_menu_in_a_cards_corner_is_a_press(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        card_id = the.card_with(WEI, "c:claim")
        key = next(each for each in the.keys(WEI, card_id) if each.startswith("c:claim"))
        fields = {**the.wecom.press(card_id, WEI, key), "Event": "template_card_menu_event"}
        await the.click(fields)
        await the.rest()
        assert "小伟" in str(the.wecom.cards[card_id].shown[BEN])
