"""What is quoted under a root cause is the complaint, never what they wrote once the team was in touch."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from world import ADA, ANA, SAM, WEI

from cxbot.domain.periods import Period
from cxbot.transactions import causes


async def quoted(world):
    today = datetime.fromtimestamp(world.now / 1000, ZoneInfo("Asia/Shanghai")).date()
    period = Period("days", today.replace(day=1), today)
    found = await world.store.read(lambda tx: causes.read(tx, period, world.now, most_words=5))
    return {each.id: each.words for each in found.causes}


@pytest.mark.parametrize("thanks", ["well, Ben was great", "还没有收到东西，谢谢"])
async def test_thanks_after_the_first_contact_are_no_complaint(world, thanks):
    case = await world.unhappy(words="slow and rude")
    await world.writes(SAM, "and the lamp flickers")
    await world.later(minutes=5)
    await world.fills_in(ANA, f"c:reply:{case['id']}", words="We are looking into it")
    await world.writes(SAM, thanks)
    await world.resolves(ANA, case)
    await world.later(hours=2)
    await world.writes(SAM, "yes it is, thanks Ben was great")
    said = await quoted(world)
    assert said["waiting"][0] == "slow and rude"
    assert set(said["waiting"]) == {"slow and rude", "and the lamp flickers"}
    await world.writes(ADA, "causes")
    assert "slow and rude" in world.last(ADA).text
    assert "Ben" not in world.last(ADA).text


async def test_a_cause_whose_cases_were_resolved_with_another_does_not_say_there_is_no_case(world):
    await world.happens("delivery", "delivered")
    await world.writes(SAM, "1")
    await world.writes(SAM, "It came too late")
    case = await world.the("cases")
    await world.fills_in(WEI, f"c:resolve:{case['id']}", root_cause="delivery", done="Refunded", told="")
    await world.writes(ADA, "causes")
    said = world.last(ADA).text
    assert "named by 1 customer, no case counts under it" in said
