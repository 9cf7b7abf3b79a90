"""What a survey is made of. Times are milliseconds; a file writes them as "30m", "24h", "7d"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict

from cxbot.domain import replies

LANGUAGES = ("en", "zh-CN", "zh-TW")
SEVERITIES = ("low", "medium", "high", "critical")
VARIABLES = ("name", "agent", "reference", "company", "privacy_url", "touchpoint")

Texts: TypeAlias = Mapping[str, str]
"""One text in every language: "en", "zh-CN", "zh-TW"."""
Value: TypeAlias = int | str | bool | Sequence[str]
"""An answer: a scale's number, an option's id, yes or no, several option ids, or words."""
Severity: TypeAlias = Literal["", "low", "medium", "high", "critical"]
WholeNumber: TypeAlias = Annotated[int, Strict()]
Flag: TypeAlias = Annotated[bool, Strict()]

UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"(\d{1,9})\s*(ms|s|m|h|d)")
_BRACKETED = re.compile(r"\[([^\[\]]*\{[a-z_]+\}[^\[\]]*)\]")
_VARIABLE = re.compile(r"\{([a-z_]+)\}")


def _milliseconds(value: object) -> object:
    if isinstance(value, str):
        found = _DURATION.fullmatch(value.strip())
        if not found:
            raise ValueError(f'{value!r} is no duration: write a number and a unit, such as "30m", "24h" or "7d"')
        return int(found[1]) * UNITS[found[2]]
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError(f'{value!r} is no duration: write "30m", "24h" or "7d", in quotes')


Duration: TypeAlias = Annotated[int, BeforeValidator(_milliseconds)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


class Next(_Part):
    """Where an answer leads. `when`: band, range "0-6", option id, "yes", "no", or '' for any; `goto`: id or "end"."""

    when: str = ""
    goto: str


class Option(_Part):
    """One choice of a question; `cause` names what a case about it is about."""

    id: str
    label: Texts = Field(default_factory=dict)
    cause: str = ""


class Question(_Part):
    """One question. `score` marks the one whose answer is the survey's score; `labels` names values of a scale."""

    id: str
    kind: Literal["scale", "one_of", "several_of", "yes_no", "text"]
    text: Texts = Field(default_factory=dict)
    score: Flag = False
    optional: Flag = False
    low: WholeNumber = 0
    high: WholeNumber = 0
    low_label: Texts = Field(default_factory=dict)
    high_label: Texts = Field(default_factory=dict)
    labels: Mapping[int, Texts] = Field(default_factory=dict)
    faces: Flag = False
    options: tuple[Option, ...] = ()
    next: tuple[Next, ...] = ()

    @property
    def span(self) -> tuple[int, int]:
        """The lowest and the highest score an answer can give; yes is 1 and no is 0."""
        return (0, 1) if self.kind == "yes_no" else (self.low, self.high)

    def option(self, option_id: str) -> Option | None:
        """The option with that id."""
        return next((option for option in self.options if option.id == option_id), None)


class Band(_Part):
    """A part of the scale with a name, both ends included; a detractor's answer opens a case of that severity."""

    name: str
    low: WholeNumber
    high: WholeNumber
    detractor: Flag = False
    severity: Severity = ""


class Trigger(_Part):
    """Which interactions lead to an invitation; an empty list of stages or outcomes means any."""

    touchpoints: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    delay_ms: Duration = Field(default=0, alias="delay")
    sample_percent: WholeNumber = 100
    skip_auto_closed: Flag = False
    skip_closed_by: tuple[str, ...] = ()


class WordRule(_Part):
    """Words that raise a case to at least this severity, and the reason shown to the team."""

    words: tuple[str, ...]
    severity: Severity
    reason: Texts = Field(default_factory=dict)


class Rule(_Part):
    """Raises a case to at least this severity where all that is given here holds.

    Answers (a question and a `when`), words and a drop open a case by themselves: `drop` is how many points the score
    lies under the last one this person gave. The rest only raises one: `value` is what the customer is worth at least,
    `contacts` how often something happened to them `within` a time, `unkept` that a promise to them has passed.
    """

    severity: Severity
    answers: Mapping[str, str] = Field(default_factory=dict)
    words: tuple[str, ...] = ()
    drop: WholeNumber = 0
    vip: Flag = False
    value: WholeNumber = 0
    contacts: WholeNumber = 0
    within_ms: Duration = Field(default=14 * UNITS["d"], alias="within")
    unkept: Flag = False
    reason: Texts = Field(default_factory=dict)

    @property
    def opens(self) -> bool:
        """Whether it opens a case by itself."""
        return bool(self.answers or self.words or self.drop)


class Detect(_Part):
    """How severe an unhappy answer is beyond its band. `cause` is what a case is about where no option says.

    Another case of the same person in the time `repeat` makes one a step graver (0: it does not).
    """

    vip_severity: Severity = ""
    cause: str = ""
    repeat_ms: Duration = Field(default=30 * UNITS["d"], alias="repeat")
    raising_words: tuple[WordRule, ...] = ()
    rules: tuple[Rule, ...] = ()


class Route(_Part):
    """The team a case goes to where all that is given here matches; `answers` maps a question to a `when`.

    `attributes` are those of the interaction, else of the person; `words` is any of these words in what they wrote.
    `owner` names an attribute that says whose account it is: the case is theirs from the start.
    """

    team: str
    touchpoints: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    attributes: Mapping[str, str] = Field(default_factory=dict)
    answers: Mapping[str, str] = Field(default_factory=dict)
    words: tuple[str, ...] = ()
    owner: str = ""


class Variant(_Part):
    """Another wording, put to `share` of 100 of those who are asked; `text` by question id, in every language."""

    name: str
    share: WholeNumber
    text: Mapping[str, Texts] = Field(default_factory=dict)


