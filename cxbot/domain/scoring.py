"""The trade's figures with their intervals: NPS, CSAT, CES, FCR, response rate. Pure; counts in, figures out.

Definitions vary between products, so the bands are arguments: a survey that counts otherwise says so, and its figure is
printed with its definition. Intervals are at 95 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Literal

Z = 1.959964
ENOUGH = 30
"""Under so many answers counts are shown instead of a score."""
ANONYMOUS_ENOUGH = 5
"""Under so many answers of an anonymous survey nothing is shown at all."""

Metric = Literal["nps", "enps", "csat", "ces", "fcr"]
Disposition = Literal["complete", "partial", "declined", "not_answered", "refused", "unknown", "not_sampled"]


@dataclass(frozen=True, slots=True)
class Score:
    """A figure with its 95 % interval: an NPS in points (-100 to 100), a share in per cent (0 to 100).

    `promoters` are the answers counted for it, `detractors` against it, `passives` the rest; `mean` is of the raw
    scores. `enough` says whether there are answers enough to show it; with none the value is 0 and the interval all.
    """

    metric: Metric
    value: float
    low: float
    high: float
    n: int
    promoters: int
    passives: int
    detractors: int
    mean: float
    enough: bool
    centre: float
    """The middle of the interval; of an NPS the adjusted estimate, which for few answers lies nearer to 0."""
    margin: float
    """Half the interval's width, before it is cut at the ends of the scale."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much the later figure is above the earlier one. No arrow is drawn unless it is significant."""

    value: float
    low: float
    high: float
    significant: bool


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """AAPOR's RR1 in per cent with its interval: complete responses among all who were sampled."""

    value: float
    low: float
    high: float
    complete: int
    n: int
    not_sampled: int


def nps(counts: Mapping[int, int], *, promoters_from: int = 9, detractors_to: int = 6, enough: int = ENOUGH) -> Score:
    """Net promoter score: % promoters - % detractors. The interval is the adjusted Wald of Rocks (2016)."""
    return _net("nps", counts, promoters_from, detractors_to, enough)


def enps(counts: Mapping[int, int], *, promoters_from: int = 9, detractors_to: int = 6, enough: int = ENOUGH) -> Score:
    """The same of employees."""
    return _net("enps", counts, promoters_from, detractors_to, enough)


def csat(counts: Mapping[int, int], *, top_from: int = 4, detractors_to: int = 2, enough: int = ENOUGH) -> Score:
    """Customer satisfaction: the share of the top two of five. Wilson's interval."""
    return _share("csat", counts, top_from, detractors_to, enough)


def ces(counts: Mapping[int, int], *, top_from: int = 5, detractors_to: int = 3, enough: int = ENOUGH) -> Score:
    """Customer effort score 2.0: the share of 5 to 7 of "made it easy", the mean beside it. Wilson's interval."""
    return _share("ces", counts, top_from, detractors_to, enough)


def fcr(counts: Mapping[int, int], *, enough: int = ENOUGH) -> Score:
    """First contact resolution: the share of yes (1) among yes and no (0). Wilson's interval."""
    return _share("fcr", counts, 1, 0, enough)


def score(metric: str, counts: Mapping[int, int], *, enough: int = ENOUGH) -> Score | None:
    """The figure of a metric by its usual definition, or None for a survey without one."""
    match metric:
        case "nps":
            return nps(counts, enough=enough)
        case "enps":
            return enps(counts, enough=enough)
        case "csat":
            return csat(counts, enough=enough)
        case "ces":
            return ces(counts, enough=enough)
        case "fcr":
            return fcr(counts, enough=enough)
        case _:
            return None


