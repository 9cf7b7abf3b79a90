"""A storm in WeCom: one card, worked for all by dialogue."""

from __future__ import annotations

from fake_wechat import visible
from wechat_program import GROUP_KEY, WEI, china


async def storm(the, n=12):
    for number in range(n):
        who = f"oST{number}"
        await the.writes(who, "帮助", rest=False)
        await the.take({"id": f"ST-{number}", "touchpoint": "delivery", "outcome": "late", "person": {
            "language": "zh-CN", "addresses": [{"channel": "wechat", "address": who}]}})  # fmt: skip
        await the.writes(who, "1", rest=False)
    await the.rest_long()


async def test_a_storm_is_one_card_that_is_resolved_for_all(store_url):
    async with china(store_url) as the:
        await storm(the)
        assert len(await the.rows("cases")) == 12
        alerts = [each for each in the.wecom.cards.values() if "c:claim" in str(each.body)]
        assert len(alerts) == 9
        card = the.wecom.cards[the.card_with(WEI, "n:resolve")]
        assert "12 位客户" in card.body["template_card"]["main_title"]["title"]
        assert any("12 位客户" in text for text in the.wecom.texts(f"webhook:{GROUP_KEY}"))
        await the.presses(WEI, "n:resolve")
        for words in ("1", "恢复了配送系统", "配送已恢复正常，给您添麻烦了。"):
            await the.member_writes(WEI, words)
        shown = visible(the.wecom.said(WEI)[-1])
        assert "12 位客户" in shown
        assert "配送已恢复正常" in shown
        await the.member_writes(WEI, "1")
        await the.later(seconds=31)
        await the.later(seconds=31)
        await the.rest_long()
        told = list(await the.rows("outbox", key="customer.resolved", state="sent"))
        assert len(told) == 12
        assert {row["state"] for row in await the.rows("cases")} == {"resolved"}
        assert the.wecom.dropped == []
