"""A storm in Slack: one card that counts up in place, worked for all from its buttons and forms."""

from __future__ import annotations

from fake_slack import visible
from slack_program import ANA, SUPPORT, workspace


async def storm(the, n=12):
    for number in range(n):
        user = f"UST{number:02}"
        the.slack.add_user(user, f"Person {number}")
        await the.report(user)
        await the.slack.click(user, user, ":1")
        await the.rest()


async def test_a_storm_is_one_card_that_is_claimed_and_resolved_for_all(store_url):
    async with workspace(store_url) as the:
        await storm(the)
        cards = the.cards()
        assert len(cards) == 10
        await the.later(minutes=1)
        assert "12 customers" in visible(cards[-1])
        await the.slack.click(ANA, SUPPORT, "n:claim")
        await the.rest()
        assert "Undo" in visible(cards[-1])
        await the.later(seconds=31)
        assert {row["state"] for row in await the.rows("cases")} == {"claimed"}
        await the.slack.click(ANA, SUPPORT, "n:resolve")
        view = await the.slack.until(lambda: the.slack.views and the.slack.views[-1])
        assert "12 customers" in visible(view)
        ack = await the.slack.submit(ANA, view, root_cause="waiting", done="Restarted it", told="It works again.")
        assert (ack.status, ack.body) == (200, None)
        await the.later(seconds=31)
        await the.later(seconds=31)
        assert {row["state"] for row in await the.rows("cases")} == {"resolved"}
        told = await the.rows("outbox", key="customer.resolved", state="sent")
        assert len({row["address"] for row in told}) == len(told) == 12
        assert len(the.cards()) == 10
