"""The state machine of one survey with one person: what a reply means, what is asked next, when it is over. Pure."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from cxbot.domain import replies
from cxbot.domain.survey import Band, Question, Survey

Stored: TypeAlias = int | str | bool | tuple[str, ...]
Given: TypeAlias = int | str | bool | list[str]

END = "end"
DONE_WORDS = frozenset({"done", "ok", "okay", "that's all", "完成", "好了", "选好了", "選好了", "就这些", "就這些"})
"""Typed in place of the button that ends a several-of."""
NOT_A_RATING = "survey.note.not_a_rating"
NOT_A_CHOICE = "survey.note.not_a_choice"
DOUBT = "survey.note.doubt"
CHANGED = "survey.note.changed"
NEEDED = "survey.note.needed"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a conversation stands. `answered` are question ids in the order of the way taken, `values` what was said.

    A text's value is kept as '': the words are in the answer, and no branch depends on them.
    """

    question: str
    picked: tuple[str, ...] = ()
    doubted: bool = False
    answered: tuple[str, ...] = ()
    values: tuple[Stored, ...] = ()
    skipped: tuple[str, ...] = ()
    asked_again: bool = False
    corrected: bool = False
    explained: bool = False

    def dump(self) -> str:
        """The progress as JSON."""
        # Not `asdict`, which copies every value first: this is written with each answer.
        held = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(held, ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def load(text: str) -> Progress:
        """The progress that `dump` wrote. Raises ValueError for anything else."""
        data = json.loads(text)
        if not isinstance(data, dict) or not isinstance(data.get("question"), str):
            raise ValueError("no progress of a conversation")
        return Progress(
            question=data["question"],
            picked=tuple(data.get("picked", ())),
            doubted=bool(data.get("doubted", False)),
            answered=tuple(data.get("answered", ())),
            values=tuple(_stored(value) for value in data.get("values", ())),
            skipped=tuple(data.get("skipped", ())),
            asked_again=bool(data.get("asked_again", False)),
            corrected=bool(data.get("corrected", False)),
            explained=bool(data.get("explained", False)),
        )

    @property
    def answers(self) -> dict[str, Stored]:
        """What was answered so far, by question."""
        return dict(zip(self.answered, self.values, strict=False))


@dataclass(frozen=True, slots=True)
class Said:
    """What the person did: words typed, or a choice pressed of `question` ('' is the one that stands open)."""

    text: str = ""
    value: str | None = None
    question: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to be kept. `words`: what was written beside it."""

    question: str
    kind: str
    value: Given
    words: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What a reply led to.

    `note` is said before `ask`; with an empty `ask` the question before still stands. `again`: the same question,
    redrawn. `remark`: words that answer nothing and are kept. `withdrawn`: questions whose answers no longer count,
    because a changed answer leads another way.
    """

    progress: Progress
    answered: tuple[Answered, ...] = ()
    ask: str = ""
    again: bool = False
    remark: str = ""
    note: str = ""
    done: bool = False
    ignored: bool = False
    withdrawn: tuple[str, ...] = ()


def begin(survey: Survey) -> Step:
    """The first question."""
    first = survey.questions[0].id if survey.questions else END
    return Step(Progress(first), ask="" if first == END else first, done=first == END)


def reply(survey: Survey, progress: Progress, said: Said) -> Step:
    """What a reply leads to. Never raises, whatever was said and whatever survey the progress was made with."""
    if progress.question == END:
        return Step(progress, remark="" if said.value is not None else said.text.strip(), done=True, ignored=True)
    current = survey.question(progress.question)
    if current is None:
        return _onward(survey, progress, None, (), "")
    question = survey.question(said.question) if said.question else current
    passed = question is not None and question.id in (*progress.answered, *progress.skipped)
    if question is None or not (question is current or passed):
        return Step(progress, ignored=True)
    if said.value is not None:
        return _pressed(survey, progress, question, said.value)
    return _typed(survey, progress, question, said.text.strip())


def band_after(survey: Survey, answers: Mapping[str, Any]) -> Band | None:
    """The band of the score as far as it has been given."""
    question = survey.scored
    value = answers.get(question.id) if question else None
    return survey.band_of(int(value)) if isinstance(value, int) else None


def answer_all(survey: Survey, answers: Mapping[str, str]) -> tuple[list[Step], dict[str, str]]:
    """A whole page at once: the steps along the way the answers lead, and a message key for each that is a mistake.

    `answers`: "9", an option id, "yes", "no" or words by question; of several-of the option ids with commas between.
    Stops at the first mistake, for what follows depends on it; answers beside the way are left out.
    """
    step = begin(survey)
    steps: list[Step] = []
    for _ in survey.questions:
        question = survey.question(step.progress.question)
        if question is None or step.done:
            break
        given = answers.get(question.id, "").strip()
        value = _given(question, given)
        if not given and not question.optional:
            return steps, {question.id: "link.mistake.required"}
        if given and value is None:
            return steps, {question.id: "link.mistake.choose"}
        step = (
            _skip(survey, step.progress, question) if value is None else _answer(survey, step.progress, question, value)
        )
        steps.append(step)
    return steps or [step], {}


def _given(question: Question, given: str) -> Given | None:
    if question.kind == "text":
        return given or None
    if question.kind != "several_of":
        return _chosen(question, given)
    wanted = {part.strip() for part in given.split(",") if part.strip()}
    picked = [option.id for option in question.options if option.id in wanted]
    return picked if picked and len(picked) == len(wanted) else None


def _pressed(survey: Survey, progress: Progress, question: Question, value: str) -> Step:
    current = question.id == progress.question
    if value == "change":
        return _back(survey, progress, question.id)
    if value == "skip":
        return _skip(survey, progress, question) if current else Step(progress, ignored=True)
    if question.kind == "several_of":
        return _toggled(survey, progress, question, value)
    found = _chosen(question, value)
    same = not current and progress.answers.get(question.id) == found
    if found is None or same:
        return Step(progress, ignored=True)
    return _answer(survey, progress, question, found)


def _chosen(question: Question, value: str) -> int | str | bool | None:
    """What a choice stands for; None where it is none of the question's."""
    if question.kind == "scale" and value.isascii() and value.isdigit() and len(value) <= 3:
        return int(value) if question.low <= int(value) <= question.high else None
    if question.kind == "yes_no":
        return {"yes": True, "no": False}.get(value)
    return value if question.kind == "one_of" and question.option(value) else None


def _toggled(survey: Survey, progress: Progress, question: Question, value: str) -> Step:
    if question.id != progress.question:
        return Step(progress, ignored=True)
    if value == "done":
        return _picked(survey, progress, question)
    if question.option(value) is None:
        return Step(progress, ignored=True)
    chosen = set(progress.picked) ^ {value}
    picked = tuple(option.id for option in question.options if option.id in chosen)
    return Step(replace(progress, picked=picked), ask=question.id, again=True)


def _picked(survey: Survey, progress: Progress, question: Question) -> Step:
    if progress.picked:
        return _answer(survey, progress, question, list(progress.picked))
    return _skip(survey, progress, question)


def _typed(survey: Survey, progress: Progress, question: Question, text: str) -> Step:
    intent = replies.read_intent(text)
    if not text or intent not in {None, "skip", "change"}:
        return Step(progress, ignored=True)
    if intent == "change":
        return _back(survey, progress, progress.question)
    if intent == "skip":
        return _skip(survey, progress, question) if question.id == progress.question else Step(progress, ignored=True)
    if question.kind == "text":
        return _words(survey, progress, question, text)
    if question.kind == "scale":
        return _rated(survey, progress, question, text)
    found: str | bool | list[str] | None
    options = [(option.id, tuple(option.label.values())) for option in question.options]
    if question.kind == "yes_no":
        found = replies.read_yes_no(text)
    elif question.kind == "one_of":
        found = replies.read_choice(text, options)
    elif replies.fold(text) in DONE_WORDS and question.id == progress.question:
        return _picked(survey, progress, question)
    else:
        picked = replies.read_choices(text, options)  # "none of these" is an answer: nothing picked
        found = None if picked is None else list(picked)
    if found is None:
        return _remark(progress, text, NOT_A_CHOICE)
    return _answer(survey, progress, question, found)


def _rated(survey: Survey, progress: Progress, question: Question, text: str) -> Step:
    scale = survey.scale(question)
    value = replies.read_scale(text, scale)
    if value is None or not question.low <= value <= question.high:
        if progress.doubted and question.id in progress.answered:
            return replace(_onward(survey, progress, question, (), ""), remark=text)
        return _remark(progress, text, NOT_A_RATING)
    words = replies.words_beside(text, scale)
    words = words if any(character.isalnum() for character in words) else ""
    if words and not progress.doubted and replies.contradicts(value, scale, words):
        doubting = replace(progress, question=question.id, doubted=True)
        return Step(doubting, ask=question.id, remark=text, note=DOUBT)
    return _answer(survey, progress, question, value, words)


def _words(survey: Survey, progress: Progress, question: Question, text: str) -> Step:
    scored = survey.scored
    score = progress.answers.get(scored.id) if scored else None
    if scored is None or scored.kind != "scale" or not isinstance(score, int):
        return _answer(survey, progress, question, text)
    corrected = _bare_number(text)
    if corrected is not None and _corrects(progress, scored, corrected, score):
        return _answer(survey, replace(progress, corrected=True), scored, corrected)
    step = _answer(survey, progress, question, text)
    if not progress.doubted and replies.contradicts(score, survey.scale(scored), text):
        doubting = replace(step.progress, question=scored.id, doubted=True)
        return replace(step, progress=doubting, ask=scored.id, note=DOUBT, done=False)
    return step


def _bare_number(text: str) -> int | None:
    digits = unicodedata.normalize("NFKC", text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 3 else None


def _corrects(progress: Progress, scored: Question, value: int, score: int) -> bool:
    """A bare number right after the rating, where words were asked for, is a second thought about the rating."""
    last = progress.answered[-1:] == (scored.id,)
    return last and not progress.corrected and value != score and scored.low <= value <= scored.high


def _remark(progress: Progress, text: str, note: str) -> Step:
    if progress.asked_again:
        return Step(progress, remark=text)
    return Step(replace(progress, asked_again=True), ask=progress.question, remark=text, note=note)


def _skip(survey: Survey, progress: Progress, question: Question) -> Step:
    if question.id in progress.answered:
        return _onward(survey, progress, question, (), "")
    if question.optional:
        return _onward(survey, replace(progress, skipped=(*progress.skipped, question.id)), question, (), "")
    again = "" if progress.asked_again else question.id
    return Step(replace(progress, asked_again=True), ask=again, note=NEEDED)


def _back(survey: Survey, progress: Progress, pressed: str) -> Step:
    """Asks again for the answer `pressed` names, else for the one before the open question; it stands till then."""
    passed = list(progress.answered)
    place = passed.index(progress.question) if progress.question in passed else len(passed)
    target = passed[place - 1] if place > 0 else progress.question
    if pressed != progress.question and pressed in passed:
        target = pressed
    value = progress.answers.get(target)
    question = survey.question(target)
    several = question is not None and question.kind == "several_of" and isinstance(value, tuple)
    picked = tuple(str(option) for option in value) if several and isinstance(value, tuple) else ()
    return Step(replace(progress, question=target, picked=picked, asked_again=False), ask=target)


def _answer(survey: Survey, progress: Progress, question: Question, value: Given, words: str = "") -> Step:
    before = progress.answers
    kept = "" if question.kind == "text" else _stored(value)
    answers = {**before, question.id: kept}
    skipped = tuple(name for name in progress.skipped if name != question.id)
    changed = question.id in before and before[question.id] != kept
    told = replace(progress, answered=tuple(answers), values=tuple(answers.values()), skipped=skipped)
    told = replace(told, explained=told.explained or bool(words))
    answered = Answered(question.id, question.kind, value, words)
    return _onward(survey, told, question, (answered,), CHANGED if changed else "")


def _stored(value: Any) -> Stored:
    if isinstance(value, (int, str)):
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(element, str) for element in value):
        return tuple(value)
    raise ValueError("no answer of a conversation")


def _follows_score(survey: Survey, way: list[str]) -> bool:
    before = survey.question(way[-1]) if way else None
    return before is not None and before.kind == "scale"


def _onward(
    survey: Survey,
    progress: Progress,
    question: Question | None,
    answered: tuple[Answered, ...],
    note: str,
) -> Step:
    """Walks the way the answers lead, up to the first question that is neither answered nor skipped."""
    answers = progress.answers
    skipped = list(progress.skipped)
    explained = progress.explained
    way: list[str] = []
    at = survey.questions[0].id if survey.questions else END
    while at != END and at not in way:
        here = survey.question(at)
        if here is None:
            at = END
            break
        if explained and here.kind == "text" and at not in answers and (here.optional or _follows_score(survey, way)):
            explained = False
            skipped.append(at)
        if at not in answers and at not in skipped:
            break
        way.append(at)
        at = survey.next_after(at, answers.get(at))
    if at in way:
        at = END
    on_way = {name: answers[name] for name in way if name in answers}
    following = replace(
        progress,
        question=at,
        picked=(),
        answered=tuple(on_way),
        values=tuple(on_way.values()),
        skipped=tuple(name for name in dict.fromkeys(skipped) if name in way),
        asked_again=False,
        explained=explained,
    )
    withdrawn = tuple(name for name in answers if name not in on_way)
    if at == END:
        return Step(following, answered, note=note, done=True, withdrawn=withdrawn)
    if at == progress.question and question is not None and at != question.id:
        still = replace(following, picked=progress.picked, asked_again=progress.asked_again)
        return Step(still, answered, note=note, withdrawn=withdrawn)
    return Step(following, answered, ask=at, note=note, withdrawn=withdrawn)
