"""A survey that a colleague's reply ended: "why" and the timeline tell the same of it."""

from __future__ import annotations

import pytest
from world import ADA, ANA, MEI, SAM

from cxbot.transactions import settings


@pytest.mark.parametrize("talk_hours", [0, 24])
async def test_why_and_the_timeline_tell_the_same_of_a_survey_that_a_reply_ended(world, talk_hours):
    await world.store.run(settings.put, "contact", {"talk_hours": talk_hours})
    for who, name in ((SAM, "why Sam"), (MEI, "为什么 林美")):
        case = await world.unhappy(who, 1)
        await world.fills_in(ANA, f"c:reply:{case['id']}", words="Looking into it")
        await world.writes(ADA, name)
        why = world.last(ADA).text
        await world.writes(ADA, f"timeline {case['code']}")
        timeline = world.last(ADA).text
        ended = (
            "csat · expired: A colleague wrote to them, so it asked no further; they had answered 1/5."
            if who == SAM
            else "csat · 已过期：同事回复了对方，问卷到此为止；此前已回答 1/5。"
        )
        assert ended in why
        for said in (why, timeline):
            assert said.count("expired") + said.count("已过期") == 1, said
            assert "did not answer" not in said
            assert "talk_hours" not in said
            assert "decision." not in said


async def test_words_of_who_wants_no_messages_are_told_in_words(world):
    await world.writes(SAM, "stop all")
    await world.ticket_closed()
    await world.writes(SAM, "the lamp is broken")
    await world.writes(ADA, "why Sam")
    assert "not said" in world.last(ADA).text
    assert "decision." not in world.last(ADA).text
