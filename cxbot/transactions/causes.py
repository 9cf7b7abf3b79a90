"""Root causes: what cases and comments are about, gathered. Reads only.

A case counts under the root cause it was resolved with; until then under what the customer chose, or the survey says.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cxbot.domain import improvements
from cxbot.domain.periods import Period
from cxbot.domain.survey import Survey
from cxbot.ports import Row, Tx
from cxbot.transactions import cases, reports, surveys, teams

MOST = 50_000
LATE_MS = 30 * 24 * 60 * 60 * 1000
"""A case may be of an answer that was begun so long before it."""
LOOKED_THROUGH = 25
"""Complaints of a cause in which words are looked for."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Somebody who complained of a cause: by a case, or by what they chose in a survey (no case)."""

    cause: str
    person_id: str
    at: int
    first_at: int
    """Earlier than `at` where the case was opened again: it began then."""
    case_id: str = ""
    response_id: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class Cause:
    """One root cause in a period: its cases (of which so many are open), its customers, and the period before."""

    id: str
    label: Any
    cases: int
    open: int
    customers: int
    before: int
    trend: improvements.Trend
    words: tuple[str, ...] = ()
    improvements: tuple[str, ...] = ()
    """The numbers of what is being changed because of it."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The root causes of a period, the most frequent first; `unknown` open cases name none yet."""

    causes: tuple[Cause, ...]
    unknown: int


@dataclass(slots=True)
class _Counted:
    complaints: list[Complaint] = field(default_factory=list)
    before: set[str] = field(default_factory=set)


def read(
    tx: Tx, period: Period, now: int, *, team_id: str = "", touchpoint: str = "", cause: str = "", most_words: int = 1
) -> Gathered:
    """What a period was about, of one team, touchpoint or cause where it is named.

    Compared with it is as much of the period before as has passed of this one.
    """
    since, end = reports.span(tx, period)
    until = min(end - 1, now)
    before = reports.span(tx, period.before())[0]
    before_until = min(before + until - since, since - 1)
    counted: dict[str, _Counted] = defaultdict(_Counted)
    unknown = 0
    for each in complaints(tx, before, until, team_id=team_id, touchpoint=touchpoint):
        if not each.cause:
            unknown += each.at >= since and each.open
        elif each.at >= since:
            counted[each.cause].complaints.append(each)
        elif each.case_id and each.at <= before_until:
            counted[each.cause].before.add(each.case_id)
    at_work: dict[str, list[str]] = defaultdict(list)
    for row in tx.all("improvements.at_work", team_id=team_id):
        at_work[row["cause"]].append(row["code"])
    found = [
        _cause(tx, name, of_cause, most_words, tuple(at_work[name]))
        for name, of_cause in counted.items()
        if of_cause.complaints and cause in ("", name)
    ]
    found.sort(key=lambda each: (-each.cases, -each.customers, each.id))
    return Gathered(tuple(found), unknown)


def complaints(tx: Tx, since: int, until: int, *, team_id: str = "", touchpoint: str = "") -> list[Complaint]:
    """Every complaint of a time, the newest first; one whose cause nobody knows yet has none."""
    scope = {"team_id": team_id, "touchpoint": touchpoint, "until": until, "most": MOST}
    chosen: dict[str, list[str]] = {}
    said: list[Complaint] = []
    for row in tx.all("causes.chosen", since=since - LATE_MS, **scope):
        known, at = chosen.setdefault(row["id"], []), row["started_at"]
        for cause in _causes_of(surveys.at(tx, row["survey"], row["survey_version"]), row):
            known.append(cause)
            if at >= since and row["case_state"] not in ("dismissed", "merged"):
                said.append(Complaint(cause, row["person_id"], at, at, response_id=row["id"]))
    found = [
        Complaint(
            row["root_cause"] or _said_cause(tx, row, chosen),
            row["person_id"],
            row["opened_at"],
            row["first_at"],
            case_id=row["id"],
            response_id=row["response_id"],
            open=row["state"] in ("open", "claimed"),
        )
        for row in tx.all("causes.cases", since=since, **scope)
        if row["state"] != "dismissed"
    ]
    return sorted([*found, *said], key=lambda each: (-each.at, each.case_id, each.response_id))


