from __future__ import annotations

import csv
import dataclasses
import io
import json
from functools import partial

import pytest
from PIL import Image
from world import ADA, ANA, MEI, SAM, SUPPORT

from cxbot import attachments, links
from cxbot.ports import Media
from cxbot.transactions import files


@pytest.fixture
async def with_files(world):
    """The web channel of this world takes files."""
    world.delivery.attach = attachments.make
    world.web.limits = dataclasses.replace(world.web.limits, files=True)
    return world


async def test_an_export_comes_as_a_table_with_what_was_answered(with_files):
    world = with_files
    await world.unhappy(words="=cmd|' /C calc'!A0")
    await world.writes(ADA, "export responses month")
    message = world.last(ADA)
    assert (message.file.name, message.file.mime) == ("responses.csv", "text/csv")
    (row,) = csv.DictReader(io.StringIO(message.file.body.decode("utf-8-sig")))
    assert row["score"] == "2"
    assert "'=cmd|' /C calc'!A0" in row.values()  # no spreadsheet runs it
    kept = [each for each in await world.all("outbox") if each["key"] == "command.export.ready"]
    assert "file" in kept[0]["args"]
    assert "cmd" not in kept[0]["words"]  # what was handed over is not kept a second time


async def test_only_admins_export(with_files):
    world = with_files
    await world.writes(ANA, "export cases", place=ANA)
    assert "may not" in world.last(ANA).text
    assert world.last(ANA).file is None


async def test_what_cannot_be_exported_is_said(world):
    await world.writes(ADA, "export passwords")
    assert "can't be exported" in world.last(ADA).text


async def test_where_a_channel_takes_no_files_it_says_what_to_do_instead(world):
    world.delivery.attach = attachments.make
    await world.writes(ADA, "export responses")
    assert world.last(ADA).file is None
    assert "bot.py export" in world.last(ADA).text


@pytest.mark.parametrize(("command", "language"), [("chart csat quarter", "en"), ("图表 csat 本季", "zh-CN")])
async def test_a_chart_is_a_picture_with_its_figures_in_words_for_who_cannot_see_it(with_files, command, language):
    world = with_files
    await world.unhappy(SAM)
    await world.later(days=9)
    await world.ticket_closed(MEI)
    await world.writes(MEI, "5")
    await world.writes(ADA, command)
    message = world.last(ADA)
    assert message.language == language
    assert Image.open(io.BytesIO(message.file.body)).size == (960, 480)
    assert message.file.about == "CSAT 2025-11-17: 0 (n=1); 2025-11-24: 100 (n=1)"


async def test_where_a_channel_takes_no_pictures_the_chart_is_a_list(world):
    world.delivery.attach = attachments.make
    await world.unhappy(SAM)
    await world.writes(ADA, "chart csat")
    assert "2025-11-17: 0 (n=1)" in world.last(ADA).text


async def test_a_metric_without_answers_is_not_drawn(with_files):
    await with_files.writes(ADA, "chart nps")
    assert "no answers" in with_files.last(ADA).text
    assert with_files.last(ADA).file is None


def picture(key="wechat/M-1", **more):
    return Media("image", "box.jpg", "image/jpeg", 4, kept=key, **more)


async def keep(world, key="wechat/M-1"):
    given = {"person_id": "", "kind": "image", "name": "image.jpg", "mime": "image/jpeg", "body": b"\xff\xd8\xff\xe0"}
    await world.store.run(lambda tx: files.keep(tx, key, **given, now=world.now))


@pytest.fixture
async def with_links(with_files):
    with_files.delivery.link = partial(links.make_shown, "secret", "https://cx.example")
    return with_files


async def test_a_picture_that_is_kept_goes_to_the_team_as_a_file_with_the_words(with_links):
    world = with_links
    await world.unhappy()
    await keep(world)
    await world.acts(SAM, kind="media", media=picture(url="https://elsewhere.example/box.jpg"))
    message = next(each for each in world.web.sent if each.address == SUPPORT and each.file)
    assert (message.file.name, message.file.mime, message.file.body) == ("image.jpg", "image/jpeg", b"\xff\xd8\xff\xe0")
    assert message.text == "Sam Rivera sent a picture."
    assert "elsewhere" not in message.media.url
    assert (message.media.kept, message.media.size) == ("wechat/M-1", 4)
    (remark,) = await world.all("remarks")
    assert json.loads(remark["media"])["kept"] == "wechat/M-1"


@pytest.mark.parametrize("takes_files", [True, False])
async def test_a_picture_that_cannot_go_along_has_a_link_that_is_good_for_thirty_days(with_links, takes_files):
    world = with_links
    world.web.limits = dataclasses.replace(world.web.limits, files=takes_files)
    await world.unhappy()
    if not takes_files:
        await keep(world)
    await world.acts(SAM, kind="media", media=picture())
    (message,) = [each for each in world.web.sent if each.address == SUPPORT and each.media]
    assert message.file is None
    said, _, link = message.text.partition("\n")
    assert said == "Sam Rivera sent a picture."
    assert link.startswith("See it: https://cx.example/f/")
    token = link.rpartition("/")[2]
    thirty_days = 30 * 24 * 60 * 60 * 1000
    assert links.read_shown("file", "secret", token, world.now + thirty_days - 1) == links.Shown("wechat/M-1")
    assert links.read_shown("file", "secret", token, world.now + thirty_days) == links.Invalid()


async def test_a_file_that_can_be_had_where_it_was_sent_has_no_link(with_links):
    world = with_links
    await world.unhappy()
    await world.acts(SAM, kind="media", media=dataclasses.replace(picture(""), url="https://files.example/box.jpg"))
    (message,) = [each for each in world.web.sent if each.address == SUPPORT and each.media]
    assert (message.file, message.text) == (None, "Sam Rivera sent a picture.")
    assert message.media.url == "https://files.example/box.jpg"
