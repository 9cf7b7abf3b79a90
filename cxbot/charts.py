"""Pictures of figures: a metric by week with its intervals, drawn with the letters Pillow brings along."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from cxbot.transactions.reports import Week

WIDTH, HEIGHT = 960, 480
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 56, 72
PAPER, INK, SOFT, LINE = "#ffffff", "#1b2430", "#56606d", "#dedad1"
BAR = "#0b5d66"
"""Full for a week with enough answers, hollow for one with too few: colour is not what tells."""
MOST_WEEKS = 26
SIZE = 16


def by_week(metric: str, weeks: Sequence[Week]) -> bytes:
    """A PNG of 960 by 480: a bar a week, its 95 % interval as a whisker, the number of answers under it."""
    weeks = weeks[-MOST_WEEKS:]
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(picture)
    low = -100 if metric in ("nps", "enps") else 0
    small, large = ImageFont.load_default(SIZE), ImageFont.load_default(SIZE + 6)
    draw.text((LEFT, 16), metric.upper(), INK, font=large)
    for value in range(low, 101, 50):
        y = _y(value, low)
        draw.line((LEFT, y, WIDTH - RIGHT, y), LINE if value else SOFT, width=1)
        draw.text((LEFT - 10, y), str(value), SOFT, font=small, anchor="rm")
    step = (WIDTH - LEFT - RIGHT) / max(len(weeks), 1)
    for n, week in enumerate(weeks):
        _bar(draw, week, LEFT + step * (n + 0.5), min(step * 0.6, 56), low, small, crowded=step < 56)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _bar(
    draw: ImageDraw.ImageDraw,
    week: Week,
    x: float,
    width: float,
    low: int,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    *,
    crowded: bool,
) -> None:
    score = week.score
    zero, top = _y(0, low), _y(score.value, low)
    box = (x - width / 2, min(zero, top), x + width / 2, max(zero, top) + 1)
    draw.rectangle(box, fill=BAR if score.enough else PAPER, outline=BAR, width=2)
    draw.line((x, _y(score.low, low), x, _y(score.high, low)), INK, width=2)
    for end in (score.low, score.high):
        draw.line((x - 5, _y(end, low), x + 5, _y(end, low)), INK, width=2)
    if not crowded:
        draw.text((x + width / 2 + 4, top), f"{score.value:.0f}", INK, font=font, anchor="lm")
        draw.text((x, HEIGHT - BOTTOM + 14), f"{week.monday:%m-%d}", INK, font=font, anchor="ma")
        draw.text((x, HEIGHT - BOTTOM + 36), f"n={score.n}", SOFT, font=font, anchor="ma")
    else:
        draw.text((x, HEIGHT - BOTTOM + 14), f"{week.monday:%d}", INK, font=font, anchor="ma")


def _y(value: float, low: int) -> float:
    return TOP + (100 - value) / (100 - low) * (HEIGHT - TOP - BOTTOM)
