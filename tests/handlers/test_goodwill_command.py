from __future__ import annotations

import pytest
from recovery_cast import actions, button, with_goodwill
from world import ANA, BEN, DELIVERY, SAM, SUPPORT, WEI

BUDGET = {"goodwill_each": "50", "goodwill_person": "60", "goodwill_team": "100"}


async def said(world, who, text, place=SUPPORT):
    before = len(world.texts(place))
    receipt = await world.writes(who, text, place=place)
    return "\n".join([receipt.notice, *world.texts(place)[before:]])


def field(form, name):
    return next(each for each in form.fields if each.name == name)


async def a_delivery(world):
    await with_goodwill(world, "delivery", **BUDGET)
    await world.happens("delivery", "delivered")
    await world.writes(SAM, "1")
    return (await world.all("cases"))[-1]


async def test_the_button_is_there_only_where_goodwill_is_given(world):
    case = await world.unhappy()
    assert "goodwill" not in actions(world.cards()[-1])
    assert "goodwill_currency" in (await world.presses(ANA, f"c:goodwill:{case['id']}")).notice
    await with_goodwill(world, **BUDGET)
    await world.presses(ANA, f"c:claim:{case['id']}")
    assert button(world.cards()[-1], "goodwill") == f"c:goodwill:{case['id']}"


async def test_the_form_grants_and_the_customer_reads_what_was_written_for_them_only(world):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy()
    key = f"c:goodwill:{case['id']}"
    form = (await world.presses(BEN, key)).form
    assert [each.name for each in form.fields] == ["amount", "reason", "told"]
    assert form.fields[0].label == "Amount in CNY"
    assert "Up to CNY 50.00 without asking" in form.fields[0].hint
    fields = {"amount": "20.50", "reason": "INTERNAL waited", "told": "We credit 20.50 yuan."}
    preview = (await world.fills_in(BEN, f"preview:{key}", **fields)).form
    assert preview.intro.startswith("We credit 20.50 yuan.\n— Ben")
    assert "INTERNAL" not in preview.intro
    assert await world.all("grants") == []
    receipt = await world.fills_in(BEN, key, **fields)
    assert receipt.notice == f"CNY 20.50 is granted in case {case['code']}."
    assert world.texts(SAM)[-1].startswith("We credit 20.50 yuan.")
    assert "INTERNAL" not in "\n".join(world.texts(SAM))
    assert (await world.reload(case))["contacted_at"]


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        ("", "Please fill this in"),
        ("lots", "no amount in CNY"),
        ("20.555", "2 digits behind the point"),
        ("0", "more than nothing"),
        ("9" * 15, "more than can be meant"),
    ],
)
async def test_a_wrong_amount_is_said_and_what_was_typed_is_kept(world, amount, error):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy()
    form = (await world.fills_in(BEN, f"c:goodwill:{case['id']}", amount=amount, reason="late", told="For you")).form
    assert error in field(form, "amount").error
    assert field(form, "told").value == "For you"
    long = (await world.fills_in(BEN, f"c:goodwill:{case['id']}", amount="1", reason="x" * 201)).form
    assert "200" in field(long, "reason").error
    assert await world.all("grants") == []


async def test_beyond_the_budget_the_buttons_in_the_channel_decide(world):
    await with_goodwill(world)
    case = await world.unhappy()
    receipt = await world.fills_in(BEN, f"c:goodwill:{case['id']}", amount="20", reason="late")
    assert "Ana is asked to approve it" in receipt.notice
    asked = next(message for message in world.web.sent if "Ben asks to give Sam Rivera CNY 20.00" in message.text)
    approve = asked.choices[0].key
    assert len(approve.encode()) <= 64
    assert "You may not decide" in (await world.presses(BEN, approve)).notice
    assert "You may not decide" in (await world.presses(SAM, approve, place=SUPPORT)).notice
    assert (await world.presses("stranger", approve, place=SUPPORT)).notice
    assert (await world.the("grants"))["state"] == "asked"
    assert "is granted" in (await world.presses(ANA, approve)).notice
    assert (await world.presses(ANA, approve)).notice == "That is decided already: granted, by Ana."
    assert (await world.presses(ANA, "g:burn:x")).notice
    assert (await world.presses(ANA, "g:approve:x")).notice


async def test_refusing_gives_nothing_and_says_so(world):
    await with_goodwill(world)
    case = await world.unhappy()
    await world.fills_in(BEN, f"c:goodwill:{case['id']}", amount="20", reason="late", told="For you.")
    asked = next(message for message in world.web.sent if any(c.key.startswith("g:refuse") for c in message.choices))
    assert "is refused" in (await world.presses(ANA, asked.choices[1].key)).notice
    assert "Ana refused CNY 20.00 for Sam Rivera" in "\n".join(world.texts(SUPPORT))
    assert "For you." not in "\n".join(world.texts(SAM))


