"""Changing a survey a piece at a time. What comes out may have mistakes: `mistakes_in` finds them, all at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel

from cxbot.domain import durations
from cxbot.domain.folding import fold
from cxbot.domain.survey.model import (
    LANGUAGES,
    SEVERITIES,
    UNITS,
    Band,
    Next,
    Option,
    Question,
    Route,
    Survey,
    Texts,
    WordRule,
)

P = TypeVar("P", bound=BaseModel)
YES = ("yes", "on", "true", "是", "开", "開")
NO = ("no", "off", "false", "none", "否", "关", "關", "无", "無")
_DURATION = re.compile(r"(\d{1,6})\s*(m|min|h|d|分钟|分鐘|分|小时|小時|时|時|天|日)")
_UNIT = {"m": "m", "min": "m", "分": "m", "h": "h", "小": "h", "时": "h", "時": "h", "d": "d", "天": "d", "日": "d"}
_SPAN = re.compile(r"(\d{1,3})(?:\s*[-–~至到]\s*(\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why nothing was changed: a message key with its arguments."""

    key: str
    args: Mapping[str, Any] = field(default_factory=dict)


Edited: TypeAlias = Survey | Wrong
Place: TypeAlias = tuple[str, ...]
"""A text of a survey: ("title",), ("thanks", band), ("question", id), ("option", question, option) …"""


def read_duration(word: str) -> int | None:
    """Milliseconds of "5d", "2 weeks", "30分钟", 半天; None where it is none."""
    found = _DURATION.fullmatch(word.strip().casefold())
    if found is None:
        return durations.read(fold(word))
    return int(found[1]) * UNITS[_UNIT[found[2] if found[2] == "min" else found[2][0]]]


# Single values ------------------------------------------------------------------------------------------------------

LISTS = {"touchpoints", "stages", "outcomes", "skip_closed_by"}
FLAGS = {"skip_auto_closed": "trigger", "quiet_ok": "", "anonymous": ""}
SETTINGS = (
    "expires",
    "nudges",
    "delay",
    "sample",
    *sorted(LISTS),
    *FLAGS,
    "time_zone",
    "vip_severity",
    "cause",
)
"""What of a survey is one value or a list of words."""


def with_setting(survey: Survey, name: str, words: Sequence[str]) -> Edited:
    """The survey with one of SETTINGS as the words say; no words, or a no, empty what may be empty."""
    none = not words or (len(words) == 1 and words[0].casefold() in NO)
    given = [] if none else list(words)
    if name in ("expires", "delay") or name == "nudges":
        return _with_times(survey, name, given)
    if name == "sample":
        percent = " ".join(words).strip().rstrip("%").strip()
        if not _is_number(percent) or int(percent) > 100:
            return Wrong("survey.edit.percent", {"words": " ".join(words)})
        return _triggered(survey, sample_percent=int(percent))
    if name in LISTS:
        return _triggered(survey, **{name: tuple(dict.fromkeys(given))})
    if name in FLAGS:
        flag = read_flag(words)
        if flag is None:
            return Wrong("survey.edit.yes_or_no", {"words": " ".join(words)})
        return _triggered(survey, **{name: flag}) if FLAGS[name] else _changed(survey, **{name: flag})
    if name == "time_zone":
        return _changed(survey, time_zone=" ".join(given))
    if name == "vip_severity" and given and given[0] not in SEVERITIES:
        return Wrong("survey.edit.severity", {"words": given[0], "known": list(SEVERITIES)})
    return _changed(survey, detect=_changed(survey.detect, **{name: given[0] if given else ""}))


def read_flag(words: Sequence[str]) -> bool | None:
    """Yes or no in either language; None where it is neither."""
    word = " ".join(words).strip().casefold()
    return True if word in YES else False if word in NO else None


