from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxbot.domain.survey import Option, Question, Survey
from cxbot.ports import Limits, Outgoing
from cxbot.wording import LANGUAGES, Meaning, render

NOW = 1_763_879_880_000
WIDE = Limits()
WORDS = Limits(buttons=False, forms=False)


def texts(en: str, cn: str = "", tw: str = "") -> dict[str, str]:
    return {"en": en, "zh-CN": cn or en, "zh-TW": tw or en}


SURVEY = Survey(
    key="nps",
    metric="nps",
    kind="relationship",
    title=texts("Recommend us"),
    intro=texts("{company} asks.[ About {reference}.] STOP ends it. {privacy_url}"),
    questions=(
        Question(
            id="score",
            kind="scale",
            low=0,
            high=10,
            score=True,
            text=texts("How likely are you to recommend us, {name}?", "您愿意推荐我们吗，{name}？"),
            low_label=texts("not at all", "完全不", "完全不會"),
            high_label=texts("very", "非常", "非常願意"),
        ),
        Question(id="mood", kind="scale", low=1, high=5, faces=True, text=texts("And the agent?"), optional=True),
        Question(id="named", kind="scale", low=1, high=2, labels={1: texts("bad"), 2: texts("good")}, text=texts("?")),
        Question(
            id="why",
            kind="one_of",
            text=texts("Why?"),
            options=(Option(id="slow", label=texts("Slow", "太慢", "太慢")), Option(id="rude", label=texts("Rude"))),
        ),
        Question(
            id="parts",
            kind="several_of",
            text=texts("Which parts?"),
            optional=True,
            options=tuple(Option(id=f"p{n}", label=texts(f"Part {n}")) for n in range(1, 7)),
        ),
        Question(id="fixed", kind="yes_no", text=texts("Fixed?")),
        Question(id="more", kind="text", text=texts("Anything else?"), optional=True),
    ),
    thanks={"default": texts("Thank you, {name}."), "detractor": texts("We are sorry, {name}.")},
)


def ask(question: str, language: str = "en", limits: Limits = WIDE, **args: Any) -> Outgoing:
    args = {"invitation": "i1", "question": question, "variables": {"name": "Sam", "company": "Harbour"}, **args}
    return render(Meaning("r1", "web", "customer:sam", "question", "", args, language, SURVEY), limits, NOW)


def test_a_scale_is_drawn_as_one_button_a_value() -> None:
    drawn = ask("score")
    assert drawn.text == "How likely are you to recommend us, Sam?"
    assert drawn.layout == "scale"
    assert [choice.label for choice in drawn.choices] == [str(n) for n in range(11)]
    assert drawn.choices[9].key == "s:i1:score:9"
    assert (drawn.low_label, drawn.high_label) == ("not at all", "very")


def test_a_scale_is_asked_in_words_where_there_are_no_buttons() -> None:
    drawn = ask("score", "zh-TW", WORDS)
    assert drawn.choices == ()
    assert drawn.layout == "buttons"
    assert drawn.text.splitlines()[1:] == ["0 = 完全不會，10 = 非常願意", "請回覆 0 到 10 的數字。"]


def test_a_scale_with_more_values_than_the_channel_has_buttons_is_asked_in_words() -> None:
    drawn = ask("score", limits=Limits(choices=6))
    assert drawn.choices == ()
    assert "Reply with a number from 0 to 10." in drawn.text


def test_faces_stand_beside_the_numbers() -> None:
    assert [choice.label for choice in ask("mood").choices] == ["1 😞", "2 🙁", "3 😐", "4 🙂", "5 😀", "Skip"]
    assert ask("mood").choices[-1].key == "s:i1:mood:skip"


def test_values_are_named_where_the_ends_are_not() -> None:
    assert [choice.label for choice in ask("named").choices] == ["1 bad", "2 good"]


def test_one_of_several_is_answered_by_pressing_or_by_number() -> None:
    assert [choice.key for choice in ask("why").choices] == ["s:i1:why:slow", "s:i1:why:rude"]
    written = ask("why", "zh-CN", WORDS).text
    assert written.splitlines() == ["Why?", "1. 太慢", "2. Rude", "请回复 1 或 2。"]


