"""A survey as data: what it is made of, what makes one valid, and how it is read from and written to a file."""

from __future__ import annotations

from cxbot.domain.survey.difference import Difference, differences
from cxbot.domain.survey.fault import Fault
from cxbot.domain.survey.file import Mistake, SurveyMistakes, path_in_words, read_survey, to_toml
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
    as_file,
    fill,
    from_json,
    to_json,
)
from cxbot.domain.survey.rules import mistakes_in
from cxbot.domain.survey.texts import TextLimits, missing_languages

__all__ = [
    "LANGUAGES",
    "SEVERITIES",
    "VARIABLES",
    "Band",
    "Detect",
    "Difference",
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
    "as_file",
    "differences",
    "fill",
    "from_json",
    "missing_languages",
    "mistakes_in",
    "path_in_words",
    "read_survey",
    "to_json",
    "to_toml",
]
