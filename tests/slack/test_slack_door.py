"""What is let in from Slack, and what is not."""

from __future__ import annotations

import asyncio
import time

import pytest
from fake_slack import SECRET, visible
from slack_program import ANA, SAM, SUPPORT, workspace

BODY = b'{"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_mention"}}'


@pytest.fixture
async def the(store_url):
    async with workspace(store_url) as opened:
        yield opened


@pytest.mark.parametrize(
    ("reason", "headers"),
    [
        ("unsigned", lambda slack: {}),
        ("unsigned", lambda slack: {"X-Slack-Request-Timestamp": str(int(slack.now()))}),
        ("forged", lambda slack: slack.signed(BODY, secret="another")),
        ("forged", lambda slack: slack.signed(BODY + b" ")),
        ("forged", lambda slack: {**slack.signed(BODY), "X-Slack-Signature": "v0=é"}),
        ("forged", lambda slack: {**slack.signed(BODY), "X-Slack-Request-Timestamp": "soon"}),
        ("forged", lambda slack: {**slack.signed(BODY), "X-Slack-Request-Timestamp": "9" * 400}),
        ("stale", lambda slack: slack.signed(BODY, stamp=int(slack.now()) - 301)),
        ("stale", lambda slack: slack.signed(BODY, stamp=int(slack.now()) + 301)),
    ],
)
async def test_what_slack_has_not_signed_just_now_is_refused_and_counted(the, reason, headers):
    answer = await the.slack.post(BODY, "application/json", headers(the.slack))
    assert answer.status == 401
    assert await the.metric(f'cxbot_refused_requests_total{{channel="slack",reason="{reason}"}}') == 1
    assert await the.rows("inbox") == []


async def test_the_very_same_request_again_is_a_replay(the):
    headers = the.slack.signed(BODY)
    assert (await the.slack.post(BODY, "application/json", headers)).status == 200
    assert (await the.slack.post(BODY, "application/json", headers)).status == 401
    assert await the.metric('cxbot_refused_requests_total{channel="slack",reason="replayed"}') == 1


async def test_slack_verifies_the_address(the):
    body = b'{"type": "url_verification", "challenge": "3eZbrw1aB10", "token": "x"}'
    answer = await the.slack.post(body, "application/json")
    assert (answer.status, answer.body) == (200, {"challenge": "3eZbrw1aB10"})
    assert (await the.slack.post(b"ssl_check=1&token=x", "application/x-www-form-urlencoded")).status == 200


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"null", b"\xff\xfe", b"payload=%7B", b"payload=[]", b"payload=%ff", b"a=1", b"{" * 9999]
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
async def test_signed_rubbish_is_told_to_be_unreadable(store_url, body, kind):
    async with workspace(store_url) as the:
        assert (await the.slack.post(body, kind)).status in (200, 400)


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "block_actions", "user": {"id": SAM}, "actions": [{"action_id": "other", "type": "button"}]},
        {"type": "block_actions", "user": {"id": SAM}, "actions": []},
        {"type": "block_actions"},
        {"type": "view_submission", "view": {"callback_id": "cx|c:resolve:none"}, "user": {"id": SAM}},
        {"type": "view_submission", "view": {"callback_id": "cx|"}, "user": {"id": SAM}, "trigger_id": "t"},
        {"type": "view_closed", "view": {}},
        {"type": "message_action", "callback_id": "another"},
        {"type": "shortcut"},
        {},
    ],
)
async def test_odd_payloads_are_acknowledged_and_change_nothing(the, payload):
    answer = await the.slack._interact(payload)
    assert answer.status in (200, 503)
    assert await the.rows("cases") == []
    assert (await the.slack.writes(SAM, "still there?")).status == 200


async def test_a_request_that_is_too_large_is_refused_and_the_rest_goes_on(store_url):
    async with workspace(store_url, CXBOT_SERVER__BODY_LIMIT_BYTES="100000") as the:
        assert (await the.slack.post(b"payload=" + b"x" * 200_000, "application/x-www-form-urlencoded")).status == 413
        assert (await the.slack.writes(SAM, "hello")).status == 200


