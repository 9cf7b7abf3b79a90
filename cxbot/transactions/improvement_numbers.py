"""What an improvement has changed: its touchpoint's figures before and after, with their intervals. Reads only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cxbot.domain import improvements as rules
from cxbot.domain import scoring
from cxbot.ports import Row, Tx
from cxbot.transactions import causes, settings, surveys

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric before and after; None is a figure that may not be shown, or of days that have not been yet."""

    name: str
    before: scoring.Score | None
    after: scoring.Score | None
    verdict: rules.Verdict | Literal[""] = ""
    difference: scoring.Difference | None = None


@dataclass(frozen=True, slots=True)
class Complaints:
    """How many cases of the cause there were before and after."""

    before: int
    after: int
    trend: rules.Trend


@dataclass(frozen=True, slots=True)
class Figures:
    """The metrics of equally many days before and after; `after` and `complaints` are None while it is too early."""

    days: int
    before: Span
    after: Span | None
    metrics: tuple[Metric, ...]
    complaints: Complaints | None = None


def figures(tx: Tx, improvement: Row, now: int) -> Figures | None:
    """What it has changed by now; None where it is not done."""
    if not improvement["done_at"]:
        return None
    zone = ZoneInfo(settings.company(tx).time_zone)
    started, done, today = (_day(at, zone) for at in (improvement["started_at"], improvement["done_at"], now))
    found = rules.windows(started, done, today)
    if found is None:
        span = rules.usual(started)
        alone = [Metric(name, score, None) for name, score in sorted(_scores(tx, improvement, span).items())]
        return Figures(rules.COMPARE_DAYS, span, None, tuple(alone))
    before, after = _scores(tx, improvement, found.before), _scores(tx, improvement, found.after)
    both = [
        _compared(metric, before.get(metric, scoring.score(metric, {})), after.get(metric, scoring.score(metric, {})))
        for metric in sorted({*before, *after})
    ]
    counted = _complaints(tx, improvement, found, zone)
    return Figures(found.days, found.before, found.after, tuple(both), counted)


def lines(tx: Tx, improvement: Row, now: int) -> list[dict[str, Any]]:
    """The figures as lines: before and after over equally many days; what was before, where it is too early to say."""
    found = figures(tx, improvement, now)
    if found is None:
        return []
    if found.complaints is None:
        head = {"key": "improvement.numbers.only_before", "args": _dated(tx, found, now)}
        later = {"key": "improvement.numbers.later", "args": {"at": improvement["compare_at"]}}
        alone = [_alone(each) for each in found.metrics] or [_none()]
        return [head, *alone, *([later] if improvement["compare_at"] else [])]
    head = {"key": "improvement.numbers.both", "args": _dated(tx, found, now)}
    counted = found.complaints
    trend = {"key": f"improvement.trend.{counted.trend}", "args": {}}
    args = {"before": counted.before, "after": counted.after, "trend": trend}
    both = [_line(each) for each in found.metrics] or [_none()]
    return [head, *both, {"key": "improvement.numbers.complaints", "args": args}]


def _dated(tx: Tx, found: Figures, now: int) -> dict[str, Any]:
    """How many days are looked at and which, in the zone they are counted in; the last day '' where it is the first."""
    zone = settings.company(tx).time_zone
    to_today = found.after is not None and _ends(found.after)[1] == _day(now, ZoneInfo(zone))
    today = {"key": "improvement.numbers.today", "args": {}} if to_today else ""
    args: dict[str, Any] = {"days": found.days, "zone": zone, "today": today}
    for name, span in (("before", found.before), ("after", found.after)):
        if span is not None:
            first, last = (int(datetime.combine(day, time(12), ZoneInfo(zone)).timestamp() * 1000) for day in span)
            args |= {f"{name}_first": first, f"{name}_last": last if last != first else ""}
    return args


def _complaints(tx: Tx, improvement: Row, windows: rules.Windows, zone: ZoneInfo) -> Complaints:
    before, after = (_cases(tx, improvement, span, zone) for span in (windows.before, windows.after))
    return Complaints(before, after, rules.trend(after, before))


def _cases(tx: Tx, improvement: Row, span: Span, zone: ZoneInfo) -> int:
    """How many cases of the cause were opened in a span of days."""
    first, last = (int(datetime.combine(day, time(), zone).timestamp() * 1000) for day in _ends(span))
    scope = {"team_id": improvement["team_id"], "touchpoint": improvement["touchpoint"]}
    found = causes.complaints(tx, first, last - 1, **scope)
    return len({each.case_id for each in found if each.case_id and each.cause == improvement["cause"]})


def _ends(span: Span) -> Span:
    return span[0], span[1] + timedelta(days=1)


def _scores(tx: Tx, improvement: Row, span: Span) -> dict[str, scoring.Score | None]:
    """One figure a metric, at the touchpoint or of the team; None for an anonymous one with too few to show."""
    counts: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    anonymous: set[str] = set()
    scope = {
        "touchpoint": improvement["touchpoint"],
        "team_id": "" if improvement["touchpoint"] else improvement["team_id"],
    }
    for row in tx.all("improvements.scores", first=span[0].isoformat(), last=span[1].isoformat(), **scope):
        counts[row["metric"]][int(row["score"])] += int(row["n"])
        if surveys.at(tx, row["survey"], row["version"]).anonymous:
            anonymous.add(row["metric"])
    found: dict[str, scoring.Score | None] = {}
    for metric, of_metric in counts.items():
        hidden = metric in anonymous and sum(of_metric.values()) < scoring.ANONYMOUS_ENOUGH
        score = scoring.score(metric, of_metric)
        if score is not None:
            found[metric] = None if hidden else score
    return found


def _compared(metric: str, before: scoring.Score | None, after: scoring.Score | None) -> Metric:
    """One metric before and after, and whether the difference is real."""
    empty = scoring.score(metric, {})
    assert empty is not None
    return Metric(metric, before, after, *rules.verdict(before or empty, after or empty))


def _line(found: Metric) -> dict[str, Any]:
    args = {"metric": _metric(found.name), "before": _figure(found.before), "after": _figure(found.after)}
    difference = found.difference
    assert difference is not None
    of_it = {"value": difference.value, "low": difference.low, "high": difference.high}
    verdict = {"key": f"improvement.verdict.{found.verdict}", "args": of_it}
    return {"key": "improvement.numbers.line", "args": {**args, "verdict": verdict}}


def _alone(found: Metric) -> dict[str, Any]:
    return {
        "key": "improvement.numbers.alone",
        "args": {"metric": _metric(found.name), "figure": _figure(found.before)},
    }


def _figure(score: scoring.Score | None) -> dict[str, Any]:
    if score is None:
        return {"key": "improvement.figure.hidden", "args": {}}
    kind = "net" if score.metric in ("nps", "enps") else "share"
    args = {"value": score.value, "low": score.low, "high": score.high, "n": score.n}
    return {"key": f"improvement.figure.{kind if score.enough else 'too_few'}", "args": args}


def _metric(metric: str) -> dict[str, Any]:
    return {"key": f"metric.{metric}", "args": {}}


def _none() -> dict[str, Any]:
    return {"key": "improvement.numbers.none", "args": {}}


def _day(at: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date()
