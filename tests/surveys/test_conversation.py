"""One survey with one person: every reply has a meaning, and every conversation ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxbot.domain.conversation import Answered, Progress, Said, Step, answer_all, band_after, begin, reply
from cxbot.domain.survey import LANGUAGES, Next, Option, Question, Survey, read_survey

FOLDER = Path(__file__).parents[2] / "surveys"


def shipped(key: str) -> Survey:
    return read_survey((FOLDER / f"{key}.toml").read_text(encoding="utf-8"), f"{key}.toml")


def texts(words: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, words)


def option(name: str) -> Option:
    return Option(id=name, label=texts(name.title()))


def several() -> Survey:
    """A survey of every kind: what was bad (several), was it urgent (yes or no), which day (one), anything else."""
    return shipped("csat").model_copy(
        update={
            "questions": (
                Question(
                    id="bad",
                    kind="several_of",
                    text=texts("What was bad?"),
                    optional=True,
                    options=(option("queue"), option("staff"), option("price")),
                    next=(Next(when="price", goto="urgent"), Next(goto="day")),
                ),
                Question(id="urgent", kind="yes_no", text=texts("Urgent?"), next=(Next(when="no", goto="else"),)),
                Question(
                    id="day", kind="one_of", text=texts("Which day?"), options=(option("today"), option("earlier"))
                ),
                Question(id="else", kind="text", text=texts("Anything else?")),
            ),
            "bands": (),
            "metric": "none",
        }
    )


def play(survey: Survey, *said: Said) -> Step:
    step = begin(survey)
    for one in said:
        step = reply(survey, Progress.load(step.progress.dump()), one)
    return step


def typed(words: str) -> Said:
    return Said(text=words)


def press(value: str, question: str = "") -> Said:
    return Said(value=value, question=question)


def test_it_begins_with_the_first_question():
    step = begin(shipped("nps"))
    assert (step.ask, step.done, step.progress.question) == ("score", False, "score")


@pytest.mark.parametrize(
    "said", [press("9", "score"), press("9"), typed("9"), typed("9分"), typed("９"), typed("9/10")]
)
def test_a_score_is_one_tap_or_one_character(said):
    step = play(shipped("nps"), said)
    assert step.answered == (Answered("score", "scale", 9),)
    assert step.ask == "why_promoter"


@pytest.mark.parametrize(
    ("score", "why"), [("0", "detractor"), ("6", "detractor"), ("7", "passive"), ("10", "promoter")]
)
def test_the_reason_asked_for_follows_the_band(score, why):
    assert play(shipped("nps"), press(score)).ask == f"why_{why}"


def test_nps_with_its_reason_takes_three_messages_of_the_bot():
    survey = shipped("nps")
    said = [begin(survey).ask]
    step = play(survey, press("4"))
    said.append(step.ask)
    step = reply(survey, step.progress, typed("It takes ages to get an answer"))
    assert step.done
    assert step.answered == (Answered("why_detractor", "text", "It takes ages to get an answer"),)
    assert len([*said, "thanks"]) == 3


@pytest.mark.parametrize("words", ["-5", "2 of my orders", "still not here", "11", "呵呵"])
def test_words_that_are_no_rating_are_kept_and_the_question_is_asked_again_once(words):
    survey = shipped("nps")
    first = play(survey, typed(words))
    assert (first.remark, first.ask, first.note) == (words, "score", "survey.note.not_a_rating")
    assert first.answered == ()
    second = reply(survey, first.progress, typed("still not here"))
    assert (second.remark, second.ask, second.note, second.done) == ("still not here", "", "", False)
    assert reply(survey, second.progress, typed("3")).answered == (Answered("score", "scale", 3),)


def test_words_beside_a_score_are_kept_and_not_asked_for_again():
    step = play(shipped("csat"), typed("2 slow delivery"))
    assert step.answered == (Answered("score", "scale", 2, "slow delivery"),)
    assert step.done


def test_words_beside_a_score_spare_a_later_question_for_words_too():
    survey = shipped("after_delivery")
    step = play(survey, typed("2 slow delivery"))
    assert step.ask == "what"
    assert reply(survey, step.progress, press("late")).done


def test_a_score_that_contradicts_its_words_is_asked_back_once():
    survey = shipped("nps")
    first = play(survey, typed("1, best ever!"))
    assert (first.answered, first.ask, first.note) == ((), "score", "survey.note.doubt")
    assert first.remark == "1, best ever!"
    for second in (typed("1"), typed("1, best ever!"), press("1")):
        assert reply(survey, first.progress, second).answered[0].value == 1
    assert reply(survey, first.progress, press("10")).answered == (Answered("score", "scale", 10),)


def test_a_reason_that_contradicts_the_score_before_it_asks_back_once():
    survey = shipped("csat")
    first = play(survey, press("1"), typed("best service ever, excellent"))
    assert first.answered == (Answered("why", "text", "best service ever, excellent"),)
    assert (first.ask, first.note, first.done) == ("score", "survey.note.doubt", False)
    stands = reply(survey, first.progress, press("1"))
    assert (stands.done, stands.note) == (True, "")
    meant = reply(survey, first.progress, press("5"))
    assert meant.answered == (Answered("score", "scale", 5),)
    assert (meant.ask, meant.withdrawn) == ("praise", ("why",))
    words = reply(survey, first.progress, typed("I mean what I said"))
    assert (words.done, words.remark) == (True, "I mean what I said")


def test_another_press_on_an_answered_question_changes_the_answer():
    survey = shipped("nps")
    step = play(survey, press("3", "score"), press("10", "score"))
    assert step.answered == (Answered("score", "scale", 10),)
    assert (step.note, step.ask) == ("survey.note.changed", "why_promoter")
    assert band_after(survey, step.progress.answers).name == "promoter"


def test_a_change_within_the_branch_keeps_the_open_question_and_says_only_that():
    step = play(shipped("nps"), press("3", "score"), press("2", "score"))
    assert (step.answered[0].value, step.note, step.ask) == (2, "survey.note.changed", "")
    assert step.progress.question == "why_detractor"


def test_pressing_the_same_twice_answers_once():
    step = play(shipped("nps"), press("3", "score"), press("3", "score"))
    assert step.ignored
    assert step.answered == ()


def test_a_bare_number_where_words_were_asked_for_corrects_the_score():
    survey = shipped("nps")
    step = play(survey, typed("1"), typed("9"))
    assert step.answered == (Answered("score", "scale", 9),)
    assert step.note == "survey.note.changed"
    again = reply(survey, step.progress, typed("8"))
    assert again.answered == (Answered("why_promoter", "text", "8"),)


@pytest.mark.parametrize("said", [typed("change"), press("change")])
def test_change_asks_for_the_last_answer_again(said):
    survey = shipped("nps")
    step = play(survey, press("3"), said)
    assert (step.ask, step.done) == ("score", False)
    changed = reply(survey, step.progress, typed("8"))
    assert changed.answered == (Answered("score", "scale", 8),)
    assert changed.ask == "why_passive"


def test_change_with_nothing_answered_asks_the_same():
    assert play(shipped("nps"), typed("change")).ask == "score"


def test_after_the_end_nothing_is_changed_and_words_are_kept():
    survey = shipped("fcr")
    end = play(survey, press("yes"))
    assert end.done
    assert reply(survey, end.progress, press("no", "score")) == Step(end.progress, done=True, ignored=True)
    assert reply(survey, end.progress, typed("and thanks")).remark == "and thanks"


@pytest.mark.parametrize("said", [typed("skip"), typed("跳过"), press("skip"), press("skip", "why_passive")])
def test_an_optional_question_can_be_skipped(said):
    step = play(shipped("nps"), press("8"), said)
    assert step.done
    assert step.answered == ()
    assert step.progress.skipped == ("why_passive",)


def test_a_question_that_is_needed_is_asked_for_once_more():
    survey = shipped("nps")
    first = play(survey, typed("skip"))
    assert (first.ask, first.note) == ("score", "survey.note.needed")
    assert reply(survey, first.progress, typed("skip")).ask == ""


def test_a_skipped_question_can_still_be_answered():
    survey = several()
    step = play(survey, press("skip"), press("queue", "bad"))
    assert step.ignored
    step = play(survey, press("skip"), Said(text="1", question="bad"))
    assert step.answered == (Answered("bad", "several_of", ["queue"]),)


@pytest.mark.parametrize(
    "said",
    [press("9", "nothing"), press("9", "why_promoter"), press("11", "score"), press("-1"), press("9.5"), press("")],
)
def test_a_stale_or_foreign_press_is_ignored(said):
    step = play(shipped("nps"), said)
    assert step.ignored
    assert step.progress == begin(shipped("nps")).progress


@pytest.mark.parametrize("words", ["STOP", "退订", "any news?", "人工", ""])
def test_words_that_are_for_somebody_else_are_no_answer(words):
    step = play(shipped("nps"), press("3"), typed(words))
    assert step.ignored
    assert step.remark == ""


def test_several_are_picked_and_unpicked_until_done():
    survey = several()
    step = play(survey, press("queue", "bad"), press("price", "bad"), press("queue", "bad"))
    assert (step.again, step.ask, step.progress.picked) == (True, "bad", ("price",))
    step = reply(survey, step.progress, press("done", "bad"))
    assert step.answered == (Answered("bad", "several_of", ["price"]),)
    assert step.ask == "urgent"


def test_several_typed_are_an_answer_at_once():
    step = play(several(), typed("1,2"))
    assert step.answered == (Answered("bad", "several_of", ["queue", "staff"]),)
    assert step.ask == "day"


def test_done_with_nothing_picked_skips_what_is_optional():
    assert play(several(), press("done")).progress.skipped == ("bad",)


def test_a_typed_label_or_number_is_a_choice():
    survey = shipped("pain_point")
    for words in ("The staff", "the STAFF", "2", "店员的服务", "店員的服務"):
        step = play(survey, press("2"), typed(words))
        assert step.answered == (Answered("worst", "one_of", "staff"),), words
    step = play(survey, press("2"), typed("it smelled"))
    assert (step.remark, step.note, step.ask) == ("it smelled", "survey.note.not_a_choice", "worst")


@pytest.mark.parametrize(
    ("words", "value"), [("yes", True), ("no", False), ("是", True), ("沒有", False), ("👍", True)]
)
def test_yes_and_no_are_read(words, value):
    survey = shipped("fcr")
    step = play(survey, typed(words))
    assert step.answered == (Answered("score", "yes_no", value),)
    assert band_after(survey, step.progress.answers).detractor is not value


def test_a_change_that_leads_another_way_withdraws_the_answers_beside_it():
    survey = several()
    step = play(survey, typed("3"), press("yes"), press("today"))
    assert step.progress.question == "else"
    step = reply(survey, step.progress, Said(text="1", question="bad"))
    assert step.withdrawn == ("urgent",)
    assert step.progress.answered == ("bad", "day")
    assert step.progress.question == "else"


def test_progress_of_another_survey_begins_at_what_is_open():
    step = reply(shipped("csat"), Progress("why_detractor", answered=("gone",), values=(1,)), typed("hello"))
    assert (step.ask, step.withdrawn) == ("score", ("gone",))


def test_what_is_no_progress_is_refused():
    for text in ("", "[]", "{}", '{"question": 3}', '{"question": "a", "values": [{}]}'):
        with pytest.raises(ValueError, match=r"progress|answer|Expecting"):
            Progress.load(text)


def test_a_whole_page_is_answered_along_its_branches():
    survey = shipped("pain_point")
    steps, mistakes = answer_all(survey, {"score": "2", "worst": "price", "why": "too dear", "other": "x"})
    assert mistakes == {}
    given = [answer for step in steps for answer in step.answered]
    assert [(a.question, a.value) for a in given] == [("score", 2), ("worst", "price"), ("why", "too dear")]
    assert [step.done for step in steps] == [False, False, True]
    assert answer_all(survey, {"score": "5", "worst": "nothing", "why": "beside the way"})[0][-1].done


def test_a_page_may_leave_out_what_is_optional_only():
    survey = shipped("pain_point")
    assert answer_all(survey, {"score": "2", "worst": "price"})[0][-1].done
    assert answer_all(survey, {"score": "", "worst": "price"}) == ([], {"score": "link.mistake.required"})
    assert answer_all(survey, {"score": "6"})[1] == {"score": "link.mistake.choose"}
    assert answer_all(survey, {"score": "2", "worst": "rain"})[1] == {"worst": "link.mistake.choose"}
    assert answer_all(several(), {"bad": "queue,rain"})[1] == {"bad": "link.mistake.choose"}
    steps, mistakes = answer_all(several(), {"bad": "price,queue", "urgent": "no", "else": "skip"})
    assert mistakes == {}
    assert [a.value for step in steps for a in step.answered] == [["queue", "price"], False, "skip"]
