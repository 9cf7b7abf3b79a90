from __future__ import annotations

import pytest
from world import ADA, ANA, BEN, MEI, SAM, SUPPORT, WEI, YITING

from cxbot.ports import Refused
from cxbot.transactions import outbox, surveys, teams


async def says(world, who, text):
    await world.writes(who, text)
    return world.last(SUPPORT if who in (ANA, BEN) else "team:delivery" if who == WEI else who).text


async def test_help_lists_what_this_person_may_do_in_their_language(world):
    lead, owner = await says(world, ANA, "help"), await says(world, ADA, "help")
    assert "survey pause" in owner
    assert "survey pause" not in lead
    assert "team hours" in lead
    assert len(owner.splitlines()) <= 9, "a line a topic"
    assert "帮助" in await says(world, WEI, "help")
    assert "我的" in world.last("team:delivery").text


@pytest.mark.parametrize(
    ("who", "text", "said"),
    [
        (ADA, "help surveys", "survey pause csat – "),
        (ANA, "help Cases", "claim K7M2Q9 – "),
        (WEI, "帮助 服务单", "认领 K7M2Q9："),
        (WEI, "帮助 认领", "权限："),
        (ADA, "help claim", "Who may: "),
        (ANA, "help xyzzy", "I don't know"),
    ],
)
async def test_help_on_a_topic_or_a_command_says_what_each_does(world, who, text, said):
    assert said in await says(world, who, text)


@pytest.mark.parametrize(
    ("text", "said"), [("survey pause csat", "you may not do that"), ("暂停问卷 csat", "您没有权限")]
)
async def test_somebody_who_may_not_is_told_who_can_in_the_language_they_wrote(world, text, said):
    refused = await says(world, BEN, text)
    assert said in refused
    assert "Ada" in refused
    assert not (await world.store.read(surveys.live, "csat")).paused


async def test_a_viewer_of_nothing_is_no_member(world):
    receipt = await world.writes(SAM, "status", place=SUPPORT)
    assert receipt.notice == "Only the team can do that. Ask Ana."
    assert world.texts(SUPPORT) == []


async def test_a_mistyped_command_is_answered_with_what_was_probably_meant(world):
    assert "Did you mean status" in await says(world, ANA, "stauts")
    assert "Write “help”" in await says(world, ANA, "xyzzy")


async def test_what_is_repeated_of_rubbish_is_short(world):
    said = await says(world, ADA, "survey show " + "x" * 2_000)
    assert "There is no survey “xxx" in said
    assert len(said) < 600


async def test_a_missing_argument_is_named_with_an_example(world):
    said = await says(world, ANA, "why")
    assert "needs a name" in said
    assert "why Sam" in said
    assert "为什么" in await says(world, WEI, "為什麼")


async def test_mine_open_and_overdue_list_the_earliest_promise_first(world):
    assert await says(world, ANA, "mine") == "You have no open cases."
    assert await says(world, ANA, "overdue") == "Nothing is overdue."
    medium = await world.unhappy(SAM, words="slow")
    high = await world.unhappy(MEI, score=1)
    await world.presses(ANA, f"c:claim:{medium['id']}")
    assert medium["code"] in await says(world, ANA, "mine")
    assert high["code"] not in world.last(SUPPORT).text
    listed = await says(world, BEN, "open")
    assert listed.index(high["code"]) < listed.index(medium["code"])
    await world.later(hours=1, minutes=1)
    overdue = await says(world, BEN, "逾期")
    assert high["code"] in overdue
    assert medium["code"] not in overdue
    assert "没有" in await says(world, WEI, "待处理")
    assert high["code"] in await says(world, ADA, "open")


async def test_surveys_are_listed_shown_paused_and_resumed(world):
    listed = await says(world, ANA, "surveys")
    for key in ("csat", "nps", "enps"):
        assert key in listed
    assert "How satisfied are you" in await says(world, ANA, "survey show csat")
    assert "paused" in await says(world, ADA, "survey pause csat")
    assert "already" in await says(world, ADA, "survey pause csat")
    assert (await world.store.read(surveys.live, "csat")).paused
    assert "paused" in await says(world, ANA, "surveys")
    assert "asks again" in await says(world, ADA, "survey resume csat")
    assert "Did you mean csat" in await says(world, ADA, "survey pause cast")


async def test_hours_are_shown_to_everybody_and_changed_by_a_lead(world):
    assert "09:00–18:00" in await says(world, BEN, "team hours")
    assert "may not" in await says(world, BEN, "team hours support mon-fri 10:00-12:00")
    assert "10:00–12:00" in await says(world, ANA, "team hours support mon-fri 10:00-12:00")
    row = await world.store.read(teams.get, "support")
    assert teams.hours(row).days[0] == (("10:00", "12:00"),)
    assert "may not" in await says(world, ANA, "team hours delivery mon-fri 10:00-12:00")
    assert "can't read" in await says(world, ANA, "team hours support whenever we feel like it")
    assert "no team" in (await says(world, ADA, "team hours nowhere")).lower()


