"""What goes wrong between the bot and Slack, and that nothing is lost and nothing is said twice for it."""

from __future__ import annotations

import pytest
from fake_slack import Dropped, FakeSlack, Limited, Lost, Status, visible
from slack_program import ADA, ANA, DELIVERY, FALLBACK, SAM, SECOND, SUPPORT, THURSDAY_TEN, add_people, workspace

from cxbot.testing import FakeClock


@pytest.fixture
async def the(store_url):
    async with workspace(store_url) as opened:
        yield opened


def posts(the, channel=SUPPORT):
    return [call for call in the.slack.calls if call[0] == "chat.postMessage" and call[1]["channel"] == channel]


async def test_an_alert_whose_answer_was_lost_is_found_in_the_channel_and_not_posted_twice(the):
    await the.report(SAM)
    the.slack.script("chat.postMessage", Lost())
    await the.slack.click(SAM, SAM, ":2")
    await the.app.settle()
    await the.later(seconds=11)
    assert len(the.cards()) == 1
    await the.slack.click(ANA, SUPPORT, "c:claim")
    await the.rest()
    assert "Claimed by Ana" in visible(the.cards()[0])
    assert len(the.cards()) == 1


async def test_a_line_in_a_thread_whose_answer_was_lost_is_found_there(the):
    await the.unhappy()
    the.slack.script("chat.postMessage", Lost())
    await the.later(minutes=31)
    await the.later(seconds=11)
    assert len(the.thread(the.cards()[0])) == 1


@pytest.mark.parametrize(
    "fault", [Dropped(), Status(503), Status(200), Status(200, "ok", "text/plain"), Status(500, "")]
)
async def test_an_alert_that_did_not_arrive_is_posted_once_slack_answers_again(the, fault):
    await the.report(SAM)
    the.slack.script("chat.postMessage", fault)
    await the.slack.click(SAM, SAM, ":2")
    await the.app.settle()
    await the.later(seconds=30)
    assert len(the.cards()) == 1


async def test_where_the_history_may_not_be_read_an_alert_comes_rather_twice_than_never(the):
    await the.report(SAM)
    the.slack.scopes.discard("channels:history")
    the.slack.script("chat.postMessage", Lost())
    await the.slack.click(SAM, SAM, ":2")
    await the.app.settle()
    await the.later(seconds=30)
    assert len(the.cards()) == 2


async def test_how_long_slack_asks_to_wait_is_kept_for_the_channel_and_survives_a_restart(store_url):
    clock = FakeClock(THURSDAY_TEN)
    async with FakeSlack.open() as slack:
        add_people(slack)
        async with workspace(store_url, slack=slack, clock=clock) as the:
            await the.report(SAM)
            slack.script("chat.postMessage", Limited(40))
            await slack.click(SAM, SAM, ":1")
            await the.app.settle()
            tried = len(posts(the))
            assert tried == 1
        async with workspace(store_url, slack=slack, clock=clock) as the:
            await slack.writes(SAM, "and another thing")
            clock.advance(39 * SECOND)
            await the.app.settle()
            assert len(posts(the)) == tried
            assert the.cards() == []
            clock.advance(SECOND)
            await the.rest()
            assert len(the.cards()) == 1
            assert "and another thing" in visible(the.cards()[0])


async def test_a_limit_on_one_channel_does_not_hold_up_another(the):
    await the.report(SAM)
    the.slack.script("chat.postMessage", Limited(600))
    await the.slack.click(SAM, SAM, ":2")
    await the.app.settle()
    await the.report("UMEI", "delivery", "late")
    await the.slack.click("UMEI", "UMEI", ":1")
    await the.rest()
    assert len(the.cards(DELIVERY)) == 1
    assert the.cards() == []


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda slack: slack.channels[SUPPORT].update(is_archived=True), "the channel is archived"),
        (lambda slack: slack.channels[SUPPORT].update(is_member=False), "the bot is not in the channel"),
        (lambda slack: slack.channels.pop(SUPPORT), "the channel does not exist"),
    ],
)
async def test_an_alert_for_a_lost_channel_goes_to_the_fallback_and_the_admins_hear_once(the, spoil, reason):
    await the.slack.writes(ADA, "status")
    spoil(the.slack)
    first = await the.unhappy()
    second = await the.unhappy("UMEI", "1")
    cards = the.cards(FALLBACK)
    assert [first["code"] in visible(cards[0]), second["code"] in visible(cards[1])] == [True, True]
    told = [text for text in the.slack.texts(ADA) if "can't be written to" in text]
    assert len(told) == 1
    assert reason in told[0]
    assert (await the.slack.click(ANA, FALLBACK, "c:claim", at=0)).status == 200
    await the.rest()
    assert "Claimed by Ana" in visible(cards[0])
    assert [row for row in await the.rows("outbox", state="queued") if row["address"] == SUPPORT] == []


async def test_a_bot_that_is_invited_back_alerts_in_the_teams_channel_again(the):
    the.slack.channels[SUPPORT]["is_member"] = False
    await the.unhappy()
    assert the.cards() == []
    the.slack.channels[SUPPORT]["is_member"] = True
    await the.slack.event({"type": "member_joined_channel", "user": "UBOT", "channel": SUPPORT})
    await the.unhappy("UMEI", "1")
    assert len(the.cards()) == 1


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_with_a_revoked_token_the_queue_is_kept_and_healthz_says_what_to_do(the, code):
    await the.report(SAM)
    the.slack.script("chat.postMessage", *[{"ok": False, "error": code}] * 3)
    await the.slack.click(SAM, SAM, ":2")
    await the.app.settle()
    async with the.slack.session.get(f"{the.app.url}/healthz") as health:
        assert health.status == 503
        assert "refuses the bot token" in await health.text()
    queued = [row for row in await the.rows("outbox") if row["state"] == "queued"]
    assert queued
    the.slack._scripts.clear()
    await the.later(minutes=3)
    assert len(the.cards()) == 1
    async with the.slack.session.get(f"{the.app.url}/healthz") as health:
        assert health.status == 200


