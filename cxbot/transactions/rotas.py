"""Who is on call and who is away: the rotation of a team, those who cover, absences, and whom that makes act."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cxbot.domain.rota import Rota, Shift, Stretch, back_at, on_call, upcoming
from cxbot.ports import Row, Tx
from cxbot.transactions import people, teams

SHOWN = 6


def get(tx: Tx, team: Row) -> Rota | None:
    """The rotation of a team; None where it has none."""
    set_ = turns(tx, team["id"])
    return Rota(tuple(set_["people"]), set_["since"], team["time_zone"], set_["weeks"]) if set_ else None


def put(tx: Tx, team_id: str, after: Mapping[str, Any] | None, actor_id: str, now: int) -> bool:
    """Sets the rotation of a team (people in order, since, weeks), or ends it; says whether that is a change."""
    before = turns(tx, team_id)
    if before == after:
        return False
    if after is None:
        tx.run("rotas.end", team_id=team_id)
    else:
        tx.run(
            "rotas.set",
            team_id=team_id,
            people=json.dumps(after["people"]),
            since=after["since"],
            weeks=after["weeks"],
        )
    _record(tx, team_id, actor_id, "rota_changed", {"from": before, "to": after}, now)
    return True


def turns(tx: Tx, team_id: str) -> dict[str, Any] | None:
    """The rotation of a team as it is set: people, since, weeks."""
    row = tx.one("rotas.get", team_id=team_id)
    return {"people": json.loads(row["people"]), "since": row["since"], "weeks": row["weeks"]} if row else None


def cover(tx: Tx, team: Row, person_id: str, start: int, until: int, actor_id: str, now: int) -> None:
    """Somebody is on call for a while, whoever's turn it is."""
    tx.run(
        "rotas.cover",
        id=tx.new_id(),
        team_id=team["id"],
        person_id=person_id,
        from_at=start,
        until_at=until,
        source="",
    )
    _record(tx, team["id"], actor_id, "covered", {"who": person_id, "from": start, "until": until}, now)


def leave(tx: Tx, person_id: str, start: int, until: int, reason: str, actor_id: str, now: int) -> None:
    """Somebody is away for a while: others are called in their stead."""
    tx.run("rotas.leave", id=tx.new_id(), person_id=person_id, from_at=start, until_at=until, reason=reason, source="")
    people.record(tx, person_id, actor_id, "away", {"from": start, "until": until, "reason": reason}, now)


def back(tx: Tx, person_id: str, actor_id: str, now: int) -> bool:
    """Somebody is back, or does not go; says whether they were away or meant to be."""
    if not tx.run("rotas.back", person_id=person_id, now=now):
        return False
    people.record(tx, person_id, actor_id, "back", {}, now)
    return True


def away_until(tx: Tx, person_id: str, now: int) -> int:
    """When somebody who is away is back (epoch ms); 0 where they are not away."""
    return back_at(_stretches(tx.all("rotas.absences_of", person_id=person_id, now=now)), person_id, now)


def current(tx: Tx, team: Row, now: int) -> Shift | None:
    """Who of a team is on call; None where nobody is, or it has no rotation."""
    rota = get(tx, team)
    return on_call(rota, *_exceptions(tx, team, now), now) if rota else None


def shifts(tx: Tx, team: Row, now: int) -> list[Shift]:
    """Who is on call now and next."""
    rota = get(tx, team)
    if rota is None:
        return []
    return upcoming(rota, *_exceptions(tx, team, now), max(now, rota.since), SHOWN)


def load(tx: Tx) -> dict[str, int]:
    """How many open cases each person has."""
    return {row["owner_id"]: int(row["n"]) for row in tx.all("rotas.load")}


def acting(tx: Tx, team: Row | None, owner_id: str, now: int) -> list[Row]:
    """Who is to act, as rows with person_id and name: the owner, else who is on call, else the leads who are there.

    Where none of those is there, the leads all the same: somebody has to know.
    """
    if owner_id and not away_until(tx, owner_id, now):
        return _named(tx, [owner_id])
    if team is None:
        return _named(tx, [owner_id]) if owner_id else []
    if shift := current(tx, team, now):
        return _named(tx, [shift.person])
    members = teams.members(tx, team["id"])
    leads = [member for member in members if member["role"] in ("lead", "admin", "owner")] or members
    return [lead for lead in leads if not away_until(tx, lead["person_id"], now)] or leads


def _named(tx: Tx, person_ids: Sequence[str]) -> list[Row]:
    return [{"person_id": person_id, "name": people.name_of(tx, person_id)} for person_id in person_ids]


def _exceptions(tx: Tx, team: Row, now: int) -> tuple[list[Stretch], list[Stretch]]:
    return (
        _stretches(tx.all("rotas.covers", team_id=team["id"], now=now)),
        _stretches(tx.all("rotas.away", team_id=team["id"], now=now)),
    )


def _stretches(rows: Sequence[Row]) -> list[Stretch]:
    return [Stretch(row["person_id"], row["from_at"], row["until_at"]) for row in rows]


def _record(tx: Tx, team_id: str, actor_id: str, kind: str, args: dict[str, Any], now: int) -> None:
    people.record(tx, team_id, actor_id, f"team.{kind}", args, now)
