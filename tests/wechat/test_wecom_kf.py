"""微信客服: a survey at the end of a session, the window of five messages, and silence while a person serves."""

from __future__ import annotations

import callbacks
import pytest
from fake_wecom import HUMAN
from wechat_program import ADA, ANA, KF, LILI, THURSDAY_TEN, china, platforms

from cxbot.testing import FakeClock

ADDRESS = f"kf:{KF}:{LILI}"


async def served(the, words="我要退货"):
    """A customer wrote, a person served them, and the session ended."""
    the.wecom.customer_writes(KF, LILI, words)
    the.wecom.session_starts(KF, LILI, ANA)
    await the.kf_event()
    the.wecom.servicer_writes(KF, LILI, ANA, "好的，已为您办理")
    the.wecom.session_ends(KF, LILI)
    await the.kf_event()


async def writes(the, words, menu_id=""):
    the.wecom.customer_writes(KF, LILI, words, menu_id)
    await the.kf_event()


def entries(body):
    return {item["click"]["content"]: item["click"]["id"] for item in body["msgmenu"]["list"]}


async def test_the_end_of_a_session_asks_by_the_one_message_it_allows(store_url):
    async with china(store_url) as the:
        await served(the)
        (call,) = the.wecom.calls("kf/send_msg_on_event")
        assert call.body["msgtype"] == "msgmenu"
        assert len(call.body["msgmenu"]["list"]) == 5
        assert the.wecom.calls("kf/send_msg") == []
        (interaction,) = await the.rows("interactions")
        assert (interaction["touchpoint"], interaction["outcome"]) == ("ticket", "closed")


async def test_a_tap_answers_and_an_unhappy_one_opens_a_case(store_url):
    async with china(store_url) as the:
        await served(the)
        content, key = next((c, k) for c, k in entries(the.wecom.said(LILI)[-1]).items() if c.startswith("1"))
        await writes(the, content, key)
        (case,) = await the.rows("cases")
        assert (case["channel"], case["address"]) == ("wecom", ADDRESS)
        assert case["code"] in "".join(the.wecom.texts(LILI))
        assert the.card_with(ANA, "c:claim")


async def test_words_answer_as_well_as_taps(store_url):
    async with china(store_url) as the:
        await served(the)
        await writes(the, "２分")
        assert await the.scores() == [2]


async def test_the_bot_is_silent_while_a_person_serves(store_url):
    async with china(store_url) as the:
        await served(the)
        the.wecom.customer_writes(KF, LILI, "还有一个问题")
        the.wecom.session_starts(KF, LILI, ANA)
        assert the.wecom.session_of(KF, LILI).state == HUMAN
        await the.kf_event()
        said = len(the.wecom.said(LILI))
        await writes(the, "5")
        assert await the.scores() == [], "what is said to a person answers no survey"
        assert len(the.wecom.said(LILI)) == said
        await the.report(ADDRESS, "delivery", "late", channel="wecom")
        assert len(the.wecom.said(LILI)) == said


async def test_once_the_person_is_done_what_waited_goes_on(store_url):
    async with china(store_url) as the:
        await served(the)
        the.wecom.customer_writes(KF, LILI, "还有一个问题")
        the.wecom.session_starts(KF, LILI, ANA)
        await the.kf_event()
        the.wecom.session_ends(KF, LILI)
        await the.kf_event()
        await writes(the, "2")
        assert await the.scores() == [2]


async def test_a_code_that_is_too_old_waits_for_the_customer(store_url):
    async with china(store_url) as the:
        the.wecom.customer_writes(KF, LILI, "我要退货")
        the.wecom.session_starts(KF, LILI, ANA)
        the.wecom.session_ends(KF, LILI)
        the.clock.machine += 25_000
        await the.kf_event()
        assert the.wecom.said(LILI) == []
        held = [row for row in await the.rows("outbox", channel="wecom", address=ADDRESS) if row["state"] == "held"]
        assert len(held) == 1
        await writes(the, "在吗")
        assert "满意" in the.wecom.texts(LILI)[0]


async def test_a_message_that_did_not_arrive_is_marked_with_why(store_url):
    async with china(store_url) as the:
        await served(the)
        msgid = [each for each in the.wecom.sent if each["to"] == LILI][-1]["msgid"]
        the.wecom.send_fails(msgid, 10)
        await the.kf_event()
        (row,) = [row for row in await the.rows("outbox", address=ADDRESS) if row["state"] == "dead"]
        assert "refuse" in row["reason"]
        assert row["reason"] in [decision["reason"] for decision in await the.rows("decisions")]


async def test_nothing_is_taken_twice_and_the_place_is_kept_over_a_restart(store_url):
    async with platforms() as (wechat, wecom):
        clock = FakeClock(THURSDAY_TEN)
        async with china(store_url, wechat=wechat, wecom=wecom, clock=clock) as the:
            await served(the)
            await the.kf_event()
            assert len(await the.rows("interactions")) == 1
        async with china(store_url, wechat=wechat, wecom=wecom, clock=clock) as the:
            wecom.requests.clear()
            await writes(the, "2")
            cursors = [call.body["cursor"] for call in wecom.calls("kf/sync_msg")]
            assert all(cursors), "it goes on where it was"
            assert await the.scores() == [2]


