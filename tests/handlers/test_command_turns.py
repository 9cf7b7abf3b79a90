from __future__ import annotations

import pytest
from world import ADA, ANA, BEN, MEI, SAM, SUPPORT, WEI

from cxbot.inbound import receive
from cxbot.ports import Limits
from cxbot.transactions import settings, surveys, teams
from handlers import dialogue

TWINS = {
    "customer:sam2": "Sam Other",
    "customer:mei2": "林美玲",
}


async def twins(world):
    """Two people a name fits, in both languages."""
    for who in (SAM, MEI):
        await world.ticket_closed(who)
    for address, name in TWINS.items():
        person = {"addresses": [{"channel": "web", "address": address}], "name": name}
        await world.ticket_closed(address, person=person)


async def says(world, who, text, **more):
    await world.writes(who, text, **more)
    return world.last(more.get("place") or {ANA: SUPPORT, BEN: SUPPORT, WEI: "team:delivery"}.get(who, who)).text


def option(world, where, n):
    """The n-th button of the newest message there."""
    return world.last(where).choices[n - 1].key


# Which one? -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "asked", "where", "number"),
    [
        (ANA, "why Sam", SUPPORT, "2"),
        (WEI, "为什么 林", "team:delivery", "2"),
        (WEI, "为什么 林", "team:delivery", "第二个"),
    ],
)
async def test_which_one_is_answered_by_number(world, who, asked, where, number):
    await twins(world)
    listed = await says(world, who, asked)
    second = next(line for line in listed.splitlines() if line.startswith("2. ")).removeprefix("2. ").split(" (")[0]
    assert [choice.label[:2] for choice in world.last(where).choices] == ["1.", "2."]
    assert (await says(world, who, number)).startswith(second)


async def test_which_one_is_answered_by_a_button_once(world):
    await twins(world)
    await says(world, ANA, "why Sam")
    key = option(world, SUPPORT, 1)
    await world.presses(ANA, key)
    assert world.last(SUPPORT).text.startswith("Sam")
    assert "no longer applies" in (await world.presses(ANA, key)).notice


async def test_only_the_one_who_asked_may_answer_in_a_teams_channel(world):
    await twins(world)
    await says(world, ANA, "why Sam")
    key, before = option(world, SUPPORT, 1), len(world.texts(SUPPORT))
    await world.writes(BEN, "2")
    assert (await world.presses(BEN, key)).notice
    assert (await world.presses(SAM, key)).notice
    assert len(world.texts(SUPPORT)) == before
    await world.writes(ANA, "2")
    assert len(world.texts(SUPPORT)) == before + 1


async def test_talk_between_the_question_and_the_number_is_talk(world):
    await twins(world)
    await says(world, ANA, "why Sam")
    before = len(world.texts(SUPPORT))
    await world.writes(ANA, "let me look at this one first, Ben")
    await world.writes(ANA, "7")
    assert len(world.texts(SUPPORT)) == before
    await world.writes(ANA, "1")
    assert len(world.texts(SUPPORT)) == before + 1


async def test_a_question_of_a_command_lapses_after_ten_minutes(world):
    await twins(world)
    await says(world, ANA, "why Sam")
    await world.later(minutes=10, seconds=1)
    before = len(world.texts(SUPPORT))
    await world.writes(ANA, "1")
    assert len(world.texts(SUPPORT)) == before


async def test_another_command_takes_the_place_of_what_was_asked(world):
    await twins(world)
    await says(world, ANA, "why Sam")
    assert "All is well" in await says(world, ANA, "status")
    before = len(world.texts(SUPPORT))
    await world.writes(ANA, "1")
    assert len(world.texts(SUPPORT)) == before


async def test_two_names_that_both_fit_several_are_asked_one_after_the_other(world):
    await twins(world)
    first = await says(world, ADA, "person link Sam Sam")
    assert "2. Sam" in first
    assert "2. Sam" in await says(world, ADA, "1")
    assert "would become one person" in await says(world, ADA, "2")


async def test_a_part_of_a_teams_name_is_enough_where_it_fits_one_and_asked_where_it_fits_more(world):
    assert "Support" in await says(world, BEN, "team hours supp")
    more = {"name": "Support North", "channel": "web", "place": "team:north", "time_zone": "Asia/Shanghai"}
    await world.store.run(teams.seed, {"north": more}, world.now)
    assert "Support (" in await says(world, BEN, "team hours support")
    assert "1. Support North" in await says(world, BEN, "team hours port")
    assert "Support North" in await says(world, BEN, "1")
    assert "1. Support North" in await says(world, WEI, "数据 上周 port")
    assert "Support North" in await says(world, WEI, "1")


async def test_what_was_asked_in_private_is_answered_in_private(world):
    await twins(world)
    await world.writes(ANA, "/why Sam", command=True, private=True)
    await world.writes(ANA, "1")
    assert world.last(SUPPORT).only_for == ANA


