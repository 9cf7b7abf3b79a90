"""Root causes and improvements as they are answered, in the caller's language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cxbot import wording
from cxbot.api import improvement_bodies as bodies
from cxbot.api.answers import time_text
from cxbot.api.case_bodies import Reading
from cxbot.domain import improvements as rules
from cxbot.domain import periods
from cxbot.domain.scoring import Score
from cxbot.ports import Limits, Row, Tx
from cxbot.transactions import causes, improvement_card, improvement_numbers, improvement_telling, people, reports
from cxbot.transactions.improvement_numbers import Figures, Metric
from cxbot.transactions.improvement_requests import Improved, Telling
from cxbot.wording.voice import Voice


def gathered(tx: Tx, asked: bodies.CauseQuery, now: int, spoken: str) -> bodies.CauseList:
    """The root causes of a period. A long read."""
    period, voice = periods.rolling(asked.period, reports.day_of(tx, now)), Voice(spoken)
    scope = {"team_id": asked.team, "touchpoint": asked.touchpoint, "cause": asked.cause}
    found = causes.read(tx, period, now, most_words=asked.words, **scope)
    items = [
        bodies.Cause(
            id=each.id,
            label=voice.plain(each.label),
            cases=each.cases,
            open=each.open,
            customers=each.customers,
            before=each.before,
            trend=each.trend,
            words=list(each.words),
            improvements=list(each.improvements),
        )
        for each in found.causes
    ]
    return bodies.CauseList(items=items, days=period.days, unknown=found.unknown)


def shown(tx: Tx, improvement: Row, now: int, spoken: str) -> bodies.Improvement:
    """An improvement as it is now."""
    return bodies.Improvement(**_shown(tx, improvement, now, spoken))


def with_figures(tx: Tx, improvement: Row, now: int, spoken: str) -> bodies.ImprovementWithFigures:
    """An improvement with how much there is of its cause, and what it has changed. A long read."""
    scope = {name: improvement[name] for name in ("team_id", "touchpoint", "cause")}
    year = periods.rolling("year", reports.day_of(tx, now))
    found = next(iter(causes.read(tx, year, now, most_words=0, **scope).causes), None)
    figures = improvement_numbers.figures(tx, improvement, now)
    return bodies.ImprovementWithFigures(
        **_shown(tx, improvement, now, spoken),
        cases=found.cases if found else 0,
        customers=found.customers if found else 0,
        figures=_figures(figures, improvement["compare_at"]) if figures else None,
    )


def happened(row: Row) -> bodies.ImprovementEvent:
    """One thing that was done with it."""
    detail = json.loads(row["args"])
    via = str(detail.pop("via", ""))
    at = time_text(row["happened_at"])
    return bodies.ImprovementEvent(at=at, kind=row["kind"], by=row["actor"], via=via, detail=detail)


def done(tx: Tx, came: Improved, now: int, spoken: str) -> bodies.ImprovementAnswer:
    """What was done with it; of telling the customers, who reads what."""
    key, args = came.says or ("", {})
    answer = {
        "event": came.event,
        "message": wording.text(key, spoken, **args, now=now) if key else "",
        "improvement": shown(tx, came.improvement, now, spoken),
    }
    if came.telling is None:
        return bodies.ImprovementAnswer(**answer)
    reads = _reads(came.telling, now)
    why = _reasons(came.telling.left_out, spoken)
    return bodies.TellAnswer(**answer, customers=sum(each.n for each in reads), reads=reads, not_told=why)


def _reads(telling: Telling, now: int) -> list[Reading]:
    """Exactly what is read, once a language."""
    found = []
    for each in telling.groups:
        args = improvement_telling.reads(telling.told, each)
        meaning = wording.Meaning("", "", "", "message", improvement_telling.KEY, args, language=each.language)
        words = wording.render(meaning, Limits(), now).text
        found.append(Reading(language=each.language, n=each.n, words=words))
    return found


def _reasons(why: Mapping[str, int], spoken: str) -> list[bodies.Reason]:
    return [
        bodies.Reason(message=wording.text(each["key"], spoken, **each["args"]), **each["args"])
        for each in improvement_card.reasons(why)
    ]


def _shown(tx: Tx, improvement: Row, now: int, spoken: str) -> dict[str, Any]:
    same = ("id", "code", "cause", "touchpoint", "title", "state", "reason", "owner_id")
    return {
        **{name: improvement[name] for name in same},
        "team": improvement["team_id"],
        "label": Voice(spoken).plain(causes.label(tx, improvement["cause"])),
        "owner": people.name_of(tx, improvement["owner_id"]),
        "done_by": time_text(improvement["done_by"]),
        "late": rules.is_late(improvement, now),
        "proposed_at": time_text(improvement["created_at"]),
        "started_at": time_text(improvement["started_at"]),
        "done_at": time_text(improvement["done_at"]),
        "told": json.loads(improvement["told"]),
        "telling": _progress(tx, improvement, now, spoken),
    }


def _progress(tx: Tx, improvement: Row, now: int, spoken: str) -> bodies.Progress:
    counts, why = improvement_card.told_so_far(tx, improvement["id"])
    begins = improvement["tell_state"] == "going" and improvement["tell_from"] > now
    return bodies.Progress(
        state=improvement["tell_state"],
        by=people.name_of(tx, improvement["tell_by"]),
        begins_at=time_text(improvement["tell_from"] if begins else 0),
        not_told=_reasons(why, spoken),
        **{name: counts.get(name, 0) for name in ("told", "waiting", "held")},
    )


def _figures(found: Figures, compare_at: int) -> bodies.FiguresCompared:
    complaints = found.complaints
    return bodies.FiguresCompared(
        days=found.days,
        before=_span(found.before),
        after=_span(found.after) if found.after else None,
        metrics=[_metric(each) for each in found.metrics],
        complaints=bodies.ComplaintsCompared(before=complaints.before, after=complaints.after, trend=complaints.trend)
        if complaints
        else None,
        compared_at=time_text(compare_at),
    )


def _span(days: improvement_numbers.Span) -> bodies.Span:
    return bodies.Span(first=days[0].isoformat(), last=days[1].isoformat())


def _metric(found: Metric) -> bodies.MetricCompared:
    difference = found.difference
    return bodies.MetricCompared(
        metric=found.name,
        before=_figure(found.before),
        after=_figure(found.after),
        verdict=found.verdict,
        difference=difference.value if difference else None,
        difference_low=difference.low if difference else None,
        difference_high=difference.high if difference else None,
    )


def _figure(score: Score | None) -> bodies.Figure | None:
    if score is None:
        return None
    return bodies.Figure(value=score.value, low=score.low, high=score.high, n=score.n, enough=score.enough)
