"""As a team's day begins: what to act on, in order, who can still be written to, and what customers found well done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cxbot.domain import calendar, case_timing
from cxbot.domain import cases as workflow
from cxbot.domain.policy import TeamPolicy
from cxbot.ports import Row, Tx
from cxbot.transactions import cases, outbox, people, places, surveys, teams

DAY_MS = 24 * 60 * 60 * 1000
MOST_CASES, MOST_PRAISE, MOST_UNTOLD = 8, 3, 100
NEVER_CLOSED = 9
"""The hour, in the team's own time, at which a team is told that never closes."""


def schedule(tx: Tx, now: int) -> None:
    """Every team that is new begins its next day with a look."""
    for team in teams.all(tx):
        tx.run("openings.schedule", team_id=team["id"], due_at=_next(team, now))


def step(tx: Tx, team_id: str, now: int) -> str:
    """Tells a team what there is to do as its day begins, where there is anything; once a day."""
    team, opening = teams.get(tx, team_id), tx.one("openings.get", team_id=team_id)
    if team is None or opening is None or opening["due_at"] > now:
        return "none"
    since = opening["last_at"] or now - DAY_MS
    tx.run("openings.write", team_id=team_id, due_at=_next(team, now), last_at=now)
    if not TeamPolicy.load(team["policy"] or "{}").opening_card or not team["place"] or team["archived_at"]:
        return "none"
    lines = [*_to_do(tx, team, now), *_well_done(tx, team_id, since)]
    if not lines:
        return "none"
    channel, address = places.of_team(tx, team)
    outbox.say(
        tx,
        now,
        channel=channel,
        address=address,
        language=team["language"],
        key="team.opening",
        args={"team": team["name"], "zone": team["time_zone"], "lines": lines},
        expires_at=now + DAY_MS,
    )
    return "opened"


def _to_do(tx: Tx, team: Row, now: int) -> list[dict[str, Any]]:
    rows = tx.all("openings.to_do", team_id=team["id"])
    untold = len(tx.all("cases.untold", team_id=team["id"], most=MOST_UNTOLD))
    to_reach = [{"key": "team.opening.untold", "args": {"n": untold}}] if untold else []
    if not rows:
        return to_reach
    tonight = workflow.tomorrow(team["time_zone"], now)
    waiting = [row for row in rows if not row["snoozed_until"] or row["snoozed_until"] <= tonight]
    late = [row for row in waiting if case_timing.overdue(row, now)]
    today = [row for row in waiting if _promised(row, now, tonight)]
    ending = [row for row in waiting if now < row["window_until"] < tonight]
    counts = {"n": len(rows), "late": len(late), "today": len(today), "ending": len(ending)}
    lines: list[dict[str, Any]] = [{"key": "team.opening.counts", "args": counts}]
    lines += [cases.line(row) for row in waiting[:MOST_CASES]]
    if len(waiting) > MOST_CASES:
        lines.append({"key": "command.more", "args": {"n": len(waiting) - MOST_CASES}})
    lines += [
        {"key": "team.opening.window", "args": {"code": row["code"], "until": row["window_until"]}}
        for row in ending[:MOST_CASES]
    ]
    return lines + to_reach


def _promised(row: Row, since: int, until: int) -> bool:
    at, kind = case_timing.due_by(row)
    return kind in ("first_contact", "callback") and since <= at < until


def _well_done(tx: Tx, team_id: str, since: int) -> list[dict[str, Any]]:
    """What customers confirmed, and the words that came with the best scores; nobody is praised twice for the same."""
    confirmed = tx.one("openings.confirmed", team_id=team_id, since=since)
    lines: list[dict[str, Any]] = []
    if confirmed and confirmed["n"]:
        lines.append({"key": "team.opening.confirmed", "args": {"n": int(confirmed["n"])}})
    for row in tx.all("openings.best", team_id=team_id, since=since):
        if len([line for line in lines if line["key"] == "team.opening.praise"]) == MOST_PRAISE:
            break
        if praise := _praise(tx, row):
            lines.append({"key": "team.opening.praise", "args": praise})
    return lines


def _praise(tx: Tx, row: Row) -> Mapping[str, Any] | None:
    survey = surveys.asked(tx, row)
    scored = survey.scored
    if survey.anonymous or scored is None or scored.kind != "scale":
        return None
    best = scored.high - 1 if scored.high - scored.low >= 10 else scored.high
    words = cases.said(tx, row["id"])[1]
    if row["score"] < best or not words:
        return None
    person = people.get(tx, row["person_id"])
    return {
        "score": row["score"],
        "high": scored.high,
        "name": person["name"] if person else "",
        "agent": row["agent"] or "",
        "words": words[-1],
    }


def _next(team: Row, now: int) -> int:
    """The team's next opening after today's."""
    hours, zone = teams.hours(team), team["time_zone"] or "UTC"
    at = calendar.next_open(hours, zone, workflow.tomorrow(zone, now))
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone))
    if local.hour == local.minute == 0:
        at = int((local + timedelta(hours=NEVER_CLOSED)).timestamp() * 1000)
    return at
