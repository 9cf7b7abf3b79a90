"""Who is unhappy, how severe it is, and why we think so. Pure: from the answers and the words to a finding, or none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cxbot.domain import cases, conversation, replies
from cxbot.domain.survey import Band, Survey

SORRY = ("slow", "rude", "broken", "late", "price", "waiting")
"""What an apology can name; anything else is apologised for in general terms."""
MOST_WORDS = 40


@dataclass(frozen=True, slots=True)
class Finding:
    """An unhappy customer: how severe, why (nested meanings, for the alert), and what the apology names."""

    severity: str
    reasons: tuple[Mapping[str, Any], ...]
    sorry: str = "generic"


def find(
    survey: Survey, answers: Mapping[str, Any], words: Sequence[str], *, vip: bool, earlier: int, days: int = 0
) -> Finding | None:
    """A finding where the band says so, or words do where no score contradicts them.

    Words raise what a low score opened. Beside a good score only the gravest open a case by themselves (somebody was
    hurt): "a full refund within the hour, great people" is praise.

    `answers`: value by question id, as far as they have come. `words`: everything the person wrote. `earlier`: cases of
    the same person in the last `days` days.
    """
    if survey.anonymous:
        return None
    band = conversation.band_after(survey, answers)
    raising = [rule for rule in survey.detect.raising_words if _says(words, rule.words)]
    if band is not None and not band.detractor:
        raising = [rule for rule in raising if rule.severity == "critical"]
    if not (band and band.detractor) and not raising:
        return None
    severity: str = (band.severity if band and band.detractor else "") or "low"
    reasons: list[Mapping[str, Any]] = []
    if band and band.detractor:
        reasons.append(_score_reason(survey, answers))
    for rule in raising:
        severity = cases.worse(severity, rule.severity)
        reasons.append(dict(rule.reason))
    reasons.extend(_option_reasons(survey, answers))
    if vip:
        if survey.detect.vip_severity:
            severity = cases.worse(severity, survey.detect.vip_severity)
        reasons.append({"key": "reason.vip", "args": {}})
    if earlier:
        severity = cases.raised(severity)
        reasons.append({"key": "reason.repeat", "args": {"n": earlier + 1, "days": days}})
    return Finding(severity, tuple(reasons), _sorry(survey, answers))


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


def _says(words: Sequence[str], wanted: Sequence[str]) -> bool:
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
