"""What a survey's file may say, and what is said about one that may not be so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxbot.domain.survey import (
    LANGUAGES,
    SurveyMistakes,
    fill,
    from_json,
    mistakes_in,
    read_survey,
    to_json,
    to_toml,
)
from cxbot.domain.survey.lines import lines_of
from cxbot.domain.survey.texts import texts_of
from cxbot.ports import Limits

FOLDER = Path(__file__).parents[2] / "surveys"
SHIPPED = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.toml"))}

GOOD = """\
key = "visit"
metric = "csat"
kind = "transactional"
expires = "7d"
nudges = ["24h", "72h"]

[title]
en = "Visit"
zh-CN = "到店"
zh-TW = "來店"

[definition]
en = "Share of 4 and 5"
zh-CN = "4–5 分占比"
zh-TW = "4–5 分占比"

[intro]
en = "{company} asks, so that the next visit is better. Reply STOP to end. Privacy: {privacy_url}"
zh-CN = "{company}想让您下次来得更满意，所以想问问您。回复“退订”即可停止。隐私：{privacy_url}"
zh-TW = "{company}想讓您下次來得更滿意，所以想問問您。回覆「取消訂閱」即可停止。隱私權：{privacy_url}"

[trigger]
touchpoints = ["store"]
delay = "30m"

[[questions]]
id = "score"
kind = "scale"
score = true
low = 1
high = 5
text.en = "How was it?"
text.zh-CN = "怎么样？"
text.zh-TW = "如何？"
next = [{ when = "happy", goto = "end" }]

[[questions]]
id = "worst"
kind = "one_of"
text = { en = "The worst?", zh-CN = "最糟？", zh-TW = "最糟？" }

[[questions.options]]
id = "queue"
label.en = "Queue"
label.zh-CN = "排队"
label.zh-TW = "排隊"

[[questions.options]]
id = "staff"
label.en = "Staff"
label.zh-CN = "店员"
label.zh-TW = "店員"

[[bands]]
name = "unhappy"
low = 1
high = 3
detractor = true
severity = "medium"

[[bands]]
name = "happy"
low = 4
high = 5

[thanks.default]
en = "Thank you"
zh-CN = "谢谢"
zh-TW = "謝謝"

[detect]
vip_severity = "high"

[[detect.raising_words]]
words = ["refund"]
severity = "high"
reason.en = "refund"
reason.zh-CN = "退款"
reason.zh-TW = "退款"

