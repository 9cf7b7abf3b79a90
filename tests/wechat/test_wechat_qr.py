"""`bot.py qr`: a code to print, whose scan opens the conversation about that place."""

from __future__ import annotations

import asyncio
import io

import pytest
from fake_wechat import FakeWeChat
from PIL import Image
from wechat_program import config_of, platforms

from cxbot import posters, printing
from cxbot.printing import CannotPrint, Wanted


@pytest.fixture
def engine() -> str:
    """One engine: what is tested here is between the channel and its platform."""
    return "sqlite"


def wanted(tmp_path, touchpoint="store-12", **more):
    return Wanted(**{"touchpoint": touchpoint, "channel": "", "label": "12 号店", "language": "zh-CN",
                     "out": tmp_path / "posters", **more})  # fmt: skip


async def test_a_code_is_written_as_png_and_svg_and_leads_to_the_scene(store_url, tmp_path):
    async with platforms() as (wechat, wecom):
        made = await printing.make(config_of(wechat, wecom, store_url, True), wanted(tmp_path))
        scene = wechat.calls("qrcode/create")[-1].body["action_info"]["scene"]["scene_str"]
        assert scene == "store-12"
        png, svg = made.files
        picture = Image.open(io.BytesIO(png.read_bytes()))
        assert picture.size == (posters.WIDTH, posters.HEIGHT)
        assert "12 号店" in svg.read_text()
        assert "扫一扫" in svg.read_text()


async def test_the_whole_code_with_its_quiet_zone_is_on_the_picture(tmp_path):
    address = "http://weixin.example.com/q/abcDEF123"
    code = posters.matrix(address)
    modules = code.symbol_size(scale=1, border=posters.QUIET)[0]
    picture = Image.open(io.BytesIO(await asyncio.to_thread(posters.png, address, "Harbour", "Scan", "store-12")))
    scale = posters.CODE // modules
    left = (posters.WIDTH - modules * scale) // 2
    drawn = [[picture.getpixel((left + x * scale + scale // 2, 300 + y * scale + scale // 2)) for x in range(modules)]
             for y in range(modules)]  # fmt: skip
    wanted_rows = list(code.matrix_iter(scale=1, border=posters.QUIET))
    assert [[sum(p) < 300 for p in row] for row in drawn] == [[bool(cell) for cell in row] for row in wanted_rows]


@pytest.mark.parametrize("touchpoint", ["", "a b", "x" * 65, "店"])
async def test_a_touchpoint_that_no_code_can_carry_is_refused_with_what_to_write(store_url, tmp_path, touchpoint):
    async with platforms() as (wechat, wecom):
        with pytest.raises(CannotPrint, match="store-12"):
            await printing.make(config_of(wechat, wecom, store_url, True), wanted(tmp_path, touchpoint))


async def test_a_platform_that_gives_none_and_an_unknown_channel_are_told(store_url, tmp_path):
    async with platforms() as (wechat, wecom):
        config = config_of(wechat, wecom, store_url, True)
        wechat.fail("qrcode/create", errcode=48001)
        with pytest.raises(CannotPrint, match="check --online"):
            await printing.make(config, wanted(tmp_path))
        with pytest.raises(CannotPrint, match="wechat"):
            await printing.make(config, wanted(tmp_path, channel="wecom"))


async def test_a_place_nobody_asks_about_is_worth_a_look(store_url, tmp_path):
    async with FakeWeChat() as _, platforms() as (wechat, wecom):
        made = await printing.make(config_of(wechat, wecom, store_url, True), wanted(tmp_path, "museum-1"))
        assert any("museum-1" in line for line in made.worth_a_look)
