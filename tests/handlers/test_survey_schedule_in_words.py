from __future__ import annotations

import pytest
from world import ADA

from cxbot.transactions import survey_drafts, surveys


async def says(world, text):
    await world.writes(ADA, text)
    return world.last(ADA).text


async def live(world):
    return await world.store.read(surveys.live, "csat")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("tomorrow 09:00", "tomorrow 09:00"),
        ("day after tomorrow", "Sat 22 Nov 00:00"),
        ("2025-12-01 3pm", "Mon 1 Dec 15:00"),
        ("from 1 dec at 3 pm", "Mon 1 Dec 15:00"),
        ("从12月1日下午3:00起", "12月1日（周一）15:00"),
        ("2025年12月1日", "12月1日（周一）00:00"),
    ],
)
async def test_the_time_of_a_start_is_kept(world, words, said):
    line = f"问卷 定时 csat {words}" if "月" in words else f"survey schedule csat {words}"
    assert said in await says(world, line)


@pytest.mark.parametrize("words", ["not tomorrow", "2025-12-01 until 2025-12-10", "12月1日 至 12月5日", "2月29日"])
async def test_what_is_not_understood_whole_schedules_nothing(world, words):
    said = await says(world, f"survey schedule csat {words}")
    assert words in said
    assert (await live(world)).starts_at == 0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("survey schedule csat off", "The start of csat on Mon 1 Dec 00:00 is taken back: it asks at once, as before."),
        ("问卷 定时 csat 取消", "csat 照旧发送"),
        ("問卷 排程 csat 取消", "csat 照舊傳送"),
    ],
)
async def test_what_was_live_before_it_had_a_start_is_live_again(world, line, said):
    await says(world, "survey schedule csat 2025-12-01")
    await says(world, "survey schedule csat 2025-12-05")
    await says(world, "survey schedule csat 2025-12-01")
    assert said in await says(world, line)
    assert not (await live(world)).paused
    await world.ticket_closed()
    assert len(await world.all("invitations", state="asked")) == 1


async def test_what_was_paused_before_it_had_a_start_stays_paused(world):
    await says(world, "survey pause csat")
    await says(world, "survey schedule csat 2025-12-01")
    assert "stays paused, as before" in await says(world, "survey schedule csat off")
    found = await live(world)
    assert (found.paused, found.starts_at) == (True, 0)


async def test_a_draft_without_its_start_stays_a_draft(world):
    await says(world, "survey new delivery csat")
    await says(world, "survey schedule delivery_csat 2025-12-01")
    assert "stays a draft" in await says(world, "survey schedule delivery_csat off")
    assert "No start of delivery_csat lies ahead" in await says(world, "survey schedule delivery_csat off")


async def test_what_was_published_to_begin_later_does_not_begin_at_once(world):
    await says(world, "survey new delivery csat")
    await says(world, "survey schedule delivery_csat 2025-12-01")
    world.clock.advance(60_000)
    await world.store.run(survey_drafts.publish, "delivery_csat", "ada", world.now)
    said = await says(world, "survey schedule delivery_csat off")
    assert "delivery_csat is paused: it asks nobody, not from Mon 1 Dec 00:00 on either." in said


async def test_cancelling_where_no_start_lies_ahead_changes_nothing(world):
    assert "No start of csat lies ahead" in await says(world, "survey schedule csat off")
    assert not (await live(world)).paused