async def test_a_missing_scope_keeps_back_only_what_needs_it(the):
    the.slack.scopes.discard("users:read.email")
    await the.report("sam@example.com")
    await the.unhappy("UMEI")
    assert len(the.cards()) == 1
    (waiting,) = [row for row in await the.rows("outbox") if row["state"] == "queued"]
    assert "users:read.email" in waiting["reason"]
    the.slack.scopes.add("users:read.email")
    await the.later(minutes=3)
    assert "HC-1" in the.slack.texts(SAM)[0]


async def test_a_deleted_question_is_no_reason_to_lose_the_answer(the):
    await the.report(SAM)
    the.app.channels["slack"]._asides.keep = lambda *_: None
    question = the.slack.said(SAM)[0]
    the.slack.script("chat.update", {"ok": False, "error": "message_not_found"})
    await the.slack.click(SAM, SAM, ":2")
    await the.rest()
    assert "✓ 2" in "".join(the.slack.texts(SAM))
    assert question["ts"]
    assert len(await the.rows("cases")) == 1


async def test_an_alert_that_somebody_deleted_is_posted_anew_when_it_changes(the):
    await the.unhappy()
    the.app.channels["slack"]._asides.keep = lambda *_: None
    the.slack.script("chat.update", {"ok": False, "error": "message_not_found"})
    await the.slack.click(ANA, SUPPORT, "c:claim")
    await the.rest()
    assert "Claimed by Ana" in visible(the.cards()[-1])


async def test_a_direct_message_that_is_gone_is_opened_anew(the):
    await the.report(SAM)
    the.slack.script("chat.postMessage", {"ok": False, "error": "channel_not_found"})
    await the.slack.writes(SAM, "help")
    await the.app.settle()
    await the.later(seconds=5)
    assert "any news" in the.slack.texts(SAM)[-1]
    assert (await the.rows("addresses", address=SAM))[0]["unreachable"] == ""


async def test_a_code_nobody_knows_keeps_the_message_and_says_so(the):
    await the.report(SAM)
    the.slack.script("chat.postMessage", {"ok": False, "error": "brand_new_error"})
    await the.slack.click(SAM, SAM, ":2")
    await the.app.settle()
    rows = [row for row in await the.rows("outbox") if "brand_new_error" in row["reason"]]
    assert rows
    assert rows[0]["state"] == "queued"
    await the.later(seconds=30)
    assert len(the.cards()) == 1


async def test_a_kill_between_two_messages_loses_nothing_and_a_restart_goes_on(store_url):
    clock = FakeClock(THURSDAY_TEN)
    async with FakeSlack.open() as slack:
        add_people(slack)
        async with workspace(store_url, slack=slack, clock=clock) as the:
            await the.report(SAM)
            # What is committed and not yet sent when the process goes: delivery never gets to it.
            the.app.delivery.stopped["slack"] = type("S", (), {"until": clock.machine + 10**9, "what_to_do": ""})()
            await slack.click(SAM, SAM, ":2")
        assert the.cards() == []
        async with workspace(store_url, slack=slack, clock=clock) as the:
            await the.rest()
            assert len(the.cards()) == 1
            assert "✓ 2" in "".join(slack.texts(SAM))


# Socket Mode -----------------------------------------------------------------------------------------------------


async def test_everything_works_over_a_socket_too(store_url):
    async with workspace(store_url, mode="socket") as the:
        await the.report(SAM)
        assert (await the.slack.click(SAM, SAM, ":2")).status == 200
        await the.rest()
        await the.slack.click(ANA, SUPPORT, "c:resolve")
        view = await the.slack.until(lambda: the.slack.views and the.slack.views[-1])
        wrong = await the.slack.submit(ANA, view, root_cause="waiting", done="  ")
        assert wrong.body["response_action"] == "errors"
        await the.slack.submit(ANA, view, root_cause="waiting", done="Called them", told="All good now")
        await the.later(seconds=31)
        assert "All good now" in the.slack.texts(SAM)[-1]
        await the.slack.command(ADA, the.slack.dm(ADA), "status")
        await the.rest()
        assert "All is well" in the.slack.texts(ADA)[-1]
        assert the.slack.session is not None


@pytest.mark.parametrize("how", ["refresh", "drop"])
async def test_a_socket_that_is_renewed_or_lost_loses_no_answer(store_url, how):
    async with workspace(store_url, mode="socket") as the:
        await the.report(SAM)
        await the.slack.until(lambda: the.slack._sockets)
        if how == "refresh":
            await the.slack.refresh()
        else:
            the.slack.drop()
        assert (await the.slack.writes(SAM, "2")).status == 200
        await the.rest()
        assert [row["score"] for row in await the.rows("responses")] == [2]


async def test_an_answer_whose_acknowledgement_was_lost_comes_again_and_counts_once(store_url):
    async with workspace(store_url, mode="socket") as the:
        await the.report(SAM)
        await the.slack.until(lambda: the.slack._sockets)
        held, kept = the.app.channels["slack"]._intake, []

        async def cut(payload, headers):
            answer = await type(held).take(held, payload, headers)
            if not kept:
                kept.append(payload)
                the.slack.drop()  # committed, and the line breaks before Slack hears of it
            return answer

        held.take = cut
        await the.slack.writes(SAM, "2")
        await the.rest()
        assert [row["score"] for row in await the.rows("responses")] == [2]
        assert len(await the.rows("inbox")) == 1
