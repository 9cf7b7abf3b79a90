from __future__ import annotations

from world import ADA


async def test_what_is_said_of_a_preview_is_in_the_language_of_who_tries_it(world):
    await world.writes(ADA, "survey preview csat 繁体")
    assert "整體" in world.last(ADA).text or "滿意" in world.last(ADA).text
    ended = await world.writes(ADA, "cancel")
    assert ended.notice.isascii()
    await world.writes(ADA, "survey preview csat zh-CN")
    pressed = world.last(ADA).choices[0].key
    await world.writes(ADA, "cancel")
    late = await world.presses(ADA, pressed)
    assert late.notice
    assert late.notice.isascii()
