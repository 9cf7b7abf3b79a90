"""A playbook: what is done for an unhappy customer, step by step, with words to begin with. Pure; read from a file."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from string import Formatter
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cxbot.domain.survey import LANGUAGES, Fault, Mistake, Texts, fill
from cxbot.domain.survey.fault import Path
from cxbot.domain.survey.file import WANTED, line_of, path_in_words, syntax_mistake
from cxbot.domain.survey.lines import lines_of

VARIABLES = ("name", "company", "agent", "reference")
"""What a text in the customer's words may hold."""
LONGEST_LABEL, LONGEST_WORDS = 40, 1_000
EXAMPLES: Mapping[str, str] = {"key": 'key = "delivery"', "id": 'id = "apologise"', "steps": "[[steps]]"}
_IDENTIFIER = r"^[a-z0-9][a-z0-9_-]{0,23}$"

Severity = Literal["low", "medium", "high", "critical"]
Ticks = Literal["", "reply", "contacted", "resolve"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Part):
    """One step. `by` is the action that ticks it: "reply", "contacted", "resolve"; `severities` empty means any.

    `say` is what the customer can be written, in their language; such a step is ticked by a reply.
    """

    id: str = Field(pattern=_IDENTIFIER)
    label: Texts = Field(default_factory=dict)
    say: Texts = Field(default_factory=dict)
    by: Ticks = ""
    severities: tuple[Severity, ...] = ()

    @property
    def ticked_by(self) -> str:
        """The action that ticks it by itself, or ''."""
        return self.by or ("reply" if self.say else "")


class Playbook(_Part):
    """The steps for some causes and severities; none of either means any."""

    key: str = Field(pattern=_IDENTIFIER)
    title: Texts = Field(default_factory=dict)
    causes: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    steps: tuple[Step, ...]

    def steps_for(self, severity: str) -> tuple[Step, ...]:
        """The steps that a case of this severity takes, in order."""
        return tuple(step for step in self.steps if not step.severities or severity in step.severities)

    def step(self, step_id: str) -> Step | None:
        """The step with that id."""
        return next((step for step in self.steps if step.id == step_id), None)


class PlaybookMistakes(ValueError):
    """Everything that is wrong with a playbook's file."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


def choose(playbooks: Sequence[Playbook], causes: Sequence[str], severity: str) -> Playbook | None:
    """The playbook for a case: for the first of its causes that one names, else one for any; then by severity.

    `causes` begins with what says most: the option that was chosen, before the touchpoint.
    """
    order = {cause: place for place, cause in reversed(list(enumerate(causes)))}

    def rank(playbook: Playbook) -> tuple[int, bool, str]:
        nearest = min((order[cause] for cause in playbook.causes if cause in order), default=len(causes))
        return nearest, not playbook.severities, playbook.key

    fitting = [
        playbook
        for playbook in playbooks
        if (not playbook.causes or any(cause in order for cause in playbook.causes))
        and (not playbook.severities or severity in playbook.severities)
    ]
    return min(fitting, key=rank, default=None)


def undecided(playbooks: Sequence[Playbook]) -> list[tuple[Playbook, Playbook]]:
    """Pairs of which neither comes before the other for some case."""
    return [
        (first, second)
        for first, second in combinations(playbooks, 2)
        if _same(first.causes, second.causes) and _same(first.severities, second.severities)
    ]


def _same(some: Sequence[str], others: Sequence[str]) -> bool:
    return bool(set(some) & set(others)) if some and others else not some and not others


def words(step: Step, language: str, variables: Mapping[str, str]) -> str:
    """What the customer can be written, in their language; '' where the step has no words."""
    return fill(step.say.get(language) or step.say.get("en", ""), variables).strip() if step.say else ""


def to_json(playbook: Playbook) -> str:
    """The playbook as it is kept in the store."""
    return playbook.model_dump_json()


def from_json(text: str) -> Playbook:
    """The playbook that `to_json` wrote. Raises pydantic's ValidationError for anything else."""
    return Playbook.model_validate_json(text)


# The file -------------------------------------------------------------------------------------------------------------


