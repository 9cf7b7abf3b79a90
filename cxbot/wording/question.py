"""Drawing a question of a survey: what to press where there are buttons, what to write where there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from cxbot.domain.survey import Question, Survey
from cxbot.ports import Choice, Limits
from cxbot.wording.formatting import clip
from cxbot.wording.voice import Voice, face

Layout: TypeAlias = Literal["buttons", "scale", "menu"]
MENU_FROM = 9
"""From this many options on a menu reads better than buttons."""


def draw(voice: Voice, survey: Survey, arguments: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """The fields of an `Outgoing` that asks `arguments["question"]`; empty where the survey has no such question."""
    question = survey.question(str(arguments.get("question", "")))
    if question is None:
        return {"text": ""}
    written = [voice.texts(question.text)]
    picked = arguments.get("picked")
    answers = _answers(voice, question, picked if isinstance(picked, Sequence) else ())
    extras = _extras(voice, question)
    prefix = f"s:{arguments.get('invitation', '')}:{question.id}:"
    choices = _field(voice, question, arguments, limits) + tuple(
        Choice(prefix + value, clip(label, limits.choice_label), style) for value, label, style in answers + extras
    )
    low_label, high_label = voice.texts(question.low_label), voice.texts(question.high_label)
    if not limits.buttons or len(choices) > limits.choices:
        choices = ()
        written += _in_words(voice, question, answers, low_label, high_label)
    drawn: dict[str, Any] = {"text": "\n\n".join([*_before(voice, survey, question, arguments), "\n".join(written)])}
    if choices:
        drawn |= {"choices": choices, "layout": _layout(question, choices)}
        if question.kind == "scale":
            drawn |= {"low_label": low_label, "high_label": high_label}
    return drawn


def _before(voice: Voice, survey: Survey, question: Question, arguments: Mapping[str, Any]) -> list[str]:
    before: list[str] = []
    if arguments.get("intro"):
        before.append(voice.texts(survey.intro))
    ends = {"low": question.low, "high": question.high} if question.kind == "scale" else {}
    before += voice.lines(arguments.get("note", ""), **ends)
    return [words for words in before if words]


Answer: TypeAlias = tuple[str, str, Literal["", "primary", "danger", "chosen"]]


def _answers(voice: Voice, question: Question, picked: Sequence[Any]) -> list[Answer]:
    if question.kind == "scale":
        return [(str(n), _value(voice, question, n), "") for n in range(question.low, question.high + 1)]
    if question.kind == "yes_no":
        return [("yes", voice.say("word.yes"), ""), ("no", voice.say("word.no"), "")]
    options: list[Answer] = []
    for option in question.options:
        label = voice.texts(option.label)
        options.append((option.id, f"✓ {label}", "chosen") if option.id in picked else (option.id, label, ""))
    return options


def _value(voice: Voice, question: Question, n: int) -> str:
    """A scale's value with its face, and its name where the ends of the scale have none."""
    name = "" if question.low_label or question.high_label else voice.texts(question.labels.get(n, {}))
    return " ".join(filter(None, (str(n), face(n, question.low, question.high) if question.faces else "", name)))


def _extras(voice: Voice, question: Question) -> list[Answer]:
    extras: list[Answer] = []
    if question.kind == "several_of":
        extras.append(("done", voice.say("question.done"), "primary"))
    if question.optional:
        extras.append(("skip", voice.say("question.skip"), ""))
    return extras


def _field(voice: Voice, question: Question, arguments: Mapping[str, Any], limits: Limits) -> tuple[Choice, ...]:
    """The button that opens a field for words, where the channel has such fields."""
    if question.kind != "text" or not (limits.comment_form and limits.forms):
        return ()
    key = f"w:{arguments.get('invitation', '')}:{question.id}"
    return (Choice(key, clip(voice.say("question.comment"), limits.choice_label)),)


def _layout(question: Question, choices: Sequence[Choice]) -> Layout:
    if question.kind == "scale":
        return "scale"
    return "menu" if len(choices) >= MENU_FROM else "buttons"


def _in_words(voice: Voice, question: Question, answers: Sequence[Answer], low: str, high: str) -> list[str]:
    lines: list[str] = []
    if question.kind == "scale":
        ends = {"low": question.low, "high": question.high, "low_label": low, "high_label": high}
        if low and high:
            lines.append(voice.say("question.ends", ends))
        lines.append(voice.say("question.number_hint", ends))
    elif answers:
        lines += numbered([label for _, label, _ in answers])
        key = "question.choices_hint" if question.kind == "several_of" else "question.choice_hint"
        lines.append(hint(voice, key, len(answers)))
    if question.optional:
        lines.append(voice.say("question.skip_hint"))
    return lines


def numbered(labels: Sequence[str]) -> list[str]:
    """Labels to answer by number."""
    return [f"{n}. {label}" for n, label in enumerate(labels, 1)]


def hint(voice: Voice, key: str, count: int) -> str:
    """How to answer one of `count` numbered lines: each number named while they are few."""
    if count > 4:
        return voice.say(f"{key}_many", {"low": 1, "high": count})
    return voice.say(key, {"numbers": list(range(1, count + 1))})
