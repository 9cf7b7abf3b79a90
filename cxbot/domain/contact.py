"""Whether a person may be asked now: consent, suppressions, fatigue, nights. Pure; times are epoch milliseconds.

Messages about a case are exempt: these rules are asked before a survey, never before an answer to a complaint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cxbot.domain import calendar

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

SurveyKind = Literal["transactional", "relationship"]
REASONS = (
    "opted_out",
    "paused",
    "internal",
    "spam",
    "self_solved",
    "unanswered",
    "survey_off",
    "auto_closed",
    "closed_by",
    "no_address",
    "unreachable",
    "too_old",
    "not_sampled",
    "open_survey",
    "fatigue_metric",
    "fatigue_any",
    "talking",
    "night",
)
"""Every reason, in the order in which they win. Those of `WAITS` pass by themselves."""
WAITS = ("talking", "night")


@dataclass(frozen=True, slots=True)
class Policy:
    """How often and when people may be asked; 0 days or hours switch that clock off."""

    relationship_days: int = 90
    transactional_days: int = 7
    floor_hours: int = 24
    night_from: str = "21:00"
    night_to: str = "08:00"
    acted_minutes: int = 10
    talk_hours: int = 24
    """How long after the last words between a colleague and the person a talk counts as going on."""
    confirm_above: int = 100
    """Who is about to ask more people at once than this is shown the number first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the person and the interaction at `now`; a time of 0 means never.

    `zone` is the person's IANA time zone. The flags of the interaction say what this survey's rules make of them:
    `auto_closed` and `closed_by` are set only where the survey skips such interactions.
    """

    now: int
    zone: str = "UTC"
    opted_out: str = ""
    acted_at: int = 0
    talked_at: int = 0
    open_survey: bool = False
    last_asked_any: int = 0
    last_asked_metric_relationship: int = 0
    last_asked_transactional: int = 0
    has_address: bool = True
    unreachable: bool = False
    internal: bool = False
    spam: bool = False
    self_solved: bool = False
    unanswered: bool = False
    survey_off: bool = False
    auto_closed: bool = False
    closed_by: bool = False
    too_old: bool = False
    sampled_out: bool = False
    quiet_ok: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True)
class NotAsked:
    """The person is not asked about this interaction, and why."""

    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """The person may be asked, but not before `until`."""

    reason: str
    until: int


def gate(survey_kind: SurveyKind, facts: Facts, policy: Policy) -> NotAsked | Wait | None:
    """None where the person may be asked now, else the one reason that wins.

    The order: what the person wants (opted_out); whether this survey asks about such interactions (paused, internal,
    spam, self_solved, unanswered, survey_off, auto_closed, closed_by); whether they can be reached (no_address,
    unreachable); whether they still remember it (too_old); the sample (not_sampled); what they were asked lately
    (open_survey, fatigue_metric, fatigue_any); a colleague's talk with them, and the hour (talking, night: both wait).
    """
    standing: tuple[tuple[str, bool, Mapping[str, Any]], ...] = (
        ("opted_out", bool(facts.opted_out), {"scope": facts.opted_out}),
        ("paused", facts.paused, {}),
        ("internal", facts.internal, {}),
        ("spam", facts.spam, {}),
        ("self_solved", facts.self_solved, {}),
        ("unanswered", facts.unanswered, {}),
        ("survey_off", facts.survey_off, {}),
        ("auto_closed", facts.auto_closed, {}),
        ("closed_by", facts.closed_by, {}),
        ("no_address", not facts.has_address, {}),
        ("unreachable", facts.unreachable, {}),
        ("too_old", facts.too_old, {}),
        ("not_sampled", facts.sampled_out, {}),
        ("open_survey", facts.open_survey, {}),
    )
    for reason, holds, detail in standing:
        if holds:
            return NotAsked(reason, detail)
    held = _fatigue(survey_kind, facts, policy) or talk_wait(facts.talked_at, facts.now, policy)
    if held is not None or facts.quiet_ok:
        return held
    return night_wait(facts.zone, facts.now, facts.acted_at, policy)


def talk_wait(talked_at: int, now: int, policy: Policy) -> Wait | None:
    """A wait while a colleague and the person write to each other: the bot asks nothing in between."""
    until = talked_at + policy.talk_hours * HOUR_MS
    return Wait("talking", until) if talked_at and now < until else None


def night_wait(zone: str, now: int, acted_at: int, policy: Policy) -> Wait | None:
    """A wait for the morning where it is night there, unless the person has acted a moment ago: they are awake."""
    if acted_at and 0 <= now - acted_at <= policy.acted_minutes * MINUTE_MS:
        return None
    if not calendar.is_night(zone, now, policy.night_from, policy.night_to):
        return None
    return Wait("night", calendar.night_ends(zone, now, policy.night_from, policy.night_to))


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an allowance: how many messages it opened with, how many are left, until when (0: no end)."""

    kind: str
    opened: int
    count: int
    until: int


def may_still_send(left: Sequence[Left], *, human: bool) -> dict[str, int]:
    """How many messages may be sent by each kind of allowance.

    The last one of those that end, and let more than one be sent, is kept for a colleague: a question that cannot be
    asked can wait, an answer to somebody who complained cannot.
    """
    counts = {each.kind: each.count for each in left}
    ending = [each for each in left if each.until and each.opened > 1]
    if ending and not human:
        counts[max(ending, key=lambda each: each.until).kind] -= 1
    return {kind: count for kind, count in counts.items() if count > 0}


def sampled(survey: str, person_id: str, interaction_id: str, percent: float) -> bool:
    """Whether the draw takes this interaction: always the same answer, and `percent` of all are taken."""
    drawn = hashlib.blake2b(f"{survey}\x1f{person_id}\x1f{interaction_id}".encode(), digest_size=8).digest()
    return int.from_bytes(drawn, "big") * 100 < percent * 2**64


def _fatigue(survey_kind: SurveyKind, facts: Facts, policy: Policy) -> NotAsked | None:
    # A relationship survey does not look at the transactional clock, nor the other way round; both respect the floor.
    if survey_kind == "relationship":
        last, days = facts.last_asked_metric_relationship, policy.relationship_days
    else:
        last, days = facts.last_asked_transactional, policy.transactional_days
    if last and facts.now < last + days * DAY_MS:
        return NotAsked(
            "fatigue_metric", {"clock": survey_kind, "days": days, "last": last, "until": last + days * DAY_MS}
        )
    last, hours = facts.last_asked_any, policy.floor_hours
    if last and facts.now < last + hours * HOUR_MS:
        return NotAsked("fatigue_any", {"hours": hours, "last": last, "until": last + hours * HOUR_MS})
    return None
