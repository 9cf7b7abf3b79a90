from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from world import ANA, BEN, DELIVERY, SUPPORT, WEI, arguments

from cxbot.transactions import rotas


async def says(world, who, text, **more):
    place = {ANA: SUPPORT, BEN: SUPPORT, WEI: DELIVERY}[who]
    before = len(world.texts(place))
    await world.writes(who, text, **more)
    return "\n".join(world.texts(place)[before:])


def local(at):
    return f"{datetime.fromtimestamp(at / 1000, ZoneInfo('Asia/Shanghai')):%m-%d %H:%M}"


async def away(world):
    rows = [row for row in await world.all("absences") if row["until_at"] > world.now]
    return [(local(row["from_at"]), local(row["until_at"])) for row in rows]


NOW = "11-20 10:00"


@pytest.mark.parametrize(
    ("who", "typed", "stretch"),
    [
        (ANA, "out friday", ("11-21 00:00", "11-22 00:00")),
        (ANA, "away on friday", ("11-21 00:00", "11-22 00:00")),
        (ANA, "i am out tomorrow", ("11-21 00:00", "11-22 00:00")),
        (ANA, "out Ben friday", ("11-21 00:00", "11-22 00:00")),
        (ANA, "out today", (NOW, "11-21 00:00")),
        (ANA, "out until 16:00", (NOW, "11-20 16:00")),
        (ANA, "out until 16:00: dentist", (NOW, "11-20 16:00")),
        (ANA, "out until tomorrow, 9:00", (NOW, "11-21 09:00")),
        (ANA, "out tomorrow until 12:00", ("11-21 00:00", "11-21 12:00")),
        (ANA, "out for 3 days", (NOW, "11-23 00:00")),
        (ANA, "out for 2 hours", (NOW, "11-20 12:00")),
        (ANA, "out from friday 14:00 for 2 hours", ("11-21 14:00", "11-21 16:00")),
        (ANA, "out from monday until friday", ("11-24 00:00", "11-29 00:00")),
        (ANA, "out 24 dec to 2 jan", ("12-24 00:00", "01-03 00:00")),
        (ANA, "out until 2025-12-03", (NOW, "12-03 00:00")),
        (ANA, "out 2025-12-03", ("12-03 00:00", "12-04 00:00")),
        (ANA, "i'm out next week", ("11-24 00:00", "11-29 00:00")),
        (ANA, "out fri-mon training", ("11-21 00:00", "11-25 00:00")),
        (ANA, "out friday to monday training", ("11-21 00:00", "11-25 00:00")),
        (ANA, "out until next week", (NOW, "11-24 00:00")),
        (WEI, "请假 下周", ("11-24 00:00", "11-29 00:00")),
        (WEI, "請假 下週", ("11-24 00:00", "11-29 00:00")),
        (WEI, "请假 明天", ("11-21 00:00", "11-22 00:00")),
        (WEI, "我休假 周五", ("11-21 00:00", "11-22 00:00")),
        (WEI, "請假 12月3日到12月5日", ("12-03 00:00", "12-06 00:00")),
        (WEI, "请假 从周一到周五", ("11-24 00:00", "11-29 00:00")),
        (WEI, "请假 三天", (NOW, "11-23 00:00")),
        (WEI, "请假 到 今天下午4点", (NOW, "11-20 16:00")),
    ],
)
async def test_from_when_until_when_somebody_is_away(world, who, typed, stretch):
    await says(world, who, typed)
    assert await away(world) == [stretch]


async def test_a_day_to_come_leaves_today_as_it_is(world):
    said = await says(world, ANA, "out friday")
    assert said == "Ana is away from tomorrow 00:00 until Sat 22 Nov 00:00; others are called."
    ana = await world.person("Ana")
    assert not await world.store.read(rotas.away_until, ana["id"], world.now)
    await world.later(days=1)
    assert await world.store.read(rotas.away_until, ana["id"], world.now)


async def test_in_chinese_it_says_from_when(world):
    assert await says(world, WEI, "请假 明天") == (
        "小伟自明天 00:00 休假至 11月22日（周六）00:00，期间提醒发给其他人。"
    )


@pytest.mark.parametrize(
    "typed", ["out friday 15:00", "out from friday", "out tomorrow for 2 hours", "out until 3 dec or 4 dec"]
)
async def test_what_may_be_the_beginning_or_the_end_is_asked(world, typed):
    said = await says(world, ANA, typed, command=True)
    assert said.startswith("From when until when?")
    assert await away(world) == []


async def test_what_is_typed_last_counts(world):
    await says(world, ANA, "out until 30 dec")
    await says(world, ANA, "out until 1 dec")
    assert await away(world) == [(NOW, "12-01 00:00")]


async def test_a_calendar_and_a_later_day_stand_beside_what_is_typed(world):
    ana = await world.person("Ana")
    await world.store.run(rotas.add_absence, ana["id"], world.now - 1, world.now + 1000_000_000, "", "calendar")
    await says(world, ANA, "out 12 dec")
    await says(world, ANA, "out until tomorrow")
    assert len(await away(world)) == 3
    await says(world, ANA, "out 12 dec until 14 dec")
    assert [each for each in await away(world) if each[0] == "12-12 00:00"] == [("12-12 00:00", "12-15 00:00")]


async def test_back_calls_off_what_has_not_begun(world):
    await says(world, ANA, "out friday")
    assert await says(world, ANA, "back") == ("Called off: Ana is not away from tomorrow 00:00 until Sat 22 Nov 00:00.")
    assert await away(world) == []
    event = (await world.all("events", kind="back"))[-1]
    assert set(arguments(event)) == {"from", "until"}
    assert await says(world, ANA, "back") == "Ana was not away."


@pytest.mark.parametrize("typed", ["回来了", "我回来了", "回來了", "我回來了", "回来"])
async def test_the_usual_words_say_that_somebody_is_back(world, typed):
    await says(world, WEI, "请假 到 周一")
    assert await says(world, WEI, typed) == "欢迎回来，小伟。"


@pytest.mark.parametrize(
    "talk",
    [
        "back in 5", "out to lunch", "back soon", "out of stock again", "away from my desk for lunch",
        "请假的同事谁来顶", "cover me please", "cover for me until 3", "数据不对", "數據有問題", "numbers look bad",
        "why though", "why not", "为什么还没发货", "為什麼不行", "回来再说",
    ],
)  # fmt: skip
async def test_talk_in_a_teams_channel_is_not_answered(world, talk):
    assert await says(world, ANA, talk) == ""


@pytest.mark.parametrize(
    "typed", ["out until monday", "cover Ben until sunday", "numbers week", "数据 本周", "why Ben", "back Ben"]
)
async def test_what_is_meant_for_the_bot_is_answered_there(world, typed):
    assert await says(world, ANA, typed) != ""


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("out fryday", "“fryday” is no day to come"),
        ("out on tomorow", "is no day to come"),
        ("请假 下礼拜八", "下礼拜八"),
        ("請假 週八", "週八"),
    ],
)
async def test_a_day_that_there_is_not_is_said_and_not_taken_for_talk(world, typed, said):
    assert said in await says(world, ANA, typed)
