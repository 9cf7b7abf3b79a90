"""The story of one unhappy customer in WeChat whose team works in WeCom, in two languages, with encrypted callbacks."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from fake_wechat import visible
from wechat_program import ANA, BEN, GROUP_KEY, MEI, WEI, YITING, china


@dataclass(frozen=True)
class Story:
    """Who it is about, and the words they read."""

    customer: str
    language: str
    touchpoint: str
    outcome: str
    lead: str
    words: tuple[str, ...]
    sorry: str
    claimed: str
    resolve: tuple[str, ...]
    told: str
    fixed: str
    closed: str
    group: bool


STORIES = {
    "公众号 zh-CN, 企业微信 zh-CN": Story(
        MEI, "zh-CN", "delivery", "late", WEI, ("1", "等了三天，没有人告诉我"), "很抱歉", "小伟",
        ("1", "已经重新派送", "已为您重新派送，并退还运费。", "1"), "已为您重新派送", "解决了", "已关闭", group=True,
    ),
    "公众号 zh-TW, WeCom en": Story(
        YITING, "zh-TW", "ticket", "closed", ANA, ("沒有人回電",), "很抱歉", "Ana",
        ("1", "Called her", "我們已經退款。", "send"), "我們已經退款", "解決了", "closed", group=False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("aes", [True, False])
async def test_from_what_happened_to_a_customer_who_says_it_is_fixed(store_url, name, aes):
    story = STORIES[name]
    async with china(store_url, aes=aes) as the:
        wechat, wecom = the.wechat, the.wecom
        await the.writes(story.customer, "你好")
        person = {"language": story.language}
        await the.report(story.customer, story.touchpoint, story.outcome, person=person)
        question = wechat.said(story.customer)[-1]
        assert "https://example.com/privacy" in question["msgmenu"]["head_content"]
        assert [item["content"][0] for item in question["msgmenu"]["list"]] == ["1", "2", "3", "4", "5"]
        follows = await the.taps(story.customer, "2")
        case = (await the.rows("cases"))[-1]
        assert story.sorry in follows
        assert case["code"] in follows
        for words in story.words:
            assert await the.writes(story.customer, words)

        card_id = the.card_with(story.lead, "c:claim")
        card = wecom.cards[card_id]
        assert "2/5" in card.body["template_card"]["main_title"]["title"]
        if story.group:
            assert any("2/5" in text for text in wecom.texts(f"webhook:{GROUP_KEY}"))
        await the.presses(story.lead, "c:claim")
        for member in card.members:
            assert story.claimed in str(card.shown[member])

        await the.presses(story.lead, "c:resolve")
        for words in story.resolve[:-1]:
            await the.member_writes(story.lead, words)
        assert story.told in visible(wecom.said(story.lead)[-1]), "the preview shows what the customer will read"
        assert not any(story.told in text for text in wechat.texts(story.customer))
        await the.member_writes(story.lead, story.resolve[-1])
        await the.later(seconds=31)
        assert story.told in wechat.texts(story.customer)[-1]
        await the.later(hours=1, minutes=1)
        assert story.fixed in wechat.texts(story.customer)[-1]
        assert await the.taps(story.customer, story.fixed)
        told = wecom.texts(f"webhook:{GROUP_KEY}" if story.group else story.lead)
        assert story.closed in told[-1]
        assert (await the.rows("cases"))[-1]["confirm"] == "yes"
        assert len([each for each in wecom.cards.values() if "c:claim" in str(each.body)]) == 1, "one card a case"


async def test_two_press_claim_at_once_and_one_is_told_who_has_it(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        card_id = the.card_with(BEN, "c:claim")
        key = next(each for each in the.keys(BEN, card_id) if each.startswith("c:claim"))
        first, second = (the.wecom.press(card_id, who, key) for who in (WEI, BEN))
        for fields in (first, second):
            await the.click(fields)
        await the.rest()
        assert "小伟" in the.wecom.texts(BEN)[-1]
        assert [row["kind"] for row in await the.rows("events", kind="claimed")] == ["claimed"]