class Survey(_Part):
    """A survey: questions, what their answers mean, whom it asks and when. Never changed: a change is a new version."""

    key: str
    metric: Literal["nps", "csat", "ces", "fcr", "enps", "none"]
    kind: Literal["transactional", "relationship"]
    anonymous: Flag = False
    quiet_ok: Flag = False
    time_zone: str = ""
    expires_ms: Duration = Field(default=7 * UNITS["d"], alias="expires")
    nudges_ms: tuple[Duration, ...] = Field(default=(), alias="nudges")
    title: Texts = Field(default_factory=dict)
    definition: Texts = Field(default_factory=dict)
    intro: Texts = Field(default_factory=dict)
    trigger: Trigger = Field(default_factory=Trigger)
    questions: tuple[Question, ...]
    bands: tuple[Band, ...] = ()
    thanks: Mapping[str, Texts] = Field(default_factory=dict)
    detect: Detect = Field(default_factory=Detect)
    routes: tuple[Route, ...] = ()
    variants: tuple[Variant, ...] = ()

    def question(self, question_id: str) -> Question | None:
        """The question with that id."""
        return next((question for question in self.questions if question.id == question_id), None)

    def worded(self, variant: str) -> Survey:
        """The survey in the words of a variant; in its own where there is none of that name."""
        text = next((each.text for each in self.variants if each.name == variant), None)
        if not text:
            return self
        questions = tuple(
            question.model_copy(update={"text": text[question.id]}) if question.id in text else question
            for question in self.questions
        )
        return self.model_copy(update={"questions": questions})

    @property
    def scored(self) -> Question | None:
        """The question whose answer is the score."""
        return next((question for question in self.questions if question.score), None)

    def band_of(self, score: int) -> Band | None:
        """The band a score lies in."""
        return next((band for band in self.bands if band.low <= score <= band.high), None)

    def scale(self, question: Question) -> replies.Scale:
        """The scale of a question as the reader of replies needs it, its values named in every language."""
        labels = {value: list(texts.values()) for value, texts in question.labels.items()}
        labels.setdefault(question.low, []).extend(question.low_label.values())
        labels.setdefault(question.high, []).extend(question.high_label.values())
        named = {value: tuple(dict.fromkeys(words)) for value, words in labels.items() if words}
        return replies.Scale(question.low, question.high, named)

    def matches(self, question: Question, when: str, value: Value | None) -> bool:
        """Whether an answer is what a `when` asks for; None is a skipped question and matches only ''."""
        if not when:
            return True
        if value is None:
            return False
        if isinstance(value, int):
            band = self.band_of(int(value)) if question.score else None
            if band is not None and band.name == when:
                return True
            if question.kind == "yes_no":
                return when == ("yes" if value else "no")
            low, _, high = when.partition("-")
            return low.isdecimal() and (high or low).isdecimal() and int(low) <= value <= int(high or low)
        return when == value if isinstance(value, str) else when in value

    def next_after(self, question_id: str, value: Value | None) -> str:
        """The question an answer leads to, or "end"."""
        for place, question in enumerate(self.questions):
            if question.id != question_id:
                continue
            for rule in question.next:
                if self.matches(question, rule.when, value):
                    return rule.goto
            return self.questions[place + 1].id if place + 1 < len(self.questions) else "end"
        return "end"

    def cause_of(self, answers: Mapping[str, Value]) -> str:
        """What a case would be about: the cause of the first option chosen that has one, else the survey's own."""
        for question in self.questions:
            value = answers.get(question.id)
            chosen = (value,) if isinstance(value, str) else value if isinstance(value, (list, tuple)) else ()
            for option in question.options:
                if option.id in chosen and option.cause:
                    return option.cause
        return self.detect.cause or self.key


def fill(text: str, variables: Mapping[str, object]) -> str:
    """Puts variables into a survey's text. A part in brackets goes where none of its variables has a value."""

    def value(name: str) -> str:
        found = variables.get(name)
        return "" if found is None else str(found)

    def part(found: re.Match[str]) -> str:
        return found[1] if any(value(name) for name in _VARIABLE.findall(found[1])) else ""

    return _VARIABLE.sub(lambda found: value(found[1]), _BRACKETED.sub(part, text))


def to_json(survey: Survey) -> str:
    """The survey as it is kept in the store: whole, so that a default changed later changes no version."""
    return survey.model_dump_json()


def from_json(text: str) -> Survey:
    """The survey that `to_json` wrote. Raises pydantic's ValidationError for anything else."""
    return Survey.model_validate_json(text)


def as_file(survey: Survey, *, whole: bool = False) -> dict[str, Any]:
    """The survey as plain data with the keys and durations a file uses; `whole`: with what is left at its default."""
    data = survey.model_dump(mode="json", by_alias=True, exclude_defaults=not whole)
    if "expires" in data:
        data["expires"] = duration(data["expires"])
    if "nudges" in data:
        data["nudges"] = [duration(nudge) for nudge in data["nudges"]]
    if "delay" in data.get("trigger", {}):
        data["trigger"]["delay"] = duration(data["trigger"]["delay"])
    if "repeat" in data.get("detect", {}):
        data["detect"]["repeat"] = duration(data["detect"]["repeat"])
    for rule in data.get("detect", {}).get("rules", ()):
        if "within" in rule:
            rule["within"] = duration(rule["within"])
    return data


def duration(milliseconds: int) -> str:
    """Milliseconds as a file writes them, in the largest unit that is exact."""
    unit = next(unit for unit in reversed(UNITS) if milliseconds % UNITS[unit] == 0) if milliseconds else "m"
    return f"{milliseconds // UNITS[unit]}{unit}"
