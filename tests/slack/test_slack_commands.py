"""Commands that ask back, in Slack: where others read along, by number and by button, and what is quoted."""

from __future__ import annotations

import pytest
from fake_slack import BOT, buttons, visible
from slack_program import ADA, ANA, BEN, LOBBY, SUPPORT, workspace


@pytest.fixture
async def the(store_url):
    async with workspace(store_url) as opened:
        await people(opened, "Sam Rivera", "Sam Other")
        yield opened


async def people(the, *names):
    for n, name in enumerate(names):
        person = {"addresses": [{"channel": "slack", "address": f"UTWIN{n}"}], "name": name}
        await the.report(f"UTWIN{n}", internal=True, person=person)


def said(the, channel):
    return [message for message in the.slack.messages[channel] if message["user"] == BOT]


async def test_which_one_is_asked_and_answered_in_a_teams_channel_for_the_one_who_asked(the):
    await the.slack.writes(ANA, "why Sam", channel=SUPPORT)
    await the.rest()
    (asked,) = said(the, SUPPORT)
    assert len(buttons(asked)) == 2
    await the.slack.writes(BEN, "2", channel=SUPPORT)
    first = next(iter(buttons(asked)))
    await the.slack.click(BEN, SUPPORT, first)
    await the.rest()
    assert len(said(the, SUPPORT)) == 1
    await the.slack.click(ANA, SUPPORT, first)
    await the.rest()
    answer = the.slack.ephemerals[-1]
    assert answer["user"] == ANA, "why is answered to the one who asked"
    assert "internal matter" in visible(answer)
    assert len(said(the, SUPPORT)) == 1


async def test_what_was_asked_by_a_slash_command_is_answered_privately(the):
    await the.slack.command(ADA, LOBBY, "why Sam")
    await the.rest()
    asked = the.slack.ephemerals[-1]
    assert (asked["user"], len(buttons(asked))) == (ADA, 2)
    await the.slack.command(ADA, LOBBY, "2")
    await the.rest()
    assert "internal matter" in visible(the.slack.ephemerals[-1])
    assert said(the, LOBBY) == []


async def test_what_was_missing_is_given_by_a_slash_command_too(the):
    await the.slack.command(ADA, LOBBY, "survey show")
    await the.rest()
    assert "needs" in visible(the.slack.ephemerals[-1])
    await the.slack.command(ADA, LOBBY, "nps")
    await the.rest()
    assert "How likely" in visible(the.slack.ephemerals[-1])


@pytest.mark.parametrize("text", ["&gt; survey pause csat", "```survey pause csat```", "`survey pause csat`"])
async def test_a_quote_is_no_command(the, text):
    await the.slack.writes(ADA, text)
    await the.rest()
    assert "quoted" in the.slack.texts(ADA)[-1]
    assert not [row for row in await the.rows("events") if "pause" in row["kind"]]


@pytest.mark.parametrize(("typed", "wanted"), [("claim {code}", "is yours"), ("undo", "You changed nothing")])
async def test_what_is_typed_to_the_bot_is_answered_there_even_where_it_is_said_in_private(store_url, typed, wanted):
    async with workspace(store_url) as the:
        case = await the.unhappy()
        before = len(the.slack.said(ANA))
        await the.slack.writes(ANA, typed.format(code=case["code"]))
        await the.rest()
        told = await the.slack.until(lambda: the.slack.texts(ANA)[before + 1 :])
        assert wanted in told[-1]


async def test_what_is_typed_in_a_teams_channel_is_answered_to_who_typed_it(store_url):
    async with workspace(store_url) as the:
        case = await the.unhappy()
        await the.slack.writes(ANA, f"claim {case['code']}", channel=SUPPORT)
        await the.rest()
        (told,) = await the.slack.until(lambda: the.slack.ephemerals)
        assert told["user"] == ANA
        assert "is yours" in told["text"]
