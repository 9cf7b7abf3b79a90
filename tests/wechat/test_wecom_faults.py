"""What goes wrong between the bot and WeCom, and that nothing is lost for it and nothing said twice."""

from __future__ import annotations

import callbacks
import pytest
from wechat_program import ADA, ANA, BEN, GROUP_KEY, HOUR, MEI, MINUTE, SAM, THURSDAY_TEN, WEI, china, platforms

from cxbot.testing import FakeClock
from cxbot.transactions import outbox

GROUP = f"webhook:{GROUP_KEY}"
EACH_ALONE = {"CXBOT_SEED__TEAMS__DELIVERY__POLICY__STORM_CASES": "0"}
"""Cases of one cause stay cases, however many come at once."""


def alerts(the):
    """The cards of cases, as they were sent."""
    return [each for each in the.wecom.cards.values() if "c:" in str(each.body["template_card"].get("button_list"))]


def alerted(the, userid):
    """How often a member saw an alert."""
    return len([body for body in the.wecom.said(userid) if "c:claim" in str(body.get("template_card"))])


def in_the_group(the):
    return [text for text in the.wecom.texts(GROUP) if "2/5" in text]


async def unhappy_about_support(the, who=MEI):
    """The team of support has no group: its members are written to one by one."""
    await the.writes(who, "你好")
    await the.report(who, "ticket", "closed")
    await the.taps(who, "1")
    return (await the.rows("cases"))[-1]


async def opens_the_app(the, userid):
    xml = callbacks.enter_agent(userid, create_time=int(the.wecom.now()))
    assert await the.corp.aes(xml) == (200, "success")
    await the.rest()


# Members who cannot be reached ------------------------------------------------------------------------------------


async def test_a_member_who_left_is_recorded_and_written_to_again_once_they_are_back(store_url):
    async with china(store_url) as the:
        del the.wecom.members[BEN]
        await the.unhappy()
        assert alerted(the, WEI) == 1
        assert [row["reason"] for row in await the.rows("decisions", what="unreachable")]
        await the.unhappy(SAM)
        asked = [call.body["touser"] for call in the.wecom.calls("message/send") if "c:claim" in str(call.body)]
        assert asked == [f"{WEI}|{BEN}", WEI], "nobody writes to who is gone again and again"
        the.wecom.add_members(BEN)
        await opens_the_app(the, BEN)
        await the.unhappy("oYITING")
        assert alerted(the, BEN) == 1


async def test_where_the_owner_is_gone_the_others_hear_and_the_team_keeps_its_place(store_url):
    async with china(store_url) as the:
        the.wecom.webhooks.clear()
        await the.unhappy()
        await the.presses(BEN, "c:claim")
        del the.wecom.members[BEN]
        before = len(the.wecom.said(WEI))
        await the.later(hours=5)
        assert len(the.wecom.said(WEI)) > before
        assert "group:delivery" not in [row["address"] for row in await the.rows("addresses") if row["unreachable"]]


async def test_a_group_whose_members_are_all_gone_still_reads_its_alerts(store_url):
    async with china(store_url) as the:
        del the.wecom.members[WEI], the.wecom.members[BEN]
        await the.unhappy()
        await the.writes(MEI, "1")
        await the.writes(MEI, "没人理我")
        assert in_the_group(the)
        assert any("没人理我" in text for text in the.wecom.texts(GROUP))
        assert alerts(the) == []
        assert "group:delivery" not in [row["address"] for row in await the.rows("addresses") if row["unreachable"]]


async def test_a_team_of_whom_nobody_is_left_is_stood_in_for_until_one_of_them_is_back(store_url):
    async with china(store_url) as the:
        del the.wecom.members[ANA]
        first = await unhappy_about_support(the)
        told = [text for text in the.wecom.texts(ADA) if "can't be written to" in text]
        assert len(told) == 1
        assert first["code"] in "".join(the.wecom.texts(ADA)), "the alert itself stands there"
        second = await unhappy_about_support(the, SAM)
        assert second["code"] in "".join(the.wecom.texts(ADA))
        assert len([text for text in the.wecom.texts(ADA) if "can't be written to" in text]) == 1
        await the.presses(ADA, "c:claim")
        the.wecom.add_members(ANA)
        await opens_the_app(the, ANA)
        assert "can be written to again" in the.wecom.texts(ADA)[-1]
        await unhappy_about_support(the, "oYITING")
        assert alerted(the, ANA) == 1


