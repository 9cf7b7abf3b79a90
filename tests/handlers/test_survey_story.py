"""A survey from a template to a customer's answer, by message alone, and what follows when it is changed meanwhile."""

from __future__ import annotations

from world import ADA, MEI, SAM, World

from cxbot.transactions import surveys


async def says(world: World, line: str) -> str:
    await world.writes(ADA, line)
    return world.last(ADA).text


async def test_a_survey_is_set_up_tried_published_answered_and_rolled_back(world):
    for who in (SAM, MEI):
        await world.happens("kiosk", "used", who)
    receipt = await world.writes(ADA, "survey new kiosk csat")
    fields = {field.name: field.value for field in receipt.form.fields}
    await world.fills_in(ADA, receipt.form.key, **{**fields, "key": "kiosk", "outcomes": "used"})
    for line in (
        "survey edit kiosk question score en: How was the kiosk?",
        "问卷 编辑 kiosk 题目 score 简体：自助机好用吗？",
        "survey edit kiosk question score zh-TW: 自助機好用嗎？",
        "survey remove kiosk question praise",
    ):
        said = await says(world, line)
    # Taking a question out leaves what led to it, which leads on to the end.
    assert "No mistakes" in said or "草稿" in said

    assert "How was the kiosk?" in await says(world, "survey preview kiosk en")
    await world.writes(ADA, "1")
    await world.writes(ADA, "no paper")
    assert "would open a case" in world.last(ADA).text
    assert "自助机好用吗？" in await says(world, "survey preview kiosk zh-CN")
    await world.writes(ADA, "取消")

    assert "of 2 matching interactions it would have asked 2 (2 people)" in await says(world, "survey dry-run kiosk")
    await says(world, "survey publish kiosk")
    button = world.last(ADA).choices[0].key
    await world.presses(ADA, button)
    await world.fills_in(ADA, button, why="the new kiosks")
    assert "kiosk is live as version 1" in world.last(ADA).text

    await world.happens("kiosk", "used", SAM)
    assert "How was the kiosk?" in world.last(SAM).text
    await world.writes(SAM, "1")
    assert "What happened, in your own words?" in world.last(SAM).text

    await says(world, "survey edit kiosk question why en: What went wrong?")
    assert "version 2" in await says(world, "survey publish kiosk confirm clearer")
    await world.happens("kiosk", "used", MEI)
    assert "自助机好用吗？" in world.last(MEI).text
    assert "as version 3" in await says(world, "survey roll back kiosk 1")

    await world.writes(SAM, "no paper")
    await world.writes(MEI, "5")
    responses = await world.all("responses")
    assert [(row["survey_version"], row["state"]) for row in responses] == [(1, "complete"), (2, "complete")]
    assert (await world.the("cases"))["severity"] in ("high", "critical")
    history = [row["kind"] for row in await world.store.read(surveys.history, "kiosk")]
    assert history.count("survey.published") == 3
    assert "the new kiosks" in await says(world, "survey versions kiosk")
