"""Help on surveys fits into a chat, and help on cadences shows all of their commands."""

from __future__ import annotations

import pytest
from test_cadence_commands import answer
from test_large_sends import EVE, second_admin

from handlers import commands


async def asked(world, line):
    """What an admin is told who writes traditional characters where the line does."""
    if not line.startswith("幫"):
        return await answer(world, line)
    await second_admin(world, EVE, "陳怡婷", "zh-TW")
    return await answer(world, line, EVE)


@pytest.mark.parametrize(
    ("line", "explained", "named"),
    [
        ("help surveys", "survey publish csat – ", "survey archive"),
        ("help survey", "survey publish csat – ", "survey archive"),
        ("帮助 问卷", "问卷 发布 csat：", "问卷 归档"),
        ("幫助 問卷", "問卷 發布 csat：", "問卷 封存"),
    ],
)
async def test_surveys_show_the_most_used_and_name_the_others(world, line, explained, named):
    said = await asked(world, line)
    assert explained in said
    assert named in said.splitlines()[-1]
    assert len(said.splitlines()) <= 12


@pytest.mark.parametrize(
    ("line", "language"),
    [("help cadence", "en"), ("help cadences", "en"), ("帮助 周期", "zh-CN"), ("幫助 週期", "zh-TW")],
)
async def test_cadences_show_all_of_their_commands(world, line, language):
    said = await asked(world, line)
    wanted = [each for each in commands.known() if each.name.startswith("cadence")]
    assert len(wanted) >= 10
    for command in wanted:
        assert command.examples[language][0] in said, command.name


async def test_one_of_the_others_is_explained_by_its_words(world):
    assert "Who may:" in await answer(world, "help survey archive")
    assert "Who may:" in await answer(world, "help cadence skip")