async def test_an_empty_page_with_more_behind_it_and_a_lapsed_token_are_no_end(store_url):
    async with china(store_url) as the:
        the.wecom.empty_pages = 2
        the.wecom.page_size = 1
        await served(the)
        assert len(await the.rows("interactions")) == 1
        the.wecom.fail("kf/sync_msg", errcode=95007)
        await writes(the, "2")
        assert await the.scores() == [2]


async def test_with_the_five_used_up_a_question_waits_and_a_colleague_still_gets_through(store_url):
    async with china(store_url) as the:
        await served(the)
        await writes(the, "1")
        await writes(the, "没有退款")
        session = the.wecom.session_of(KF, LILI)
        spent = 5 - session.left
        assert spent < 5
        for _ in range(session.left - 1):
            await the.app.store.run(_spend)
            session.left -= 1
        await the.report(ADDRESS, "delivery", "late", channel="wecom")
        before = len(the.wecom.said(LILI))
        await the.presses(ANA, "c:claim")
        await the.presses(ANA, "c:reply")
        for words in ("We have refunded you.", "send"):
            await the.member_writes(ANA, words)
        await the.later(seconds=31)
        assert "We have refunded you." in "".join(the.wecom.texts(LILI)[before:])
        assert session.left == 0


def _spend(tx):
    tx.run("allowances.spend", channel="wecom", address=ADDRESS, kind="reply")


async def test_the_platforms_no_corrects_the_ledger(store_url):
    async with china(store_url) as the:
        await served(the)
        the.wecom.fail("kf/send_msg", errcode=95001)
        await writes(the, "2")
        assert [row["state"] for row in await the.rows("outbox", address=ADDRESS)][-1] == "held"
        (row,) = await the.rows("allowances", address=ADDRESS, kind="reply")
        assert row["left_over"] == 0


async def test_what_comes_after_the_first_question_rides_on_the_customers_answer(store_url):
    async with china(store_url) as the:
        await served(the)
        await writes(the, "4")
        await writes(the, "很耐心")
        first, *later = the.wecom.said(LILI)
        assert "msgmenu" in first
        assert [call.path.rpartition("/")[2] for call in the.wecom.calls("kf/send_msg")] == ["send_msg"] * len(later)
        assert "太好了" in the.wecom.texts(LILI)[1]
        assert (await the.rows("invitations"))[0]["state"] == "done"
        assert not any("✓" in text for text in the.wecom.texts(LILI)), "what they answered is not said again"


async def test_eleven_choices_come_as_words_and_a_number_answers_them(store_url):
    async with china(store_url, CXBOT_CHANNELS__WECOM__KF=f'{{"{KF}": "account"}}') as the:
        await served(the)
        (question,) = the.wecom.said(LILI)
        assert question["msgtype"] == "text"
        assert "0" in question["text"]["content"]
        assert "10" in question["text"]["content"]
        await writes(the, "10")
        assert await the.scores() == [10]


async def test_a_customer_who_reads_english_is_asked_in_english(store_url):
    async with china(store_url) as the:
        await the.report(ADDRESS, "visit", "left", channel="wecom", person={"language": "en"})
        await served(the, "I want to return this")
        assert "How satisfied are you" in the.wecom.texts(LILI)[0]
        await writes(the, "five")
        assert await the.scores() == [5]


async def test_what_is_said_to_a_person_is_kept_nowhere(store_url):
    async with china(store_url) as the:
        the.wecom.customer_writes(KF, LILI, "在吗")
        the.wecom.session_starts(KF, LILI, ANA)
        the.wecom.customer_writes(KF, LILI, "我的身份证号是 4711")
        the.wecom.session_moves(KF, LILI, "another")
        the.wecom.customer_writes(KF, LILI, "4711")
        await the.kf_event()
        assert "4711" not in str([await the.rows("inbox"), await the.rows("remarks")])
        assert the.wecom.said(LILI) == []


async def test_a_session_that_is_taken_up_again_is_a_persons_again(store_url):
    async with china(store_url) as the:
        await served(the)
        the.wecom.session_returns(KF, LILI, ANA)
        await the.kf_event()
        await writes(the, "1")
        assert await the.scores() == []


async def test_a_session_whose_end_nobody_reported_is_over_after_two_days(store_url):
    async with china(store_url) as the:
        the.wecom.customer_writes(KF, LILI, "在吗")
        the.wecom.session_starts(KF, LILI, ANA)
        await the.kf_event()
        await the.later(hours=49)
        the.wecom.session_of(KF, LILI).state = 4
        await the.report(ADDRESS, "delivery", "late", channel="wecom")
        await writes(the, "我又来了")
        assert "配送" in "".join(the.wecom.texts(LILI))


async def test_a_question_whose_answer_was_lost_is_not_asked_twice(store_url):
    async with china(store_url) as the:
        the.wecom.fail("kf/send_msg_on_event", drop_connection="after")
        await served(the)
        await the.later(seconds=11)
        assert len(the.wecom.said(LILI)) == 1
        await writes(the, "2")
        assert await the.scores() == [2]


