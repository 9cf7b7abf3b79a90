"""Who writes Chinese is answered in Chinese, a mistyped command too; what stands beside Latin has its space."""

from __future__ import annotations

import pytest
from world import ANA, BEN, SUPPORT, WEI, says

from cxbot.wording import text


@pytest.mark.parametrize(("typed", "wanted"), [
    ("值斑", ("您是不是想输入", "值班", "发“帮助”")),
    ("问卷列標", ("问卷",)),
    ("報標", ("您是不是要輸入", "報表")),
    ("值斑表", ("值班表",)),
])  # fmt: skip
async def test_a_mistyped_command_is_answered_in_the_language_it_was_written_in(world, typed, wanted):
    said = await says(world, typed)
    for part in wanted:
        assert part in said
    assert "Did you mean" not in said


async def test_what_is_no_command_at_all_is_answered_in_its_language_too(world):
    assert "这个命令" in await says(world, "今晚月色真美")
    assert "這個指令" in await says(world, "請問今晚有誰")
    assert "as a command" in await says(world, "lovely weather today")


@pytest.mark.parametrize(("language", "and_"), [("zh-CN", "30 分钟和 1 小时"), ("zh-TW", "30 分鐘和 1 小時")])
def test_one_space_stands_between_chinese_and_latin(language, and_):
    lists = {"setting": "X", "value": [{"key": "policy.minutes", "args": {"minutes": each}} for each in (30, 60)]}
    assert and_ in text("command.team_policy.line", language, **lists)
    args = {"team": "Delivery", "since": 1_763_604_000_000, "until": 1_763_604_000_000, "lines": []}
    assert text("command.goodwill.none", language, zone="Asia/Shanghai", **args).startswith("Delivery 在 11月20日")
    later = {"name": "x", "next": 1_798_000_000_000, "zone": "Asia/Shanghai", "now": 1_763_604_000_000}
    assert "从 2026年" in text("command.cadence.started", "zh-CN", **later)


async def test_what_comes_next_is_said_of_the_future(world):
    case = await world.unhappy()
    assert "will be reminded" in await says(world, f"why {case['code']}", who=ANA, place=SUPPORT)


@pytest.mark.parametrize(("line", "said"), [
    ("goodwill {code}", "How much is to be given in case {code}, and for what?"),
    ("补偿 {code}", "要补偿多少"),
])  # fmt: skip
async def test_goodwill_without_an_amount_is_asked_for_it(world, line, said):
    await says(world, "team policy support goodwill currency CNY", "team policy support goodwill at once 20")
    case = await world.unhappy()
    typed = line.format(code=case["code"])
    assert said.format(code=case["code"]) in await says(world, typed, who=ANA, place=SUPPORT)


async def test_goodwill_beyond_a_budget_says_which(world):
    for line in ("currency CNY", "at once 20", "per customer 100", "per team 15"):
        await says(world, f"team policy support goodwill {line}")
    case = await world.unhappy()
    said = await says(world, f"goodwill {case['code']} 50 late", who=BEN, place=SUPPORT)
    assert "beyond the budget for one grant and the team in a month" in said


async def test_a_version_compared_with_itself_is_said_to_be_so(world):
    assert "that is version 1 twice" in await says(world, "survey diff csat 1")
    assert "version 1 is live already" in await says(world, "survey rollback csat 1")


def test_who_writes_the_reply_is_told_that_the_names_are_added():
    assert "系统会自动附上您的姓名和团队名称" in text("form.reply.hint", "zh-CN")
    assert "系統會自動附上您的姓名和團隊名稱" in text("form.reply.hint", "zh-TW")


async def test_a_started_cadence_says_whom_it_asks(world):
    await world.ticket_closed()
    said = await says(world, "cadence new nps from now as soon", "cadence start soon")
    assert "would" not in said
    assert said.count("It asks") == 1
    assert "值班" in await says(world, "值班", who=WEI, place="team:delivery")
