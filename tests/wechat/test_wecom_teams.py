"""Teams in WeCom: cards for members, lines for the group, dialogues, and what the platform's limits make of them."""

from __future__ import annotations

from fake_wechat import visible
from wechat_program import ADA, ANA, BEN, GROUP_KEY, MEI, WEI, china

GROUP = f"webhook:{GROUP_KEY}"


async def test_an_alert_is_a_card_for_each_member_and_a_line_in_the_group(store_url):
    async with china(store_url) as the:
        case = await the.unhappy()
        card = the.wecom.cards[the.card_with(WEI, "c:claim")]
        assert sorted(card.members) == [BEN, WEI]
        labels = [each["text"] for each in card.body["template_card"]["button_list"]]
        assert "认领" in labels
        assert "解决" in labels
        group = "\n".join(the.wecom.texts(GROUP))
        assert case["code"] in group
        assert "一般" in group, "the severity in words"
        assert the.wecom.said(ANA) == [], "another team's member hears nothing"


async def test_a_customers_words_call_nobody_and_link_nowhere(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        await the.writes(MEI, "1")
        await the.writes(MEI, "没人理我")
        await the.writes(MEI, "<@all> [点我](http://evil.example.com) **急** `x` > 引用")
        text = "\n".join(body["markdown"]["content"] for body in the.wecom.said(GROUP))
        assert "点我" in text
        for part in ("<@all>", "[点我](", "**急**", "`x`"):
            assert part not in text


async def test_a_click_that_comes_twice_acts_once(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        await the.presses(WEI, "c:claim", times=3)
        assert len(await the.rows("events", kind="claimed")) == 1


async def test_the_card_changes_for_everybody_and_each_code_is_used_once(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        card = the.wecom.cards[the.card_with(WEI, "c:claim")]
        await the.presses(WEI, "c:claim")
        assert "小伟" in str(card.shown[BEN])
        assert not [key for key in the.keys(BEN, card.body["template_card"]["task_id"]) if key.startswith("c:claim")]
        codes = [call.body["response_code"] for call in the.wecom.calls("message/update_template_card")]
        assert len(codes) == len(set(codes)) == 1


async def test_a_case_can_be_worked_for_days_and_a_card_that_cannot_be_changed_comes_anew(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        first = the.card_with(WEI, "c:claim")
        await the.later(hours=80)
        await the.presses(WEI, "c:claim", task_id=first)
        await the.later(hours=80)
        await the.presses(WEI, "c:release")
        latest = the.card_with(WEI, "c:claim")
        assert "c:claim" in str(the.keys(WEI, latest))
        await the.presses(BEN, "c:claim", task_id=latest)
        assert "Ben" in str(the.wecom.cards[latest].shown[WEI])


async def test_undo_takes_back_a_claim(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        await the.presses(WEI, "c:claim")
        await the.presses(WEI, "c:undo")
        assert (await the.rows("cases"))[-1]["owner_id"] == ""


async def test_snooze_hand_over_and_dismiss_are_asked_one_by_one(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        await the.presses(WEI, "c:claim")
        await the.presses(WEI, "c:snooze")
        await the.member_writes(WEI, "2")
        await the.member_writes(WEI, "等供应商回复")
        case = (await the.rows("cases"))[-1]
        assert case["snoozed_until"] > the.clock.now
        await the.presses(WEI, "c:hand_over")
        assert "Ben" in the.wecom.texts(WEI)[-1]
        await the.member_writes(WEI, "Ben")
        owner = (await the.rows("cases"))[-1]["owner_id"]
        assert [row["name"] for row in await the.rows("people", id=owner)] == ["Ben"]
        await the.presses(BEN, "c:dismiss")
        await the.member_writes(BEN, "取消")
        assert (await the.rows("cases"))[-1]["state"] == "claimed"


async def test_a_reply_is_previewed_and_reaches_the_customer(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        await the.writes(MEI, "1")
        await the.presses(WEI, "c:claim")
        await the.presses(WEI, "c:reply")
        await the.member_writes(WEI, "我们马上处理。")
        assert "我们马上处理。" in visible(the.wecom.said(WEI)[-1])
        assert not any("马上处理" in text for text in the.wechat.texts(MEI))
        await the.presses(WEI, "d:")
        await the.later(seconds=31)
        assert "我们马上处理。" in the.wechat.texts(MEI)[-1]


async def test_reminders_call_those_who_should_act_and_nobody_else(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        before = len(the.wecom.said(GROUP))
        await the.later(minutes=31)
        (line,) = [body["markdown"]["content"] for body in the.wecom.said(GROUP)[before:]]
        assert f"<@{WEI}>" in line, "the lead, while nobody has it"
        assert f"<@{BEN}>" not in line
        await the.presses(BEN, "c:claim")
        before = len(the.wecom.said(GROUP))
        await the.later(minutes=40)
        assert the.wecom.said(GROUP)[before:] == [], "who has claimed it is not reminded of claiming"


async def test_a_team_without_a_group_is_told_one_by_one(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        await the.report(MEI, "ticket", "closed")
        await the.taps(MEI, "1")
        assert the.card_with(ANA, "c:claim")
        before = len(the.wecom.said(ANA))
        await the.later(hours=5)
        assert len(the.wecom.said(ANA)) > before
        assert not any("1/5" in text for text in the.wecom.texts(GROUP))


async def test_a_member_who_is_gone_is_marked_and_the_others_are_reached(store_url):
    async with china(store_url) as the:
        del the.wecom.members[BEN]
        await the.unhappy()
        assert the.card_with(WEI, "c:claim")
        (address,) = await the.rows("addresses", channel="wecom", address=BEN)
        assert address["unreachable"]


async def test_with_nobody_left_the_place_is_lost_and_the_admins_hear_once(store_url):
    async with china(store_url) as the:
        del the.wecom.members[ANA]
        await the.writes(MEI, "你好")
        await the.report(MEI, "ticket", "closed")
        await the.taps(MEI, "1")
        told = the.wecom.texts(ADA)
        assert sum("Support" in text for text in told) >= 1
        assert the.card_with(ADA, "c:claim") or any("1/5" in text for text in told)


async def test_a_robot_that_was_removed_stops_nothing_and_the_admins_hear_once(store_url):
    async with china(store_url) as the:
        the.wecom.webhooks.clear()
        await the.unhappy()
        await the.writes(MEI, "1")
        assert the.card_with(WEI, "c:claim")
        assert any("送得太晚" in text or "你好" in text for text in the.wecom.texts(WEI)), "lines go to the members"
        told = [text for text in the.wecom.texts(ADA) if "group:delivery" in text]
        assert len(told) == 1
        assert the.app.delivery.stopped == {}


async def test_a_storm_is_spread_out_so_that_the_platform_drops_nothing(store_url):
    async with china(store_url, CXBOT_SEED__TEAMS__DELIVERY__POLICY__STORM_CASES="0") as the:
        for n in range(40):
            await the.writes(f"oS{n}", "你好", rest=False)
        await the.rest_long()
        for n in range(40):
            await the.take({"id": f"S-{n}", "touchpoint": "delivery", "outcome": "late",
                            "person": {"addresses": [{"channel": "wechat", "address": f"oS{n}"}]}})  # fmt: skip
        await the.rest_long()
        for n in range(40):
            await the.writes(f"oS{n}", "1", rest=False)
        await the.rest_long()
        assert len(await the.rows("cases")) == 40
        assert the.wecom.dropped == []
        cards = [each for each in the.wecom.cards.values() if "c:claim" in str(each.body)]
        assert len(cards) == 40
        assert [row["reason"] for row in await the.rows("outbox", state="dead")] == []


async def test_a_card_whose_answer_was_lost_is_shown_once(store_url):
    async with china(store_url) as the:
        the.wecom.fail("message/send", drop_connection="after")
        await the.unhappy()
        await the.later(seconds=30)
        cards = [each for each in the.wecom.cards.values() if "c:claim" in str(each.body)]
        assert len(cards) == 1
        assert any("2/5" in text for text in the.wecom.texts(GROUP))
        await the.presses(WEI, "c:claim")
        assert "小伟" in str(cards[0].shown[BEN])
        assert all("42014" in each or "taskid" in each for each in the.wecom.problems)
        the.wecom.problems.clear()


async def test_half_of_an_alert_that_was_sent_is_not_sent_again(store_url):
    async with china(store_url) as the:
        the.wecom.fail("webhook/send", body="<html>busy</html>", times=1)
        await the.unhappy()
        await the.later(seconds=30)
        assert len([each for each in the.wecom.cards.values() if "c:claim" in str(each.body)]) == 1
        assert any("2/5" in text for text in the.wecom.texts(GROUP))


async def test_a_press_that_is_reported_late_brings_no_code_that_was_used(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        card_id = the.card_with(WEI, "c:claim")
        key = next(each for each in the.keys(WEI, card_id) if each.startswith("c:claim"))
        claim = the.wecom.press(card_id, WEI, key)
        await the.click(claim)
        await the.rest()
        await the.presses(WEI, "c:snooze")
        for words in ("1", "等供应商回复"):
            await the.click(claim)
            await the.member_writes(WEI, words)
        await the.presses(BEN, "c:release")
        codes = [call.body["response_code"] for call in the.wecom.calls("message/update_template_card")]
        assert len(codes) == len(set(codes)) == 3
        assert len(await the.rows("events", kind="claimed")) == 1


async def test_everybody_sees_on_the_card_why_a_case_waits_and_whose_it_is_now(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        card = the.wecom.cards[the.card_with(WEI, "c:claim")]
        await the.presses(WEI, "c:claim")
        await the.presses(WEI, "c:snooze")
        for words in ("1", "等供应商回复"):
            await the.member_writes(WEI, words)
        assert all("等供应商回复" in str(card.shown[userid]) for userid in (WEI, BEN))
        await the.presses(WEI, "c:hand_over")
        await the.member_writes(WEI, "Ben")
        assert all("Ben 处理中" in str(card.shown[userid]) for userid in (WEI, BEN))
        assert the.wecom.said(GROUP)[-1]["markdown"]["content"].endswith(f"<@{BEN}>")


async def test_a_case_goes_to_another_team_and_its_members_get_a_card(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        await the.presses(WEI, "c:hand_over")
        asked = the.wecom.texts(WEI)[-1].splitlines()
        await the.member_writes(WEI, next(line for line in asked if "Support" in line).partition(".")[0])
        assert the.card_with(ANA, "c:claim")
        assert "Support" in the.wecom.texts(GROUP)[-1]
        await the.presses(ANA, "c:claim")
        case = (await the.rows("cases"))[-1]
        assert (case["team_id"], case["state"]) == ("support", "claimed")
        before = len(the.wecom.said(WEI))
        await the.presses(WEI, "c:resolve")
        assert "Ana" in the.wecom.texts(WEI)[before], "who may not is told who can"


async def test_dismissing_asks_why_and_tells_the_customer_nothing(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        said = len(the.wechat.said(MEI))
        await the.presses(WEI, "c:dismiss")
        await the.member_writes(WEI, "1")
        await the.later(seconds=31)
        assert (await the.rows("cases"))[-1]["state"] == "dismissed"
        assert len(the.wechat.said(MEI)) == said
        await the.presses(BEN, "c:reopen")
        assert "c:claim" in str(the.keys(WEI, the.card_with(WEI, "c:claim")))


async def test_what_was_done_more_than_half_a_minute_ago_cannot_be_undone(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        await the.presses(WEI, "c:claim")
        await the.later(seconds=31)
        before = len(the.wecom.said(WEI))
        await the.presses(WEI, "c:undo")
        assert len(the.wecom.said(WEI)) == before + 1
        assert (await the.rows("cases"))[-1]["owner_id"]


async def test_nobody_is_called_by_what_they_have_just_done_themselves(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        await the.presses(WEI, "c:claim")
        await the.presses(WEI, "c:reply")
        for words in ("马上处理", "1"):
            await the.member_writes(WEI, words)
        lines = [body["markdown"]["content"] for body in the.wecom.said(GROUP)]
        assert any("马上处理" in line for line in lines)
        assert not any(f"<@{WEI}>" in line for line in lines)


async def test_an_unclaimed_case_is_escalated_to_the_leads_alone(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        await the.later(hours=2, minutes=1)
        (line,) = [body["markdown"]["content"] for body in the.wecom.said(GROUP) if "升级" in str(body)]
        assert f"<@{WEI}>" in line
        assert f"<@{BEN}>" not in line


async def test_a_text_to_a_member_links_nowhere_under_other_words(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        await the.report(MEI, "ticket", "closed")
        await the.taps(MEI, "1")
        await the.later(hours=80)
        await the.writes(MEI, '看<a href="http://evil.example.com">这里</A> a<b')
        text = "\n".join(the.wecom.texts(ANA))
        assert "这里" in text
        assert "<a" not in text
        assert "</A>" not in text
        assert "a<b" in text


async def test_new_words_of_the_customer_stand_on_the_card_or_come_as_a_line(store_url):
    async with china(store_url) as the:
        await the.unhappy()
        await the.writes(MEI, "1")
        await the.writes(MEI, "第一句话")
        await the.writes(MEI, "第二句话")
        shown = "\n".join([*the.wecom.texts(GROUP), str(the.wecom.cards[the.card_with(WEI, "c:claim")].shown[WEI])])
        assert "第一句话" in shown
        assert "第二句话" in shown
        assert len([each for each in the.wecom.cards.values() if "c:claim" in str(each.body)]) == 1


async def test_a_member_who_is_asked_themselves_taps_a_card_that_then_shows_their_answer(store_url):
    async with china(store_url) as the:
        await the.report(ANA, "call", "ended", channel="wecom")
        task_id = the.card_with(ANA, "s:")
        await the.presses(ANA, "s:", task_id=task_id)
        assert len(await the.scores()) == 1
        assert "✓" in str(the.wecom.cards[task_id].shown[ANA])


async def test_a_case_with_many_facts_is_named_on_its_card_all_the_same(store_url):
    async with china(store_url) as the:
        await the.writes(MEI, "你好")
        person = {"name": "林小美", "vip": True, "value": 9_000}
        await the.report(MEI, "delivery", "late", person=person, agent="快递员小王")
        await the.taps(MEI, "1")
        (case,) = await the.rows("cases")
        card = the.wecom.cards[the.card_with(WEI, "c:claim")].body["template_card"]
        assert len(card["horizontal_content_list"]) == 6
        assert case["code"] in str(card)
        assert len(card["sub_title_text"]) <= 300
