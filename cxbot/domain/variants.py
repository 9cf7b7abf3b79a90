"""Several wordings of a survey: who is asked in which, and when one is really better. Pure.

Figures are looked at as often as somebody likes. A usual 95 % interval is wrong far more often than one time in twenty
where one stops at the first look that pleases, so the intervals here hold at every look at once: the mixture sequential
test of Robbins, as Johari, Koomen, Pekelis and Walsh (2022) use it. They are wider, and that is the price of looking.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log, sqrt
from typing import Literal

from cxbot.domain import scoring

OWN = "A"
"""The name of the survey's own wording, which gets what the others leave of 100."""
ALPHA = 0.05
TAU = 0.1
"""The size of a difference that is looked for, as a share (ten points); it makes the test quickest, not stricter."""
MOST_MORE = 100_000
"""More answers than this will not come: the difference is then too small to be found."""


def assigned(shares: Sequence[tuple[str, int]], survey: str, person_id: str, interaction_id: str) -> str:
    """The wording somebody is asked in about an interaction, always the same; '' where a survey has only one."""
    if not shares:
        return ""
    # Told apart from the draw of the sample, which is of the same three: who is drawn is spread over the wordings.
    key = f"variant\x1f{survey}\x1f{person_id}\x1f{interaction_id}".encode()
    drawn = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big") * 100 / 2**64
    reached = 0
    for name, share in shares:
        reached += share
        if drawn < reached:
            return name
    return OWN


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure as a share of 1 (an NPS from -1 to 1), the middle it is tested with, its standard error, and its n."""

    value: float
    low: float
    high: float
    centre: float
    error: float
    n: int


Verdict = Literal["real", "not_yet", "too_few", "too_small"]


@dataclass(frozen=True, slots=True)
class Compared:
    """How much one figure is above another, an interval that holds however often one looks, and what to make of it.

    `more`: so many more answers, of both together, until a difference of this size would be found; 0 where none are.
    """

    value: float
    low: float
    high: float
    verdict: Verdict
    more: int


def of_share(k: int, n: int) -> Estimate:
    """A share of k in n, with Wilson's interval."""
    low, high = scoring.wilson(k, n)
    return Estimate(k / n if n else 0.0, low, high, (low + high) / 2, (high - low) / 2 / scoring.Z, n)


def of_score(score: scoring.Score) -> Estimate:
    """A survey's figure."""
    error = score.margin / 100 / scoring.Z
    return Estimate(score.value / 100, score.low / 100, score.high / 100, score.centre / 100, error, score.n)


def compare(one: Estimate, other: Estimate, comparisons: int = 1) -> Compared:
    """How far `other` is above `one`, where so many comparisons are made at once (Bonferroni)."""
    value = other.value - one.value
    variance = one.error**2 + other.error**2
    alpha = ALPHA / max(comparisons, 1)
    middle, half = other.centre - one.centre, _half(variance, alpha)
    low, high = middle - half, middle + half
    fewest = min(one.n, other.n)
    if fewest < scoring.ENOUGH:
        missing = sum(max(scoring.ENOUGH - each.n, 0) for each in (one, other))
        return Compared(value, low, high, "too_few", missing)
    if low > 0 or high < 0:
        return Compared(value, low, high, "real", 0)
    more = _more(variance, abs(middle), alpha, one.n + other.n)
    return Compared(value, low, high, "not_yet" if more else "too_small", more)


def _half(variance: float, alpha: float) -> float:
    """Half the width of the interval: sqrt(V (V + t2) / t2 (2 ln(1 / alpha) + ln((V + t2) / V)))."""
    if variance <= 0:
        return 0.0
    t2 = TAU**2
    return sqrt(variance * (variance + t2) / t2 * (2 * log(1 / alpha) + log((variance + t2) / variance)))


def _more(variance: float, difference: float, alpha: float, n: int) -> int:
    """How many more answers until a difference that stays as it is would be found; 0 where it is too many."""
    if difference <= 0 or _half(variance * n / (n + MOST_MORE), alpha) > difference:
        return 0
    low, high = 0, MOST_MORE
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _half(variance * n / (n + middle), alpha) > difference else (low, middle)
    # Nobody can know it to the answer.
    step = 10 if high < 200 else 50
    return ceil(high / step) * step
