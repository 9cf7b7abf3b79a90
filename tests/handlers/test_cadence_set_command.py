"""A cadence changed by message and by form, before it runs and while it does, and that taken back."""

from __future__ import annotations

import pytest
from test_cadence_commands import answer, crowd
from test_survey_commands import on_words_alone
from world import ADA, ANA

from cxbot.domain.cadence_editing import WORDS
from cxbot.transactions import cadences, settings


async def plan(world, name="nps"):
    return cadences.plan_of(await world.the("cadences", name=name))


async def large_from(world, n):
    await world.store.run(settings.put, "contact", {"confirm_above": n})


async def test_a_draft_is_changed_with_its_new_forecast_and_taken_back(world):
    await crowd(world, 3)
    await answer(world, "cadence new nps every quarter segment gold from 1 dec 10:00")
    said = await answer(world, "cadence set nps pace 2")
    assert "Changed: nps: every quarter at 10:00, from Mon 1 Dec · segment gold · 2 an hour – a draft" in said
    assert "Before: every quarter at 10:00, from Mon 1 Dec · segment gold · 60 an hour" in said
    assert "It would ask 3 of 3." in said
    assert "about 2 an hour, from Mon 1 Dec 10:00 to Mon 1 Dec 11:00" in said
    assert "“undo” takes it back" in said
    said = await answer(world, "cadence set nps segment silver")
    assert "It would ask 0 of 0." in said
    said = await answer(world, "undo")
    assert "cadence nps: segment gold → segment silver" in said
    assert (await plan(world)).audience.segment == "gold"
    assert (await plan(world)).pace == 2
    await answer(world, "undo")
    assert (await plan(world)).pace == 60
    assert "cadence nps: 60 an hour → 2 an hour" in await answer(world, "audit")


async def test_in_chinese(world):
    await crowd(world, 3)
    await answer(world, "周期 新建 nps 每季度 客群 gold 从 12月1日 10:00")
    said = await answer(world, "周期 修改 nps 速度 2")
    assert "已修改：nps：每季度 10:00，从" in said
    assert "每小时 2 人" in said
    assert "将询问 3 人中的 3 人" in said
    said = await answer(world, "修改周期 nps 时间 每月1日 9:30")
    assert "每月 1 日 9:30" in said or "每月 1 日 09:30" in said
    assert (await plan(world)).every == "month"
    assert "已撤" in await answer(world, "撤销")
    assert (await plan(world)).every == "quarter"
    said = await answer(world, "週期 設定 nps 抽樣 50")
    assert "抽樣 50%" in said
    assert "未做修改" in await answer(world, "周期 修改 nps 速度 飞快")
    assert "可以修改：时间、速度" in await answer(world, "周期 修改 nps 颜色 红")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("cadence set nps name big", "big (nps)"),
        ("cadence set nps survey csat", "nps (csat)"),
        ("cadence set nps when after delivery in 1w then every 2w", "after Delivery"),
        ("cadence set nps when every month", "every month at 10:00"),
        ("cadence set nps holidays CN", "workdays of CN"),
        ("cadence set nps holidays none", "on public holidays too"),
        ("cadence set nps sample 20", "a sample of 20%"),
        ("cadence set nps touchpoint ticket", "who had Ticket"),
        ("cadence set nps language zh-CN", "in simplified Chinese"),
        ("cadence set nps channel slack", "on slack"),
        ("cadence set nps value 100", "value from 100"),
        ("cadence set nps vip yes", "VIPs"),
        ("cadence set nps segment silver", "segment silver"),
    ],
)
async def test_everything_a_new_cadence_takes_can_be_changed(world, line, wanted):
    await answer(world, "cadence new nps every quarter from 1 dec")
    assert wanted in await answer(world, line)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("cadence set nps pace fast", "from 1 to 10,000 people an hour. Nothing was changed."),
        ("cadence set nps colour red", "“colour” is nothing of a cadence"),
        ("cadence set nps pace", "what is it to be"),
        ("cadence set nps survey nqs", "There is no survey “nqs”"),
        ("cadence set nps name csat", "There is a cadence “csat” already"),
        ("cadence set nqs pace 2", "There is no cadence “nqs”"),
        ("cadence set nps pace 60", "so already"),
        ("cadence set nps when on 30 feb", "does not exist or has passed"),
    ],
)
async def test_what_cannot_be_is_said_and_nothing_is_changed(world, line, wanted):
    await answer(world, "cadence new nps every quarter from 1 dec")
    await answer(world, "cadence new csat every week")
    before = await world.all("cadences")
    assert wanted in await answer(world, line)
    after = await world.all("cadences")
    assert [(row["name"], row["plan"], row["survey"]) for row in after] == [
        (row["name"], row["plan"], row["survey"]) for row in before
    ]


