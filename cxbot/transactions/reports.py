"""Figures for people to decide by: always with n and interval, and an honest "too few". Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cxbot.domain import scoring
from cxbot.domain.periods import Period
from cxbot.ports import Tx
from cxbot.transactions import responses, settings, surveys, teams


@dataclass(frozen=True, slots=True)
class Numbers:
    """The figures of a period. `hidden` names anonymous metrics with too few answers to show anything of."""

    scores: tuple[scoring.Score, ...]
    hidden: tuple[str, ...]
    rate: scoring.ResponseRate
    cases: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class WeekScore:
    """The figure of one week (its Monday) at one touchpoint."""

    monday: date
    touchpoint: str
    score: scoring.Score


@dataclass(frozen=True, slots=True)
class Compared:
    """The figures of a period, and of the one before it; `scope` is how the team or touchpoint is called."""

    now: Numbers
    before: Numbers
    scope: str


def numbers(tx: Tx, now: int, days: int, scope: str) -> Numbers | None:
    """Scores, response rate and cases of the last `days` days; of one team or touchpoint where `scope` names it."""
    today = day_of(tx, now)
    found = _scope(tx, scope)
    return None if found is None else _between(tx, Period("days", today - timedelta(days=days - 1), today), now, *found)


def compared(tx: Tx, period: Period, now: int, team_id: str, touchpoint: str) -> Compared | None:
    """The same of any period, with the one before it beside it; of one team, or touchpoint, where one is named.

    None for a touchpoint of which nothing is known.
    """
    if touchpoint and touchpoint not in touchpoints(tx):
        return None
    name = str((teams.get(tx, team_id) or {}).get("name", "")) if team_id else touchpoint
    return Compared(
        _between(tx, period, now, team_id, touchpoint), _between(tx, period.before(), now, team_id, touchpoint), name
    )


def day_of(tx: Tx, at: int) -> date:
    """The day a moment belongs to where the company is."""
    return datetime.fromtimestamp(at / 1000, ZoneInfo(settings.company(tx).time_zone)).date()


def span(tx: Tx, period: Period) -> tuple[int, int]:
    """The first moment of a period and the first after it, epoch ms, where the company is."""
    zone = ZoneInfo(settings.company(tx).time_zone)
    return _midnight(period.since, zone), _midnight(period.until + timedelta(days=1), zone)


def touchpoints(tx: Tx) -> list[str]:
    """Every touchpoint that a survey asks about or that was answered about."""
    known = {each for live in surveys.all_live(tx) for each in live.survey.trigger.touchpoints}
    return sorted(known | {row["touchpoint"] for row in tx.all("reports.touchpoints")})


def _scope(tx: Tx, scope: str) -> tuple[str, str] | None:
    """The team or the touchpoint of this name, ("", "") without one; None where there is neither."""
    if not scope:
        return "", ""
    if teams.get(tx, scope) is not None:
        return scope, ""
    return ("", scope) if scope in touchpoints(tx) else None


def _between(tx: Tx, period: Period, now: int, team_id: str, touchpoint: str) -> Numbers:
    since, until = span(tx, period)
    scope = {"touchpoint": touchpoint, "team_id": team_id}
    scores, hidden = _scores(tx, period.since.isoformat(), period.until.isoformat(), touchpoint, team_id)
    dispositions: dict[str, int] = defaultdict(int)
    teams_of: dict[tuple[str, str], str] = {}
    for row in tx.all("reports.dispositions", since=since, until=until, touchpoint=touchpoint):
        whose = (row["team_id"], row["touchpoint"])
        if team_id and whose not in teams_of:
            teams_of[whose] = responses.team_of(tx, row)
        if team_id and (row["answered_team"] or teams_of[whose]) != team_id:
            continue
        dispositions[scoring.disposition(row["invitation_state"], row["response_state"])] += int(row["n"])
    cases = tx.one("reports.cases", since=since, until=until, now=now, **scope) or {}
    return Numbers(
        tuple(scores), tuple(hidden), scoring.response_rate(dispositions), {name: int(n) for name, n in cases.items()}
    )


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Week:
    """The figure of one week (its Monday) over all touchpoints."""

    monday: date
    score: scoring.Score


def weeks(tx: Tx, metric: str, since: date, until: date) -> list[Week]:
    """A metric by week, oldest first. A week with anonymous answers is not shown where it has too few of all."""
    counts: dict[date, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    anonymous: set[date] = set()
    for row in tx.all("reports.by_week", metric=metric, since_day=since.isoformat(), until_day=until.isoformat()):
        day = date.fromisoformat(row["day"])
        monday = day - timedelta(days=day.weekday())
        counts[monday][row["score"]] += int(row["n"])
        if surveys.at(tx, row["survey"], row["version"]).anonymous:
            anonymous.add(monday)
    found = []
    for monday, of_week in sorted(counts.items()):
        few = monday in anonymous and sum(of_week.values()) < scoring.ANONYMOUS_ENOUGH
        score = None if few else scoring.score(metric, of_week)
        if score is not None:
            found.append(Week(monday, score))
    return found


def by_week(tx: Tx, metric: str, since: date, until: date) -> list[WeekScore]:
    """A metric by week and touchpoint, from the counts kept beside the answers."""
    counts: dict[tuple[date, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    rows = tx.all("reports.by_week", metric=metric, since_day=since.isoformat(), until_day=until.isoformat())
    mondays: dict[str, date] = {}
    for row in rows:
        monday = mondays.get(row["day"])
        if monday is None:
            day = date.fromisoformat(row["day"])
            monday = mondays[row["day"]] = day - timedelta(days=day.weekday())
        counts[monday, row["touchpoint"]][row["score"]] += int(row["n"])
    found = []
    for (monday, touchpoint), of_week in sorted(counts.items()):
        score = scoring.score(metric, of_week)
        if score is not None:
            found.append(WeekScore(monday, touchpoint, score))
    return found


def _scores(
    tx: Tx, since_day: str, until_day: str, touchpoint: str, team_id: str
) -> tuple[list[scoring.Score], list[str]]:
    """One figure a metric, over the surveys that measure it."""
    counts: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    anonymous: set[str] = set()
    for row in tx.all(
        "reports.scores", since_day=since_day, until_day=until_day, touchpoint=touchpoint, team_id=team_id
    ):
        counts[row["metric"]][int(row["score"])] += int(row["n"])
        if surveys.at(tx, row["survey"], row["version"]).anonymous:
            anonymous.add(row["metric"])
    scores: list[scoring.Score] = []
    hidden: list[str] = []
    for metric, of_metric in sorted(counts.items()):
        if metric in anonymous and sum(of_metric.values()) < scoring.ANONYMOUS_ENOUGH:
            hidden.append(metric)
            continue
        score = scoring.score(metric, of_metric)
        if score is not None:
            scores.append(score)
    return scores, hidden