def read_playbook(text: str, name: str) -> Playbook:
    """The playbook in a TOML text; `name` is the file named in mistakes. Raises PlaybookMistakes with all at once."""
    try:
        data = tomllib.loads(text)
        lines = lines_of(text)
    except tomllib.TOMLDecodeError as error:
        raise PlaybookMistakes([syntax_mistake(text, name, str(error))]) from None
    except RecursionError:
        raise PlaybookMistakes(
            [Mistake(name, 1, "", "brackets in brackets, too deep to read: take some out")]
        ) from None
    faults = list(_rules(data))
    playbook: Playbook | None = None
    try:
        playbook = Playbook.model_validate(data)
    except ValidationError as error:
        faults += [Fault(tuple(problem["loc"]), _message(problem)) for problem in error.errors(include_url=False)]
    if playbook is None or faults:
        mistakes = {
            Mistake(name, line_of(lines, each.path), path_in_words(data, each.path), each.message) for each in faults
        }
        raise PlaybookMistakes(sorted(mistakes, key=lambda mistake: (mistake.line, mistake.key, mistake.message)))
    return playbook


def _message(problem: Any) -> str:
    path: Path = tuple(problem["loc"])
    key, kind = str(path[-1]) if path else "", str(problem["type"])
    if kind == "extra_forbidden":
        known = list((Step if "steps" in path else Playbook).model_fields)
        close = difflib.get_close_matches(key, known, 1)
        return f"unknown key: {f'did you mean {close[0]!r}?' if close else 'write one of ' + ', '.join(known)}"
    if kind == "missing":
        return f"it is missing: write {EXAMPLES[key]}"
    if kind == "literal_error":
        expected = str(problem["ctx"]["expected"]).removeprefix("'', ")
        return f"{problem['input']!r} is not known: write {expected}"
    if kind == "string_pattern_mismatch":
        return f'{problem["input"]!r} is no id: write up to 24 of a-z, 0-9, _ and -, such as "apologise"'
    wanted = next((words for start, words in WANTED.items() if kind.startswith(start)), "")
    return f"{str(problem['input'])[:40]!r} cannot stand here: write {wanted}" if wanted else str(problem["msg"])


def _rules(data: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong beyond the kinds of values; looks past what is of the wrong kind, which is said elsewhere."""
    yield from _texts(data.get("title"), ("title",), needed=True, longest=LONGEST_LABEL)
    steps = data.get("steps")
    if isinstance(steps, list) and not steps:
        yield Fault(("steps",), "a playbook has at least one step: write [[steps]]")
    seen: set[str] = set()
    for place, step in enumerate(steps if isinstance(steps, list) else ()):
        if not isinstance(step, dict):
            continue
        path: Path = ("steps", place)
        yield from _texts(step.get("label"), (*path, "label"), needed=True, longest=LONGEST_LABEL)
        yield from _texts(step.get("say"), (*path, "say"), needed=False, longest=LONGEST_WORDS, variables=VARIABLES)
        step_id = step.get("id")
        if isinstance(step_id, str) and step_id in seen:
            yield Fault((*path, "id"), f'"{step_id}" is the id of an earlier step too; choose another')
        seen.add(str(step_id))


def _texts(texts: Any, path: Path, *, needed: bool, longest: int, variables: Sequence[str] = ()) -> Iterator[Fault]:
    """A text that is missing in a language, too long, or holds a variable nobody fills in."""
    if texts is None:
        texts = {}
    if not isinstance(texts, dict) or not (texts or needed):
        return
    name = str(path[-1])
    missing = [language for language in LANGUAGES if not str(texts.get(language, "")).strip()]
    if missing:
        yield Fault(path, f'the text is missing in {", ".join(missing)}: write {name}.{missing[0]} = "…"')
    for language, text in texts.items():
        at = (*path, language)
        if language not in LANGUAGES:
            yield Fault(at, f"{language!r} is no language here: write one of {', '.join(LANGUAGES)}")
        if isinstance(text, str):
            if len(text) > longest:
                yield Fault(at, f"it is {len(text)} characters long: write at most {longest}")
            yield from _variables(text, at, variables)


def _variables(text: str, path: Path, known: Sequence[str]) -> Iterator[Fault]:
    advice = f"write one of {', '.join('{' + name + '}' for name in known)}" if known else "nothing is filled in here"
    try:
        fields = [
            name + (f":{spec}" if spec else "") for _, name, spec, _ in Formatter().parse(text) if name is not None
        ]
    except ValueError:
        yield Fault(path, f"a brace stands alone: braces are for variables; {advice}")
        return
    if "{{" in text or "}}" in text:
        yield Fault(path, f"braces are for variables only; {advice}")
    for field in fields:
        if field not in known:
            yield Fault(path, f"{{{field}}} is no variable: {advice}")
