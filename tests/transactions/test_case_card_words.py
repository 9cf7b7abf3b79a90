from __future__ import annotations

from world import ANA, SAM


async def test_a_card_quotes_the_newest_complaint_in_the_order_it_was_written(world):
    for words in ("nobody greeted me", "客服態度很差", "等太久，退錢"):
        await world.writes(SAM, words)
        await world.later(minutes=1)
    await world.ticket_closed(SAM)
    await world.writes(SAM, "1")
    await world.later(minutes=1)
    await world.writes(SAM, "the invoice is wrong again")
    await world.later(minutes=1)
    case = (await world.all("cases"))[-1]
    await world.writes(ANA, case["code"])
    shown = world.cards()[-1].text
    assert "“the invoice is wrong again”" in shown
    assert "“1”" not in shown
    assert shown.index("等太久，退錢") < shown.index("the invoice is wrong again")


async def test_what_is_written_after_the_score_stands_last(world):
    await world.ticket_closed(SAM)
    await world.writes(SAM, "2")
    for words in ("too slow", "nobody called", "the invoice is wrong too", "and I want my money back"):
        await world.writes(SAM, words)
        await world.later(minutes=1)
    case = (await world.all("cases"))[-1]
    await world.writes(ANA, case["code"])
    shown = world.cards()[-1].text
    assert "too slow" not in shown
    assert shown.index("nobody called") < shown.index("and I want my money back")