async def test_a_robot_that_was_removed_from_the_group_of_a_team_without_anybody_loses_the_place(store_url):
    async with china(store_url) as the:
        the.wecom.webhooks.clear()
        del the.wecom.members[WEI], the.wecom.members[BEN]
        case = await the.unhappy()
        assert case["code"] in "".join(the.wecom.texts(ADA))
        assert [row["address"] for row in await the.rows("addresses") if row["unreachable"]] == ["group:delivery"]
        assert the.app.delivery.stopped == {}


async def test_with_the_robot_gone_who_should_act_hears_it_alone(store_url):
    async with china(store_url) as the:
        the.wecom.webhooks.clear()
        await the.unhappy()
        await the.presses(BEN, "c:claim")
        before = {userid: len(the.wecom.said(userid)) for userid in (WEI, BEN)}
        await the.later(hours=3, minutes=45)
        assert len(the.wecom.said(BEN)) > before[BEN]
        assert len(the.wecom.said(WEI)) == before[WEI]


# Answers that are none ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        {"body": "<html>502</html>"},
        {"status": 502},
        {"drop_connection": "before"},
        {"errcode": -1},
        {"errcode": 99_999},
    ],
)
@pytest.mark.parametrize("path", ["message/send", "webhook/send"])
async def test_an_alert_that_did_not_arrive_arrives_once_wecom_answers_again(store_url, path, fault):
    async with china(store_url) as the:
        the.wecom.fail(path, **fault)
        await the.unhappy()
        await the.later(seconds=30)
        assert (alerted(the, WEI), alerted(the, BEN), len(in_the_group(the))) == (1, 1, 1)


async def test_a_card_whose_answer_was_lost_changes_by_the_first_press_and_is_not_shown_anew(store_url):
    async with china(store_url) as the:
        the.wecom.fail("message/send", drop_connection="after")
        await the.unhappy()
        await the.later(minutes=35)
        assert len(alerts(the)) == 1, "a reminder is no reason for a second card"
        await the.presses(WEI, "c:claim")
        assert "小伟" in str(alerts(the)[0].shown[BEN])
        assert the.wecom.problems
        assert all("taskid has existed" in each for each in the.wecom.problems)
        the.wecom.problems.clear()


async def test_a_line_whose_answer_was_lost_is_dropped_by_the_platform_the_second_time(store_url):
    async with china(store_url) as the:
        await unhappy_about_support(the)
        before = len(the.wecom.said(ANA))
        the.wecom.fail("message/send", drop_connection="after")
        await the.later(minutes=31)
        await the.later(seconds=11)
        assert len(the.wecom.said(ANA)) == before + 1
        assert len(the.wecom.dropped) == 1


async def test_an_answer_to_a_member_comes_rather_twice_than_never(store_url):
    async with china(store_url) as the:
        the.wecom.fail("message/send", drop_connection="after")
        await the.member_writes(ADA, "status")
        await the.later(seconds=11)
        assert 1 <= len(the.wecom.said(ADA)) <= 2
        await the.member_writes(ADA, "status")
        await the.member_writes(ADA, "status")
        assert len(the.wecom.said(ADA)) >= 3, "who asks again is answered again"


@pytest.mark.parametrize("code", [42022, 40058])
async def test_a_code_that_the_platform_takes_no_more_is_followed_by_the_next(store_url, code):
    async with china(store_url) as the:
        await the.unhappy()
        the.wecom.fail("message/update_template_card", errcode=code)
        await the.presses(WEI, "c:claim")
        codes = [call.body["response_code"] for call in the.wecom.calls("message/update_template_card")]
        assert len(codes) == len(set(codes)) == 2
        assert "小伟" in str(alerts(the)[0].shown[BEN])


