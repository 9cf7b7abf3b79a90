"""The ways through a survey: no loop, no dead end, no question out of reach, no branch that is never taken."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence

from cxbot.domain.survey.fault import Fault
from cxbot.domain.survey.model import Question, Survey, Value

END = "end"
_RANGE = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")


def faults(survey: Survey) -> Iterator[Fault]:
    """What is wrong with the branches."""
    unknown = False
    for place, question in enumerate(survey.questions):
        for at, rule in enumerate(question.next):
            path = ("questions", place, "next", at)
            if problem := wrong_when(survey, question, rule.when):
                yield Fault((*path, "when"), problem, "when", (("name", rule.when),))
            if rule.goto != END and survey.question(rule.goto) is None:
                unknown = True
                message = f"there is no question {rule.goto!r}: {did_you_mean(survey, rule.goto)}"
                yield Fault((*path, "goto"), message, "goto", (("name", rule.goto),))
        yield from _never_taken(survey, place, question)
    ways = {question.id: _ways(survey, question) for question in survey.questions}
    looping: set[str] = set()
    for loop in _loops(ways):
        looping.update(loop)
        yield _loop_fault(survey, loop)
    if unknown or not survey.questions:
        return
    ending = _ending(ways)
    reached = _reached(ways, survey.questions[0].id)
    for place, question in enumerate(survey.questions):
        if question.id not in ending and question.id not in looping:
            message = f'a dead end: no answer to {question.id!r} leads to the end; add next with goto = "end"'
            yield Fault(("questions", place, "id"), message, "dead_end", (("name", question.id),))
        if question.id not in reached:
            message = f"no answer leads to {question.id!r}: name it in a `goto`, or take it out"
            yield Fault(("questions", place, "id"), message, "unreached", (("name", question.id),))


def did_you_mean(survey: Survey, name: str) -> str:
    """Advice for a question's id that does not exist."""
    ids = [question.id for question in survey.questions]
    close = difflib.get_close_matches(name, ids, 1)
    return f"did you mean {close[0]!r}?" if close else f"write one of {', '.join(ids)}"


def wrong_when(survey: Survey, question: Question, when: str) -> str:
    """What is wrong with a `when` for a question, or ''."""
    if not when or (question.score and any(band.name == when for band in survey.bands)):
        return ""
    bands = "".join(f', "{band.name}"' for band in survey.bands) if question.score else ""
    if question.kind == "yes_no":
        return "" if when in {"yes", "no"} else f'no answer is {when!r}: write "yes" or "no"{bands}'
    if question.kind == "scale":
        found = _RANGE.fullmatch(when)
        low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if question.low <= low <= high <= question.high:
            return ""
        return f'no answer is {when!r}: write a range such as "{question.low}-{question.high}"{bands}'
    if question.options:
        ids = [option.id for option in question.options]
        return "" if when in ids else f"no answer is {when!r}: write one of {', '.join(ids)}"
    return f"words cannot be told apart, {when!r} would never be met: take `when` out"


def _values(question: Question) -> Sequence[Value | None]:
    """One answer of each sort; None is a skipped question."""
    values: list[Value | None] = [None] if question.optional else []
    if question.kind == "scale":
        values.extend(range(question.low, min(question.high, question.low + 1000) + 1))
    elif question.kind == "yes_no":
        values.extend([True, False])
    elif question.kind == "several_of":
        values.extend([option.id] for option in question.options)
    elif question.kind == "one_of":
        values.extend(option.id for option in question.options)
    return values if question.kind != "text" else [*values, ""]


def _ways(survey: Survey, question: Question) -> set[str]:
    return {survey.next_after(question.id, value) for value in _values(question)}


def _never_taken(survey: Survey, place: int, question: Question) -> Iterator[Fault]:
    left = list(_values(question))
    for at, rule in enumerate(question.next):
        taking = [value for value in left if survey.matches(question, rule.when, value)]
        if not taking and not wrong_when(survey, question, rule.when):
            message = "never taken: the branches above it take every such answer; take it out, or write it first"
            yield Fault(("questions", place, "next", at), message, "never_taken", (("name", rule.when),))
        left = [value for value in left if value not in taking]


def _loops(ways: Mapping[str, set[str]]) -> list[list[str]]:
    """Every loop a walk in depth finds: the ids in it, in order."""
    found: list[list[str]] = []
    done: set[str] = set()

    def walk(node: str, trail: list[str]) -> None:
        if node in trail:
            found.append(trail[trail.index(node) :])
            return
        if node in done or node not in ways:
            return
        for following in sorted(ways[node]):
            walk(following, [*trail, node])
        done.add(node)

    for start in ways:
        walk(start, [])
    return found


def _loop_fault(survey: Survey, loop: list[str]) -> Fault:
    places = {question.id: place for place, question in enumerate(survey.questions)}
    back = next((a, b) for a, b in zip(loop, [*loop[1:], loop[0]], strict=True) if places[b] <= places[a])
    place = places[back[0]]
    rules = survey.questions[place].next
    at = next((at for at, rule in enumerate(rules) if rule.goto == back[1]), 0)
    way = " → ".join([*loop, loop[0]])
    return Fault(
        ("questions", place, "next", at, "goto"),
        f'a loop: {way}; go to a later question or to "end"',
        "loop",
        (("name", way),),
    )


def _ending(ways: Mapping[str, set[str]]) -> set[str]:
    ending = {END}
    while more := {node for node, following in ways.items() if following & ending} - ending:
        ending |= more
    return ending


def _reached(ways: Mapping[str, set[str]], first: str) -> set[str]:
    reached = {first}
    while more := {node for at in reached for node in ways.get(at, set())} - reached:
        reached |= more
    return reached
