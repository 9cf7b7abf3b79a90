"""Another wording of a question, given and taken out by message."""

from __future__ import annotations

import pytest
from world import ADA, ANA, SAM

from cxbot.transactions import survey_drafts, surveys
from handlers.survey_forms import CODES, EDITS


async def says(world, *lines):
    for line in lines:
        receipt = await world.writes(ADA, line)
    return receipt, world.last(ADA).text


async def draft(world):
    return (await world.store.read(survey_drafts.get, "csat")).survey


FILLED = {"en": "Did we solve it well?", "zh-CN": "这次解决得好吗？", "zh-TW": "這次解決得好嗎？"}


async def test_a_wording_is_given_published_and_asked(world):
    receipt, _ = await says(world, "survey wording csat B 100")
    fields = {field.name: field for field in receipt.form.fields}
    assert list(fields) == ["share", "en", "zh-CN", "zh-TW"]
    assert fields["share"].value == "100"
    assert "Now: “" in fields["en"].hint, "the survey's own wording stands beside"
    await world.fills_in(ADA, receipt.form.key, share="100", **FILLED)
    said = world.last(ADA).text
    assert "wordings · B" in said
    assert "survey publish csat" in said
    await says(world, "survey publish csat confirm a warmer question")
    assert "Did we solve it well?" not in "".join(world.texts(SAM))
    await world.ticket_closed(SAM)
    assert "Did we solve it well?" in world.last(SAM).text
    assert (await world.the("invitations"))["variant"] == "B"


async def test_in_chinese_and_taken_out_again(world):
    receipt, _ = await says(world, "person set web:admin:ada language zh-CN", "问卷 添加措辞 csat B 30%")
    assert "措辞 B" in receipt.form.title
    await world.fills_in(ADA, receipt.form.key, share="30", **FILLED)
    assert "措辞" in world.last(ADA).text
    (made,) = (await draft(world)).variants
    assert (made.name, made.share, dict(made.text["score"])) == ("B", 30, FILLED)
    receipt, _ = await says(world, "问卷 添加措辞 csat b")
    assert [field.value for field in receipt.form.fields] == ["30", *FILLED.values()], (
        "filled in with what stands there"
    )
    _, said = await says(world, "问卷 添加措辞 csat b 删除")
    assert "已保存" in said
    assert (await draft(world)).variants == ()
    _, said = await says(world, "问卷 添加措辞 csat b 删除")
    assert "没有措辞“b”" in said


async def test_undo_takes_a_wording_back(world):
    receipt, _ = await says(world, "survey wording csat B 50")
    await world.fills_in(ADA, receipt.form.key, share="50", **FILLED)
    await says(world, "undo")
    assert await world.store.read(survey_drafts.get, "csat") is None


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("survey wording csat A 50", "can't be called “A”"),
        ("survey wording csat 乙 50", "can't be called “乙”"),
        ("survey wording csat B 50 nothing", "no such question as “nothing”"),
        ("survey wording csat B off", "There is no wording “B”"),
        ("survey wording nosuch B 50", "There is no survey “nosuch”"),
    ],
)
async def test_what_cannot_be_is_said(world, line, wanted):
    assert wanted in (await says(world, line))[1]
    assert await world.store.read(survey_drafts.get, "csat") is None


async def test_shares_are_numbers_and_come_to_a_hundred_at_most(world):
    receipt, _ = await says(world, "survey wording csat B 60")
    again = await world.fills_in(ADA, receipt.form.key, share="most", **FILLED)
    assert "write a number from 1 to 100" in again.form.fields[0].error
    await world.fills_in(ADA, receipt.form.key, share="60", **FILLED)
    receipt, _ = await says(world, "survey wording csat C 60")
    await world.fills_in(ADA, receipt.form.key, share="60", **FILLED)
    assert "at most 100 together" in world.last(ADA).text
    live = await world.store.read(surveys.live, "csat")
    assert live.survey.variants == ()


async def test_a_lead_gives_no_wording(world):
    await world.writes(ANA, "survey wording csat B 50")
    assert await world.store.read(survey_drafts.get, "csat") is None


def test_the_form_is_no_text_of_another_part():
    assert not set(EDITS) & set(CODES)