async def test_a_busy_platform_does_not_use_up_the_moment(store_url):
    async with china(store_url) as the:
        the.wecom.fail("kf/send_msg_on_event", errcode=-1)
        await served(the)
        await the.later(seconds=5)
        assert len(the.wecom.calls("kf/send_msg_on_event")) == 2
        assert len(the.wecom.said(LILI)) == 1


async def test_what_happened_long_before_the_account_is_first_read_is_left_alone(store_url):
    async with platforms() as (wechat, wecom):
        clock = FakeClock(THURSDAY_TEN)
        wecom.now = lambda: clock.machine / 1000
        wecom.customer_writes(KF, LILI, "旧的消息")
        wecom.session_starts(KF, LILI, ANA)
        wecom.session_ends(KF, LILI)
        clock.advance(3_600_000)
        async with china(store_url, wechat=wechat, wecom=wecom, clock=clock) as the:
            await the.kf_event()
            assert await the.rows("interactions") == []
            assert await the.rows("inbox") == []
            await served(the)
            assert len(await the.rows("interactions")) == 1


async def a_reply(the, words):
    """Ana answers the customer of the case that an unhappy answer has opened."""
    await served(the)
    await writes(the, "1")
    await writes(the, "没有退款")
    await the.presses(ANA, "c:claim")
    await the.presses(ANA, "c:reply")
    for said in (words, "send"):
        await the.member_writes(ANA, said)


async def test_a_colleagues_words_that_were_lost_are_told_to_the_team_and_why_knows(store_url):
    async with china(store_url) as the:
        await a_reply(the, "We have refunded you.")
        the.wecom.send_fails([each for each in the.wecom.sent if each["to"] == LILI][-1]["msgid"], 10)
        await the.kf_event()
        assert "they refuse messages" in the.wecom.texts(ANA)[-1]
        await the.member_writes(ADA, f"why wecom:{ADDRESS}")
        assert "they refuse messages" in the.wecom.texts(ADA)[-1]


async def test_a_colleagues_long_words_come_whole_in_as_many_parts_as_may_be_sent(store_url):
    async with china(store_url) as the:
        before = "退款说明" * 400
        await a_reply(the, before)
        parts = [text for text in the.wecom.texts(LILI) if "退款说明" in text]
        assert len(parts) > 1
        assert before in "".join(parts)
        session = the.wecom.session_of(KF, LILI)
        (row,) = await the.rows("allowances", address=ADDRESS, kind="reply")
        assert row["left_over"] == session.left


async def test_words_that_cannot_arrive_now_arrive_when_the_customer_opens_the_chat_or_writes(store_url):
    async with china(store_url) as the:
        await served(the)
        await writes(the, "1")
        await the.later(hours=49)
        await the.presses(ANA, "c:claim")
        await the.presses(ANA, "c:reply")
        for said in ("We have refunded you.", "send"):
            await the.member_writes(ANA, said)
        assert "has not arrived yet" in "".join(the.wecom.texts(ANA))
        before = len(the.wecom.said(LILI))
        session = the.wecom.session_of(KF, LILI)
        session.wrote = False  # nothing written for two days: the platform welcomes them
        assert the.wecom.customer_enters(KF, LILI)
        await the.kf_event()
        assert "We have refunded you." in "".join(the.wecom.texts(LILI)[before:])


async def test_held_messages_go_out_once_the_customer_writes_after_the_person_has_ended(store_url):
    async with china(store_url) as the:
        the.wecom.customer_writes(KF, LILI, "在吗")
        the.wecom.session_starts(KF, LILI, ANA)
        await the.kf_event()
        await the.report(ADDRESS, "delivery", "late", channel="wecom")
        assert the.wecom.said(LILI) == []
        the.wecom.session_ends(KF, LILI)
        the.clock.machine += 25_000
        await the.kf_event()
        assert the.wecom.said(LILI) == []
        await writes(the, "你好")
        assert "配送" in the.wecom.texts(LILI)[0]


@pytest.mark.parametrize("item", [{"msgtype": "text"}, {"msgtype": "event", "event": None}, {"origin": 3}])
async def test_an_item_that_cannot_be_read_keeps_back_nothing(store_url, item):
    async with china(store_url) as the:
        the.wecom._logged(item, KF)
        await served(the)
        assert len(await the.rows("interactions")) == 1


async def test_an_account_that_is_not_ours_is_not_read(store_url):
    async with china(store_url) as the:
        xml = callbacks.kf_event("token", "wkOTHER", create_time=int(the.wecom.now()))
        assert await the.corp.aes(xml) == (200, "success")
        await the.app.channels["wecom"].synced()
        assert "wkOTHER" not in [call.body["open_kfid"] for call in the.wecom.calls("kf/sync_msg")]


async def test_of_a_session_nothing_is_kept_once_it_is_over(store_url):
    async with china(store_url) as the:
        await served(the)
        kept = [row["name"] for row in await the.rows("channel_state", channel="wecom")]
        assert {name.partition(":")[0] for name in kept} == {"called", "cursor", "token"}