async def test_a_card_that_can_be_changed_no_more_comes_anew_and_changes_from_then_on(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        the.wecom.fail("message/update_template_card", errcode=42022, times=2)
        await the.presses(WEI, "c:claim")
        first, second = alerts(the)
        assert first.body["template_card"]["task_id"] != second.body["template_card"]["task_id"]
        await the.presses(BEN, "c:release", task_id=second.body["template_card"]["task_id"])
        assert "c:claim" in str(second.shown[WEI])
        assert len(alerts(the)) == 2


async def test_a_change_that_failed_for_a_moment_uses_its_code_later(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        the.wecom.fail("message/update_template_card", errcode=-1)
        await the.presses(WEI, "c:claim")
        await the.later(seconds=5)
        first, second = (call.body["response_code"] for call in the.wecom.calls("message/update_template_card"))
        assert first == second
        assert "小伟" in str(alerts(the)[0].shown[BEN])


# Limits ------------------------------------------------------------------------------------------------------------


def _say(tx, userid, words):
    outbox.say(tx, 1, channel="wecom", address=userid, language="zh-CN", kind="verbatim", args={"text": words})


def most_within(moments, seconds):
    """The most that fell into any stretch of time."""
    return max(sum(0 <= at - start < seconds for at in moments) for start in moments)


async def test_nobody_gets_more_in_a_minute_than_the_platform_carries(store_url):
    async with china(store_url, **EACH_ALONE) as the:
        for n in range(30):
            the.wechat.follow(f"oS{n}")
            await the.writes(f"oS{n}", "你好", rest=False)
            await the.take({"id": f"S-{n}", "touchpoint": "delivery", "outcome": "late",
                            "person": {"addresses": [{"channel": "wechat", "address": f"oS{n}"}]}})  # fmt: skip
        await the.rest_long()
        for n in range(30):
            await the.writes(f"oS{n}", "1", rest=False)
        await the.app.settle()
        for n in range(30):
            await the.app.store.run(_say, WEI, f"{n}")
        await the.rest_long()
        assert len([text for text in the.wecom.texts(WEI) if text.isdecimal()]) == 30
        assert alerted(the, WEI) == 30
        assert the.wecom.dropped == []
        for who, most in ((GROUP, 20), (WEI, 30), (BEN, 30)):
            moments = [each["at"] for each in the.wecom.sent if each["to"] == who]
            assert most_within(moments, 60) <= most


async def test_a_group_that_has_had_enough_is_told_later(store_url):
    async with china(store_url) as the:
        the.wecom.fail("webhook/send", errcode=45009, times=2)
        await the.unhappy()
        await the.later(seconds=30)
        assert (alerted(the, WEI), len(in_the_group(the))) == (1, 1)


# Settings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "words"), [(60020, "企业可信IP"), (40056, "agent_id"), (301002, "agent_id")])
async def test_a_wrong_setting_stops_the_channel_says_what_to_do_and_loses_nothing(store_url, code, words):
    async with china(store_url) as the:
        the.wecom.fail("message/send", errcode=code, times=-1)
        await the.unhappy()
        async with the.session.get(f"{the.app.url}/healthz") as health:
            assert health.status == 503
            assert words in str(await health.json())
        the.wecom.heal()
        await the.later(minutes=3)
        assert (alerted(the, WEI), len(in_the_group(the))) == (1, 1)
        async with the.session.get(f"{the.app.url}/healthz") as health:
            assert health.status == 200


async def test_a_token_that_lapsed_is_renewed_once_for_all(store_url):
    async with china(store_url) as the:
        await the.member_writes(ADA, "status")
        before = the.wecom.token_calls
        the.wecom.expire_token()
        await the.unhappy()
        assert alerted(the, WEI) == 1
        assert the.wecom.token_calls == before + 1


# Restarts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("half", ["webhook/send", "message/send"])
async def test_an_alert_that_was_half_sent_when_the_program_went_is_sent_to_its_end(store_url, half):
    clock = FakeClock(THURSDAY_TEN)
    async with platforms() as (wechat, wecom):
        async with china(store_url, wechat=wechat, wecom=wecom, clock=clock) as the:
            wecom.fail(half, errcode=-1, times=-1)
            await the.unhappy()
        wecom.heal()
        clock.advance(MINUTE)
        async with china(store_url, wechat=wechat, wecom=wecom, clock=clock) as the:
            await the.rest()
            assert (alerted(the, WEI), alerted(the, BEN), len(in_the_group(the))) == (1, 1, 1)
            await the.presses(BEN, "c:claim")
            assert "Ben" in str(alerts(the)[0].shown[WEI])


async def test_cards_of_long_ago_are_forgotten(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        await the.presses(WEI, "c:claim")
        for n in range(3):
            await the.later(days=35)
            await the.unhappy(f"oN{n}")
        kept = [row["name"] for row in await the.rows("channel_state", channel="wecom")]
        first, *_, last = the.wecom.cards
        assert f"card:{first}" not in kept
        assert f"card:{last}" in kept
        assert not [name for name in kept if name.startswith("half:")]
        await the.presses(WEI, "c:contacted", task_id=first)
        assert "c:contacted" not in str(the.keys(BEN, first)), "a press still brings what changes it"
        assert the.card_with(BEN, "c:resolve") != first, "nor does what comes of it stand there alone"


async def test_a_code_is_never_used_after_three_days(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        at = the.clock.machine
        await the.later(hours=73)
        await the.presses(WEI, "c:claim")
        assert the.clock.machine - at > 72 * HOUR
        assert len(the.wecom.calls("message/update_template_card")) == 1
        assert "小伟" in str(alerts(the)[0].shown[BEN])
