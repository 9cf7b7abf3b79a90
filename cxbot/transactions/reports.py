"""Figures for people to decide by: always with n and interval, and an honest "too few". Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cxbot.domain import scoring
from cxbot.ports import Tx
from cxbot.transactions import settings, surveys, teams

DAY_MS = 24 * 60 * 60 * 1000


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


def numbers(tx: Tx, now: int, days: int, scope: str) -> Numbers | None:
    """Scores, response rate and cases of the last `days` days; of one team or touchpoint where `scope` names it."""
    team_id = scope if scope and teams.get(tx, scope) is not None else ""
    touchpoint = "" if team_id else scope
    if touchpoint and not _known(tx, touchpoint):
        return None
    zone = ZoneInfo(settings.company(tx).time_zone)
    since_day = (datetime.fromtimestamp(now / 1000, zone).date() - timedelta(days=days - 1)).isoformat()
    since = now - days * DAY_MS
    scores, hidden = _scores(tx, since_day, touchpoint, team_id)
    dispositions: dict[str, int] = defaultdict(int)
    for row in tx.all("reports.dispositions", since=since, touchpoint=touchpoint, team_id=team_id):
        dispositions[scoring.disposition(row["invitation_state"], row["response_state"])] += int(row["n"])
    cases = tx.one("reports.cases", since=since, now=now, touchpoint=touchpoint, team_id=team_id) or {}
    return Numbers(
        tuple(scores), tuple(hidden), scoring.response_rate(dispositions), {name: int(n) for name, n in cases.items()}
    )


@dataclass(frozen=True, slots=True)
class Week:
    """The figure of one week (its Monday) over all touchpoints."""

    monday: date
    score: scoring.Score


def weeks(tx: Tx, metric: str, since: date, until: date) -> list[Week]:
    """A metric by week, oldest first. An anonymous metric shows no week with too few answers to show anything of."""
    counts: dict[date, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in tx.all("reports.by_week", metric=metric, since_day=since.isoformat(), until_day=until.isoformat()):
        day = date.fromisoformat(row["day"])
        counts[day - timedelta(days=day.weekday())][row["score"]] += int(row["n"])
    found = []
    for monday, of_week in sorted(counts.items()):
        few = metric == "enps" and sum(of_week.values()) < scoring.ANONYMOUS_ENOUGH
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


def _scores(tx: Tx, since_day: str, touchpoint: str, team_id: str) -> tuple[list[scoring.Score], list[str]]:
    """One figure a metric, over the surveys that measure it."""
    counts: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    hidden_from: dict[str, bool] = {}
    for row in tx.all("reports.scores", since_day=since_day, touchpoint=touchpoint, team_id=team_id):
        survey = surveys.at(tx, row["survey"], row["version"])
        counts[row["metric"]][int(row["score"])] += int(row["n"])
        hidden_from[row["metric"]] = survey.anonymous
    scores: list[scoring.Score] = []
    hidden: list[str] = []
    for metric, of_metric in sorted(counts.items()):
        if hidden_from[metric] and sum(of_metric.values()) < scoring.ANONYMOUS_ENOUGH:
            hidden.append(metric)
            continue
        score = scoring.score(metric, of_metric)
        if score is not None:
            scores.append(score)
    return scores, hidden


def _known(tx: Tx, touchpoint: str) -> bool:
    triggers = {each for live in surveys.all_live(tx) for each in live.survey.trigger.touchpoints}
    return touchpoint in triggers or tx.one("reports.touchpoint_exists", touchpoint=touchpoint) is not None