def label(tx: Tx, cause: str) -> Any:
    """A root cause in the words of the teams' lists, in every language; else as the catalogue calls it."""
    return labels(tx).get(cause) or {"key": f"cause.{cause}", "args": {}}


def labels(tx: Tx) -> dict[str, Mapping[str, str]]:
    """The root causes that teams choose from, each with its label by language."""
    found: dict[str, Mapping[str, str]] = {}
    for team in teams.all(tx):
        for cause in teams.causes(team):
            found.setdefault(cause.id, dict(cause.label))
    return found


def known(tx: Tx) -> tuple[str, ...]:
    """Every root cause there is: those that teams choose from, and those that surveys ask for."""
    asked = {
        option.cause
        for live in surveys.all_live(tx)
        for question in live.survey.questions
        for option in question.options
        if option.cause
    }
    return tuple(dict.fromkeys([*labels(tx), *sorted(asked)]))


def is_touchpoint(tx: Tx, touchpoint: str) -> bool:
    """Whether a survey asks about it, or anything was ever answered about it."""
    asked = {each for live in surveys.all_live(tx) for each in live.survey.trigger.touchpoints}
    return touchpoint in asked or tx.one("causes.touchpoint_exists", touchpoint=touchpoint) is not None


def words_of(tx: Tx, found: Iterable[Complaint], most: int) -> tuple[str, ...]:
    """What some of those who complained wrote of it, the newest first, nothing twice."""
    said: list[str] = []
    for each in list(found)[:LOOKED_THROUGH]:
        said += [words for words in dict.fromkeys(reversed(_complained(tx, each))) if words not in said]
        if len(said) >= most:
            break
    return tuple(said[:most])


def _complained(tx: Tx, complaint: Complaint) -> list[str]:
    """Their complaint in words, oldest first: what they wrote later, to who was in touch with them, may be thanks."""
    of = {"case_id": complaint.case_id, "response_id": complaint.response_id}
    row = tx.one("causes.first_contact", **of)
    until = row["at"] if row and row["at"] else None
    beside = tx.all("remarks.of_response", response_id=complaint.response_id) if complaint.response_id else []
    beside += tx.all("remarks.of_case", case_id=complaint.case_id) if complaint.case_id else []
    early = [each["words"] for each in beside if each["words"] and (until is None or each["said_at"] < until)]
    return [*early, *(cases.written(tx, complaint.response_id) if complaint.response_id else [])]


def _cause(tx: Tx, name: str, counted: _Counted, most_words: int, at_work: tuple[str, ...]) -> Cause:
    by_case = {each.case_id: each for each in counted.complaints if each.case_id}
    return Cause(
        id=name,
        label=label(tx, name),
        cases=len(by_case),
        open=sum(each.open for each in by_case.values()),
        customers=len({each.person_id for each in counted.complaints}),
        before=len(counted.before),
        trend=improvements.trend(len(by_case), len(counted.before)),
        words=words_of(tx, counted.complaints, most_words) if most_words else (),
        improvements=at_work,
    )


def _said_cause(tx: Tx, case: Row, chosen: Mapping[str, Sequence[str]]) -> str:
    """What the customer chose, else what the survey says a case of it is about."""
    if found := chosen.get(case["response_id"]):
        return found[0]
    return surveys.at(tx, case["survey"], case["survey_version"]).detect.cause if case["survey"] else ""


def _causes_of(survey: Survey, answer: Row) -> list[str]:
    question = survey.question(answer["question"])
    given = json.loads(answer["value"])
    picked = given if isinstance(given, list) else [given]
    return [option.cause for option in question.options if option.id in picked and option.cause] if question else []
