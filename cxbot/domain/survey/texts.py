"""The texts of a survey: every language, known variables, a first contact that says what it must, none too long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from string import Formatter
from typing import Protocol

from cxbot.domain.survey.fault import Fault, Path
from cxbot.domain.survey.model import LANGUAGES, VARIABLES, Question, Survey, Texts

STOP_WORDS = {"en": ("STOP",), "zh-CN": ("退订",), "zh-TW": ("取消訂閱", "退訂")}
ANONYMOUS_WORDS = {"en": "anonymous", "zh-CN": "匿名", "zh-TW": "匿名"}
WIDEST = {"name": 40, "agent": 40, "reference": 30, "company": 40, "privacy_url": 80, "touchpoint": 30}
"""How long a variable is taken to be, in characters, when a text is measured."""
LEAST_WHY = {"en": 20, "zh-CN": 8, "zh-TW": 8}
"""Characters that must be left to say why, beside who asks, how to stop and the link."""
_ASKS = (("word", "{company}"),)
_LINKS = (("word", "{privacy_url}"),)
_END_OF_SENTENCE = re.compile(r"[.!?;。！？；\n]+")


class TextLimits(Protocol):
    """What of a channel's limits bears on a survey."""

    @property
    def text(self) -> int: ...
    @property
    def choices(self) -> int: ...
    @property
    def choice_label(self) -> int: ...
    @property
    def buttons(self) -> bool: ...
    @property
    def customers(self) -> bool: ...


def texts_of(survey: Survey) -> Iterator[tuple[Path, Texts, bool]]:
    """Every text of a survey: where it stands, the text in all languages, and whether it must be there."""
    yield ("title",), survey.title, True
    yield ("definition",), survey.definition, survey.metric != "none"
    yield ("intro",), survey.intro, True
    for place, question in enumerate(survey.questions):
        path: Path = ("questions", place)
        yield (*path, "text"), question.text, True
        yield (*path, "low_label"), question.low_label, False
        yield (*path, "high_label"), question.high_label, False
        for value, label in question.labels.items():
            yield (*path, "labels", str(value)), label, True
        for at, option in enumerate(question.options):
            yield (*path, "options", at, "label"), option.label, True
    for name, thanks in survey.thanks.items():
        yield ("thanks", name), thanks, True
    for place, rule in enumerate(survey.detect.raising_words):
        yield ("detect", "raising_words", place, "reason"), rule.reason, True
    for place, variant in enumerate(survey.variants):
        for question_id, text in variant.text.items():
            yield ("variants", place, "text", question_id), text, True


