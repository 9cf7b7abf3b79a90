"""Who is unhappy, how severe it is, and why we think so. Pure: from the answers and the words to a finding, or none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cxbot.domain import cases, conversation, replies
from cxbot.domain.survey import Band, Rule, Survey

SORRY = ("slow", "rude", "broken", "late", "price", "waiting")
"""What an apology can name; anything else is apologised for in general terms."""
MOST_WORDS = 40


@dataclass(frozen=True, slots=True)
class About:
    """What is known of the person besides what they answered.

    `earlier`: other cases of theirs within the survey's `repeat`. `last_score`: the one they gave before, of the same
    metric. `contacts`: how long ago things happened to them, ms. `unkept`: a promise to them that has passed, epoch ms.
    """

    vip: bool = False
    value: int = 0
    earlier: int = 0
    last_score: int | None = None
    contacts: Sequence[int] = ()
    unkept: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """An unhappy customer: how severe, why (nested meanings, for the alert), and what the apology names."""

    severity: str
    reasons: tuple[Mapping[str, Any], ...]
    sorry: str = "generic"


def find(survey: Survey, answers: Mapping[str, Any], words: Sequence[str], about: About) -> Finding | None:
    """A finding where the band or a rule says so, or words do where no score contradicts them.

    Words raise what a low score opened. Beside a good score only the gravest open a case by themselves (somebody was
    hurt): "a full refund within the hour, great people" is praise.

    `answers`: value by question id, as far as they have come. `words`: everything the person wrote.
    """
    if survey.anonymous:
        return None
    band = conversation.band_after(survey, answers)
    unhappy = band is not None and band.detractor
    raising = [rule for rule in survey.detect.raising_words if says(words, rule.words)]
    if band is not None and not unhappy:
        raising = [rule for rule in raising if rule.severity == "critical"]
    holding = [rule for rule in survey.detect.rules if _holds(survey, rule, answers, words, about)]
    if not (unhappy or raising or any(rule.opens for rule in holding)):
        return None
    severity: str = (band.severity if band and unhappy else "") or "low"
    reasons: list[Mapping[str, Any]] = []
    if unhappy:
        reasons.append(_score_reason(survey, answers))
    for word_rule in raising:
        severity = cases.worse(severity, word_rule.severity)
        reasons.append(dict(word_rule.reason))
    for rule in holding:
        severity = cases.worse(severity, rule.severity)
        reasons.extend(_evidence(survey, rule, answers, about))
    reasons.extend(_option_reasons(survey, answers))
    if about.vip:
        if survey.detect.vip_severity:
            severity = cases.worse(severity, survey.detect.vip_severity)
        reasons.append({"key": "reason.vip", "args": {}})
    if about.earlier:
        severity = cases.raised(severity)
        args = {"n": about.earlier + 1, "days": survey.detect.repeat_ms // cases.DAY}
        reasons.append({"key": "reason.repeat", "args": args})
    return Finding(severity, tuple(cases.reasons_line((), reasons)), _sorry(survey, answers))


def _holds(survey: Survey, rule: Rule, answers: Mapping[str, Any], words: Sequence[str], about: About) -> bool:
    """Whether all that a rule asks for is so."""
    return (
        all(chosen(survey, question, when, answers) for question, when in rule.answers.items())
        and (not rule.words or says(words, rule.words))
        and (not rule.drop or _dropped(survey, answers, about) >= rule.drop)
        and (not rule.vip or about.vip)
        and about.value >= rule.value
        and len(_lately(rule, about)) >= rule.contacts
        and (not rule.unkept or bool(about.unkept))
    )


def chosen(survey: Survey, question_id: str, when: str, answers: Mapping[str, Any]) -> bool:
    """Whether the answer to a question is what a `when` asks for."""
    question = survey.question(question_id)
    return question is not None and survey.matches(question, when, answers.get(question_id))


def _dropped(survey: Survey, answers: Mapping[str, Any], about: About) -> int:
    """How many points the score lies under the person's last one."""
    scored = survey.scored
    score = answers.get(scored.id) if scored else None
    return about.last_score - int(score) if about.last_score is not None and isinstance(score, int) else 0


def _lately(rule: Rule, about: About) -> list[int]:
    return [age for age in about.contacts if age <= rule.within_ms]


def _evidence(survey: Survey, rule: Rule, answers: Mapping[str, Any], about: About) -> list[Mapping[str, Any]]:
    """Why a rule holds: in its own words, and what was measured."""
    found: list[Mapping[str, Any]] = [dict(rule.reason)] if rule.reason else []
    if rule.drop and survey.scored:
        args = {"from": about.last_score, "to": answers[survey.scored.id]}
        found.append({"key": "reason.drop", "args": args})
    if rule.value:
        found.append({"key": "reason.value", "args": {"value": about.value}})
    if rule.contacts:
        days = max(rule.within_ms // cases.DAY, 1)
        found.append({"key": "reason.contacts", "args": {"n": len(_lately(rule, about)), "days": days}})
    if rule.unkept:
        found.append({"key": "reason.unkept", "args": {"at": about.unkept}})
    return found


def band_of(survey: Survey, answers: Mapping[str, Any]) -> Band | None:
    """The band in which the answers stand so far."""
    return conversation.band_after(survey, answers)


def _score_reason(survey: Survey, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    question = survey.scored
    if question is None or question.id not in answers:
        return {"key": "reason.partial", "args": {}}
    if question.kind == "yes_no":
        return {
            "key": "reason.answer",
            "args": {"label": {"key": "question.yes" if answers[question.id] else "question.no"}},
        }
    return {"key": "reason.score", "args": {"score": answers[question.id], "low": question.low, "high": question.high}}


def _option_reasons(survey: Survey, answers: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for question in survey.questions:
        chosen = answers.get(question.id)
        picked = chosen if isinstance(chosen, list) else [chosen]
        found.extend(
            {"key": "reason.answer", "args": {"label": dict(option.label)}}
            for option in question.options
            if option.id in picked and option.cause
        )
    return found


def _sorry(survey: Survey, answers: Mapping[str, Any]) -> str:
    cause = survey.cause_of(answers)
    return cause if cause in SORRY else "generic"


def says(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether any of the wanted words was written, as a whole word where there are such, and not negated."""
    for text in words[-MOST_WORDS:]:
        folded = replies.fold(text)
        for word in wanted:
            if _stands(folded, _folded(word)):
                return True
    return False


_NEGATED = re.compile(
    r"(?:\b(?:not|never|without|isn't|wasn't|aren't|don't|dont|didn't|doesn't|no need)\b(?:\s+[\w']+){0,3}\s*"
    r"|不是要?|不要|并非|並非|不用|不需要|没(?:有|想)?|沒(?:有|想)?|不想|无需|無需)$"
)
"""What takes the word after it back: up to three words in between, or right before it in Chinese."""


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    return replies.fold(word)


def _stands(text: str, word: str) -> bool:
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        whole = not word.isascii() or not (
            (start > 0 and text[start - 1].isascii() and text[start - 1].isalnum())
            or (end < len(text) and text[end].isascii() and text[end].isalnum())
        )
        if whole and not _NEGATED.search(text[max(0, start - 40) : start]):
            return True
        start = text.find(word, end)
    return False