[[routes]]
team = "support"
answers.worst = "queue"
"""

# what is replaced, by what, a piece of the line that must be named, and a piece of the advice
WRONG = {
    "unknown key": ('delay = "30m"', 'dellay = "30m"', "dellay", "did you mean 'delay'"),
    "unknown key at the top": ('expires = "7d"', 'colour = "red"', "colour", "unknown key: write one of key, metric"),
    "unknown key in an option": ('id = "staff"', 'id = "staff"\nicon = "x"', "icon", "unknown key"),
    "no duration": ('delay = "30m"', 'delay = "half an hour"', "half an hour", '"30m"'),
    "number in quotes": ("low = 1\nhigh = 5", 'low = "1"\nhigh = 5', 'low = "1"', "a whole number, without quotes"),
    "unknown kind": ('kind = "one_of"', 'kind = "choice"', '"choice"', "'one_of'"),
    "missing goto": ('{ when = "happy", goto = "end" }', '{ when = "happy" }', "next = [", 'write goto = "end"'),
    "unknown language": ('text.zh-TW = "如何？"', 'text.zh-HK = "如何？"', "zh-HK", "write one of en, zh-CN, zh-TW"),
    "missing language": ('text.zh-TW = "如何？"\n', "", "text.en = ", 'missing in zh-TW: write text.zh-TW = "…"'),
    "empty text": (
        'text.zh-CN = "怎么样？"',
        'text.zh-CN = " "',
        "text.en = ",
        'missing in zh-CN: write text.zh-CN = "…"',
    ),
    "language left out of thanks": ('zh-CN = "谢谢"\n', "", "[thanks.default]", "missing in zh-CN"),
    "unknown variable": ('"How was it?"', '"How was it, {nmae}?"', "{nmae}", "{nmae} is no variable"),
    "variable with a format": ('"How was it?"', '"How was it, {name:>9}?"', "{name:>9}", "no variable"),
    "brace alone": ('"How was it?"', '"How was it }?"', "How was it }?", "a brace stands alone"),
    "unknown goto": ('goto = "end"', 'goto = "wurst"', "goto", "did you mean 'worst'?"),
    "goto itself": ('goto = "end"', 'goto = "score"', "next", "a loop: score → score"),
    "when that no answer gives": ('when = "happy"', 'when = "glad"', "when", 'write a range such as "1-5"'),
    "unreachable": ('[{ when = "happy", goto = "end" }]', '[{ goto = "end" }]', 'id = "worst"', "no answer leads to"),
    "branch never taken": (
        '[{ when = "happy", goto = "end" }]',
        '[{ when = "4-5", goto = "end" }, { when = "happy", goto = "worst" }]',
        "next",
        "never taken",
    ),
    "duplicate question": ('id = "worst"', 'id = "score"', 'id = "score"', "another question above is 'score'"),
    "duplicate option": ('id = "staff"', 'id = "queue"', 'id = "queue"', "another option above is 'queue'"),
    "id with a meaning": ('id = "staff"', 'id = "skip"', 'id = "skip"', "has a meaning of its own"),
    "id not ascii": ('id = "staff"', 'id = "店员"', 'id = "店员"', "small letters"),
    "bands overlap": ("low = 4\nhigh = 5\n", "low = 3\nhigh = 5\n", "low = 3", "3 is already in the band 'unhappy'"),
    "bands leave a gap": ("low = 4\nhigh = 5\n", "low = 5\nhigh = 5\n", "[[bands]]", "no band holds 4"),
    "band off the scale": ("low = 4\nhigh = 5\n", "low = 4\nhigh = 6\n", "high = 6", "the scale goes from 1 to 5"),
    "detractors without severity": ('severity = "medium"\n', "", "detractor = true", "how severe is it?"),
    "severe without detractors": ("detractor = true\n", "", 'severity = "medium"', "write `detractor = true`"),
    "two scored": ('kind = "one_of"', 'kind = "one_of"\nscore = true', "score = true", "one question is scored"),
    "none scored": ("score = true\n", "", 'metric = "csat"', "no question is scored"),
    "other scale than the metric's": ("low = 1\nhigh = 5\ntext", "low = 0\nhigh = 5\ntext", "low = 0", "from 1 to 5"),
    "three nudges": ('["24h", "72h"]', '["1h", "24h", "72h"]', "nudges", "at most 2 nudges"),
    "nudge after expiry": ('expires = "7d"', 'expires = "48h"', "nudges", "after the survey has expired"),
    "nudges out of order": ('["24h", "72h"]', '["72h", "24h"]', "nudges", "each later than the one before"),
    "nobody asks": ('en = "{company} asks, so', 'en = "We ask, so', "en = ", "who asks: put {company}"),
    "no privacy link": ("Privacy: {privacy_url}", "Bye", "en = ", "put {privacy_url}"),
    "no way to stop": ("Reply STOP to end.", "Thanks.", "en = ", '"STOP"'),
    "no way to stop in Chinese": ("回复“退订”即可停止。", "", "zh-CN = ", '"退订"'),
    "no reason why": ("{company} asks, so that the next visit is better.", "{company}.", "en = ", "says why"),
    "thanks for no band": ("[thanks.default]", "[thanks.glad]", "[thanks.glad]", "there is no band 'glad'"),
    "no thanks at all": ("[thanks.default]", "[thanks.happy]", "[thanks.happy]", "add [thanks.default]"),
    "route by no question": ("answers.worst", "answers.worse", "answers.worse", "did you mean 'worst'?"),
    "route by no answer": ('answers.worst = "queue"', 'answers.worst = "rain"', "answers.worst", "queue, staff"),
    "route for everybody": ('answers.worst = "queue"', "", "[[routes]]", "takes every case"),
    "no words to look for": ('words = ["refund"]', "words = []", "words = []", "write the words"),
    "faces on a long scale": ("high = 5\ntext", "high = 9\nfaces = true\ntext", "faces", "five faces"),
    "ends of a scale on a choice": ('kind = "one_of"', 'kind = "one_of"\nhigh = 3', "high = 3", "belongs to a scale"),
    "time zone": ('kind = "transactional"', 'kind = "transactional"\ntime_zone = "Mars"', "time_zone", "Asia/Shanghai"),
}


def mistakes(text: str, **options) -> tuple:
    with pytest.raises(SurveyMistakes) as caught:
        read_survey(text, "visit.toml", **options)
    return caught.value.mistakes


def line(text: str, number: int) -> str:
    return text.splitlines()[number - 1]


def test_a_good_survey_has_no_mistake():
    survey = read_survey(GOOD, "visit.toml")
    assert (survey.expires_ms, survey.nudges_ms) == (7 * 86_400_000, (86_400_000, 259_200_000))
    assert survey.trigger.delay_ms == 1_800_000
    assert mistakes_in(survey) == ()


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_named_with_its_line_and_what_to_write(name):
    old, new, where, advice = WRONG[name]
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    found = mistakes(text)
    assert [m for m in found if advice in m.message and where in line(text, m.line)], [str(m) for m in found]


def test_every_mistake_is_named_at_once():
    text = (
        GOOD.replace("touchpoints", "tuchpoints")
        .replace("low = 4\nhigh = 5", "low = 5\nhigh = 5")
        .replace('"How was it?"', '"How was it, {nmae}?"')
        .replace('goto = "end"', 'goto = "nowhere"')
        .replace("score = true", 'score = "yes"')
        .replace('zh-CN = "谢谢"\n', "")
    )
    named = {m.key for m in mistakes(text)}
    assert {
        "trigger.tuchpoints",
        "questions.score.text.en",
        "questions.score.next.1.goto",
        "questions.score.score",
        "thanks.default",
    } <= named


def test_a_stand_in_for_what_is_missing_brings_no_mistakes_of_its_own():
    for needed in ('key = "visit"\n', 'metric = "csat"\n', 'team = "support"\n', 'name = "happy"\n'):
        found = [m for m in mistakes(GOOD.replace(needed, "", 1)) if "happy" not in m.message]
        assert len(found) == 1, [str(m) for m in found]
        assert f"it is missing: write {needed.split(' ')[0]} = " in found[0].message


def test_a_choice_with_nothing_to_choose_is_a_dead_end():
    text = re.sub(r"\[\[questions\.options\]\].*?(?=\[\[bands)", "", GOOD, flags=re.DOTALL)
    found = mistakes(text)
    assert any("a dead end" in m.message and line(text, m.line) == 'kind = "one_of"' for m in found)


def test_a_loop_over_two_questions_is_named_with_its_way():
    text = GOOD.replace("text = { en", 'next = [{ goto = "score" }]\ntext = { en')
    found = mistakes(text)
    assert any("a loop: score → worst → score" in m.message and "next" in line(text, m.line) for m in found)


def test_what_is_no_toml_is_named_with_its_line():
    text = GOOD.replace('kind = "scale"', "kind = scale")
    (only,) = mistakes(text)
    assert line(text, only.line) == "kind = scale"
    assert "TOML" in only.message


@pytest.mark.parametrize(
    "text", ["", "[", "questions = 3", "questions = [1, 2]", "key = []", "a = " + "[" * 9_000, "\x00"]
)
def test_junk_is_refused_and_never_crashes(text):
    assert all(m.line >= 1 and m.message for m in mistakes(text))


def test_a_text_too_long_for_a_configured_channel_is_refused():
    limits = (Limits(text=160, choice_label=4), Limits(text=2_048, buttons=False))
    found = mistakes(GOOD, limits=limits)
    assert any(m.key == "questions.score.text.en" and "takes 160" in m.message for m in found)
    assert any(m.key == "questions.worst.options.queue.label.en" and "a button takes 4" in m.message for m in found)


def test_a_channel_for_teams_only_does_not_limit_a_survey():
    assert read_survey(GOOD, "visit.toml", limits=(Limits(text=20, customers=False),))


ANONYMOUS = {
    "branches": ('id = "why"', 'id = "why"\nnext = [{ goto = "end" }]', "branches"),
    "routes": ("[thanks.default]", '[[routes]]\nteam = "hr"\ntouchpoints = ["work"]\n\n[thanks.default]', "routes"),
    "VIP rules": ("[thanks.default]", '[detect]\nvip_severity = "high"\n\n[thanks.default]', "VIP"),
    "severity": ("detractor = true", 'detractor = true\nseverity = "low"', "no case follows"),
    "thanks per band": (
        "[thanks.default]",
        '[thanks.detractor]\nen = "a"\nzh-CN = "a"\nzh-TW = "a"\n\n[thanks.default]',
        "thanks per band",
    ),
    "text telling who": ("What is the main reason?", "{name}, what is the main reason?", "{name} tells who"),
    "an intro that hides it": ("This survey is anonymous: your", "Your", '"anonymous"'),
}


@pytest.mark.parametrize("name", ANONYMOUS)
def test_an_anonymous_survey_may_not_tell_who_answers(name):
    old, new, advice = ANONYMOUS[name]
    text = SHIPPED["enps"]
    assert old in text
    assert any(advice in m.message for m in mistakes(text.replace(old, new, 1)))


@pytest.mark.parametrize("key", SHIPPED)
def test_a_shipped_survey_is_valid_and_is_named_like_its_file(key):
    survey = read_survey(SHIPPED[key], f"{key}.toml", limits=(Limits(), Limits(text=2_000, buttons=False)))
    assert survey.key == key
    assert len(survey.nudges_ms) <= 2
    assert survey.expires_ms > 0
    assert survey.trigger.touchpoints


def test_all_seven_surveys_are_shipped_each_for_touchpoints_of_its_own():
    surveys = [read_survey(text, key) for key, text in SHIPPED.items()]
    assert {s.key for s in surveys} == {"nps", "csat", "ces", "fcr", "after_delivery", "pain_point", "enps"}
    touchpoints = [t for s in surveys for t in s.trigger.touchpoints]
    assert len(touchpoints) == len(set(touchpoints))


def test_the_bands_are_those_of_the_trade():
    unhappy = {"nps": range(7), "enps": range(7), "csat": (1, 2), "ces": (1, 2, 3), "fcr": (0,)}
    for text in SHIPPED.values():
        survey = read_survey(text, "x")
        low, high = survey.scored.span
        found = [n for n in range(low, high + 1) if survey.band_of(n).detractor]
        assert found == list(unhappy[survey.metric])


def test_taiwan_reads_its_own_words():
    for text in SHIPPED.values():
        survey = read_survey(text, "x")
        for _, texts, _ in texts_of(survey):
            if texts:
                assert not re.search(r"[们这为个说谢订隐复请问满]", texts["zh-TW"]), texts["zh-TW"]
                assert not re.search(r"[們這為個說謝訂隱請問滿]", texts["zh-CN"]), texts["zh-CN"]
        assert "隱私權" in survey.intro["zh-TW"]


@pytest.mark.parametrize("key", SHIPPED)
def test_a_survey_reads_back_equal_from_its_file_and_from_the_store(key):
    survey = read_survey(SHIPPED[key], key)
    assert read_survey(to_toml(survey), key) == survey
    assert from_json(to_json(survey)) == survey


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{}"), min_size=1).filter(str.strip)


@settings(max_examples=60, deadline=None)
@given(words, words, st.integers(0, 4).map(lambda n: ("0m", "90s", "36h", "2d", "1500ms")[n]))
def test_any_words_survive_the_file(question, label, delay):
    survey = read_survey(GOOD.replace('"30m"', f'"{delay}"'), "visit.toml")
    first, second = survey.questions
    texts = dict.fromkeys(LANGUAGES, question)
    options = tuple(o.model_copy(update={"label": dict.fromkeys(LANGUAGES, label)}) for o in second.options)
    first = first.model_copy(update={"text": texts, "labels": {3: texts}})
    survey = survey.model_copy(update={"questions": (first, second.model_copy(update={"options": options}))})
    assert read_survey(to_toml(survey), "visit.toml") == survey
    assert from_json(to_json(survey)) == survey


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_file_cut_or_mangled_anywhere_gives_mistakes_and_never_crashes(data):
    lines = GOOD.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        key = lines[at].partition("=")[0]
        junk = data.draw(
            st.sampled_from(["", f"{key}= 7", f"{key}= [[1]]", f'{key}= {{ a = "b" }}', f'{key}= ""', "[x]"])
        )
        lines[at] = junk
    text = "\n".join(lines)
    found: tuple = ()
    try:
        read_survey(text, "visit.toml")
    except SurveyMistakes as caught:
        found = caught.mistakes
    assert all(1 <= m.line <= len(lines) + 1 and m.message for m in found)


def paths(node, path=()):
    yield path
    for step, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from paths(inner, (*path, step))


@pytest.mark.parametrize("text", [GOOD, *SHIPPED.values()], ids=["good", *SHIPPED])
def test_every_key_of_a_file_has_its_line(text):
    lines = lines_of(text)
    for path in paths(tomllib.loads(text)):
        key = next((step for step in reversed(path) if isinstance(step, str)), "")
        assert key in line(text, lines[path]) or isinstance(path[-1], int), path


def test_lines_are_found_whatever_the_style():
    text = """\