def missing_languages(survey: Survey) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Where texts are missing, and in which languages."""
    for path, texts, needed in texts_of(survey):
        missing = tuple(language for language in LANGUAGES if not texts.get(language, "").strip())
        if missing and (texts or needed):
            yield path, missing


def languages(survey: Survey) -> Iterator[Fault]:
    """Texts missing in a language, and braces that hold no variable."""
    lacking = dict(missing_languages(survey))
    for path, texts, _ in texts_of(survey):
        name = next(str(part) for part in reversed(path) if isinstance(part, str))
        if path[0] == "variants":
            name = f"text.{name}"
        if missing := lacking.get(path):
            example = f'{name}.{missing[0]} = "…"'
            if path[0] in {"title", "definition", "intro", "thanks"}:
                example = f'{missing[0]} = "…" under [{".".join(str(step) for step in path)}]'
            yield Fault(path, f"the text is missing in {', '.join(missing)}: write {example}")
        for language, text in texts.items():
            if language not in LANGUAGES:
                yield Fault((*path, language), f"{language!r} is no language here: write one of {', '.join(LANGUAGES)}")
            yield from _variables(text, (*path, language))


def _variables(text: str, path: Path) -> Iterator[Fault]:
    known = ", ".join("{" + name + "}" for name in VARIABLES)
    try:
        fields = [(name, spec, how) for _, name, spec, how in Formatter().parse(text) if name is not None]
    except ValueError:
        yield Fault(path, f"a brace stands alone: braces are for variables, one of {known}", "brace")
        return
    if "{{" in text or "}}" in text:
        yield Fault(path, f"braces are for variables only, one of {known}", "brace")
    for name, spec, how in fields:
        if name not in VARIABLES or spec or how:
            written = name + (f"!{how}" if how else "") + (f":{spec}" if spec else "")
            message = f"{{{written}}} is no variable: write one of {known}"
            yield Fault(path, message, "variable", (("name", f"{{{written}}}"), ("known", known)))


def introduction(survey: Survey) -> Iterator[Fault]:
    """What the first contact must say and does not: who asks, why, how to stop, the privacy link."""
    for language, text in survey.intro.items():
        if language not in LANGUAGES or not text.strip():
            continue
        path: Path = ("intro", language)
        if "{company}" not in text:
            yield Fault(path, "the first contact says who asks: put {company} into it", "intro_company", _ASKS)
        if "{privacy_url}" not in text:
            yield Fault(
                path,
                "the first contact links to the privacy notice: put {privacy_url} into it",
                "intro_privacy",
                _LINKS,
            )
        words = STOP_WORDS[language]
        if not any(word in text for word in words):
            message = f'the first contact says how to stop: put the word "{words[0]}" into it'
            yield Fault(path, message, "intro_stop", (("word", words[0]),))
        rest = "".join(
            sentence
            for sentence in _END_OF_SENTENCE.split(text)
            if "{privacy_url}" not in sentence and not any(word in sentence for word in words)
        )
        if len(rest.replace("{company}", "").strip()) < LEAST_WHY[language]:
            yield Fault(path, "the first contact says why: add a sentence on what the answers are for", "intro_why")
        if survey.anonymous and ANONYMOUS_WORDS[language] not in text.casefold():
            message = f'the survey is anonymous and says so first: put the word "{ANONYMOUS_WORDS[language]}" into it'
            yield Fault(path, message)


def lengths(survey: Survey, limits: Sequence[TextLimits]) -> Iterator[Fault]:
    """Texts longer than one of the channels takes; variables are taken to be as wide as WIDEST says."""
    if not limits:
        return
    room = min(limit.text for limit in limits)
    for place, question in enumerate(survey.questions):
        yield from _long_question(survey, question, ("questions", place), room, limits)
        yield from _long_labels(question, ("questions", place), limits)
    for name, thanks in survey.thanks.items():
        for language, text in thanks.items():
            if _width(text) > room:
                message = f"it may come to {_width(text)} characters and a channel takes {room}: shorten it"
                yield Fault(("thanks", name, language), message)


def variant_lengths(survey: Survey, limits: Sequence[TextLimits]) -> Iterator[Fault]:
    """The same of the other wordings."""
    if not limits:
        return
    room = min(limit.text for limit in limits)
    for at, variant in enumerate(survey.variants):
        worded = survey.worded(variant.name)
        for place, question in enumerate(worded.questions):
            if question.id not in variant.text:
                continue
            for fault in _long_question(worded, question, ("questions", place), room, limits):
                yield Fault(("variants", at, "text", question.id, fault.path[-1]), fault.message)


def _long_question(
    survey: Survey, question: Question, path: Path, room: int, limits: Sequence[TextLimits]
) -> Iterator[Fault]:
    first = question is survey.questions[0]
    typed = any(not limit.buttons or len(question.options) > limit.choices for limit in limits)
    for language in LANGUAGES:
        long = _width(question.text.get(language, ""))
        if first:
            long += _width(survey.intro.get(language, "")) + 2
        if typed:
            long += sum(_width(option.label.get(language, "")) + 4 for option in question.options)
        if long > room:
            where = "with the introduction before it, " if first else ""
            message = f"{where}it may come to {long} characters and a channel takes {room}: shorten it"
            yield Fault((*path, "text", language), message)


def _long_labels(question: Question, path: Path, limits: Sequence[TextLimits]) -> Iterator[Fault]:
    room = min((limit.choice_label for limit in limits if limit.buttons), default=0)
    for place, option in enumerate(question.options):
        for language, label in option.label.items():
            if 0 < room < len(label):
                message = f"{len(label)} characters, and a button takes {room}: write a shorter label"
                yield Fault((*path, "options", place, "label", language), message)


def _width(text: str) -> int:
    for name, width in WIDEST.items():
        text = text.replace("{" + name + "}", "x" * width)
    return len(text)