async def test_follow_ups_of_an_anonymous_survey_are_refused(world):
    await answer(world, "cadence new nps after delivery in 1w")
    assert "anonymous" in await answer(world, "cadence set nps survey enps")


async def test_a_running_one_is_changed_from_its_next_occasion_on_and_its_pace_at_once(world):
    await crowd(world, 4)
    await answer(world, "cadence new nps every quarter from now segment gold 2 an hour")
    await answer(world, "cadence start nps")
    await world.later(seconds=1)
    said = await answer(world, "cadence set nps segment silver")
    assert "It is running: this counts from its next occasion on, Fri 20 Feb 2026 10:00" in said
    said = await answer(world, "cadence set nps pace 60")
    assert "counts at once" in said
    for _ in range(4):
        await world.later(minutes=1)
    assert "4 of 4 asked" in await answer(world, "cadence nps"), "the gold ones, at the new pace"
    assert "Next: Fri 20 Feb 2026 10:00" in await answer(world, "cadence nps")
    await answer(world, "cadence pause nps")
    assert "It is paused: this counts from its next" in await answer(world, "cadence set nps when every week")
    await answer(world, "undo")
    assert (await plan(world)).every == "quarter"


async def test_one_that_does_not_come_round_again_says_what_to_do(world):
    await crowd(world, 2)
    await answer(world, "cadence new nps from now 1 an hour")
    await answer(world, "cadence start nps")
    await world.later(seconds=1)
    said = await answer(world, "cadence set nps segment silver")
    assert "does not come round again" in said
    assert "cadence stop nps" in said
    assert "counts at once" in await answer(world, "cadence set nps pace 60")
    assert "next occasion on, Mon 1 Dec 10:00" in await answer(world, "cadence set nps when on 1 dec 10:00")


async def test_follow_ups_under_way_say_what_to_do(world):
    await answer(world, "cadence new csat after delivery in 1w")
    await answer(world, "cadence start csat")
    said = await answer(world, "cadence set csat when after delivery in 2w")
    assert "people are being followed by it" in said
    await answer(world, "cadence stop csat")
    assert "Changed" in await answer(world, "cadence set csat when after delivery in 2w")
    assert "has been started" in await answer(world, "cadence start csat")


async def test_a_running_one_does_not_become_a_large_send_unconfirmed(world):
    await crowd(world, 5)
    await large_from(world, 3)
    await answer(world, "cadence new nps every month from now segment silver")
    await answer(world, "cadence start nps")
    said = await answer(world, "cadence set nps segment gold")
    assert "with that it would ask 5 people" in said
    assert "cadence stop nps" in said
    assert (await plan(world)).audience.segment == "silver"
    await answer(world, "cadence stop nps")
    await answer(world, "cadence set nps segment gold")
    assert "This asks 5 people:" in await answer(world, "cadence start nps")


