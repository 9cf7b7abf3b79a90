"""Any sequence of replies ends or waits: it never crashes, and never keeps what the survey has no place for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cxbot.domain.conversation import Progress, Said, Step, begin, reply
from cxbot.domain.survey import LANGUAGES, Next, Option, Question, Survey, read_survey

FOLDER = Path(__file__).parents[2] / "surveys"
SHIPPED = [read_survey(path.read_text(encoding="utf-8"), path.name) for path in sorted(FOLDER.glob("*.toml"))]
EXPRESSIONS = [
    "9", "10", "0", "-5", "十", "９", "9分", "9/10", "⭐⭐⭐", "👍", "👎", "²", "2 of my orders", "1, best ever",
    "10 terrible", "3 slow delivery", "skip", "change", "done", "STOP", "yes", "no", "1,2", "1 和 3", "还行吧",
    "呵呵", "", "  ", "\x00", "best service ever, excellent", "terrible, awful", "跳过", "修改", "完成", "help",
    "agent", "any news?",
]  # fmt: skip
VALUES = ["0", "1", "3", "5", "7", "10", "yes", "no", "skip", "done", "change", "-1", "99", "٣", "²", "", "late", "x"]


def _texts(words: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, words)


def _every_kind() -> Survey:
    csat = next(survey for survey in SHIPPED if survey.key == "csat")
    options = tuple(Option(id=name, label=_texts(name)) for name in ("a", "b", "c"))
    several = Question(
        id="several",
        kind="several_of",
        text=_texts("?"),
        options=options,
        optional=True,
        next=(Next(when="b", goto="sure"), Next(when="a", goto="again")),
    )
    sure = Question(id="sure", kind="yes_no", text=_texts("?"), next=(Next(when="no", goto="end"),))
    again = Question(id="again", kind="several_of", text=_texts("?"), options=options)
    scale = Question(id="ease", kind="scale", text=_texts("?"), low=0, high=100, optional=True)
    return csat.model_copy(
        update={"key": "every", "questions": (several, csat.questions[0], sure, again, scale, *csat.questions[1:])}
    )


SURVEYS = [*SHIPPED, _every_kind()]


def fits(question: Question, value: object) -> bool:
    ids = {option.id for option in question.options}
    if question.kind == "scale":
        return type(value) is int and question.low <= value <= question.high
    if question.kind == "several_of":
        return isinstance(value, list) and bool(value) and set(value) <= ids
    if question.kind == "yes_no":
        return type(value) is bool
    return isinstance(value, str) and bool(value.strip()) and (question.kind == "text" or value in ids)


class AnyConversation(RuleBasedStateMachine):
    """A person who does anything, and a survey that always knows what that means."""

    survey: Survey
    step: Step
    kept: dict[str, object]

    @initialize(survey=st.sampled_from(SURVEYS))
    def begins(self, survey):
        self.survey, self.kept = survey, {}
        self.step = begin(survey)

    def says(self, said: Said) -> None:
        before = self.step.progress
        progress = Progress.load(before.dump())
        assert progress == before
        self.step = reply(self.survey, progress, said)
        for name in self.step.withdrawn:
            self.kept.pop(name, None)
        self.kept.update({answered.question: answered.value for answered in self.step.answered})
        if self.step.ignored:
            assert self.step.progress == before
            assert not self.step.answered

    @rule(words=st.one_of(st.sampled_from(EXPRESSIONS), st.text(max_size=30)))
    def types(self, words):
        self.says(Said(text=words))

    @rule(data=st.data(), words=st.sampled_from(EXPRESSIONS))
    def types_to_a_question(self, data, words):
        name = data.draw(st.sampled_from([question.id for question in self.survey.questions]))
        self.says(Said(text=words, question=name))

    @precondition(lambda self: not self.step.done)
    @rule(data=st.data())
    def presses_what_is_shown(self, data):
        question = self.survey.question(self.step.progress.question)
        self.says(Said(value=data.draw(st.sampled_from(self.shown(question))), question=question.id))

    @rule(data=st.data())
    def presses_what_was_shown_before(self, data):
        name = data.draw(st.sampled_from([question.id for question in self.survey.questions]))
        self.says(Said(value=data.draw(st.sampled_from(self.shown(self.survey.question(name)))), question=name))

    @rule(
        value=st.one_of(st.sampled_from(VALUES), st.text(max_size=5)), name=st.sampled_from(["", "score", "x", "end"])
    )
    def presses_what_was_never_shown(self, value, name):
        self.says(Said(value=value, question=name))

    @staticmethod
    def shown(question: Question) -> list[str]:
        shown = [option.id for option in question.options]
        if question.kind == "scale":
            shown += [str(value) for value in range(question.low, question.high + 1)]
        elif question.kind == "yes_no":
            shown += ["yes", "no"]
        elif question.kind == "several_of":
            shown.append("done")
        return [*shown, "skip", "change"]

    @invariant()
    def nothing_is_kept_that_the_survey_has_no_place_for(self):
        for name, value in self.kept.items():
            assert fits(self.survey.question(name), value), (name, value)

    @invariant()
    def what_is_kept_is_what_the_progress_knows(self):
        assert set(self.step.progress.answered) == set(self.kept)
        for name, value in self.step.progress.answers.items():
            if self.survey.question(name).kind != "text":
                assert (list(value) if isinstance(value, tuple) else value) == self.kept[name]

    @invariant()
    def it_ends_or_waits_for_a_question(self):
        progress = self.step.progress
        assert self.step.done == (progress.question == "end")
        assert self.step.done or self.survey.question(progress.question) is not None
        assert self.step.ask in {"", progress.question}
        assert not (self.step.done and self.step.ask)

    @invariant()
    def answering_validly_ends_it_soon(self):
        step = self.step
        for _ in range(len(self.survey.questions) + 3):
            if step.done:
                return
            question = self.survey.question(step.progress.question)
            said = {
                "scale": Said(value=str(question.high), question=question.id),
                "one_of": Said(value=question.options[0].id if question.options else "", question=question.id),
                "several_of": Said(text="1"),
                "yes_no": Said(text="yes"),
                "text": Said(text="the parcel stood in the rain"),
            }[question.kind]
            step = reply(self.survey, step.progress, said)
        assert step.done


AnyConversation.TestCase.settings = settings(
    max_examples=120, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
test_any_conversation_ends_or_waits = pytest.mark.timeout(110)(AnyConversation.TestCase)