def _with_units(words: Sequence[str]) -> list[str]:
    """Words of which a bare number and the unit after it are one: "5 days", "1 day 3 days"."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].replace(".", "", 1).isdecimal():
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined


def _with_times(survey: Survey, name: str, words: Sequence[str]) -> Edited:
    times = [read_duration(word) for word in _with_units(words)]
    read = [time for time in times if time is not None]
    if len(read) != len(times) or (name != "nudges" and len(read) > 1) or (name == "expires" and not read):
        return Wrong("survey.edit.duration", {"words": " ".join(words)})
    if name == "nudges":
        return _changed(survey, nudges_ms=tuple(read))
    if name == "delay":
        return _triggered(survey, delay_ms=read[0] if read else 0)
    return _changed(survey, expires_ms=read[0])


# Texts --------------------------------------------------------------------------------------------------------------


def texts_at(survey: Survey, place: Place) -> Texts | None:
    """The texts at a place; None where there is no such place."""
    match place:
        case ("title" | "definition" | "intro" as name,):
            return getattr(survey, name)  # type: ignore[no-any-return]  # all three are Texts
        case ("thanks", band):
            known = band == "default" or any(each.name == band for each in survey.bands)
            return survey.thanks.get(band, {}) if known else None
        case ("words", number):
            rules = survey.detect.raising_words
            return rules[int(number) - 1].reason if _within(number, rules) else None
        case (name, question_id, *more):
            question = survey.question(question_id)
            return None if question is None else _texts_of(question, name, more)
    return None


def _texts_of(question: Question, name: str, more: Sequence[str]) -> Texts | None:
    match (name, *more):
        case ("question",):
            return question.text
        case ("low_label" | "high_label" as label,) if question.kind == "scale":
            return getattr(question, label)  # type: ignore[no-any-return]  # both are Texts
        case ("label", value) if question.kind == "scale" and _is_number(value):
            return question.labels.get(int(value), {}) if question.low <= int(value) <= question.high else None
        case ("option", option_id):
            option = question.option(option_id)
            return None if option is None else option.label
    return None


def with_texts(survey: Survey, place: Place, texts: Mapping[str, str]) -> Edited:
    """The survey with texts at a place, in the languages given; an empty text takes that language out."""
    before = texts_at(survey, place)
    if before is None:
        return Wrong("survey.edit.no_such_text", {"where": " ".join(place)})
    merged = {**before, **{language: text.strip() for language, text in texts.items()}}
    after = {language: merged[language] for language in LANGUAGES if merged.get(language)}
    match place:
        case (name,):
            return _changed(survey, **{name: after})
        case ("thanks", band):
            thanks = {**survey.thanks, band: after}
            return _changed(survey, thanks={name: texts for name, texts in thanks.items() if texts})
        case ("words", number):
            return _with_rule(survey, int(number) - 1, reason=after)
        case ("question", question_id):
            return _with_question(survey, question_id, text=after)
        case ("option", question_id, option_id):
            options = survey_question(survey, question_id).options
            changed = tuple(_changed(each, label=after) if each.id == option_id else each for each in options)
            return _with_question(survey, question_id, options=changed)
        case ("label", question_id, value):
            labels = {**survey_question(survey, question_id).labels, int(value): after}
            kept = {number: texts for number, texts in sorted(labels.items()) if texts}
            return _with_question(survey, question_id, labels=kept)
    return _with_question(survey, place[1], **{place[0]: after})


def survey_question(survey: Survey, question_id: str) -> Question:
    """The question of that id. Raises LookupError where there is none."""
    question = survey.question(question_id)
    if question is None:
        raise LookupError(f"no question {question_id!r}")
    return question


# Questions, branches, bands -----------------------------------------------------------------------------------------


def with_new_question(survey: Survey, question: Question, after: str = "") -> Edited:
    """The survey with one question more, after another ('': at the end)."""
    if survey.question(question.id) is not None:
        return Wrong("survey.edit.exists", {"name": question.id})
    places = [each.id for each in survey.questions]
    at = places.index(after) + 1 if after in places else len(places)
    return _changed(survey, questions=(*survey.questions[:at], question, *survey.questions[at:]))


def without_question(survey: Survey, question_id: str) -> Edited:
    """The survey without a question; what led to it goes on to where it would have led."""
    gone = survey.question(question_id)
    if gone is None:
        return _no_question(survey, question_id)
    follows = next((rule.goto for rule in gone.next if not rule.when), "") or survey.next_after(question_id, None)
    kept = []
    for question in survey.questions:
        rules = tuple(_changed(rule, goto=follows) if rule.goto == question_id else rule for rule in question.next)
        kept.append(_changed(question, next=rules) if rules != question.next else question)
    routes = tuple(route for route in survey.routes if question_id not in route.answers)
    return _changed(survey, questions=tuple(each for each in kept if each.id != question_id), routes=routes)


def with_question(survey: Survey, question_id: str, name: str, words: Sequence[str]) -> Edited:
    """A question with another shape: `optional`, `faces`, `range`, or moved `after` another question ('first')."""
    question = survey.question(question_id)
    if question is None:
        return _no_question(survey, question_id)
    if name in ("optional", "faces"):
        flag = read_flag(words)
        if flag is None:
            return Wrong("survey.edit.yes_or_no", {"words": " ".join(words)})
        return _with_question(survey, question_id, **{name: flag})
    if name == "range":
        span = read_span(" ".join(words))
        if span is None:
            return Wrong("survey.edit.range", {"words": " ".join(words)})
        return _with_question(survey, question_id, low=span[0], high=span[1])
    rest = [each for each in survey.questions if each.id != question_id]
    places = [each.id for each in rest]
    wanted = words[0] if words else ""
    if wanted not in (*places, "first"):
        return _no_question(survey, wanted)
    at = 0 if wanted == "first" else places.index(wanted) + 1
    return _changed(survey, questions=(*rest[:at], question, *rest[at:]))


def read_span(words: str) -> tuple[int, int] | None:
    """Both ends of "1-5", and "3" twice; None where it is neither."""
    found = _SPAN.fullmatch(words.strip())
    return (int(found[1]), int(found[2] or found[1])) if found else None


def with_branch(survey: Survey, question_id: str, when: str, goto: str) -> Edited:
    """The survey where an answer leads elsewhere; the branch for any answer ('') stays the last."""
    question = survey.question(question_id)
    if question is None:
        return _no_question(survey, question_id)
    rules = [rule for rule in question.next if rule.when != when]
    known = [rule.when for rule in question.next]
    at = known.index(when) if when in known else sum(1 for rule in rules if rule.when)
    return _with_question(survey, question_id, next=(*rules[:at], Next(when=when, goto=goto), *rules[at:]))


def without_branch(survey: Survey, question_id: str, when: str) -> Edited:
    """The survey without one branch of a question."""
    question = survey.question(question_id)
    if question is None:
        return _no_question(survey, question_id)
    kept = tuple(rule for rule in question.next if rule.when != when)
    if kept == question.next:
        return Wrong("survey.edit.no_branch", {"name": when, "known": [rule.when for rule in question.next]})
    return _with_question(survey, question_id, next=kept)


def with_option(survey: Survey, question_id: str, option: Option) -> Edited:
    """A question with one option more."""
    question = survey.question(question_id)
    if question is None:
        return _no_question(survey, question_id)
    if question.option(option.id) is not None:
        return Wrong("survey.edit.exists", {"name": option.id})
    return _with_question(survey, question_id, options=(*question.options, option))


def without_option(survey: Survey, question_id: str, option_id: str) -> Edited:
    """A question without an option, and without the branches that it led to."""
    question = survey.question(question_id)
    if question is None:
        return _no_question(survey, question_id)
    if question.option(option_id) is None:
        known = [option.id for option in question.options]
        return Wrong("survey.edit.no_option", {"name": option_id, "known": known})
    options = tuple(option for option in question.options if option.id != option_id)
    rules = tuple(rule for rule in question.next if rule.when != option_id)
    return _with_question(survey, question_id, options=options, next=rules)


def with_band(survey: Survey, name: str, span: tuple[int, int], severity: str) -> Edited:
    """The survey with a part of its scale, new or changed; with a severity it opens a case."""
    if severity and severity not in SEVERITIES:
        return Wrong("survey.edit.severity", {"words": severity, "known": list(SEVERITIES)})
    fields = {"name": name, "low": span[0], "high": span[1], "detractor": bool(severity), "severity": severity}
    band = Band.model_validate(fields)
    kept = [each for each in survey.bands if each.name != name]
    return _changed(survey, bands=tuple(sorted([*kept, band], key=lambda each: each.low)))


def without_band(survey: Survey, name: str) -> Edited:
    """The survey without a part of its scale, and without what was said there."""
    kept = tuple(band for band in survey.bands if band.name != name)
    if kept == survey.bands:
        return Wrong("survey.edit.no_band", {"name": name, "known": [band.name for band in survey.bands]})
    return _changed(survey, bands=kept, thanks={each: texts for each, texts in survey.thanks.items() if each != name})


# Rules and routes ---------------------------------------------------------------------------------------------------


def with_words(survey: Survey, rule: WordRule) -> Edited:
    """The survey with one rule more about words that raise a case."""
    rules = (*survey.detect.raising_words, rule)
    return _changed(survey, detect=_changed(survey.detect, raising_words=rules))


def without_words(survey: Survey, number: str) -> Edited:
    """The survey without the rule of that number, from 1."""
    rules = survey.detect.raising_words
    if not _within(number, rules):
        return Wrong("survey.edit.no_number", {"name": number, "n": len(rules)})
    kept = tuple(rule for at, rule in enumerate(rules, 1) if at != int(number))
    return _changed(survey, detect=_changed(survey.detect, raising_words=kept))


def with_route(survey: Survey, team: str, touchpoints: Sequence[str]) -> Edited:
    """The survey whose cases about some touchpoints go to a team."""
    if not touchpoints:
        return Wrong("survey.edit.route_needs", {})
    return _changed(survey, routes=(*survey.routes, Route(team=team, touchpoints=tuple(touchpoints))))


def without_route(survey: Survey, number: str) -> Edited:
    """The survey without the route of that number, from 1."""
    if not _within(number, survey.routes):
        return Wrong("survey.edit.no_number", {"name": number, "n": len(survey.routes)})
    return _changed(survey, routes=tuple(each for at, each in enumerate(survey.routes, 1) if at != int(number)))


def _with_rule(survey: Survey, at: int, **fields: Any) -> Survey:
    rules = list(survey.detect.raising_words)
    rules[at] = _changed(rules[at], **fields)
    return _changed(survey, detect=_changed(survey.detect, raising_words=tuple(rules)))


def _with_question(survey: Survey, question_id: str, **fields: Any) -> Survey:
    changed = tuple(_changed(each, **fields) if each.id == question_id else each for each in survey.questions)
    return _changed(survey, questions=changed)


def _triggered(survey: Survey, **fields: Any) -> Survey:
    return _changed(survey, trigger=_changed(survey.trigger, **fields))


def _changed(part: P, **fields: Any) -> P:
    return part.model_copy(update=fields)


def _within(number: str, rows: Sequence[Any]) -> bool:
    return _is_number(number) and 1 <= int(number) <= len(rows)


def _is_number(word: str) -> bool:
    """Whether a word is a number that is small enough to mean anything here."""
    return word.isascii() and word.isdecimal() and len(word) <= 6


def _no_question(survey: Survey, name: str) -> Wrong:
    return Wrong("survey.edit.no_question", {"name": name, "known": [each.id for each in survey.questions]})
