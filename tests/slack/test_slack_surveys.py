"""An admin writes a survey in Slack: modals where Slack opens them, buttons where it does not, the file at the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from slack_program import ADA, SAM, workspace

SURVEYS = Path(__file__).parents[2] / "surveys"


@pytest.fixture
async def the(store_url):
    async with workspace(store_url) as opened:
        yield opened


async def modal(the, act):
    """What somebody does opens a modal; the view."""
    before = len(the.slack.views)
    await act
    return await the.slack.until(lambda: len(the.slack.views) > before and the.slack.views[-1])


async def test_a_survey_is_edited_in_modals_tried_published_and_exported(the):
    dm = the.slack.dm(ADA)
    view = await modal(the, the.slack.command(ADA, dm, "survey edit csat question score"))
    assert [block["block_id"] for block in view["blocks"] if block["type"] == "input"] == ["en", "zh-CN", "zh-TW"]
    await the.slack.submit(ADA, view, en="How was our help?")
    await the.rest()
    assert "→ “How was our help?”" in the.slack.texts(ADA)[-1]

    # A line in the conversation brings no trigger, so the form is behind a button.
    await the.slack.writes(ADA, "survey edit csat trigger")
    await the.rest()
    view = await modal(the, the.slack.click(ADA, ADA, "Open the form"))
    wrong = await the.slack.submit(ADA, view, delay="soon")
    assert list(wrong.body["errors"]) == ["delay"]
    await the.slack.submit(ADA, view, delay="0m", expires="5d")
    await the.rest()
    assert "open for: “7d” → “5d”" in the.slack.texts(ADA)[-1]

    await the.slack.writes(ADA, "survey preview csat")
    await the.rest()
    assert "How was our help?" in the.slack.texts(ADA)[-1]
    await the.slack.click(ADA, ADA, "s:pv-")
    await the.rest()
    assert "What happened, in your own words?" in the.slack.texts(ADA)[-1]

    await the.slack.writes(ADA, "survey publish csat")
    await the.rest()
    view = await modal(the, the.slack.click(ADA, ADA, "Publish"))
    await the.slack.submit(ADA, view, why="shorter")
    await the.rest()
    assert "csat is live as version 2" in the.slack.texts(ADA)[-1]
    await the.report(SAM)
    assert "How was our help?" in the.slack.texts(SAM)[-1]

    await the.slack.writes(ADA, "survey export csat")
    await the.rest()
    (upload,) = the.slack.uploads
    assert b"How was our help?" in upload["body"]
    assert the.slack.problems == []


async def test_a_new_survey_is_begun_and_imported(the):
    view = await modal(the, the.slack.command(ADA, the.slack.dm(ADA), "问卷 新建 门店 满意度"))
    await the.slack.submit(ADA, view, key="visit")
    await the.rest()
    assert "visit" in the.slack.texts(ADA)[-1]
    await the.slack.writes(ADA, 'survey import\nkey = "abc"\nmetric = "none"')
    await the.rest()
    assert "line 1, kind: it is missing" in the.slack.texts(ADA)[-1]
    assert the.slack.problems == []


async def test_an_attached_file_becomes_a_draft_and_a_customers_file_stays_theirs(the):
    text = (SURVEYS / "csat.toml").read_text(encoding="utf-8").replace('key = "csat"', 'key = "mine"')
    the.slack.files["mine.toml"] = text.encode()
    url = f"{the.slack.root}/files/mine.toml"
    file = {"id": "F1", "name": "mine.toml", "mimetype": "text/plain", "size": len(text.encode())}
    await the.slack.writes(ADA, "", files=[{**file, "url_private_download": url}])
    await the.rest()
    assert "Taken over as the draft of mine" in the.slack.texts(ADA)[-1]
    await the.slack.writes(ADA, "", files=[{**file, "id": "F2", "url_private_download": "https://elsewhere.example/x"}])
    await the.rest()
    assert "Paste the TOML" in the.slack.texts(ADA)[-1]
    await the.slack.writes(SAM, "", files=[{**file, "id": "F3", "url_private_download": url}])
    await the.rest()
    assert "draft" not in the.slack.texts(SAM)[-1]
