"""Whose a case is: the routes of its survey, one after the other. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cxbot.domain import detection
from cxbot.domain.survey import Route, Survey


@dataclass(frozen=True, slots=True)
class Situation:
    """What a case is about, as far as routes look at it. `attributes` are the interaction's, before the person's."""

    touchpoint: str = ""
    stage: str = ""
    language: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    words: Sequence[str] = ()


def matching(survey: Survey, situation: Situation) -> Iterator[Route]:
    """The routes that suit, in the order of the survey; whoever asks takes the first whose team or owner there is."""
    return (route for route in survey.routes if _suits(survey, route, situation))


def _suits(survey: Survey, route: Route, situation: Situation) -> bool:
    return (
        (not route.touchpoints or situation.touchpoint in route.touchpoints)
        and (not route.stages or situation.stage in route.stages)
        and (not route.languages or situation.language in route.languages)
        and all(str(situation.attributes.get(name, "")) == value for name, value in route.attributes.items())
        and all(detection.chosen(survey, name, when, situation.answers) for name, when in route.answers.items())
        and (not route.words or detection.says(situation.words, route.words))
    )
