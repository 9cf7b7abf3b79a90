"""微信客服: a survey at the end of a session, the window of five messages, and silence while a person serves."""

from __future__ import annotations

from fake_wecom import HUMAN
from wechat_program import ANA, KF, LILI, THURSDAY_TEN, china, platforms

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
