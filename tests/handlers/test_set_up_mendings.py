"""Numbers for what an answer offers, previews that judge as a customer is judged, and the language of newcomers."""

from __future__ import annotations

import pytest
from world import ADA, MEI, SAM, SUPPORT, World

from cxbot.inbound import receive
from cxbot.ports import Limits
from cxbot.testing import FakeChannel
from cxbot.transactions import settings
from handlers import dialogue

PLAIN = Limits(per_second=0, buttons=False, forms=False, notices=False)


@pytest.fixture
def words_alone(world) -> World:
    """The company on a channel of nothing but words."""
    world.web = FakeChannel("web", PLAIN)
    world.delivery.channels = {"web": world.web, "slack": world.slack}
    world.deliver = receive(world.store, world.clock.clock, dialogue.handling({"web": PLAIN}))
    return world


async def says(world: World, *lines: str, who: str = ADA) -> str:
    """All that somebody is answered to the last line, in their own conversation."""
    for line in lines:
        before = len(world.texts(who))
        await world.writes(who, line, place=who)
    return "\n".join(world.texts(who, before))


async def big_send(world: World, who: str = ADA) -> str:
    """A cadence that is to be confirmed; what it says of that."""
    await world.happens("kiosk", "used", MEI)
    await world.store.run(settings.put, "contact", {"confirm_above": 0})
    return await says(world, "cadence new nps from now as big", "cadence start big", who=who)


# Numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["1", "yes", "是"])
async def test_what_an_answer_offers_by_number_is_done_by_the_number(words_alone, word):
    assert "1. Ask 1 person" in await big_send(words_alone)
    assert "big has been started" in await says(words_alone, word)
    assert "don't know" in await says(words_alone, "1"), "once"


async def test_a_publication_is_confirmed_by_number_and_asks_why(words_alone):
    await says(words_alone, "survey edit csat expires 5d")
    assert "1. Publish" in await says(words_alone, "survey publish csat")
    assert "Why" in await says(words_alone, "1")
    assert "csat is live as version 2" in await says(words_alone, "1")


@pytest.mark.parametrize("word", ["2", "no", "cancel"])
async def test_another_word_does_nothing(words_alone, word):
    await big_send(words_alone)
    await says(words_alone, word)
    assert (await words_alone.the("cadences"))["state"] == "draft"


async def test_a_number_after_another_command_is_no_press(words_alone):
    await big_send(words_alone)
    await says(words_alone, "status", "1")
    assert (await words_alone.the("cadences"))["state"] == "draft"


async def test_a_number_among_colleagues_is_no_press(world):
    await world.writes(ADA, "cadence new nps from now as big", place=SUPPORT)
    await world.store.run(settings.put, "contact", {"confirm_above": 0})
    await world.happens("kiosk", "used", MEI)
    await world.writes(ADA, "cadence start big", place=SUPPORT)
    await world.writes(ADA, "yes", place=SUPPORT)
    assert (await world.the("cadences"))["state"] == "draft"


# Previews ---------------------------------------------------------------------------------------------------------


async def test_a_preview_says_how_grave_the_case_would_be_by_words_and_in_whose_language(world):
    await says(world, "survey preview csat zh-CN", "2")
    ended = await says(world, "店员说灯着火了")
    assert "谢谢您告诉我们" in ended
    assert "such an answer would open a case (Critical)" in ended
    await says(world, "survey preview csat zh-CN")
    receipt = await world.writes(ADA, "cancel", place=ADA)
    assert "nothing was counted" in receipt.notice


async def test_a_preview_counts_the_words_of_every_answer(world):
    await says(world, "survey add csat question")
    fields = {"id": "more", "kind": "text", "en": "More?", "zh-CN": "还有吗？", "zh-TW": "還有嗎？", "options": "",
              "range": "", "optional": "yes", "after": "why"}  # fmt: skip
    await world.fills_in(ADA, "sv:aq:csat", **fields)
    await says(world, "survey edit csat branch why else more", "survey edit csat branch more else end")
    await says(world, "survey preview csat en", "2", "the lamp caught fire")
    assert "(Critical)" in await says(world, "no")
    await says(world, "survey preview csat en", "2", "it was slow")
    assert "(Medium)" in await says(world, "no")


# Words and languages ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "wanted"), [
    ("用户 设置 web:customer:sam 客群 gold", "gold"),
    ("周期 新建 nps 分组 gold 从现在 名称 vips", "vips（nps）"),
    ("週期 新增 nps 分組 gold 從現在 名稱 vips", "vips（nps）"),
])  # fmt: skip
async def test_a_segment_and_a_name_are_called_the_same_everywhere(world, line, wanted):
    await world.ticket_closed(SAM)
    assert wanted in await says(world, line)


async def test_a_new_member_without_a_language_is_answered_in_that_of_their_team(world):
    await says(world, "team member add web:member:zoe Zoe delivery")
    assert "一切正常" in await says(world, "status", who="member:zoe")


async def test_a_case_that_becomes_critical_after_its_alert_is_said_aloud_once(world):
    case = await world.unhappy()
    await world.writes(SAM, "the lamp caught fire")
    lines = [text for text in world.texts(SUPPORT) if f"case {case['code']} is critical now" in text]
    (line,) = lines
    assert "somebody may be hurt" in line
    assert "10:30" in line
    await world.writes(SAM, "and I was injured")
    assert len([text for text in world.texts(SUPPORT) if "is critical now" in text]) == 1


async def test_a_draft_of_a_new_survey_is_not_compared_with_a_version_that_is_not_there(world):
    await says(world, "survey new kiosk csat")
    said = await says(world, "survey edit kiosk_csat expires 5d")
    assert "“7d” → “5d”" in said
    assert "live version" not in said
    assert "differs from the live version in 1 place" in await says(world, "survey edit csat expires 5d")
