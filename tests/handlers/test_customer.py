from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import ANA, MEI, SAM, SUPPORT, WEI, YITING, World, keys_of

from cxbot.store import migrate
from cxbot.transactions import people


@pytest.mark.parametrize("word", ["STOP", "stop.", " Stop ", "unsubscribe", "退订", "取消訂閱"])
async def test_a_stop_word_ends_the_survey_at_once_and_no_more_are_sent(world, word):
    await world.ticket_closed()
    await world.writes(SAM, word)
    invitation = await world.the("invitations")
    assert (invitation["state"], invitation["reason"]) == ("declined", "opted_out")
    assert (await world.person("Sam Rivera"))["opted_out"] == "surveys"
    assert world.texts(SAM)[-2] == "This question is closed."
    assert "any more surveys" in world.last(SAM).text
    await world.later(days=100)
    assert (await world.ticket_closed()).reason == "opted_out"
    assert (await world.happens("account")).reason == "opted_out"


@pytest.mark.parametrize("words", ["please stop the noise", "I will stop buying", "退订单怎么退", "don't stop now"])
async def test_a_stop_word_inside_of_other_words_stops_nothing(world, words):
    await world.ticket_closed()
    await world.writes(SAM, words)
    assert (await world.person("Sam Rivera"))["opted_out"] == ""
    assert (await world.the("invitations"))["state"] == "asked"


async def test_a_start_word_brings_the_person_back(world):
    await world.ticket_closed()
    await world.writes(SAM, "stop")
    await world.writes(SAM, "start")
    assert "Welcome back" in world.last(SAM).text
    await world.later(days=8)
    assert (await world.ticket_closed()).state == "asked"


async def test_stop_takes_back_what_still_waits_to_be_asked(world):
    await world.later(hours=12)
    await world.ticket_closed()
    await world.writes(SAM, "stop")
    await world.later(hours=12)
    assert [row["state"] for row in await world.all("invitations")] == ["not_asked"]
    assert await world.reasons("not_asked") == ["opted_out"]
    assert len(world.texts(SAM)) == 1


async def test_after_stop_all_nothing_is_sent_not_even_what_was_queued(world):
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case, told="We sent a new one.")
    await world.writes(SAM, "stop all")
    said = world.last(SAM).text
    assert "we won't write to you any more" in said
    count = len(world.texts(SAM))
    await world.later(hours=2)
    await world.later(days=9)
    await world.ticket_closed()
    await world.later(days=9)
    assert len(world.texts(SAM)) == count
    assert (await world.the("outbox", key="customer.resolved"))["reason"] == "opted_out"


async def test_no_more_surveys_leaves_an_open_complaint_answered(world):
    case = await world.unhappy(words="slow")
    await world.writes(SAM, "stop")
    assert case["code"] in await says(world, "any news?")
    await world.resolves(ANA, case, told="We sent a new one.")
    await world.later(minutes=1)
    assert "We sent a new one." in world.last(SAM).text


async def says(world, text, who=SAM):
    await world.writes(who, text)
    return world.last(who).text


@pytest.mark.parametrize("kind", ["image", "voice", "video", "file", "sticker", "location", "other"])
async def test_media_never_breaks_a_survey(world, kind):
    await world.ticket_closed()
    await world.sends(SAM, kind, name="x.bin")
    assert (await world.the("invitations"))["state"] == "asked"
    assert world.last(SAM).text.startswith("Thank you")
    await world.writes(SAM, "2")
    await world.sends(SAM, kind, name="y.bin")
    await world.writes(SAM, "the box was open")
    assert (await world.the("responses"))["state"] == "complete"


async def test_a_picture_is_kept_with_the_case_and_shown_to_the_team(world):
    case = await world.unhappy()
    await world.sends(SAM, "image", name="box.jpg")
    remark = await world.the("remarks")
    assert (remark["case_id"], "box.jpg" in remark["media"]) == (case["id"], True)
    assert case["code"] in world.last(SAM).text
    assert "case.media" in keys_of(await world.all("outbox", case_id=case["id"]))


async def test_a_picture_before_the_first_answer_comes_to_the_case_that_follows(world):
    await world.ticket_closed()
    await world.sends(SAM, "image", name="box.jpg")
    assert "Sam Rivera sent a picture." in world.texts(SUPPORT)
    await world.writes(SAM, "1")
    assert len(await world.all("cases")) == 1