async def test_why_says_what_was_and_what_was_not_done_with_the_reasons(world):
    await world.ticket_closed()
    await world.ticket_closed()
    await world.ticket_closed(internal=True)
    said = await says(world, ANA, "why Sam")
    assert "asked" in said
    assert "They already have an open survey (csat, asked today 10:00)" in said
    assert "internal matter" in said
    assert "I know nobody" in await says(world, ANA, "why Zed")
    await world.ticket_closed("customer:sam2", person={"addresses": [{"channel": "web", "address": "customer:sam2"}],
                                                       "name": "Sam Other"})  # fmt: skip
    assert "Several fit" in await says(world, ANA, "why sam")
    await world.later(hours=12)
    await world.ticket_closed(YITING)
    assert "waits" in await says(world, ANA, "why 陳怡婷")


async def test_why_says_a_reason_that_a_channel_gave_in_its_own_words(world):
    world.web.script([Refused("message too old")], SAM)
    await world.ticket_closed()
    said = await says(world, ANA, "why Sam")
    assert "could not be said" in said
    assert "message too old" in said
    assert "not_asked" not in said


async def test_status_says_what_waits_failed_and_is_overdue(world):
    assert "All is well" in await says(world, ANA, "status")
    world.web.script([Refused("too long")], SAM)
    given = {"channel": "web", "address": SAM, "language": "en", "kind": "verbatim", "args": {"text": "x"}}
    await world.store.run(outbox.say, world.now, **given)
    await world.unhappy(MEI, score=1)
    await world.later(hours=1, minutes=1)
    said = await says(world, ANA, "status")
    assert "web: 1 could not be sent" in said
    assert "1 case is past what was promised" in said


async def test_numbers_show_scores_rate_and_cases_and_an_honest_too_few(world):
    assert "No answers in this period." in await says(world, ANA, "numbers week")
    await world.unhappy()
    said = await says(world, ANA, "numbers week ticket")
    assert "too few answers" in said
    assert "1 opened" in said
    assert "neither a team nor a touchpoint" in await says(world, ANA, "numbers week moon")
    assert "CSAT" in await says(world, WEI, "数据 本周 全部")


async def test_a_customers_text_is_never_read_as_a_command(world):
    for text in ("help me", "numbers", "open", "survey pause csat", "status quo", "why Sam", "mine"):
        await world.writes(SAM, text)
        assert "CSAT" not in world.last(SAM).text
    assert not (await world.store.read(surveys.live, "csat")).paused
    keys = {row["key"] for row in await world.all("outbox", address=SAM)}
    assert not {key for key in keys if key.startswith(("command.", "refuse."))}


async def test_a_customers_word_for_a_command_answers_the_survey(world):
    await world.ticket_closed()
    await world.writes(SAM, "4")
    await world.writes(SAM, "open late on Sundays")
    assert (await world.the("responses"))["state"] == "complete"


async def test_an_admin_gives_commands_in_their_own_chat_and_still_answers_their_own_survey(world):
    assert "All is well" in await says(world, ADA, "status")
    await world.happens("work", who=ADA)
    await world.writes(ADA, "9")
    assert (await world.the("responses"))["score"] == 9


@pytest.mark.parametrize("text", ["why do you ask me that", "late shifts all the time", "open offices", "hours bad"])
async def test_an_answer_in_words_that_begins_like_a_command_is_an_answer(world, text):
    await world.happens("work", who=ANA)
    await world.writes(ANA, "3", place=ANA)
    await world.writes(ANA, text, place=ANA)
    assert (await world.the("responses"))["state"] == "complete"
    assert not [row for row in await world.all("outbox") if row["key"].startswith(("command.", "refuse."))]


@pytest.mark.parametrize("text", ["status", "/why Sam", "状态"])
async def test_a_command_word_for_word_is_one_also_while_a_survey_is_open(world, text):
    await world.happens("work", who=ANA)
    await world.writes(ANA, text, place=ANA)
    assert (await world.all("outbox"))[-1]["key"].startswith(("command.", "refuse.no_such_person"))
    assert (await world.the("invitations"))["state"] == "asked"


async def test_times_are_said_in_the_teams_time_zone(world):
    await world.unhappy()
    assert "14:00" in await says(world, ANA, "open")  # 06:00 UTC


@pytest.mark.parametrize("name", ["%", "_", "%_!" * 50, "'; --", "🤷"])
async def test_signs_that_mean_something_to_a_search_find_nobody_by_it(world, name):
    await world.ticket_closed()
    assert "I know nobody" in await says(world, ANA, f"why {name}")
