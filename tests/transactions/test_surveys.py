from __future__ import annotations

import asyncio

import pytest

from cxbot.domain.survey import Question, Survey
from cxbot.store import open_store
from cxbot.transactions import surveys

NOW = 1_763_632_800_000


def survey(key: str = "csat", words: str = "How was it?") -> Survey:
    text = dict.fromkeys(("en", "zh-CN", "zh-TW"), words)
    question = Question(id="score", kind="scale", text=text, low=1, high=5, score=True)
    return Survey(key=key, metric="csat", kind="transactional", questions=(question,))


def words_of(live: surveys.LiveSurvey | None) -> str:
    assert live is not None
    return live.survey.questions[0].text["en"]


async def test_a_new_survey_is_live_from_version_one(store):
    assert await store.read(surveys.live, "csat") is None
    assert await store.run(surveys.seed, survey(), "a", NOW) == "new"
    live = await store.read(surveys.live, "csat")
    assert (live.survey, live.version, live.paused) == (survey(), 1, False)


async def test_the_same_file_again_changes_nothing(store):
    await store.run(surveys.seed, survey(), "a", NOW)
    assert await store.run(surveys.seed, survey(), "a", NOW + 1) == "same"
    assert [row["version"] for row in await store.read(surveys.versions, "csat")] == [1]


async def test_a_changed_file_becomes_a_new_version_and_the_old_one_stays(store):
    await store.run(surveys.seed, survey(), "a", NOW)
    assert await store.run(surveys.seed, survey(words="And now?"), "b", NOW + 1) == "updated"
    live = await store.read(surveys.live, "csat")
    assert (words_of(live), live.version) == ("And now?", 2)
    assert await store.read(surveys.at, "csat", 1) == survey()


async def test_what_chat_has_written_a_changed_file_does_not_take_away(store):
    await store.run(surveys.seed, survey(), "a", NOW)
    assert await store.run(surveys.publish, survey(words="By chat?"), "ada", NOW + 1) == 2
    assert await store.run(surveys.seed, survey(), "a", NOW + 2) == "same"
    for later in (3, 4):  # said at every start
        assert await store.run(surveys.seed, survey(words="By file?"), "b", NOW + later) == "kept"
    assert words_of(await store.read(surveys.live, "csat")) == "By chat?"


async def test_once_the_file_says_what_chat_says_they_agree_again(store):
    await store.run(surveys.seed, survey(), "a", NOW)
    await store.run(surveys.publish, survey(words="By chat?"), "ada", NOW + 1)
    assert await store.run(surveys.seed, survey(words="By chat?"), "c", NOW + 2) == "same"
    assert await store.run(surveys.seed, survey(words="By file?"), "d", NOW + 3) == "updated"


async def test_a_version_that_never_was_is_an_error(store):
    with pytest.raises(LookupError, match="'csat' has no version 7"):
        await store.read(surveys.at, "csat", 7)


async def test_all_live_surveys_come_by_key(store):
    for key in ("nps", "ces", "csat"):
        await store.run(surveys.seed, survey(key), "a", NOW)
    await store.run(surveys.pause, "nps", "ada", NOW)
    found = await store.read(surveys.all_live)
    assert [(live.survey.key, live.paused) for live in found] == [("ces", False), ("csat", False), ("nps", True)]


async def test_pausing_and_resuming_work_once_and_leave_a_trace(store):
    await store.run(surveys.seed, survey(), "a", NOW)
    assert await store.run(surveys.pause, "csat", "ada", NOW + 1) == "done"
    assert await store.run(surveys.pause, "csat", "ada", NOW + 2) == "already"
    assert await store.run(surveys.resume, "csat", "ada", NOW + 3) == "done"
    assert await store.run(surveys.resume, "nps", "ada", NOW + 4) == "unknown"
    live = await store.read(surveys.live, "csat")
    assert not live.paused


async def test_a_paused_survey_stays_paused_when_its_file_changes(store):
    await store.run(surveys.seed, survey(), "a", NOW)
    await store.run(surveys.pause, "csat", "ada", NOW)
    assert await store.run(surveys.seed, survey(words="New?"), "b", NOW) == "updated"
    live = await store.read(surveys.live, "csat")
    assert (words_of(live), live.paused) == ("New?", True)


async def test_two_replicas_that_seed_at_once_make_one_version(store, store_url):
    other = await open_store(store_url)
    try:
        done = await asyncio.gather(
            *(each.run(surveys.seed, survey(key), "a", NOW) for key in ("nps", "csat") for each in (store, other))
        )
    finally:
        await other.close()
    assert sorted(done) == ["new", "new", "same", "same"]
    assert [live.version for live in await store.read(surveys.all_live)] == [1, 1]