def test_several_of_shows_what_is_picked_and_ends_with_done() -> None:
    drawn = ask("parts", picked=["p2"])
    assert [choice.style for choice in drawn.choices] == ["", "chosen", "", "", "", "", "primary", ""]
    assert drawn.choices[1].label == "✓ Part 2"
    assert [choice.key.rpartition(":")[2] for choice in drawn.choices[-2:]] == ["done", "skip"]
    assert "numbers from 1 to 6" in ask("parts", limits=WORDS).text


def test_yes_or_no_is_pressed() -> None:
    assert [choice.key for choice in ask("fixed").choices] == ["s:i1:fixed:yes", "s:i1:fixed:no"]
    assert [choice.label for choice in ask("fixed", "zh-TW").choices] == ["是", "否"]


def test_an_optional_question_can_be_skipped_in_words() -> None:
    assert "skip" in ask("more", limits=WORDS).text
    assert [choice.key for choice in ask("more").choices] == ["s:i1:more:skip"]


def test_the_first_contact_begins_with_the_introduction() -> None:
    drawn = ask(
        "score", intro=True, variables={"name": "Sam", "company": "Harbour", "privacy_url": "https://x.example/p"}
    )
    assert drawn.text.startswith("Harbour asks. STOP ends it. https://x.example/p\n\nHow likely")


def test_notes_come_before_the_question_with_the_range_filled_in() -> None:
    one = ask("score", note="survey.note.not_a_rating").text
    assert "from 0 to 10" in one
    two = ask("score", note=[{"key": "survey.note.changed", "args": {}}, "customer.late_answer"]).text
    assert len(two.split("\n\n")) == 3
    assert "from" not in ask("why", note="survey.note.not_a_rating").text.splitlines()[0]


def test_thanks_are_those_of_the_band_after_what_is_noted() -> None:
    def thank(band: str, **more: Any) -> str:
        args = {"band": band, "variables": {"name": "Sam"}, **more}
        return render(Meaning("r", "web", "a", "message", "survey.thanks", args, "en", SURVEY), WIDE, NOW).text

    assert thank("detractor") == "We are sorry, Sam."
    assert thank("passive") == "Thank you, Sam."
    note = [{"key": "customer.case_opened", "args": {"sorry": {"key": "sorry.slow"}, "code": "H42"}}]
    assert thank("detractor", note=note).endswith("\n\nWe are sorry, Sam.")


def test_a_question_and_its_answer_are_named_by_the_survey() -> None:
    args = {
        "question": {"key": "survey.question", "args": {"question": "why"}},
        "answer": {"key": "survey.answer", "args": {"question": "why", "value": "slow"}},
    }
    said = render(Meaning("r", "web", "a", "message", "question.answered", args, "zh-CN", SURVEY), WIDE, NOW).text
    assert said == "Why?\n✓ 太慢"


def test_an_unknown_question_is_no_reason_to_fail() -> None:
    assert ask("gone").text == ""


def test_a_name_cannot_bring_markup_or_lines_into_a_question() -> None:
    drawn = ask("score", variables={"name": "{company}\n[x {agent}] " + "y" * 500})
    assert "\n" not in drawn.text
    assert "{company} [x {agent}]" in drawn.text
    assert len(drawn.text) < 200


@given(
    question=st.sampled_from([question.id for question in SURVEY.questions]),
    language=st.sampled_from(LANGUAGES),
    limits=st.builds(Limits, buttons=st.booleans(), choices=st.integers(0, 30), choice_label=st.integers(1, 75)),
    args=st.dictionaries(
        st.sampled_from(["picked", "variables", "note", "intro", "invitation"]),
        st.none()
        | st.text(max_size=20)
        | st.lists(st.text(max_size=5))
        | st.dictionaries(st.text(max_size=5), st.text()),
    ),
)
@settings(max_examples=100, deadline=None)
def test_no_argument_makes_a_question_fail(question: str, language: str, limits: Limits, args: dict[str, Any]) -> None:
    drawn = ask(question, language, limits, **args)
    assert len(drawn.choices) <= limits.choices
    assert all(len(choice.label) <= limits.choice_label for choice in drawn.choices)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keys_of_choices_fit_every_channel(language: str) -> None:
    for question in SURVEY.questions:
        for choice in ask(question.id, language, invitation="0" * 26).choices:
            assert len(choice.key.encode("ascii")) <= 64
