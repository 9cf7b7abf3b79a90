"""Who is on call and who is away: the rotation of a team, those who cover, absences, and whom that makes act."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cxbot.domain.roles import may
from cxbot.domain.rota import Rota, Shift, Stretch, back_at, on_call, only, upcoming
from cxbot.ports import Row, Tx
from cxbot.transactions import people, teams

SHOWN = 6


def get(tx: Tx, team: Row) -> Rota | None:
    """The rotation of a team as far as its people may work its cases; None where it has none.

    The turn of somebody who may not is the next one's: so those of the others stay, and theirs is back with their role.
    """
    rota = _rota(turns(tx, team["id"]), team["time_zone"])
    return rota and only(rota, lambda person_id: _may_work(tx, team, person_id))


def put(tx: Tx, team_id: str, after: Mapping[str, Any] | None, actor_id: str, now: int) -> bool:
    """Sets the rotation of a team (people in order, since, weeks, maybe the earlier one), or ends it; says whether that
    is a change.
    """
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
            earlier=json.dumps(after["earlier"]) if "earlier" in after else "",
        )
    teams.record(tx, team_id, actor_id, "rota_changed", {"from": before, "to": after}, now)
    return True


def following(tx: Tx, team_id: str, after: Mapping[str, Any], now: int) -> dict[str, Any]:
    """A rotation that is to be set; where it begins later, with the one that runs now as its `earlier` one."""
    running = turns(tx, team_id)
    if running is not None and running["since"] > now:
        running = running.get("earlier")
    if running is None or after["since"] <= now:
        return dict(after)
    return {**after, "earlier": {key: running[key] for key in ("people", "since", "weeks")}}


def turns(tx: Tx, team_id: str) -> dict[str, Any] | None:
    """The rotation of a team as it is set: people, since, weeks, and `earlier` where one holds, or held, until then."""
    row = tx.one("rotas.get", team_id=team_id)
    if row is None:
        return None
    found = {"people": json.loads(row["people"]), "since": row["since"], "weeks": row["weeks"]}
    return {**found, "earlier": json.loads(row["earlier"])} if row["earlier"] else found


def cover(tx: Tx, team: Row, person_id: str, start: int, until: int, actor_id: str, now: int) -> None:
    """Somebody is on call for a while, whoever's turn it is."""
    add_cover(tx, team["id"], person_id, start, until)
    teams.record(tx, team["id"], actor_id, "covered", {"who": person_id, "from": start, "until": until}, now)


def add_cover(tx: Tx, team_id: str, person_id: str, start: int, until: int, source: str = "") -> None:
    """Keeps that somebody is on call for a while; one that has a source was not typed, and comes after those."""
    tx.run(
        "rotas.cover",
        id=tx.new_id(),
        team_id=team_id,
        person_id=person_id,
        from_at=start,
        until_at=until,
        source=source,
    )


def leave(tx: Tx, person_id: str, start: int, until: int, reason: str, actor_id: str, now: int) -> None:
    """Somebody is away for a while: others are called in their stead.

    What was typed before and goes on then, or begins in the same moment, is over: the newest word counts.
    """
    tx.run("rotas.replace", person_id=person_id, earliest=0 if start <= now else start, start=start, now=now)
    add_absence(tx, person_id, start, until, reason)
    people.record(tx, person_id, actor_id, "away", {"from": start, "until": until, "reason": reason}, now)


def add_absence(tx: Tx, person_id: str, start: int, until: int, reason: str = "", source: str = "") -> None:
    """Keeps that somebody is away for a while, by what they typed or by a source."""
    tx.run(
        "rotas.leave",
        id=tx.new_id(),
        person_id=person_id,
        from_at=start,
        until_at=until,
        reason=reason,
        source=source,
        planned_until=until if source else 0,
    )


def back(tx: Tx, person_id: str, actor_id: str, now: int) -> bool:
    """Somebody is back; says whether they were away."""
    if not tx.run("rotas.back", person_id=person_id, now=now):
        return False
    people.record(tx, person_id, actor_id, "back", {}, now)
    return True


def call_off(tx: Tx, person_id: str, actor_id: str, now: int) -> Row | None:
    """Takes back the next absence that was typed and has not begun; gives it, None where there is none."""
    ahead = tx.all("rotas.ahead", person_id=person_id, now=now)
    if not ahead:
        return None
    tx.run("rotas.forget", id=ahead[0]["id"])
    args = {"from": ahead[0]["from_at"], "until": ahead[0]["until_at"]}
    people.record(tx, person_id, actor_id, "back", args, now)
    return ahead[0]


def away_until(tx: Tx, person_id: str, now: int) -> int:
    """When somebody who is away is back (epoch ms); 0 where they are not away."""
    return back_at(_stretches(tx.all("rotas.absences_of", person_id=person_id, now=now)), person_id, now)


def current(tx: Tx, team: Row, now: int) -> Shift | None:
    """Who of a team is on call; None where nobody is."""
    return on_call(get(tx, team), *_exceptions(tx, team, now), now)


def shifts(tx: Tx, team: Row, now: int) -> list[Shift]:
    """Who is on call now and next."""
    return upcoming(get(tx, team), *_exceptions(tx, team, now), now, SHOWN)


def absences(tx: Tx, team: Row, now: int) -> list[Stretch]:
    """When those who work in a team are away, now or later."""
    return _exceptions(tx, team, now)[1]


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


def _rota(set_: Mapping[str, Any] | None, zone: str) -> Rota | None:
    if set_ is None:
        return None
    return Rota(tuple(set_["people"]), set_["since"], zone, set_["weeks"], _rota(set_.get("earlier"), zone))


def _named(tx: Tx, person_ids: Sequence[str]) -> list[Row]:
    return [{"person_id": person_id, "name": people.name_of(tx, person_id)} for person_id in person_ids]


def _may_work(tx: Tx, team: Row, person_id: str) -> bool:
    return may(teams.roles_of(tx, person_id), "work_case", team["id"])


def _exceptions(tx: Tx, team: Row, now: int) -> tuple[list[Stretch], list[Stretch]]:
    covers = _stretches(tx.all("rotas.covers", team_id=team["id"], now=now))
    return (
        [cover for cover in covers if _may_work(tx, team, cover.person)],
        _stretches(tx.all("rotas.away", team_id=team["id"], now=now)),
    )


def _stretches(rows: Sequence[Row]) -> list[Stretch]:
    return [Stretch(row["person_id"], row["from_at"], row["until_at"]) for row in rows]
