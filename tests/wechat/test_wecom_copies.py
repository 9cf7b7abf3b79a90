"""A card of a case that one member asked for, in WeCom: it changes as often as the platform lets it."""

from __future__ import annotations

import pytest
from wechat_program import ADA, WEI, china


@pytest.fixture
def engine() -> str:
    """One engine: what is tested here is between the channel and its platform."""
    return "sqlite"


async def test_it_changes_once_by_itself_and_then_by_the_press_that_comes_too_late(store_url):
    async with china(store_url) as the:
        case = await the.unhappy()
        await the.member_writes(ADA, f"case {case['code']}")
        copy = the.card_with(ADA, "c:claim")
        await the.presses(WEI, "c:claim")
        assert not any(key.startswith("c:claim") for key in the.keys(ADA, copy))
        assert any(key.startswith("c:release") for key in the.keys(ADA, copy))
        cards = len(the.wecom.cards)
        await the.presses(WEI, "c:release")
        await the.later(minutes=5)
        assert len(the.wecom.cards) == cards
        await the.presses(ADA, "c:release", task_id=copy)
        assert any(key.startswith("c:claim") for key in the.keys(ADA, copy))
