from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import commands
from handlers.grammar import Argument, Command, NotUnderstood, Parsed, fill, parse, phrases
from handlers.quoting import own_words


def read(text):
    return parse(text, commands.known())


def named(text):
    parsed = read(text)
    return parsed.command.name if isinstance(parsed, Parsed) else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("help", "help"),
        ("  HELP ", "help"),
        ("/help", "help"),
        ("cx help", "help"),
        ("ｈｅｌｐ", "help"),
        ("帮助", "help"),
        ("幫助", "help"),
        ("surveys", "surveys"),
        ("survey show nps", "survey show"),
        ("show survey nps", "survey show"),
        ("Survey   Pause   csat", "survey pause"),
        ("survey pause “csat”", "survey pause"),
        ("暂停问卷 csat", "survey pause"),
        ("暂停问卷csat", "survey pause"),
        ("恢復問卷 csat", "survey resume"),
        ("team hours support mon-fri 09:00-18:00", "team hours"),
        ("工作时间 support", "team hours"),
        ("why Sam", "why"),
        ("why Sam?", "why"),
        ("为什么 林美", "why"),
        ("為什麼陳怡婷", "why"),
        ("status", "status"),
        ("状态", "status"),
        ("numbers week", "numbers"),
        ("數據 本週", "numbers"),
        ("mine", "mine"),
        ("my cases", "mine"),
        ("我的", "mine"),
        ("open", "open"),
        ("待处理", "open"),
        ("overdue", "overdue"),
        ("逾期", "overdue"),
    ],
)
def test_a_command_is_read_in_any_case_width_and_language(text, name):
    assert named(text) == name


@pytest.mark.parametrize(
    "text", ["", " ", "hello", "opened", "whyever", "statusquo", "surveyor", "9", "帮我看看", "!!!"]
)
def test_what_only_looks_like_a_command_is_none(text):
    assert isinstance(read(text), NotUnderstood)


def test_the_longest_phrase_wins():
    assert named("survey list") == "surveys"
    assert named("survey show csat") == "survey show"


def test_arguments_are_split_at_blanks_and_the_last_takes_the_rest():
    assert read("survey show nps").arguments == {"survey": "nps"}
    assert read("why Sam Rivera").arguments == {"person": "Sam Rivera"}
    hours = read("team hours support mon-fri 09:00-18:00, sat 10:00-14:00")
    assert hours.arguments == {"team": "support", "hours": "mon-fri 09:00-18:00, sat 10:00-14:00"}
    assert read("numbers").arguments == {"about": ""}
    assert read("numbers week delivery").arguments == {"about": "week delivery"}


def test_arguments_keep_the_signs_they_were_written_with():
    assert read("why 陳怡婷").arguments == {"person": "陳怡婷"}
    assert read("why Ángel").arguments == {"person": "Ángel"}


@pytest.mark.parametrize(("text", "missing"), [("why", "person"), ("survey show", "survey"), ("暂停问卷", "survey")])
def test_a_missing_argument_is_named(text, missing):
    assert read(text).missing == missing


@pytest.mark.parametrize(
    ("text", "meant"),
    [("stauts", "status"), ("survy pause csat", "survey pause"), ("overdeu", "overdue"), ("surveis", "surveys")],
)
def test_what_was_probably_meant_is_offered(text, meant):
    assert meant in read(text).nearest
    assert len(read(text).nearest) <= 3


def test_nonsense_is_not_guessed_at():
    assert read("xyzzy plugh").nearest == ()


def test_no_two_commands_share_a_phrase():
    for command in commands.known():
        for other in commands.known():
            assert command is other or not set(phrases(command)) & set(phrases(other))


@pytest.mark.parametrize("command", commands.known(), ids=lambda command: command.name)
def test_every_command_can_be_given_in_every_language_and_its_examples_work(command):
    assert set(command.words) == {"en", "zh-CN", "zh-TW"}
    for language, words in command.words.items():
        assert named(words[0]) == command.name, language
    for examples in command.examples.values():
        for example in examples:
            parsed = read(example)
            assert isinstance(parsed, Parsed)
            assert parsed.command is command
            assert not parsed.missing


@given(st.text(max_size=60))
def test_any_text_is_read_without_raising(text):
    parsed = read(text)
    assert isinstance(parsed, Parsed | NotUnderstood)


# Forgiving ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("num", "numbers", {"about": ""}),
        ("num week", "numbers", {"about": "week"}),
        ("stat", "status", {}),
        ("surv", "surveys", {}),
        ("sur sho nps", "survey show", {"survey": "nps"}),
        ("team ho support", "team hours", {"team": "support", "hours": ""}),
        ("问卷 show nps", "survey show", {"survey": "nps"}),
        ("問卷 show nps", "survey show", {"survey": "nps"}),
        ("survey 查看 nps", "survey show", {"survey": "nps"}),
        ("问卷暂停 csat", "survey pause", {"survey": "csat"}),
        ("问卷 列表", "surveys", {}),
        ("团队 列表", "teams", {}),
        ("新建 周期 nps", "cadence new", {"survey": "nps", "when": ""}),
        ("please status", "status", {}),
        ("Hi, please show me the numbers week, thanks", "numbers", {"about": "week"}),
        ("请帮我看一下数据 本周", "numbers", {"about": "本周"}),
        ("麻煩 數據 本週 謝謝", "numbers", {"about": "本週"}),
        ("team hours “客户 服务” mon-fri 9-18", "team hours", {"team": "客户 服务", "hours": "mon-fri 9-18"}),
        ("team hours 「客戶 服務」 mon-fri 9-18", "team hours", {"team": "客戶 服務", "hours": "mon-fri 9-18"}),
        ('team hours "Customer care" mon-fri 9-18', "team hours", {"team": "Customer care", "hours": "mon-fri 9-18"}),
        ("why O’Brien", "why", {"person": "O’Brien"}),
        ("why “Sam Rivera”", "why", {"person": "Sam Rivera"}),
    ],
)
def test_a_line_is_read_forgivingly(text, name, arguments):
    parsed = read(text)
    assert isinstance(parsed, Parsed), parsed
    assert (parsed.command.name, dict(parsed.arguments)) == (name, arguments)


