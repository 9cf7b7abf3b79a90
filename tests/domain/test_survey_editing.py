from __future__ import annotations

import pytest
from world import shipped_surveys

from cxbot.domain.survey import Option, Question, Survey, WordRule, differences, editing, mistakes_in
from cxbot.domain.survey.editing import Wrong

CSAT = next(survey for survey in shipped_surveys() if survey.key == "csat")
PAIN = next(survey for survey in shipped_surveys() if survey.key == "pain_point")
HOUR = 3_600_000


def lines(after: object, before: Survey = CSAT) -> list[str]:
    """What an edit changed, a line each."""
    assert isinstance(after, Survey), after
    return [
        f"{'.'.join(each.where)}{' ' + each.language if each.language else ''}: {each.before} > {each.after}"
        for each in differences(before, after)
    ]


@pytest.mark.parametrize(
    ("word", "hours"),
    [
        ("5d", 120),
        ("24h", 24),
        ("24 H", 24),
        ("24小时", 24),
        ("72小時", 72),
        ("5天", 120),
        ("90m", 1.5),
        ("30分钟", 0.5),
    ],
)
def test_a_time_is_read_in_both_languages(word: str, hours: float) -> None:
    assert editing.read_duration(word) == hours * HOUR


@pytest.mark.parametrize("word", ["", "soon", "5", "d5", "-1d", "5 moons"])
def test_what_is_no_time_is_refused(word: str) -> None:
    assert editing.read_duration(word) is None
    assert isinstance(editing.with_setting(CSAT, "delay", [word or "x"]), Wrong)


@pytest.mark.parametrize(
    ("name", "words", "line"),
    [
        ("expires", ["5d"], "expires: 7d > 5d"),
        ("nudges", ["12h"], "nudges: 1d, 3d > 12h"),
        ("nudges", [], "nudges: 1d, 3d > "),
        ("delay", ["1h"], "trigger.delay: 0m > 1h"),
        ("sample", ["50%"], "trigger.sample_percent: 100 > 50"),
        ("touchpoints", ["ticket", "store"], "trigger.touchpoints: ticket > ticket, store"),
        ("outcomes", ["none"], "trigger.outcomes: closed > "),
        ("skip_auto_closed", ["否"], "trigger.skip_auto_closed: yes > "),
        ("quiet_ok", ["on"], "quiet_ok:  > yes"),
        ("vip_severity", ["critical"], "detect.vip_severity: high > critical"),
    ],
)
def test_a_setting_is_changed_by_its_words(name: str, words: list[str], line: str) -> None:
    assert lines(editing.with_setting(CSAT, name, words)) == [line]


@pytest.mark.parametrize(
    ("name", "words"),
    [("sample", ["110"]), ("sample", []), ("expires", []), ("quiet_ok", ["perhaps"]), ("vip_severity", ["awful"])],
)
def test_what_a_setting_cannot_be_is_refused(name: str, words: list[str]) -> None:
    assert isinstance(editing.with_setting(CSAT, name, words), Wrong)


@pytest.mark.parametrize(
    ("place", "where"),
    [
        (("title",), "title"),
        (("intro",), "intro"),
        (("thanks", "satisfied"), "thanks.satisfied"),
        (("question", "why"), "questions.why.text"),
        (("low_label", "score"), "questions.score.low_label"),
        (("label", "score", "3"), "questions.score.labels.3"),
        (("words", "1"), "detect.raising_words.1.reason"),
    ],
)
def test_every_text_can_be_written_in_one_language_alone(place: tuple[str, ...], where: str) -> None:
    changed = lines(editing.with_texts(CSAT, place, {"en": " New words "}))
    assert [line.partition(":")[0] for line in changed] == [f"{where} en"]
    assert changed[0].endswith("> New words")


@pytest.mark.parametrize(
    "place",
    [("thanks", "nobody"), ("question", "nope"), ("words", "99"), ("label", "score", "9"), ("option", "why", "x"), ()],
)
def test_a_text_that_is_not_there_is_refused(place: tuple[str, ...]) -> None:
    assert editing.texts_at(CSAT, place) is None
    assert isinstance(editing.with_texts(CSAT, place, {"en": "x"}), Wrong)


def test_a_text_taken_out_of_a_language_is_missing_there() -> None:
    edited = editing.with_texts(CSAT, ("question", "why"), {"zh-TW": ""})
    assert isinstance(edited, Survey)
    assert [fault.message[:31] for fault in mistakes_in(edited)] == ["the text is missing in zh-TW: w"]


def test_a_question_taken_out_leaves_no_branch_behind() -> None:
    edited = editing.without_question(CSAT, "why")
    assert isinstance(edited, Survey)
    assert mistakes_in(edited) == ()
    assert edited.question("score").next[-1].goto == "end"  # type: ignore[union-attr]


def test_a_question_is_added_after_another_and_only_once() -> None:
    texts = {"en": "Why?", "zh-CN": "为什么？", "zh-TW": "為什麼？"}
    question = Question(id="more", kind="text", optional=True, text=texts)
    edited = editing.with_new_question(PAIN, question, PAIN.questions[-1].id)
    assert isinstance(edited, Survey)
    assert edited.questions[-1] == question
    assert isinstance(editing.with_new_question(edited, question), Wrong)
    moved = editing.with_question(edited, "more", "after", ["first"])
    assert isinstance(moved, Survey)
    assert moved.questions[0].id == "more"


def test_a_branch_is_changed_where_it_stands_and_any_stays_the_last() -> None:
    edited = editing.with_branch(CSAT, "score", "3", "praise")
    assert isinstance(edited, Survey)
    assert [rule.when for rule in edited.question("score").next] == ["satisfied", "3", ""]  # type: ignore[union-attr]
    again = editing.with_branch(edited, "score", "3", "end")
    assert lines(again, edited) == ["questions.score.next.3.goto: praise > end"]
    assert editing.without_branch(edited, "score", "3") == CSAT
    assert isinstance(editing.without_branch(CSAT, "score", "4"), Wrong)


def test_options_bands_words_and_routes_come_and_go() -> None:
    choice = next(question for question in PAIN.questions if question.options)
    more = editing.with_option(PAIN, choice.id, Option(id="brand_new"))
    assert isinstance(more, Survey)
    assert editing.without_option(more, choice.id, "brand_new") == PAIN
    band = editing.with_band(CSAT, "neutral", (3, 3), "low")
    assert set(lines(band)) == {"bands.neutral.detractor:  > yes", "bands.neutral.severity:  > low"}
    assert isinstance(editing.with_band(CSAT, "neutral", (3, 3), "awful"), Wrong)
    n = len(CSAT.detect.raising_words) + 1
    words = editing.with_words(CSAT, WordRule(words=("mould",), severity="high"))
    assert isinstance(words, Survey)
    assert editing.without_words(words, str(n)) == CSAT
    assert isinstance(editing.without_words(CSAT, str(n)), Wrong)
    route = editing.with_route(CSAT, "delivery", ["store"])
    assert isinstance(route, Survey)
    assert editing.without_route(route, str(len(route.routes))) == CSAT


def test_what_is_another_order_only_is_said_as_that() -> None:
    moved = editing.with_question(CSAT, "praise", "after", ["score"])
    assert lines(moved) == ["questions:  > "]


def test_a_new_survey_differs_in_all_it_says_and_the_same_in_nothing() -> None:
    assert differences(CSAT, CSAT) == ()
    assert "questions.score.text en" in {line.partition(":")[0] for line in lines(CSAT, None)}  # type: ignore[arg-type]
