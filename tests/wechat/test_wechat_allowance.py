"""The ledger of what may be written to a customer of an Official Account, and the ways outside of it."""

from __future__ import annotations

import callbacks
from wechat_program import MEI, SERVICE, TEMPLATE, WEI, china

NOTICE = {
    "CXBOT_CHANNELS__WECHAT__NOTICE": f'{{"template": "{TEMPLATE}", "offer_url": "https://example.com/result", '
    '"fields": {"thing1": "company", "thing2": "text"}}',
}
SERVICE_NOTICE = {
    "CXBOT_CHANNELS__WECHAT__SERVICE_NOTICE": f'{{"template": "{SERVICE}", "fields": {{"first": "text"}}}}',
    "CXBOT_CHANNELS__WECHAT__HOLD_HOURS": "24",
}


async def left(the, kind="reply", who=MEI):
    return [row["left_over"] for row in await the.rows("allowances", address=who, kind=kind)]


async def resolve(the, told="已为您退款。"):
    await the.presses(WEI, "c:claim")
    await the.presses(WEI, "c:resolve")
    for words in ("1", "已退款", told, "1"):
        await the.member_writes(WEI, words)
    await the.later(seconds=31)


async def test_what_somebody_does_opens_an_allowance_and_what_is_sent_spends_it(store_url):
    async with china(store_url) as the:
        assert await the.writes(MEI, "你好")
        assert await left(the) == [5], "the reply within the callback costs nothing"
        await the.report(MEI)
        assert await left(the) == [4]
        await the.taps(MEI, "2")
        assert await left(the, "tap") == [3]


async def test_nobody_who_has_not_written_is_written_to_and_admins_can_ask_why(store_url):
    async with china(store_url) as the:
        await the.report(MEI)
        assert the.wechat.calls("message/custom/send") == []
        (held,) = [row for row in await the.rows("outbox", channel="wechat") if row["state"] == "held"]
        assert "before they act again" in held["reason"]
        assert "held" in [row["what"] for row in await the.rows("decisions")]
        await the.member_writes("ada", f"why wechat:{MEI}")
        assert "before they act again" in "".join(the.wecom.texts("ada"))


async def test_what_waits_goes_out_with_the_customers_next_action(store_url):
    async with china(store_url) as the:
        await the.report(MEI)
        reply = await the.writes(MEI, "你好")
        assert "您对这次配送满意吗" in reply


async def test_what_waits_too_long_is_dropped_with_its_reason(store_url):
    async with china(store_url) as the:
        await the.report(MEI)
        await the.later(days=20)
        states = {row["state"] for row in await the.rows("outbox", channel="wechat")}
        assert states <= {"dropped", "cancelled"}
        assert "您对这次" not in await the.writes(MEI, "你好")


async def test_the_last_message_of_an_allowance_is_kept_for_a_colleague(store_url):
    async with china(store_url) as the:
        case = await the.unhappy()
        await the.writes(MEI, "1")
        await the.writes(MEI, "没人理我")
        await the.later(minutes=2)
        for _ in range(4):
            await the.app.store.run(_spend)
        assert await left(the) == [1]
        await the.report(MEI, outcome="delivered")
        held = [row for row in await the.rows("outbox", channel="wechat") if row["state"] == "held"]
        assert held, "a question waits"
        await the.presses(WEI, "c:reply")
        for words in ("我们马上给您处理。", "1"):
            await the.member_writes(WEI, words)
        await the.later(seconds=31)
        assert any("我们马上给您处理" in text for text in the.wechat.texts(MEI)), case["code"]
        assert await left(the) == [0]


def _spend(tx):
    tx.run("allowances.spend", channel="wechat", address=MEI, kind="reply")


