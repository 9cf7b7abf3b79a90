"""What each error code of the platforms leads to, tokens, and answers that are none."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import callbacks
import pytest
from wechat_program import MEI, china

from cxbot.channels.wechat import errors
from cxbot.channels.wechat.errors import ApiError, NoAnswer
from cxbot.ports import HoldUntilInbound, Misconfigured, Refused, TryLater, Unknown, Unreachable

KINDS = {
    "token": Misconfigured,
    "config": Misconfigured,
    "quota": Misconfigured,
    "place": Unreachable,
    "later": TryLater,
    "person": Unreachable,
    "closed": HoldUntilInbound,
    "used_up": HoldUntilInbound,
    "no_notice": HoldUntilInbound,
    "menu": Refused,
    "ours": Refused,
    "again": Refused,
}
WHAT_THE_BOT_DOES = {
    -1: TryLater, 40001: Misconfigured, 40014: Misconfigured, 42001: Misconfigured, 40003: Unreachable,
    43004: HoldUntilInbound, 43101: HoldUntilInbound, 45009: Misconfigured, 45015: HoldUntilInbound,
    45047: HoldUntilInbound, 48001: Misconfigured, 45064: Misconfigured, 40164: Misconfigured, 47003: Refused,
    40200: Refused, 45098: Refused, 45002: Refused,
}  # fmt: skip
"""The platform's table: code by code."""
ROWS = [(channel, code) for channel, table in errors.CODES.items() for code in table]


@pytest.fixture
def engine() -> str:
    """One engine: what is tested here is between the channel and its platform."""
    return "sqlite"


@pytest.mark.parametrize(("channel", "code"), ROWS)
def test_every_code_has_one_consequence_and_words_that_name_it(channel, code):
    known = errors.CODES[channel][code]
    outcome = errors.outcome(channel, ApiError("message/custom/send", code))
    assert isinstance(outcome, KINDS[known.kind])
    words = outcome.what_to_do if isinstance(outcome, Misconfigured) else outcome.reason
    assert str(code) in words
    assert "access_token" not in words


@pytest.mark.parametrize(("code", "does"), WHAT_THE_BOT_DOES.items())
def test_the_table_of_the_platform_is_kept(code, does):
    assert isinstance(errors.outcome("wechat", ApiError("message/custom/send", code)), does)


@pytest.mark.parametrize("channel", errors.CODES)
def test_a_code_that_nobody_has_met_is_tried_again_and_named(channel):
    outcome = errors.outcome(channel, ApiError("message/custom/send", 99_999))
    assert isinstance(outcome, TryLater)
    assert "99999" in outcome.reason


def test_every_code_that_the_stand_ins_can_answer_with_is_known():
    """A vendor's code that is not mapped fails here first."""
    for channel, file in (("wechat", "fake_wechat.py"), ("wecom", "fake_wecom.py")):
        text = (Path(__file__).parent / file).read_text()
        codes = {int(code) for code in re.findall(r"(?:RefusedError|MalformedError)\((\d{5,6})", text)}
        codes |= {int(code) for code in re.findall(r"^[A-Z_]+ = (\d{5})$", text, re.MULTILINE)}
        assert codes
        assert {code for code in codes if errors.meaning(channel, code) is None} <= SEEN_IN_SET_UP[channel]


SEEN_IN_SET_UP = {"wechat": set[int](), "wecom": {40018, 40019, 42015, 95008, 95009}}
"""Codes of what the bot never sends: a card it drew wrongly is caught by `problems` of the stand-in."""


def test_an_answer_that_is_none_is_looked_at_before_it_is_sent_again():
    assert isinstance(errors.outcome("wechat", NoAnswer("x", "HTTP 502", begun=True)), Unknown)
    assert isinstance(errors.outcome("wechat", NoAnswer("x", "no connection", begun=False)), TryLater)


async def test_fifty_sends_on_an_expired_token_ask_for_one_new_one(store_url):
    async with china(store_url) as the:
        for n in range(50):
            the.wechat.follow(f"oP{n}")
            the.wechat.acted(f"oP{n}", "menu")
            await the.call(callbacks.event(f"oP{n}", "CLICK", "SHOP", create_time=int(the.wechat.now())))
        the.wechat.expire_token()
        before = the.wechat.token_calls
        bodies = [
            {"id": f"T-{n}", "touchpoint": "delivery", "outcome": "late",
             "person": {"addresses": [{"channel": "wechat", "address": f"oP{n}"}]}} for n in range(50)]  # fmt: skip
        await asyncio.gather(*(the.take(body) for body in bodies))
        await the.rest()
        assert len([each for each in the.wechat.sent if each["openid"].startswith("oP")]) == 50
        assert the.wechat.token_calls - before == 1


async def test_replicas_share_one_token(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        await the.report(MEI)
        calls = the.wechat.token_calls
        async with china(store_url, wechat=the.wechat, wecom=the.wecom, clock=the.clock) as second:
            channel = second.app.channels["wechat"]
            await channel._api.call("get_api_domain_ip")  # type: ignore[attr-defined]
        assert the.wechat.token_calls == calls


async def test_a_token_that_is_refused_for_good_ends_after_one_refresh_and_stops_the_channel(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        the.wechat.reject_tokens = 40001
        before = the.wechat.token_calls
        await the.report(MEI)
        assert the.wechat.token_calls - before <= 2
        assert len(the.wechat.calls("message/custom/send")) == 2, "once, and once more with the new token"
        assert "40001" in the.app.delivery.stopped["wechat"].what_to_do
        the.wechat.reject_tokens = 0
        await the.later(minutes=3)
        assert the.wechat.said(MEI), "nothing was lost"
        assert "wechat" not in the.app.delivery.stopped


@pytest.mark.parametrize("fault", [{"body": "<html>502</html>"}, {"status": 502}, {"drop_connection": "before"}])
async def test_an_answer_that_is_no_answer_is_tried_again(store_url, fault):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        the.wechat.fail("message/custom/send", **fault)
        await the.report(MEI)
        await the.later(seconds=30)
        assert the.wechat.said(MEI)


async def test_an_unfollower_is_written_to_again_once_they_follow(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        the.wechat.unfollow(MEI)
        the.wechat.unfollowed = 43004
        await the.report(MEI)
        assert the.wechat.said(MEI) == []
        reply = await the.event(MEI, "subscribe")
        assert "您对这次配送满意吗" in reply


async def test_a_person_the_platform_does_not_know_is_marked_and_the_rest_goes_on(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        the.wechat.fail("message/custom/send", errcode=40003)
        await the.report(MEI)
        (address,) = await the.rows("addresses", channel="wechat", address=MEI)
        assert "40003" in address["unreachable"]
        assert await the.writes("oOTHER", "帮助")
