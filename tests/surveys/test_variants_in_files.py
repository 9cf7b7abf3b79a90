"""Other wordings of a survey in its file: read, written back, and every mistake with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxbot.domain.survey import SurveyMistakes, read_survey, to_toml
from cxbot.ports import Limits

CSAT = (Path(__file__).parents[2] / "surveys" / "csat.toml").read_text(encoding="utf-8")
B = """
[[variants]]
name = "B"
share = 50
text.score.en = "Are you happy with how we handled it?"
text.score.zh-CN = "这次处理您满意吗？"
text.score.zh-TW = "這次處理您滿意嗎？"
"""


def mistakes(more: str, limits=()):
    text = CSAT + more
    with pytest.raises(SurveyMistakes) as caught:
        read_survey(text, "csat.toml", limits=limits)
    first = CSAT.count("\n") + 1
    return [(mistake.line - first, mistake.key, mistake.message) for mistake in caught.value.mistakes]


def test_a_wording_takes_the_place_of_a_text_and_of_nothing_else():
    survey = read_survey(CSAT + B, "csat.toml")
    worded = survey.worded("B")
    assert worded.question("score").text["en"] == "Are you happy with how we handled it?"
    assert survey.worded("A") == survey.worded("") == survey
    assert worded.scored.low == survey.scored.low
    assert worded.questions[1:] == survey.questions[1:]


def test_it_is_written_back_as_it_was_read():
    survey = read_survey(CSAT + B, "csat.toml")
    assert read_survey(to_toml(survey), "again.toml") == survey


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('name = "B"', 'name = "A"', 2, "the survey's own wording"),
        ('name = "B"', 'name = "B b"', 2, "is no name for a wording"),
        ("share = 50", "share = 0", 3, "from 1 to 100"),
        ("share = 50", "share = 101", 3, "from 1 to 100"),
        ("share = 50", 'share = "half"', 3, "a whole number"),
        ("share = 50\n", "", 1, "write share = 50"),
        ("text.score.zh-TW", "text.scroe.zh-TW", 6, "did you mean 'score'?"),
        ('text.score.zh-TW = "這次處理您滿意嗎？"', "", 4, 'missing in zh-TW: write text.score.zh-TW = "…"'),
        ("how we handled it", "{who} and how", 4, "{who} is no variable"),
        ("share = 50", "share = 50\nweight = 2", 4, "unknown key"),
    ],
)
def test_every_mistake_has_its_line_and_what_to_write(old, new, line, words):
    found = mistakes(B.replace(old, new))
    assert (line, words) in [(at, words) for at, _, message in found if words in message], found


def test_shares_come_to_a_hundred_at_most_and_names_are_given_once():
    found = mistakes(B + B.replace("50", "60"))
    assert any("the shares come to 110" in message for _, _, message in found)
    assert any("another wording above" in message for _, _, message in found)


def test_a_wording_that_words_nothing_otherwise_is_a_mistake():
    assert any("words nothing otherwise" in m for _, _, m in mistakes('\n[[variants]]\nname = "B"\nshare = 50\n'))


def test_a_wording_too_long_for_a_channel_is_named_where_it_stands():
    long = B.replace("Are you happy", "Are you happy " * 60)
    found = mistakes(long, limits=[Limits(text=600)])
    assert any(key == "variants.B.text.score.en" and "shorten it" in message for _, key, message in found)


def test_an_anonymous_survey_names_nobody_in_any_wording():
    text = (Path(__file__).parents[2] / "surveys" / "enps.toml").read_text(encoding="utf-8")
    more = B.replace("Are you happy", "{name}, are you happy")
    with pytest.raises(SurveyMistakes, match="tells who answers"):
        read_survey(text + more, "enps.toml")
