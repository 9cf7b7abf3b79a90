"""Reads what came of the cases of a time, all together and by team, agent, cause or severity."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cxbot.domain import recovery
from cxbot.domain.periods import Period
from cxbot.domain.recovery import DISMISSED, Recovery, Work
from cxbot.ports import Row, Tx
from cxbot.transactions import people, reports, teams

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


def read(tx: Tx, period: Period, now: int, by: By, team_id: str) -> Found:
    """What came of the cases opened in a period; dismissed and merged ones are nobody's to win back. A read."""
    since, until = reports.span(tx, period)
    rows = tx.all("recovery.cases", since=since, until=until, team_id=team_id, most=MOST)
    rows = [row for row in rows if row["state"] not in DISMISSED]
    shares = _shares(tx, since, until, team_id, rows)
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


def _shares(tx: Tx, since: int, until: int, team_id: str, rows: list[Row]) -> dict[str, dict[str, float]]:
    """Whose each case was, in equal parts: what was undone made it nobody's."""
    events: dict[str, list[tuple[str, set[str]]]] = defaultdict(list)
    for event in tx.all("recovery.owners", since=since, until=until, team_id=team_id):
        args, of_case = json.loads(event["args"]), events[event["subject_id"]]
        if event["kind"] == "undone":
            place = next((at for at, (kind, _) in reversed([*enumerate(of_case)]) if kind == args.get("what")), None)
            if place is not None:
                del of_case[place]
        else:
            of_case.append((event["kind"], _owners(event["kind"], event["actor_id"], args)))
    shares: dict[str, dict[str, float]] = {}
    for row in rows:
        had = {row["owner_id"]}.union(*(owners for _, owners in events[row["id"]])) - {""}
        shares[row["id"]] = {owner: 1 / len(had) for owner in sorted(had)}
    return shares


def _owners(kind: str, actor_id: str, args: Mapping[str, str]) -> set[str]:
    return {args.get("from", ""), args.get("to", "")} if kind in ("assigned", "handed_over") else {actor_id}


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