@pytest.mark.parametrize("text", ["s", "su", "per my last mail", "over and out", "sur", "please", "请", "num ber"])
def test_what_may_mean_several_or_is_said_every_day_is_not_cut_short(text):
    parsed = read(text)
    assert isinstance(parsed, NotUnderstood) or parsed.command.name == "numbers"


def test_what_several_commands_begin_with_is_offered():
    words = ("colour", "column", "collar", "colony")
    several = [Command(word, {"en": (word,)}, "read", lambda call: call.say("x"), (Argument("n"),)) for word in words]
    offered = parse("col 3", several)
    assert offered.nearest == ("collar", "colony", "colour")
    assert offered.lines == ("collar 3", "colony 3", "colour 3")
    assert parse("colu 3", several).command.name == "column"


def test_what_was_probably_meant_keeps_the_rest_of_the_line():
    assert read("survy pause csat").lines[0] == "survey pause csat"
    assert read("status of everything").understood == "status"
    assert read("status of everything").left_over == "of everything"


def test_several_lines_stay_several_lines():
    assert read("why Sam\nRivera").arguments == {"person": "Sam\nRivera"}


def test_courtesy_within_a_long_text_is_left_alone():
    words = "a" * 100
    assert read(f"why {words} please").arguments == {"person": f"{words} please"}


@pytest.mark.parametrize("text", ["per my mail", "over it", "num of all the cases we had today", "stat sheet of Ben"])
def test_talk_is_no_command_cut_short(text):
    assert commands.is_talk(text)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("status", "status"),
        ("> status", ""),
        ("＞ status", ""),
        ("> status\nhelp", "help"),
        ("help\n> status", "help"),
        ("「小伟：状态」\n- - - - - - - - - -\n帮助", "帮助"),
        ("「小伟：状态\n帮助」\n——————\n数据", "数据"),
        ("“Ana: status”\n-----", ""),
        ("「小伟：状态」", ""),
        ("「状态」", "「状态」"),
        ("```status```", ""),
        ("`status`", ""),
        ("survey import\n```\n> a\n```", "survey import\n```\n> a\n```"),
    ],
)
def test_what_is_quoted_is_not_ones_own(text, own):
    assert own_words(text) == own


SIGNS = st.text(alphabet="「」『』“”‘’\"'>`：:- \n/cx问卷surveynps１２?！请please帮我", max_size=40)


@given(SIGNS)
def test_any_quotes_are_read_without_raising(text):
    own = own_words(text)
    assert isinstance(read(own), Parsed | NotUnderstood)
    assert commands.is_talk(text) in (True, False)
    assert commands.plainly_meant(text) in (True, False)


@given(st.sampled_from([c for c in commands.known() if c.arguments]), st.lists(st.text(max_size=12), max_size=4))
def test_an_argument_is_never_longer_than_what_was_written(command, words):
    parsed = read(" ".join([command.words["en"][0], *words]))
    if isinstance(parsed, Parsed) and parsed.command is command:
        assert all(len(value) <= 2 * sum(map(len, words)) + 20 * len(words) + 3 for value in parsed.arguments.values())


@pytest.mark.parametrize(
    "around", ["{}", "/{}", "cx {}", "“{}”", "  {} ？", "please {}", "{} please", "请{}", "{}，谢谢"]
)
@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW"])
def test_every_example_of_every_command_is_the_same_command_with_anything_around_it(around, language):
    for command in commands.known():
        for example in command.examples.get(language) or command.words[language]:
            plain, other = read(example), read(around.format(example))
            assert isinstance(plain, Parsed)
            assert isinstance(other, Parsed), around.format(example)
            assert other.command is command
            assert other.arguments == plain.arguments


@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW"])
def test_an_example_without_its_arguments_is_completed_by_them(language):
    for command in commands.known():
        if not any(argument.required for argument in command.arguments):
            continue
        for example in command.examples[language]:
            whole = read(example)
            begun = read(command.words[language][0])
            rest = " ".join(whole.arguments.values())
            assert begun.missing
            assert fill(command, begun.arguments, begun.missing, rest).arguments == whole.arguments


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("numbrs week", "numbers week"),
        ("numbr last month support", "numbers last month support"),
        ("数剧 上周", "数据 上周"),
        ("surveylist", "survey list"),
    ],
)
def test_a_mistyped_command_is_offered_with_all_that_was_written_after_it(typed, meant):
    assert meant in read(typed).lines


def test_no_traditional_sign_of_a_command_is_left_as_it_is():
    words = "".join(phrase for command in commands.known() for phrase in phrases(command))
    words.encode("gb2312")  # the simplified signs alone


def test_what_is_offered_is_in_the_readers_script():
    found = parse("恢复情况", commands.known(), "zh-CN")
    assert isinstance(found, NotUnderstood)
    assert "恢复团队" in found.nearest
