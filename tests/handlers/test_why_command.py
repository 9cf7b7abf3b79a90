"""why: one sentence a reason, with the rule, the evidence with its time, until when, and what changes it."""

from __future__ import annotations

import re

import pytest
from world import ADA, ANA, DAY, MEI, SAM, SUPPORT, YITING, arguments

from cxbot import wording
from cxbot.domain import contact
from cxbot.transactions import settings, surveys
from handlers import commands
from handlers.grammar import Parsed, parse

AT, UNTIL = 1_763_604_000_000, 1_763_690_400_000
EVIDENCE = {
    "survey": "csat", "at": AT, "last": AT, "until": UNTIL, "hours": 24, "days": 7, "clock": "transactional",
    "by": "rule",
    "percent": 10, "start": UNTIL, "other": "nps", "why": "blocked", "touchpoint": "ticket",
}  # fmt: skip
UNTIL_WHEN = ("fatigue_any", "fatigue_metric", "talking", "night", "delay", "open_survey", "open_question")
AT_WHEN = (
    "opted_out", "paused", "internal", "spam", "self_solved", "unanswered", "survey_off", "auto_closed", "closed_by",
    "too_old", "open_survey", "fatigue_any", "fatigue_metric",
)  # fmt: skip
NO_COMMAND = ("internal", "spam", "self_solved", "unanswered", "survey_off", "fatigue_any", "fatigue_metric",
              "open_survey", "open_question", "talking")  # fmt: skip
"""Reasons that no command changes: another system does, a setting, or time."""
REASONS = (*contact.REASONS, "delay", "no_survey", "not_begun", "open_question")


@pytest.mark.parametrize("language", wording.LANGUAGES)
@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_says_its_evidence_until_when_and_which_command_changes_it(reason, language):
    said = wording.text(f"not_asked.{reason}", language, **EVIDENCE, zone="Asia/Shanghai", now=UNTIL + 30 * DAY)
    shown = [time for time in ("20 Nov", "11 月 20 日", "11月20日", "11/20") if time in said]
    assert reason not in AT_WHEN or shown, said
    later = [time for time in ("21 Nov", "11 月 21 日", "11月21日", "11/21") if time in said]
    assert reason not in UNTIL_WHEN or later, said
    quoted = [line for line in re.findall("[“「](.+?)[”」]", said) if line not in ("恢复", "恢復")]
    assert bool(quoted) is (reason not in NO_COMMAND), said
    for line in quoted:
        assert isinstance(parse(line, commands.known()), Parsed), line


async def why(world, name="Sam"):
    await world.writes(ADA, f"why {name}")
    return world.last(ADA).text


async def test_evidence_is_recorded_when_it_is_decided(world):
    await world.store.run(surveys.pause, "csat", "", world.now)
    await world.later(hours=1)
    await world.ticket_closed()
    assert "The survey csat is paused since today 10:00. “survey resume csat” changes that." in await why(world)


async def test_who_wants_none_is_said_with_the_day(world):
    await world.writes(SAM, "stop")
    await world.later(days=2)
    await world.ticket_closed()
    assert "They asked us on Thu 20 Nov to send no surveys." in await why(world)


async def test_fatigue_says_when_they_were_asked_last_and_when_again(world):
    await world.ticket_closed()
    await world.writes(SAM, "5")
    await world.writes(SAM, "skip")
    await world.later(hours=2)
    await world.happens("account")
    said = await why(world)
    assert "They were asked something today 10:00, too recently (less than 24 h); again from tomorrow 10:00." in said


async def test_another_open_survey_is_named(world):
    await world.ticket_closed()
    await world.happens("account")
    assert "They already have an open survey (csat, asked today 10:00)" in await why(world)


async def test_in_chinese_at_night(world):
    await world.store.run(settings.put, "contact", {"night_from": "10:00", "night_to": "11:00"})
    await world.later(minutes=30)
    await world.ticket_closed(MEI)
    await world.writes(ADA, "为什么 林美")
    assert "对方那边是夜间，今天 11:00 之后再问。" in world.last(ADA).text


async def test_of_a_case_it_says_what_was_said_and_what_comes_next(world):
    case = await world.unhappy()
    await world.later(minutes=31)
    await world.writes(ANA, f"why {case['code']}")
    lines = world.last(SUPPORT).text.splitlines()
    assert lines[1:] == [
        "today 10:31 · reminded",
        "next, today 11:00: will be reminded (Ana) – “claim " + case["code"] + "” changes that",
    ]


async def test_of_an_alert_that_waits_it_says_until_when(world):
    await world.later(hours=9)
    case = await world.unhappy()
    await world.writes(ADA, f"why {case['code'].lower()}")
    said = world.last(ADA).text
    assert "alert waits for the team's hours, until tomorrow 09:00" in said
    assert "“team policy” changes that" in said


async def test_in_chinese_of_a_case(world):
    case = await world.unhappy(MEI)
    await world.fills_in(ANA, f"c:hand_over:{case['id']}", owner="team:delivery")
    await world.writes("member:wei", f"为什么 {case['code']}")
    said = world.last("team:delivery").text
    assert "接下来" in said
    assert f"认领 {case['code']}" in said
    assert arguments((await world.all("events", subject_id=case["id"]))[0])


async def test_of_a_survey_that_has_not_begun_it_says_from_when_it_asks(world):
    await world.writes(ADA, "survey schedule csat 2025-12-04")
    assert (await world.ticket_closed()).reason == "not_begun"
    said = await why(world)
    assert "csat asks from Thu 4 Dec on. “survey schedule csat now” changes that." in said
    await world.ticket_closed(MEI)
    await world.writes(ADA, "为什么 林美")
    assert "“问卷 定时 csat 现在”" in world.last(ADA).text
    await world.writes(ADA, "問卷 排程 csat 現在")
    assert (await world.ticket_closed(YITING)).state == "asked"
