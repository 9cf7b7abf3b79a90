"""The story of one unhappy customer in Slack, in two languages, with signed requests through the whole program."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from fake_slack import buttons, visible
from slack_program import ANA, BEN, DELIVERY, MEI, SAM, SUPPORT, WEI, workspace


@dataclass(frozen=True)
class Story:
    """Who it is about, and the words they read."""

    customer: str
    touchpoint: str
    outcome: str
    team: str
    lead: str
    words: str
    sorry: str
    severity: str
    claimed: str
    resolve: str
    told: str
    fixed: str
    closed: str
    option: str = ""


STORIES = {
    "en": Story(
        SAM, "ticket", "closed", SUPPORT, ANA, "Nobody called me back", "We're sorry", "🟡 Medium", "Claimed by Ana",
        "Resolve", "We have refunded you.", "Yes, it's fixed", "Closed",
    ),
    "zh-CN": Story(
        MEI, "delivery", "late", DELIVERY, WEI, "等了三天，没有人告诉我", "很抱歉", "🟡 一般", "小伟",
        "解决", "已为您退款。", "解决了", "已关闭", option="送得太晚",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", STORIES)
async def test_from_what_happened_to_a_customer_who_says_it_is_fixed(store_url, language):
    story = STORIES[language]
    async with workspace(store_url) as the:
        slack = the.slack
        await the.report(story.customer, story.touchpoint, story.outcome)
        (question,) = slack.said(story.customer)
        assert "https://example.com/privacy" in visible(question)
        assert (await slack.click(story.customer, story.customer, ":2")).status == 200
        await the.rest()
        answered, follows = slack.said(story.customer)
        assert "✓ 2" in visible(answered)
        assert story.sorry in visible(follows)
        case = (await the.rows("cases"))[-1]
        assert case["code"] in visible(follows)
        (card,) = the.cards(story.team)
        assert story.severity in visible(card)
        if story.option:
            await slack.click(story.customer, story.customer, story.option)
            await the.rest()
        await slack.writes(story.customer, story.words)
        await the.rest()
        assert story.words in visible(card)

        await slack.click(story.lead, story.team, "c:claim")
        await the.rest()
        assert story.claimed in visible(card)
        assert len(the.cards(story.team)) == 1

        await slack.click(story.lead, story.team, "c:resolve")
        view = await slack.until(lambda: slack.views and slack.views[-1])
        await slack.click(story.lead, story.team, "preview:c:resolve", view=view, values={"told": story.told})
        shown = await slack.until(lambda: len(slack.views) > 1 and slack.views[-1])
        assert story.told in visible(shown)
        assert "submit" not in shown
        ack = await slack.submit(story.lead, view, root_cause="waiting", done="Called them", told=story.told)
        assert (ack.status, ack.body) == (200, None)
        await the.rest()
        before = len(slack.said(story.customer))
        await the.later(seconds=31)
        assert story.told in visible(slack.said(story.customer)[before])
        await the.later(hours=1, minutes=1)
        assert story.fixed in buttons(slack.said(story.customer)[-1])
        await slack.click(story.customer, story.customer, story.fixed)
        await the.rest()
        assert story.closed in visible(card)
        assert len(the.cards(story.team)) == 1
        assert (await the.rows("cases"))[-1]["confirm"] == "yes"


async def test_two_press_claim_at_once_and_one_is_told_who_has_it(store_url):
    async with workspace(store_url) as the:
        await the.unhappy()
        await the.slack.click(ANA, SUPPORT, "c:claim")
        await the.slack.click(BEN, SUPPORT, "c:claim", at=0)
        notices = await the.slack.until(lambda: len(the.slack.ephemerals) >= 2 and the.slack.ephemerals)
        told = next(each for each in notices if each["user"] == BEN)
        assert "Ana already has this case" in told["text"]
        assert [row["kind"] for row in await the.rows("events", kind="claimed")] == ["claimed"]