async def test_typed_it_is_the_same(world):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy()
    assert "is granted" in await said(world, BEN, f"goodwill {case['code']} 20 late delivery")
    row = await world.the("grants")
    assert (row["amount"], row["reason"]) == (2000, "late delivery")
    assert "is asked to approve" in await said(world, BEN, f"goodwill {case['code'].lower()} 80 CNY broken twice")
    assert (await world.all("grants"))[-1]["reason"] == "broken twice"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("goodwill {code}", "How much is to be given"),
        ("goodwill {code} late 20", "no amount in CNY"),
        ("goodwill {code} 20", "What for?"),
        ("goodwill NOCASE 20 late", "no case NOCASE"),
    ],
)
async def test_what_is_missing_is_said(world, text, answer):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy()
    assert answer in await said(world, BEN, text.format(code=case["code"]))
    assert await world.all("grants") == []


async def test_in_chinese(world):
    case = await a_delivery(world)
    form = (await world.presses(WEI, f"c:goodwill:{case['id']}")).form
    assert form.title == f"补偿（{case['code']}）"
    assert form.fields[0].label == "金额（CNY）"
    assert "已批准补偿 CNY 20.00" in await said(world, WEI, f"补偿 {case['code']} 20元 配送迟到", DELIVERY)
    assert "小伟给 Sam Rivera 补偿 CNY 20.00" in "\n".join(world.texts(DELIVERY))
    shown = await said(world, WEI, "补偿 本月", DELIVERY)
    assert "已批准：CNY 20.00，1 笔" in shown
    assert "本月剩余：CNY 80.00（共 CNY 100.00）" in shown
    assert "没有发放补偿" in await said(world, WEI, "补偿 上个月", DELIVERY)


async def test_the_figures_of_a_team_and_a_month(world):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy()
    await said(world, BEN, f"goodwill {case['code']} 20 late delivery")
    await said(world, BEN, f"goodwill {case['code']} 70 broken")
    shown = await said(world, ANA, "goodwill")
    assert "Goodwill of Support, Sat 1 Nov to Sun 30 Nov" in shown
    assert "Granted: CNY 20.00, 1 time" in shown
    assert "Waiting for approval: CNY 70.00, 1 time" in shown
    assert "Left this month: CNY 80.00 of CNY 100.00" in shown
    assert f"{case['code']} Sam Rivera · CNY 20.00 granted · “late delivery” · Ben" in shown
    assert "gave no goodwill" not in shown
    assert "gave no goodwill" in await said(world, ANA, "goodwill support 2025-09")
    assert "no team “nobody”" in await said(world, ANA, "goodwill nobody last month")
    assert "只有团队成员可以操作" in await said(world, WEI, "goodwill support", DELIVERY)


async def test_goodwill_is_not_taken_back_and_nothing_else_in_its_place(world):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy(words="slow")
    await world.presses(ANA, f"c:claim:{case['id']}")
    await said(world, ANA, f"goodwill {case['code']} 20 late delivery")
    told = await said(world, ANA, f"undo {case['code']}")
    assert "“goodwill granted” can't be taken back any more." in told
    assert (await world.reload(case))["state"] == "claimed"


async def test_the_timeline_shows_it(world):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy()
    await said(world, BEN, f"goodwill {case['code']} 20 late delivery")
    assert "goodwill granted · Ben · CNY 20.00: late delivery" in await said(world, ANA, f"timeline {case['code']}")


@pytest.mark.parametrize("typed", ["20 for the wait", "20 yuan the wait", "20元 the wait", "20 CNY because the wait"])
async def test_an_amount_is_read_with_its_currency_and_the_word_for(world, typed):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy()
    await world.writes(BEN, f"goodwill {case['code']} {typed}")
    grant = await world.the("grants")
    assert (grant["amount"], grant["reason"]) == (2000, "the wait")
    assert "Already in case" in await said(world, BEN, f"goodwill {case['code']}")


async def test_the_same_amount_is_not_asked_for_twice_while_it_waits(world):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy()
    asked = await said(world, BEN, f"goodwill {case['code']} 80 for the wait")
    assert "In 90 days the customer was given CNY 0.00; without asking it may be CNY 60.00." in asked
    assert "no amount in CNY" in await said(world, BEN, f"goodwill {case['code']} 80 usd for the wait")
    assert "already waits" in await said(world, BEN, f"goodwill {case['code']} 80 for the wait")
    assert len(await world.all("grants")) == 1
