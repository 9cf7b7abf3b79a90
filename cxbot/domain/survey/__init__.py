"""A survey as data: what it is made of, what makes one valid, and how it is read from and written to a file."""

from __future__ import annotations

from cxbot.domain.survey.fault import Fault
from cxbot.domain.survey.file import Mistake, SurveyMistakes, read_survey, to_toml
from cxbot.domain.survey.model import (
    LANGUAGES,
    SEVERITIES,
    VARIABLES,
    Band,
    Detect,
    Next,
    Option,
    Question,
    Route,
    Rule,
    Survey,
    Texts,
    Trigger,
    Value,
    Variant,
    WordRule,
    fill,
    from_json,
    to_json,
)
from cxbot.domain.survey.rules import mistakes_in
from cxbot.domain.survey.texts import TextLimits

__all__ = [
    "LANGUAGES",
    "SEVERITIES",
    "VARIABLES",
    "Band",
    "Detect",
    "Fault",
    "Mistake",
    "Next",
    "Option",
    "Question",
    "Route",
    "Rule",
    "Survey",
    "SurveyMistakes",
    "TextLimits",
    "Texts",
    "Trigger",
    "Value",
    "Variant",
    "WordRule",
    "fill",
    "from_json",
    "mistakes_in",
    "read_survey",
    "to_json",
    "to_toml",
]
