"""A card of a case that was asked for beside its alert, in Slack."""

from __future__ import annotations

import pytest
from fake_slack import BOT, buttons, visible
from slack_program import ADA, ANA, SUPPORT, workspace


@pytest.fixture
async def the(store_url):
    async with workspace(store_url) as opened:
        yield opened


def in_private(the):
    return [message for message in the.slack.said(the.slack.dm(ADA)) if message["user"] == BOT]


async def test_it_is_changed_in_its_place_and_an_older_one_points_to_it(the):
    case = await the.unhappy()
    for _ in range(2):
        await the.slack.writes(ADA, f"case {case['code']}")
        await the.rest()
    older, newer = in_private(the)
    assert "shown again below" in visible(older)
    assert not buttons(older)
    assert any("c:claim" in key for key in buttons(newer).values())
    await the.slack.click(ANA, SUPPORT, "c:claim")
    await the.rest()
    _, newer = in_private(the)
    assert "Claimed by Ana" in visible(newer)
    assert not any("c:claim" in key for key in buttons(newer).values())


async def test_what_only_one_person_is_shown_for_a_while_is_left_as_it_is(the):
    case = await the.unhappy()
    await the.slack.command(ANA, SUPPORT, f"case {case['code']}")
    await the.rest()
    assert buttons(the.slack.ephemerals[-1])
    said = len(the.slack.said(SUPPORT))
    await the.slack.click(ANA, SUPPORT, "c:claim")
    await the.rest()
    assert len([message for message in the.slack.ephemerals if buttons(message)]) == 1
    assert len(the.slack.said(SUPPORT)) == said
