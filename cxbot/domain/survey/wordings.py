"""Other wordings of a survey's questions, to compare: given to a survey, and taken out again."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cxbot.domain.survey.editing import Edited, Wrong
from cxbot.domain.survey.model import LANGUAGES, Survey, Variant

_SHARE = re.compile(r"(\d{1,3})\s*%?")


def variant_named(survey: Survey, name: str) -> Variant | None:
    """The wording of that name, in any case."""
    return next((each for each in survey.variants if each.name.casefold() == name.casefold()), None)


def read_share(words: str) -> int | None:
    """So many of 100, from "50" or "50 %"; None where it is no number from 1 to 100."""
    found = _SHARE.fullmatch(words.strip())
    return int(found[1]) if found and 1 <= int(found[1]) <= 100 else None


def with_wording(survey: Survey, name: str, share: int, question_id: str, texts: Mapping[str, str]) -> Edited:
    """The survey with a question in another wording, which is put to a share of 100; an empty text takes it out."""
    if survey.question(question_id) is None:
        return Wrong("survey.edit.no_question", {"name": question_id, "known": [each.id for each in survey.questions]})
    before = variant_named(survey, name)
    held = dict(before.text) if before else {}
    merged = {**held.get(question_id, {}), **{language: text.strip() for language, text in texts.items()}}
    held[question_id] = {language: merged[language] for language in LANGUAGES if merged.get(language)}
    made = Variant(name=before.name if before else name, share=share, text={k: v for k, v in held.items() if v})
    if before is None:
        return survey.model_copy(update={"variants": (*survey.variants, made)})
    return survey.model_copy(update={"variants": tuple(made if each is before else each for each in survey.variants)})


def without_wording(survey: Survey, name: str) -> Edited:
    """The survey without a wording; its share goes to the survey's own."""
    gone = variant_named(survey, name)
    if gone is None:
        return Wrong("survey.wording.no_such", {"name": name, "known": [each.name for each in survey.variants]})
    return survey.model_copy(update={"variants": tuple(each for each in survey.variants if each is not gone)})
