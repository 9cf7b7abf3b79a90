"""A QR code to print: for a wall as a PNG of A6 at 300 dpi, for everything else as an SVG that scales."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

import segno
from PIL import Image, ImageDraw, ImageFont

DPI = 300
WIDTH, HEIGHT = 1240, 1748
"""A6 at 300 dots an inch."""
CODE = 980
QUIET = 4
"""Modules of white around the code, as its standard wants."""
INK, SOFT, PAPER = "#1b2430", "#56606d", "#ffffff"
FONTS = (
    "NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "PingFang.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "msyh.ttc",
    "msjh.ttc",
    "wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
)
"""Fonts with Chinese in them, as machines have them; Pillow's own has none."""


def matrix(address: str) -> segno.QRCode:
    """The code of an address: a fifth of it may be dirty and it is read all the same."""
    return segno.make(address, error="q", micro=False, boost_error=False)


def can_write(text: str) -> bool:
    """Whether a font for the text is on this machine: Latin always, Chinese where one of `FONTS` is."""
    return text.isascii() or _chinese(10) is not None


def png(address: str, company: str, call: str, label: str) -> bytes:
    """The poster as a PNG: the company, the code, what to do, and which place it is for."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(picture)
    _line(draw, company, 150, 76, INK)
    code = matrix(address)
    modules = code.symbol_size(scale=1, border=QUIET)[0]
    scale = CODE // modules
    body = io.BytesIO()
    code.save(body, kind="png", scale=scale, border=QUIET)
    drawn = Image.open(io.BytesIO(body.getvalue())).convert("RGB")
    picture.paste(drawn, ((WIDTH - drawn.width) // 2, 300))
    _line(draw, call, 300 + drawn.height + 110, 68, INK)
    _line(draw, label, 300 + drawn.height + 220, 44, SOFT)
    out = io.BytesIO()
    picture.save(out, "PNG", dpi=(DPI, DPI), optimize=True)
    return out.getvalue()


def svg(address: str, company: str, call: str, label: str) -> bytes:
    """The same as an SVG of A6; the letters are drawn by whatever shows it, in a font it has."""
    code = matrix(address)
    modules = code.symbol_size(scale=1, border=QUIET)[0]
    path = code.svg_inline(scale=1, border=QUIET, omitsize=True)
    texts = ((company, 150, 76, INK), (call, 1_400, 68, INK), (label, 1_510, 44, SOFT))
    lines = "".join(
        f'<text x="{WIDTH // 2}" y="{y}" font-size="{size}" fill="{ink}" text-anchor="middle" '
        f'font-family="sans-serif">{escape(text)}</text>'
        for text, y, size, ink in texts
        if text
    )
    drawn = path.replace("<svg ", f'<svg x="{(WIDTH - CODE) // 2}" y="280" width="{CODE}" height="{CODE}" ', 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="105mm" height="148mm" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<title>{escape(' · '.join(filter(None, (company, call, label))))}</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>{drawn}{lines}</svg>'
        f"<!-- {modules} modules, quiet zone included -->\n"
    ).encode()


def _line(draw: ImageDraw.ImageDraw, text: str, y: int, size: int, ink: str) -> None:
    """A line in the middle, as large as fits; nothing where no font here can write it."""
    while text and size > 20:
        font = ImageFont.load_default(size) if text.isascii() else _chinese(size)
        if font is None:
            return
        if draw.textlength(text, font=font) <= WIDTH - 120:
            draw.text((WIDTH // 2, y), text, ink, font=font, anchor="mm")
            return
        size -= 4


def _chinese(size: int) -> ImageFont.FreeTypeFont | None:
    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None