async def test_the_form_has_everything_and_says_what_is_wrong_beside_its_field(world):
    await answer(world, "cadence new nps every quarter segment gold from 1 dec 10:00")
    receipt = await world.writes(ADA, "cadence set nps")
    form = receipt.form
    assert "cadence set nps pace 30" in world.texts(ADA)[-1]
    assert [choice.key for choice in world.last(ADA).choices] == [form.key]
    held = {field.name: field.value for field in form.fields}
    assert set(held) == set(WORDS) - {"most"}
    assert (held["pace"], held["segment"], held["language"], held["vip"]) == ("60", "gold", "any", "no")
    (when,) = (field for field in form.fields if field.name == "when")
    assert "every quarter at 10:00, from Mon 1 Dec" in when.hint
    given = {**held, "pace": "30", "sample": "500", "segment": "", "vip": "yes", "holidays": "CN"}
    receipt = await world.fills_in(ADA, form.key, **given)
    wrong = {field.name: field.error for field in receipt.form.fields if field.error}
    assert list(wrong) == ["sample"]
    assert "from 1 to 100" in wrong["sample"]
    assert (await plan(world)).pace == 60, "one field is wrong, so nothing is changed"
    await world.fills_in(ADA, form.key, **{**given, "sample": "50"})
    after = await plan(world)
    assert (after.pace, after.holidays, after.every) == (30, "CN", "quarter")
    assert (after.audience.sample, after.audience.segment, after.audience.vip) == (50, "", True)
    assert "Changed: nps" in world.texts(ADA)[-1]


async def test_where_there_are_no_forms_it_is_asked_field_by_field(world):
    on_words_alone(world)
    await crowd(world, 3)
    await answer(world, "cadence new nps every quarter segment gold from 1 dec 10:00")
    said = await answer(world, "cadence set nps")
    assert "when" in said
    for number in range(len(WORDS) - 1):
        if "Changed" in said or "已修改" in said:
            break
        kept = "ok" if "“ok”" in said else "skip"
        said = await answer(world, "every month" if number == 0 else "30" if "\npace" in said else kept)
    assert "Changed: nps: every month at 10:00 · segment gold · 30 an hour" in said
    assert "It would ask 3 of 3." in said


async def test_nobody_but_who_may_edit_surveys_changes_one(world):
    await answer(world, "cadence new nps every quarter")
    row = await world.the("cadences")
    await world.writes(ANA, "/cadence set nps pace 2", command=True)
    await world.fills_in(ANA, f"cd:set:{row['id']}", pace="2")
    await world.fills_in("customer:nobody", f"cd:set:{row['id']}", pace="2")
    assert (await plan(world)).pace == 60


@pytest.mark.parametrize(
    ("made", "started", "changed", "undo", "told"),
    [
        (
            "cadence new nps every quarter from 20 nov 10:20",
            "cadence start nps",
            "cadence set nps when every quarter from 1 dec 10:00",
            "undo",
            "Not taken back, for the date it had before has passed",
        ),
        (
            "周期 新建 nps 每季度 从 11月20日 10:20",
            "周期 启动 nps",
            "周期 修改 nps 时间 每季度 从 12月1日 10:00",
            "撤销",
            "未撤销：原定的日期已过",
        ),
    ],
)
async def test_a_date_that_has_passed_is_not_taken_back_for_it_would_ask_at_once(
    world, made, started, changed, undo, told
):
    await crowd(world, 3)
    for text in (made, started, changed):
        await answer(world, text)
    before = await world.the("cadences")
    await world.later(minutes=25)
    assert told in await answer(world, undo)
    await world.later(minutes=1)
    assert await world.all("cadence_runs") == []
    after = await world.the("cadences")
    assert (after["next_at"], after["plan"]) == (before["next_at"], before["plan"])


async def test_a_name_is_taken_back_while_a_cadence_rests_though_its_date_has_passed(world):
    await crowd(world, 3)
    for text in ("cadence new nps every quarter from 20 nov 10:20", "cadence start nps", "cadence pause nps"):
        await answer(world, text)
    await world.later(minutes=30)
    await answer(world, "cadence set nps name loyalty")
    assert "Taken back" in await answer(world, "undo")
    assert (await world.the("cadences"))["name"] == "nps"
