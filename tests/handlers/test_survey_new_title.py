"""What stands in quotation marks after `survey new` is the title of the survey."""

from __future__ import annotations

import pytest
from world import ADA

from cxbot.transactions import survey_drafts


@pytest.mark.parametrize(
    ("line", "language", "title"),
    [
        ('survey new delivery csat "After delivery"', "en", "After delivery"),
        ("survey new delivery csat “After delivery”", "en", "After delivery"),
        ('survey new "After delivery" delivery csat', "en", "After delivery"),
        ("问卷 新建 配送 满意度 「配送之后」", "zh-CN", "配送之后"),
        ("问卷 新建 配送 满意度“配送之后”", "zh-CN", "配送之后"),
        ("問卷 新增 配送 滿意度「配送之後」", "zh-TW", "配送之後"),
    ],
)
async def test_a_quoted_title_is_the_title_in_its_language(world, line, language, title):
    await world.writes(ADA, line)
    assert title in world.last(ADA).text
    draft = await world.store.read(survey_drafts.get, "delivery_csat")
    assert draft.survey.title[language] == title
    others = {other: text for other, text in draft.survey.title.items() if other != language}
    assert title not in others.values()


async def test_a_key_and_a_title_may_both_be_given(world):
    await world.writes(ADA, 'survey new delivery csat after_box "After the box"')
    draft = await world.store.read(survey_drafts.get, "after_box")
    assert draft.survey.title["en"] == "After the box"


async def test_quotation_marks_around_everything_make_no_title(world):
    await world.writes(ADA, 'survey new "delivery csat"')
    draft = await world.store.read(survey_drafts.get, "delivery_csat")
    assert "delivery csat" not in draft.survey.title.values()