# a comment [with] = signs
"quoted key".b = 'x'   # and another
many = [  # one
  "a]", '''
  b = [''',
  { c = 1, d.e = "}" },
]
[t."x.y"]
long = \"\"\"
[[not.a.table]]
a = \\\"\"\"x\"\"\"
after = 2
[[rows]]
a = 1
[rows.inner]
b = 2
[[rows]]
[[rows.sub]]
c = 3
"""
    lines = lines_of(text)
    assert lines["quoted key", "b"] == 2
    assert lines["many", 1] == 4
    assert lines["many", 2, "d", "e"] == 6
    assert lines["t", "x.y", "long"] == 9
    assert lines["t", "x.y", "after"] == 12
    assert lines["rows", 0, "inner", "b"] == 16
    assert lines["rows", 1] == 17
    assert lines["rows", 1, "sub", 0, "c"] == 19


def test_a_part_in_brackets_goes_where_its_variables_are_empty():
    assert fill("Your order[ {reference}] came.", {"reference": "A-1"}) == "Your order A-1 came."
    assert fill("Your order[ {reference}] came, {name}!", {"name": "Sam"}) == "Your order came, Sam!"
    assert fill("Kept [as is], {company}", {"company": "{name}", "name": "x"}) == "Kept [as is], {name}"
