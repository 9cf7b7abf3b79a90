from __future__ import annotations

from world import ANA, SAM, SUPPORT


async def unhappy_other(world):
    await world.happens("ticket", "closed", "customer:nia", person={
        "addresses": [{"channel": "web", "address": "customer:nia"}], "name": "Nia", "language": "en",
    })  # fmt: skip
    await world.writes("customer:nia", "1")
    return (await world.all("cases"))[-1]


async def test_cases_of_two_customers_are_not_merged_and_it_is_said(world):
    case = await world.unhappy(SAM)
    other = await unhappy_other(world)
    receipt = await world.writes(ANA, f"merge {case['code']} into {other['code']}")
    assert receipt.form is None
    assert "different customers" in world.last(SUPPORT).text


async def test_where_the_customer_has_no_other_case_it_is_said(world):
    case = await world.unhappy(SAM)
    typed = await world.writes(ANA, f"merge {case['code']}")
    pressed = await world.presses(ANA, f"c:merge:{case['id']}")
    for receipt in (typed, pressed):
        assert receipt.form is None
        assert f"no other open case of the customer of {case['code']}" in receipt.notice