async def test_an_event_that_slack_sends_again_is_handled_once(the):
    await the.report(SAM)
    await the.slack.writes(SAM, "2")
    assert (await the.slack.again()).status == 200
    await the.rest()
    assert len(await the.rows("responses")) == 1
    assert len(await the.rows("cases")) == 1


async def test_a_press_that_comes_twice_counts_once(the):
    await the.report(SAM)
    await the.slack.click(SAM, SAM, ":2")
    await the.slack.again()
    await the.rest()
    assert len(await the.rows("responses")) == 1
    await the.slack.click(ANA, SUPPORT, "c:claim")
    await the.slack.again()
    await the.rest()
    assert len(await the.rows("events", kind="claimed")) == 1


async def test_what_the_bot_itself_writes_is_not_answered(the):
    event = {"type": "message", "channel_type": "im", "bot_id": "BBOT", "text": "hi", "ts": "1.2", "channel": "DSAM"}
    assert (await the.slack.event({**event, "user": "UBOT"})).status == 200
    assert (await the.slack.event({**event, "bot_id": None, "subtype": "message_changed"})).status == 200
    assert await the.rows("inbox") == []


async def test_before_the_store_is_ready_to_take_it_slack_is_asked_to_come_again(the):
    intake = the.app.channels["slack"]._intake
    deliver, intake._deliver = intake._deliver, None
    assert (await the.slack.writes(SAM, "hello")).status == 503
    intake._deliver = deliver
    # At once, and so within the same second: the repeat is the same request to the letter.
    body, headers = the.slack.last
    assert (await the.slack.post(body, headers["Content-Type"], headers)).status == 200
    assert len(await the.rows("inbox")) == 1


@pytest.mark.parametrize("seconds", [1.0, 3.4])
async def test_however_slow_the_database_slack_has_its_answer_in_time_and_nothing_is_lost(store_url, seconds):
    async with workspace(store_url) as the:
        await the.report(SAM)
        stall = asyncio.ensure_future(the.app.store.run(lambda _: time.sleep(seconds)))
        pressed = await the.slack.click(SAM, SAM, ":2")
        assert pressed.status == 200
        assert pressed.seconds < 3
        await stall
        await the.app.store.run(lambda _: None)  # what was waiting has been committed
        await the.rest()
        assert [row["score"] for row in await the.rows("responses")] == [2]
        stall = asyncio.ensure_future(the.app.store.run(lambda _: time.sleep(seconds)))
        wrote = await the.slack.writes(SAM, "Nobody called me back")
        assert wrote.seconds < 3
        assert wrote.status == (200 if seconds < 2.5 else 503)
        await stall
        assert (await the.slack.again()).status == 200
        await the.rest()
        (card,) = the.cards()
        assert visible(card).count("Nobody called me back") == 1


async def test_a_modal_sent_while_the_database_is_slow_is_carried_out_and_said(store_url):
    async with workspace(store_url) as the:
        case = await the.unhappy()
        await the.slack.click(ANA, SUPPORT, "c:reply")
        view = await the.slack.until(lambda: the.slack.views and the.slack.views[-1])
        stall = asyncio.ensure_future(the.app.store.run(lambda _: time.sleep(3.2)))
        sent = await the.slack.submit(ANA, view, words="We are on it")
        assert (sent.status, sent.body) == (200, None)
        assert sent.seconds < 3
        await stall
        told = await the.slack.until(lambda: [e for e in the.slack.ephemerals if "Sent to the customer" in e["text"]])
        assert case["code"] in told[0]["text"]
        await the.rest()
        assert "We are on it" in the.slack.texts(SAM)[-1]


async def test_no_token_or_secret_reaches_the_log(the, capsys):
    the.slack.script("chat.postMessage", {"ok": False, "error": "invalid_auth"})
    await the.report(SAM)
    await the.slack.post(BODY, "application/json", {})
    logged = "".join(capsys.readouterr())
    for secret in (SECRET, "xoxb-loopback", "xapp-loopback"):
        assert secret not in logged
