"""Words without a case: whom they are shown to, what they raise, and where they are read again."""

from __future__ import annotations

from world import ADA, ANA, DELIVERY, SAM, SUPPORT, YITING

from cxbot.transactions import settings


async def test_words_without_a_survey_reach_the_team_of_what_happened_last(world):
    await world.happens("ticket", "opened")
    await world.writes(SAM, "hello, anybody?")
    assert any("hello, anybody?" in text for text in world.texts(SUPPORT))
    assert not any("hello, anybody?" in text for text in world.texts(DELIVERY))
    await world.happens("delivery", "lost", YITING)
    await world.writes(YITING, "東西呢")
    assert any("東西呢" in text for text in world.texts(DELIVERY))
    assert not any("東西呢" in text for text in world.texts(SUPPORT))


async def test_words_about_nothing_we_know_go_to_who_stands_in(world):
    await world.writes("customer:new", "my lamp broke", name="Joe")
    assert any("my lamp broke" in text for text in world.texts(ADA))
    assert not any("my lamp broke" in text for text in (*world.texts(SUPPORT), *world.texts(DELIVERY)))
    company = await world.store.read(lambda tx: settings.get(tx, "company"))
    await world.store.run(settings.put, "company", {**company, "fallback": f"web:{SUPPORT}"})
    await world.writes("customer:new", "and the bulb")
    assert any("and the bulb" in text for text in world.texts(SUPPORT))


async def test_words_written_before_the_score_raise_what_it_opens(world):
    await world.ticket_closed()
    await world.writes(SAM, "客服態度很差，等太久，退錢")
    await world.writes(SAM, "1")
    case = await world.the("cases")
    assert "asks for money back" in "\n".join(str(fact) for fact in world.cards()[-1].facts), case["reasons"]


async def test_words_of_an_earlier_survey_raise_nothing_later(world):
    await world.ticket_closed()
    await world.writes(SAM, "退錢")
    await world.later(days=40)
    await world.ticket_closed()
    await world.writes(SAM, "2")
    assert "asks for money back" not in "\n".join(str(fact) for fact in world.cards()[-1].facts)


async def test_a_question_about_the_state_is_read_again_with_its_answer(world):
    case = await world.unhappy()
    await world.writes(SAM, "any news?")
    answer = world.last(SAM).text
    await world.writes(ANA, f"transcript {case['code']}")
    said = world.last(SUPPORT).text
    assert "asked how it goes" in said
    assert said.index("asked how it goes") < said.index(answer.splitlines()[0][:20])