async def test_what_is_too_large_is_refused_in_words_and_not_kept(world):
    await world.ticket_closed()
    await world.sends(SAM, "video", size=50_000_000)
    assert "too large" in world.last(SAM).text
    assert await world.all("remarks") == []


async def test_words_after_the_survey_still_reach_the_team_that_was_responsible(world):
    await world.ticket_closed()
    await world.writes(SAM, "5")
    await world.writes(SAM, "skip")
    await world.writes(SAM, "one more thing: the door squeaks")
    assert any("the door squeaks" in text for text in world.texts(SUPPORT))
    assert "noted" in world.last(SAM).text
    remark = await world.the("remarks")
    assert remark["response_id"] == (await world.the("responses"))["id"]


async def test_somebody_nobody_knows_is_heard_and_answered_in_the_language_of_their_profile(world):
    await world.writes("customer:new", "有人吗，我的东西坏了", language="zh_Hans_CN", name="小王")
    person = await world.person("小王")
    assert person["language"] == "zh-CN"
    assert [row["words"] for row in await world.all("remarks")] == ["有人吗，我的东西坏了"]
    assert "谢谢" in world.last("customer:new").text


async def test_help_says_what_can_be_written_in_the_customers_language(world):
    await world.ticket_closed(YITING)
    await world.writes(YITING, "幫助")
    assert world.last(YITING).text
    assert "command" not in world.last(YITING).text
    assert (await world.the("invitations"))["state"] == "asked"


async def test_change_goes_back_to_the_answer_before(world):
    await world.ticket_closed()
    await world.writes(SAM, "2")
    assert "How satisfied" in await says(world, "change")
    await world.writes(SAM, "4")
    assert (await world.the("responses"))["score"] == 4


async def test_a_customer_who_presses_an_alerts_button_is_refused(world):
    case = await world.unhappy()
    receipt = await world.presses(SAM, f"c:dismiss:{case['id']}")
    assert "Only the team" in receipt.notice
    assert (await world.reload(case))["state"] == "open"


async def test_whoever_acted_a_moment_ago_is_known_to_be_awake(world):
    await world.writes(SAM, "hello")
    row = await world.store.read(people.by_address, "web", SAM)
    assert row["acted_at"] == world.now


async def test_a_customer_in_one_language_and_a_team_in_another_each_read_their_own(world):
    await world.happens("delivery", "late")
    await world.writes(SAM, "agent")
    case = await world.the("cases")
    assert world.last("team:delivery").choices[0].label == "认领"
    assert case["code"] in world.last(SAM).text
    await world.presses(WEI, f"c:claim:{case['id']}")
    assert "小伟 is looking after" in await says(world, "any news?")


async def test_two_languages_of_stop_are_answered_in_the_language_of_the_person(world):
    await world.ticket_closed(MEI)
    await world.writes(MEI, "STOP")
    assert world.last(MEI).text.startswith("好的")


SAYINGS = st.one_of(
    st.sampled_from("1 2 5 9 yes no skip change help stop start agent 人工 进度 any news? 不满意 10 -5 done".split()),
    st.sampled_from(
        ["any news?", "2, nobody called", "1, best ever", "stop all", "not yet", "我要退款", "can't tell yet"]
    ),
    st.text(max_size=20),
)


@given(st.lists(st.tuples(SAYINGS, st.integers(0, 100)), max_size=12))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_of_messages_ends_or_waits_and_never_trips_a_handler(tmp_path_factory, said):
    """Asked in one store after another, for what was said before must not matter."""
    import asyncio

    async def scene():
        url = f"sqlite:///{tmp_path_factory.mktemp('scene')}/scene.db"
        migrate(url)
        async with World.open(url) as world:
            await world.ticket_closed()
            for text, hours in said:
                await world.writes(SAM, text)
                await world.later(hours=hours)
            assert "refuse.trouble" not in keys_of(await world.all("outbox"))
            assert not await world.all("outbox", state="dead")
            for invitation in await world.all("invitations", state="asked"):
                assert invitation["due_at"] > world.now
            for case in await world.all("cases"):
                assert case["due_at"] > world.now or case["state"] in ("closed", "open", "claimed")

    asyncio.run(scene())