async def test_the_platform_corrects_the_ledger(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        the.wechat.fail("message/custom/send", errcode=45047)
        await the.report(MEI)
        assert await left(the) == [0]
        assert [row["state"] for row in await the.rows("outbox", kind="question")] == ["held"]
        assert "您对这次配送满意吗" in await the.writes(MEI, "在吗")


async def test_after_a_tapped_low_score_typed_words_open_two_days(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        await the.writes(MEI, "1")
        await the.later(hours=30)
        await resolve(the)
        assert "已为您退款" in the.wechat.texts(MEI)[-1]


async def test_a_resolution_five_days_later_arrives_by_the_notice_that_was_accepted(store_url):
    async with china(store_url, **NOTICE) as the:
        the.wechat.templates[TEMPLATE] = ("thing1", "thing2")
        await the.unhappy()
        await the.writes(MEI, "1")
        thanks = await the.writes(MEI, "没人理我")
        assert "https://example.com/result" in thanks
        the.wechat.accept(MEI, TEMPLATE)
        await the.call(callbacks.accepted(MEI, (TEMPLATE, True), create_time=int(the.wechat.now())))
        await the.rest()
        assert await left(the, "notice") == [1]
        await the.later(days=5)
        await resolve(the)
        (notice,) = [each["body"] for each in the.wechat.sent if each["path"].endswith("bizsend")]
        assert notice["touser"] == MEI
        assert notice["data"]["thing1"]["value"] == "海港"
        assert len(notice["data"]["thing2"]["value"]) <= 20
        assert notice["page"].startswith("http")
        async with the.session.get(notice["page"]) as page:
            assert "已为您退款" in await page.text()
        assert await left(the, "notice") == [0]


async def test_a_notice_that_was_used_up_elsewhere_is_no_dead_end(store_url):
    async with china(store_url, **NOTICE) as the:
        the.wechat.templates[TEMPLATE] = ("thing1", "thing2")
        await the.unhappy()
        await the.call(callbacks.accepted(MEI, (TEMPLATE, True), create_time=int(the.wechat.now())))
        await the.later(days=5)
        await resolve(the)
        assert await left(the, "notice") == [0]
        (held,) = await the.rows("outbox", key="customer.resolved")
        assert held["state"] == "held"
        assert "已为您退款" in await the.writes(MEI, "进度")


async def test_a_refused_notice_opens_nothing(store_url):
    async with china(store_url, **NOTICE) as the:
        await the.unhappy()
        await the.call(callbacks.accepted(MEI, (TEMPLATE, False), create_time=int(the.wechat.now())))
        assert await left(the, "notice") == []


async def test_a_colleagues_words_go_as_a_service_notice_only_after_waiting_for_the_customer(store_url):
    async with china(store_url, **SERVICE_NOTICE) as the:
        the.wechat.templates[SERVICE] = ("first",)
        await the.unhappy()
        await the.later(days=3)
        await resolve(the)
        assert the.wechat.calls("message/template/send") == []
        await the.later(hours=25)
        (notice,) = the.wechat.calls("message/template/send")
        assert notice.body["touser"] == MEI
        assert [row["state"] for row in await the.rows("outbox", key="customer.resolved")] == ["sent"]


async def test_a_survey_never_goes_as_a_service_notice(store_url):
    async with china(store_url, **SERVICE_NOTICE) as the:
        await the.report(MEI)
        await the.later(days=20)
        assert the.wechat.calls("message/template/send") == []


async def test_nothing_is_ever_sent_to_many(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        assert not [call for call in the.wechat.requests if "mass" in call.path]


async def test_where_the_window_ends_before_the_deadline_the_team_is_reminded_in_time(store_url):
    async with china(store_url) as the:
        await the.later(days=1, hours=7)
        await the.unhappy()
        await the.writes(MEI, "1")
        (case,) = await the.rows("cases")
        assert case["window_until"] > the.clock.now + 47 * 3_600_000
        assert case["promised_at"] > case["window_until"], "Friday evening: the team is back on Monday"
        card = the.last_alert(WEI)
        assert "可联系" in str(card) or "可联系" in "".join(the.wecom.texts("webhook:group-key-1"))
        before = len(the.wecom.said("webhook:group-key-1"))
        await the.later(hours=46, minutes=1)
        said = "".join(the.wecom.texts("webhook:group-key-1")[before:])
        assert "只能联系到" in said
        await the.later(hours=2)
        said = "".join(the.wecom.texts("webhook:group-key-1")[before:])
        assert "已无法在原渠道联系" in said
        kinds = [row["kind"] for row in await the.rows("events")]
        assert kinds.count("window_ending") == kinds.count("window_lost") == 1
        await the.writes(MEI, "在吗")
        assert (await the.rows("cases"))[-1]["window_told"] == 0