# Did you mean? --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "typed", "said"),
    [(ANA, "stauts", "All is well"), (WEI, "数剧 上周", "上周"), (ADA, "survy show nps", "How likely")],
)
async def test_what_was_probably_meant_is_chosen_by_number(world, who, typed, said):
    assert "1. " in await says(world, who, typed)
    assert said in await says(world, who, "1")


async def test_what_was_understood_is_said(world):
    said = await says(world, ADA, "status of everything")
    assert "I understood “status”, but not “of everything”" in said
    assert "All is well" in await says(world, ADA, "1")


# What is missing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "typed", "missing", "said"),
    [
        (ANA, "survey show", "nps", "How likely"),
        (WEI, "问卷 查看", "nps", "nps"),
        (ANA, "why", "Sam Rivera", "Sam Rivera"),
    ],
)
async def test_the_missing_part_alone_completes_a_command(world, who, typed, missing, said):
    await world.ticket_closed()
    assert typed.split()[0] in await says(world, who, typed)
    assert said in await says(world, who, missing)
    before = len(world.web.sent)
    await world.writes(who, "nps")
    assert len(world.web.sent) == before


@pytest.mark.parametrize(("who", "word", "said"), [(ANA, "cancel", "Nothing was done"), (WEI, "取消", "已取消")])
async def test_cancel_drops_what_was_asked(world, who, word, said):
    await says(world, who, "why" if who == ANA else "为什么")
    assert said in await says(world, who, word)
    before = len(world.web.sent)
    await world.writes(who, "Sam")
    assert len(world.web.sent) == before, "and nothing is left to complete"


async def test_a_command_given_in_place_of_the_missing_part_is_that_command(world):
    await says(world, ANA, "why")
    assert "All is well" in await says(world, ANA, "status")


async def test_stop_is_never_the_missing_part(world):
    await world.writes(ADA, "survey pause")
    await world.writes(ADA, "STOP")
    assert (await world.person("Ada"))["opted_out"] == "surveys"


async def test_who_may_is_asked_again_when_a_command_goes_on(world):
    await world.writes(ADA, "survey pause")
    await world.store.run(
        lambda tx, ada: tx.run("people_merging.leave_teams", person_id=ada), (await world.person("Ada"))["id"]
    )
    await world.writes(ADA, "csat")
    assert not (await world.store.read(surveys.live, "csat")).paused


# Surveys and customers ------------------------------------------------------------------------------------------------


async def test_a_survey_asked_after_a_command_asked_back_gets_the_number(world):
    await twins(world)
    await says(world, ADA, "why Sam")
    await world.later(seconds=1)
    await world.happens("work", who=ADA)
    await world.writes(ADA, "2")
    assert (await world.the("responses"))["score"] == 2


async def test_a_command_that_asks_back_during_a_survey_gets_the_number(world):
    await twins(world)
    await world.happens("work", who=ADA)
    await world.later(seconds=1)
    await says(world, ADA, "/why Sam")
    assert (await says(world, ADA, "2")).startswith("Sam")
    assert await world.all("responses") == []
    await world.writes(ADA, "9")
    assert (await world.the("responses"))["score"] == 9


@pytest.mark.parametrize("text", ["/status", "状态", "num", "please status", "/survey pause csat", "更多", "help", "1"])
async def test_a_customers_words_are_never_a_command_nor_answer_one(world, text):
    await world.ticket_closed()
    await world.writes(ADA, "survey pause")
    await world.writes(SAM, text)
    assert not [row for row in await world.all("outbox", address=SAM) if row["key"].startswith("command.")]
    assert not (await world.store.read(surveys.live, "csat")).paused
    assert len(await world.all("command_turns")) == 1


# Once -----------------------------------------------------------------------------------------------------------------


async def test_a_repeated_command_is_done_once(world):
    for _ in range(3):
        await world.writes(ADA, "survey pause csat", id="same")
    assert len([text for text in world.texts(ADA) if "paused" in text]) == 1


@pytest.mark.parametrize("answer", ["1", "button"])
async def test_a_repeated_answer_to_which_one_is_taken_once(world, answer):
    await twins(world)
    await world.writes(ADA, "why Sam", id="asked")
    await world.writes(ADA, "why Sam", id="asked")
    key, before = option(world, ADA, 1), len(world.texts(ADA))
    for _ in range(3):
        if answer == "button":
            await world.presses(ADA, key, id="answered")
        else:
            await world.writes(ADA, answer, id="answered")
    assert len(world.texts(ADA)) == before + 1


async def test_a_command_repeated_after_its_answer_does_not_ask_anew(world):
    await twins(world)
    await world.writes(ADA, "why Sam", id="asked")
    await world.writes(ADA, "1")
    await world.writes(ADA, "why Sam", id="asked")
    assert await world.all("command_turns") == []


