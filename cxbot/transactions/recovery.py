"""Reads what came of the cases of a time, all together and by team, agent, cause or severity."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cxbot.domain import recovery
from cxbot.domain.recovery import DISMISSED, Recovery, Work
from cxbot.ports import Row, Tx
from cxbot.transactions import people, teams

DAY_MS = 24 * 60 * 60 * 1000
MOST = 50_000
By = Literal["", "team", "agent", "cause", "severity"]


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one team, agent, cause or severity; `credit` is the agent's part of confirmed recoveries."""

    name: Any
    figures: Recovery
    credit: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """The figures of everything, and of each group."""

    figures: Recovery
    groups: tuple[Group, ...] = ()


def read(tx: Tx, now: int, days: int, by: By, team_id: str) -> Found:
    """What came of the cases opened in the last days; dismissed and merged ones are nobody's to win back. A read."""
    since = now - days * DAY_MS
    rows = tx.all("recovery.cases", since=since, now=now, team_id=team_id, most=MOST)
    rows = [row for row in rows if row["state"] not in DISMISSED]
    shares = _shares(tx, since, now, team_id, rows)
    works = {row["id"]: _work(row, shares.get(row["id"], {}), now) for row in rows}
    figures = recovery.recovery(list(works.values()))
    if not by:
        return Found(figures)
    grouped: dict[str, list[Work]] = defaultdict(list)
    for row in rows:
        for name in [*works[row["id"]].shares] if by == "agent" else [row[_COLUMNS[by]]]:
            if name:
                grouped[name].append(works[row["id"]])
    credit = recovery.shared(list(works.values()))
    groups = [
        Group(_named(tx, by, name), recovery.recovery(of_group), credit.get(name, 0.0) if by == "agent" else 0.0)
        for name, of_group in sorted(grouped.items(), key=lambda each: (-len(each[1]), each[0]))
    ]
    return Found(figures, tuple(groups))


_COLUMNS: Mapping[str, str] = {"team": "team_id", "cause": "root_cause", "severity": "severity"}


def _work(row: Row, shares: Mapping[str, float], now: int) -> Work:
    def since(at: int) -> int | None:
        return max(at - row["opened_at"], 0) if at else None

    return Work(
        age=max(now - row["opened_at"], 0),
        contacted=since(row["first_contact_at"]),
        resolved=since(row["resolved_at"]),
        confirm=row["confirm"],
        reopened=row["reopened"] > 0,
        told=bool(row["told_words"]) and not row["untold"],
        shares=shares,
    )


def _shares(tx: Tx, since: int, now: int, team_id: str, rows: list[Row]) -> dict[str, dict[str, float]]:
    had: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["owner_id"]:
            had[row["id"]].add(row["owner_id"])
    for event in tx.all("recovery.owners", since=since, now=now, team_id=team_id):
        owner = json.loads(event["args"]).get("owner_id") if event["kind"] == "handed_over" else event["actor_id"]
        if owner:
            had[event["subject_id"]].add(owner)
    return {case_id: {owner: 1 / len(owners) for owner in sorted(owners)} for case_id, owners in had.items()}


def _named(tx: Tx, by: By, name: str) -> Any:
    if by == "team":
        return (teams.get(tx, name) or {"name": name})["name"]
    if by == "agent":
        return people.name_of(tx, name)
    if by == "severity":
        return {"key": f"severity.{name}", "args": {}}
    for team in teams.all(tx):
        for cause in teams.causes(team):
            if cause.id == name:
                return dict(cause.label)
    return name