def wilson(k: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of k in n, as fractions; everything where n is 0."""
    if n <= 0:
        return 0.0, 1.0
    share, z2 = k / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return (max(middle - half, 0.0) if k > 0 else 0.0), (min(middle + half, 1.0) if k < n else 1.0)


def difference(earlier: Score, later: Score) -> Difference:
    """The later figure less the earlier one; significant where the 95 % interval of the difference excludes 0.

    For shares Newcombe's hybrid of Wilson's intervals, for an NPS the adjusted Wald. Raises ValueError for two metrics.
    """
    if earlier.metric != later.metric:
        raise ValueError(f"{earlier.metric} cannot be compared with {later.metric}")
    before, before_down, before_up = _arms(earlier)
    after, after_down, after_up = _arms(later)
    low = after - before - sqrt(after_down**2 + before_up**2)
    high = after - before + sqrt(after_up**2 + before_down**2)
    significant = bool(earlier.n and later.n) and (low > 0 or high < 0)
    return Difference(later.value - earlier.value, low, high, significant)


def response_rate(counts: Mapping[str, int]) -> ResponseRate:
    """AAPOR's RR1 = I / ((I + P) + (R + NC + O) + U), from counts by disposition; `not_sampled` is told apart.

    The denominator is the same on every channel. Raises ValueError for a disposition that does not exist.
    """
    sampled: tuple[Disposition, ...] = ("complete", "partial", "declined", "not_answered", "refused", "unknown")
    strange = sorted(set(counts) - {*sampled, "not_sampled"})
    if strange:
        raise ValueError(f"no such disposition: {', '.join(strange)}")
    complete, n = counts.get("complete", 0), sum(counts.get(name, 0) for name in sampled)
    low, high = wilson(complete, n)
    value = 100 * complete / n if n else 0.0
    return ResponseRate(value, 100 * low, 100 * high, complete, n, counts.get("not_sampled", 0))


def disposition(invitation_state: str, response_state: str = "") -> Disposition:
    """How an invitation counts in a response rate, by its state and that of its response ('' where there is none)."""
    if response_state == "complete":
        return "complete"
    if invitation_state in ("not_asked", "retracted"):
        return "not_sampled"
    if response_state == "partial":
        return "partial"
    by_state: Mapping[str, Disposition] = {
        "done": "complete",
        "declined": "declined",
        "expired": "not_answered",
        "unreachable": "refused",
    }
    return by_state.get(invitation_state, "unknown")


def _net(metric: Metric, counts: Mapping[int, int], promoters_from: int, detractors_to: int, enough: int) -> Score:
    promoters, passives, detractors = _split(counts, promoters_from, detractors_to)
    n = promoters + passives + detractors
    if n == 0:
        return Score(metric, 0.0, -100.0, 100.0, 0, 0, 0, 0, 0.0, enough=False, centre=0.0, margin=100.0)
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    centre = 100 * (p - d)
    margin = 100 * Z * sqrt((p + d - (p - d) ** 2) / (n + 3))
    value = 100 * (promoters - detractors) / n
    return Score(
        metric=metric,
        value=value,
        # One or two answers pull the adjusted middle so far in that the figure itself would lie outside.
        low=max(min(centre - margin, value), -100.0),
        high=min(max(centre + margin, value), 100.0),
        n=n,
        promoters=promoters,
        passives=passives,
        detractors=detractors,
        mean=_mean(counts, n),
        enough=n >= enough,
        centre=centre,
        margin=margin,
    )


def _share(metric: Metric, counts: Mapping[int, int], top_from: int, detractors_to: int, enough: int) -> Score:
    promoters, passives, detractors = _split(counts, top_from, detractors_to)
    n = promoters + passives + detractors
    low, high = wilson(promoters, n)
    return Score(
        metric=metric,
        value=100 * promoters / n if n else 0.0,
        low=100 * low,
        high=100 * high,
        n=n,
        promoters=promoters,
        passives=passives,
        detractors=detractors,
        mean=_mean(counts, n),
        enough=n > 0 and n >= enough,
        centre=50 * (low + high),
        margin=50 * (high - low),
    )


def _split(counts: Mapping[int, int], top_from: int, bottom_to: int) -> tuple[int, int, int]:
    top = sum(n for value, n in counts.items() if value >= top_from)
    bottom = sum(n for value, n in counts.items() if value <= bottom_to)
    return top, sum(counts.values()) - top - bottom, bottom


def _mean(counts: Mapping[int, int], n: int) -> float:
    return sum(value * count for value, count in counts.items()) / n if n else 0.0


def _arms(given: Score) -> tuple[float, float, float]:
    """The estimate, and how far its interval reaches down and up from it."""
    if given.metric in ("nps", "enps"):
        return given.centre, given.margin, given.margin
    return given.value, given.value - given.low, given.high - given.value