# Quotes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "> survey pause csat",
        "&gt; survey pause csat",
        "「小伟：暂停问卷 csat」\n- - - - - - - - - - - - - - -",
        "“Ana: survey pause csat”",
        "```\nsurvey pause csat\n```",
        "`survey pause csat`",
    ],
)
async def test_a_quoted_command_is_none(world, text):
    said = await says(world, ADA, text)
    assert "quoted" in said
    assert not (await world.store.read(surveys.live, "csat")).paused
    await world.writes(ANA, text)
    assert world.texts(SUPPORT) == []


async def test_words_of_ones_own_beneath_a_quote_are_a_command(world):
    assert "All is well" in await says(world, ADA, "> survey pause csat\nstatus")
    assert "一切正常" in await says(world, WEI, "「小伟：暂停问卷 csat」\n- - - - - - - - - - - - - - -\n状态")
    assert not (await world.store.read(surveys.live, "csat")).paused


async def test_a_pasted_conversation_is_no_command(world):
    await world.writes(ADA, "Ana  10:02\nsurvey pause csat\nBen  10:03\nstatus")
    assert not (await world.store.read(surveys.live, "csat")).paused


# Pages ----------------------------------------------------------------------------------------------------------------


def small(world):
    """The web channel counts bytes, as WeChat does."""
    world.web.limits = Limits(per_second=0, text=2_000, text_bytes=2_048, forms=False, notices=False)
    world.deliver = receive(world.store, world.clock.clock, dialogue.handling({"web": world.web.limits}))


@pytest.mark.parametrize(
    ("listed", "more", "says_so"),
    [("open", "more", "write “more”"), ("待处理", "更多", "发“更多”"), ("待處理", "下一頁", "傳「更多」")],
)
async def test_a_long_answer_comes_in_pages_that_fit(world, listed, more, says_so):
    small(world)
    for n in range(30):
        address = f"customer:{n}"
        person = {"addresses": [{"channel": "web", "address": address}], "name": "陳怡婷" * 5}
        await world.ticket_closed(address, person=person)
        await world.writes(address, "1")
    pages = [await says(world, ADA, listed)]
    while says_so in pages[-1]:
        pages.append(await says(world, ADA, more))
    assert len(pages) > 1
    assert all(len(page.encode()) <= 2_048 for page in pages)
    codes = {row["code"] for row in await world.all("cases")}
    assert all(sum(code in page for page in pages) == 1 for code in codes)
    await world.writes(ADA, more)
    assert (await world.all("outbox"))[-1]["key"] == "command.more.nothing"


async def test_more_goes_on_for_the_one_who_asked_only(world):
    small(world)
    await world.writes(ANA, "help")
    await world.writes(ANA, "帮助")
    before = len(world.texts(SUPPORT))
    await world.writes(BEN, "more")
    assert len(world.texts(SUPPORT)) == before, "talk, for Ben has nothing to go on with"
    assert "nothing more" in await says(world, BEN, "/more", command=True)
    assert "nothing more" in await says(world, ADA, "more")


# Too many -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "command", "word"), [(ADA, "status", "in a minute"), (WEI, "状态", "一分钟")])
async def test_too_many_commands_are_refused_politely_once_and_recorded(world, who, command, word):
    await world.store.run(settings.put, settings.COMMANDS, {"per_minute": 3})
    for _ in range(6):
        await world.writes(who, command)
    where = ADA if who == ADA else "team:delivery"
    assert len(world.texts(where)) == 4
    assert word in world.last(where).text
    assert [row["kind"] for row in await world.all("events")] == ["commands_limited"]
    await world.later(minutes=1, seconds=1)
    await world.writes(who, command)
    assert len(world.texts(where)) == 5


async def test_talk_is_not_counted(world):
    await world.store.run(settings.put, settings.COMMANDS, {"per_minute": 1})
    for _ in range(5):
        await world.writes(ANA, "shall we have lunch?")
    assert "All is well" in await says(world, ANA, "status")


# Beside a form that is asked field by field ---------------------------------------------------------------------------


async def test_a_command_that_asks_back_while_a_form_is_asked_gets_the_number_and_the_form_goes_on(world):
    await twins(world)
    case = await world.unhappy(MEI)
    small(world)
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.presses(ANA, f"c:reply:{case['id']}", place=ANA)
    form = world.last(ANA).text
    assert "2. Sam" in await says(world, ANA, "/why Sam", place=ANA)
    assert (await says(world, ANA, "2", place=ANA)).startswith("Sam")
    await world.writes(ANA, "We are on it", place=ANA)
    assert world.last(ANA).text != form
    assert "We are on it" in world.last(ANA).text
