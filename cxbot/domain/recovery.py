"""How well unhappy customers are won back: their own word, and times in which cases still open count as still open.

Pure. A median time is Kaplan and Meier's: a case that still waits has waited at least so long, and is not left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cxbot.domain.scoring import wilson

ENOUGH = 10
"""Customers asked whether it is fixed, from which on a rate is shown."""
DISMISSED = ("dismissed", "merged")


@dataclass(frozen=True, slots=True)
class Work:
    """One case as far as it has come; times in ms since it was opened, None where it has not come to that.

    `age` is how long ago it was opened. `shares` says whose it was, in parts of one: by everybody who had it.
    """

    age: int
    contacted: int | None
    resolved: int | None
    confirm: str
    reopened: bool
    told: bool
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Median:
    """Half of the cases came to it within `ms`; None where not half of them have yet. `waiting` have not."""

    ms: int | None
    n: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Recovery:
    """What came of cases: `fixed` percent of `asked` customers said so, at 95 % between `low` and `high`."""

    n: int
    asked: int
    fixed: float
    low: float
    high: float
    reopened: int
    not_told: int
    contact: Median
    resolution: Median
    enough: bool


def recovery(cases: Sequence[Work]) -> Recovery:
    """The figures of some cases. No answer to "is it fixed?" is no recovery; one that was not asked does not count."""
    asked = [case for case in cases if case.confirm in ("yes", "no", "silent")]
    fixed = sum(case.confirm == "yes" and not case.reopened for case in asked)
    low, high = wilson(fixed, len(asked)) if asked else (0.0, 0.0)
    return Recovery(
        n=len(cases),
        asked=len(asked),
        fixed=100 * fixed / len(asked) if asked else 0.0,
        low=100 * low,
        high=100 * high,
        reopened=sum(case.reopened for case in cases),
        not_told=sum(case.resolved is not None and not case.told for case in cases),
        contact=median([(case.contacted, case.age) for case in cases]),
        resolution=median([(case.resolved, case.age) for case in cases]),
        enough=len(asked) >= ENOUGH,
    )


def median(times: Sequence[tuple[int | None, int]]) -> Median:
    """The time within which half came to it; those that have not took longer than so far, and no more is known."""
    at_risk = len(times)
    waiting = sum(came is None for came, _ in times)
    alive, found = 1.0, None
    for at, came in sorted((age if came is None else came, came is not None) for came, age in times):
        if came:
            alive *= 1 - 1 / at_risk
            # The factors are fractions: what is a half comes out a hair above it, or below.
            if found is None and alive <= 0.5 + 1e-9:
                found = at
        at_risk -= 1
    return Median(found, len(times), waiting)


def shared(cases: Sequence[Work]) -> dict[str, float]:
    """How many confirmed recoveries belong to whom; a case that was handed over is shared by those who had it."""
    credit: dict[str, float] = {}
    for case in cases:
        if case.confirm == "yes" and not case.reopened:
            for person, part in case.shares.items():
                credit[person] = credit.get(person, 0.0) + part
    return dict(sorted(credit.items(), key=lambda each: -each[1]))
