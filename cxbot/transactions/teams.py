"""Teams: who is responsible for what, where they are told, and when they work.

The configuration seeds them. Each field and each member is merged on its own: where chat has changed one since it was
seeded, chat wins, and the configuration's wish is reported until the two agree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter

from cxbot.domain import goodwill
from cxbot.domain.calendar import Hours
from cxbot.domain.policy import DEFAULT_CAUSES, Cause, MemberSeed, TeamPolicy, TeamSeed
from cxbot.domain.roles import RANK, may
from cxbot.ports import Row, Tx
from cxbot.transactions import people

EVERYWHERE = ""
"""The team id under which roles count in every team."""
ANY_TOUCHPOINT = "*"
"""Among a team's touchpoints: it takes what no other team does."""

STRUCTURES = ("hours", "policy", "touchpoints", "causes")
"""Columns that are JSON."""

_CAUSES = TypeAdapter(tuple[Cause, ...])


def get(tx: Tx, team_id: str) -> Row | None:
    """One team, or None."""
    return tx.one("teams.get", id=team_id)


def all(tx: Tx) -> list[Row]:  # noqa: A001 -- reached as teams.all, nothing is shadowed
    """Every team that is not archived, by id."""
    return tx.all("teams.all")


def by_place(tx: Tx, channel: str, place: str) -> Row | None:
    """The team that is told things in this place, or None."""
    return tx.one("teams.by_place", channel=channel, place=place)


def for_touchpoint(tx: Tx, touchpoint: str) -> Row | None:
    """The team responsible for a touchpoint, else the one that takes any ("*"), else None."""
    rows = all(tx)
    for wanted in (touchpoint, ANY_TOUCHPOINT):
        for row in rows:
            if wanted and wanted in json.loads(row["touchpoints"]):
                return row
    return None


def members(tx: Tx, team_id: str) -> list[Row]:
    """Who belongs to a team: person_id, role, name, language; leads first."""
    return tx.all("teams.members", team_id=team_id)


def roles_of(tx: Tx, person_id: str) -> dict[str, str]:
    """A person's roles by team id; the one under '' counts everywhere."""
    return {row["team_id"]: row["role"] for row in tx.all("teams.roles_of", person_id=person_id)}


def language_of(tx: Tx, person: Row) -> str:
    """The language of a colleague: their own, else that of a team of theirs; '' where neither is known."""
    if person["language"]:
        return str(person["language"])
    own = (get(tx, team_id) for team_id in roles_of(tx, person["id"]) if team_id)
    return next((str(team["language"]) for team in own if team is not None), "")


def give_role(tx: Tx, team_id: str, person_id: str, role: str, now: int) -> bool:
    """Gives somebody a role in a team ('': everywhere), or a higher one than they have; says whether it changed."""
    has = roles_of(tx, person_id).get(team_id)
    if has is None:
        return tx.run("teams.add_member", team_id=team_id, person_id=person_id, role=role, created_at=now) > 0
    if RANK[has] >= RANK[role]:
        return False
    return tx.run("teams.set_role", team_id=team_id, person_id=person_id, role=role) > 0


def hours(team: Row) -> Hours:
    """When the team works."""
    return Hours.load(team["hours"])


def policy(team: Row) -> TeamPolicy:
    """What the team promises."""
    return TeamPolicy.load(team["policy"])


def causes(team: Row) -> tuple[Cause, ...]:
    """The root causes its cases can be resolved with."""
    return _CAUSES.validate_json(team["causes"]) or DEFAULT_CAUSES


def set_hours(tx: Tx, team_id: str, hours: Hours, actor_id: str, now: int) -> bool:
    """Changes when a team works; says whether that is a change. Open cases keep the hours they began with."""
    return edit(tx, team_id, "hours", hours.dump(), actor_id, now)


def set_policy(tx: Tx, team_id: str, policy: TeamPolicy, actor_id: str, now: int) -> bool:
    """Changes what a team promises; says whether that is a change. Open cases keep the policy they began with."""
    return edit(tx, team_id, "policy", policy.dump(), actor_id, now)


def may_set_policy(tx: Tx, team: Row, after: TeamPolicy, actor_id: str) -> bool:
    """Whether somebody may have a team promise this: its leads, but for goodwill beyond what it may give now.

    Who could raise what is given without asking would need no second person for it.
    """
    more = goodwill.raises(policy(team).goodwill, after.goodwill)
    return may(roles_of(tx, actor_id), "edit_teams" if more else "edit_team", team["id"])


def edit(tx: Tx, team_id: str, column: str, value: str, actor_id: str, now: int) -> bool:
    """Writes one column of a team as it stands in the row, with an event from what to what; says whether it changed."""
    row = tx.one("teams.hold", id=team_id)
    if row is None or _same(column, row[column], value):
        return False
    _write(tx, {**row, column: value, "edited_at": now})
    before, after = (json.loads(each) if column in STRUCTURES else each for each in (row[column], value))
    record(tx, team_id, actor_id, f"{column}_changed", {"from": before, "to": after}, now)
    return True


def _same(column: str, before: str, after: str) -> bool:
    """Whether two texts of a column mean the same: what a policy or hours leave out is the standard."""
    if column == "policy":
        return TeamPolicy.load(before) == TeamPolicy.load(after)
    if column == "hours":
        return Hours.load(before) == Hours.load(after)
    return before == after or (column in STRUCTURES and json.loads(before) == json.loads(after))


def move(tx: Tx, team_id: str, channel: str, place: str, actor_id: str, now: int) -> bool:
    """Gives a team another place, where it is told things from now on; says whether that is a change.

    Nobody's own address becomes one: they would read what is said of others.
    """
    row = tx.one("teams.hold", id=team_id)
    if row is None or (row["channel"], row["place"]) == (channel, place) or people.by_address(tx, channel, place):
        return False
    after = {**row, "channel": channel, "place": place, "edited_at": now}
    _write(tx, after)
    _seed_place(tx, row, after, now)
    args = {"from": [row["channel"], row["place"]], "to": [channel, place]}
    record(tx, team_id, actor_id, "place_changed", args, now)
    return True


def create(tx: Tx, team_id: str, name: str, language: str, time_zone: str, actor_id: str, now: int) -> bool:
    """Makes a team with the policy and the hours that suit most; False where the id is taken."""
    if not tx.run("teams.reserve", id=team_id, created_at=now):
        return False
    row = tx.one("teams.hold", id=team_id)
    assert row is not None
    columns = _columns(TeamSeed(name=name, time_zone=time_zone))
    _write(tx, {**row, **columns, "language": language, "edited_at": now})
    record(tx, team_id, actor_id, "created", {"to": name}, now)
    return True


def archive(tx: Tx, team_id: str, archived: bool, actor_id: str, now: int) -> bool:
    """Takes a team out of work, or back into it; says whether that is a change. Nothing of it is erased."""
    if not tx.run("teams.archive", id=team_id, archived_at=now if archived else 0, edited_at=now):
        return False
    record(tx, team_id, actor_id, "archived" if archived else "restored", {}, now)
    return True


def archived(tx: Tx) -> list[Row]:
    """The teams that were taken out of work, by id."""
    return tx.all("teams.archived")


def seed(tx: Tx, teams: Mapping[str, Any], now: int) -> list[str]:
    """Takes over teams from the configuration (tables or models, as TeamSeed); returns what changed or conflicts.

    Repeatable: the same tables change nothing. Nobody is removed. Raises pydantic.ValidationError.
    """
    lines: list[str] = []
    for team_id in sorted(teams):
        lines += _seed_team(tx, team_id, TeamSeed.model_validate(_plain(teams[team_id])), now)
    for row in all(tx):
        if row["seed"] and row["id"] not in teams:
            lines.append(f"team {row['id']}: no longer in the configuration; it stays as it is")
    return lines


def seed_owners(tx: Tx, owners: Sequence[Any], now: int) -> list[str]:
    """Makes each of `owners` (channel, address, name, language) an owner everywhere; returns who is new."""
    lines: list[str] = []
    for owner in owners:
        given = _plain(owner)
        channel, address = given["channel"], given["address"]
        person_id = people.upsert(
            tx, now, addresses=[(channel, address)], name=given["name"], language=given.get("language", "")
        )
        tx.run("teams.mark_admin_address", channel=channel, address=address)
        role = roles_of(tx, person_id).get(EVERYWHERE)
        if role is None:
            tx.run("teams.add_member", team_id=EVERYWHERE, person_id=person_id, role="owner", created_at=now)
            lines.append(f"owner {channel}:{address}: new")
        elif role != "owner":
            lines.append(f"owner {channel}:{address}: is {role} by a change in chat, and stays so")
    return lines


def record(tx: Tx, team_id: str, actor_id: str, what: str, args: Mapping[str, Any], now: int) -> None:
    """Adds a line to the history of a team, of the kind `team.<what>`; `args` name nobody but by id."""
    text = json.dumps(args, ensure_ascii=False)
    tx.run(
        "teams.record",
        id=tx.new_id(),
        subject_id=team_id,
        actor_id=actor_id,
        kind=f"team.{what}",
        args=text,
        happened_at=now,
    )


@dataclass(slots=True)
class _Report:
    """What seeding one team did, and what chat kept from it."""

    changes: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


def _seed_team(tx: Tx, team_id: str, wanted: TeamSeed, now: int) -> list[str]:
    # Two replicas start at once: the second waits here for the first, then sees what it did.
    tx.run("teams.reserve", id=team_id, created_at=now)
    row = tx.one("teams.hold", id=team_id)
    assert row is not None
    if row["archived_at"]:
        return [f"team {team_id}: archived in chat, and stays so"]
    before: dict[str, Any] = json.loads(row["seed"]) if row["seed"] else {}
    report = _Report()
    columns, seeded = _merged(row, before, _columns(wanted), report)
    seeded["members"] = _seed_members(tx, team_id, before.get("members", {}), wanted.members, now, report)
    after = {**row, **columns, "seed": json.dumps(seeded, ensure_ascii=False, sort_keys=True)}
    if any(after[name] != row[name] for name in (*columns, "seed")):
        _write(tx, after)
    _seed_place(tx, row, after, now)
    changes = report.changes if row["seed"] else ["new"]
    return [f"team {team_id}: {line}" for line in (*changes, *report.conflicts)]


def _merged(
    row: Row, before: Mapping[str, str], wanted: Mapping[str, str], report: _Report
) -> tuple[dict[str, str], dict[str, Any]]:
    """The columns to write, and what to remember as seeded: of a field that chat keeps, the older wish."""
    columns: dict[str, str] = {}
    seeded: dict[str, Any] = {}
    kept = []
    for name, value in wanted.items():
        old = before.get(name, "")
        if value in (row[name], old):
            seeded[name] = value
        elif not row["edited_at"] or row[name] == old:
            columns[name] = seeded[name] = value
        else:
            seeded[name] = old
            kept.append(name)
    if columns:
        report.changes.append(f"{', '.join(columns)} taken over from the configuration")
    if kept:
        report.conflicts.append(
            f"{', '.join(kept)} in the configuration is not taken over, for it was changed in chat; chat wins"
        )
    return columns, seeded


def _columns(wanted: TeamSeed) -> dict[str, str]:
    return {
        "name": wanted.name,
        "channel": wanted.channel,
        "place": wanted.place,
        "language": wanted.language,
        "time_zone": wanted.time_zone,
        "hours": wanted.hours.dump(),
        "policy": wanted.policy.dump(),
        "touchpoints": json.dumps(wanted.touchpoints, ensure_ascii=False),
        "causes": json.dumps([cause.model_dump() for cause in wanted.causes], ensure_ascii=False),
    }


def _write(tx: Tx, row: Row) -> None:
    columns = (
        "id", "name", "channel", "place", "language", "time_zone", "hours", "policy", "touchpoints", "causes", "seed",
        "edited_at",
    )  # fmt: skip
    tx.run("teams.write", **{name: row[name] for name in columns})


def _seed_members(
    tx: Tx,
    team_id: str,
    before: Mapping[str, Mapping[str, str]],
    wanted: Sequence[MemberSeed],
    now: int,
    report: _Report,
) -> dict[str, Mapping[str, str]]:
    seeded: dict[str, Mapping[str, str]] = {}
    for member in wanted:
        facts = {"name": member.name, "role": member.role, "language": member.language, "time_zone": member.time_zone}
        old = before.get(member.address)
        role = member.role if old == facts else _seed_member(tx, team_id, member, old, now, report)
        seeded[member.address] = {**facts, "role": role}
    for address, older in before.items():
        if address not in seeded and (role := _role_at(tx, team_id, address)):
            seeded[address] = older
            report.conflicts.append(
                f"{address} is no longer in the configuration, and stays {role}; remove them in chat"
            )
    return seeded


def _seed_member(
    tx: Tx, team_id: str, member: MemberSeed, old: Mapping[str, str] | None, now: int, report: _Report
) -> str:
    """Brings one member up to date; returns the role to remember as seeded, '' where chat keeps another."""
    person_id = people.upsert(
        tx,
        now,
        addresses=[(member.channel, member.place)],
        name=member.name,
        language=member.language,
        time_zone=member.time_zone,
    )
    role = roles_of(tx, person_id).get(team_id, "")
    before = old["role"] if old else ""
    if member.role in (role, before):
        return member.role
    if role != before:
        stands = f"is {role}" if role else "was taken out"
        report.conflicts.append(f"{member.address} {stands} by a change in chat, and stays so")
        return before
    if role:
        tx.run("teams.set_role", team_id=team_id, person_id=person_id, role=member.role)
        report.changes.append(f"{member.address} is {member.role} now")
    else:
        tx.run("teams.add_member", team_id=team_id, person_id=person_id, role=member.role, created_at=now)
        report.changes.append(f"{member.address} is new, as {member.role}")
    return member.role


def _role_at(tx: Tx, team_id: str, address: str) -> str:
    channel, _, place = address.partition(":")
    person = people.by_address(tx, channel, place)
    return roles_of(tx, person["id"]).get(team_id, "") if person else ""


def _seed_place(tx: Tx, before: Row, after: Row, now: int) -> None:
    if before["place"] and (before["channel"], before["place"]) != (after["channel"], after["place"]):
        tx.run("teams.leave_place", channel=before["channel"], address=before["place"], team_id=after["id"])
    if after["place"]:
        tx.run(
            "teams.take_place",
            channel=after["channel"],
            address=after["place"],
            team_id=after["id"],
            language=after["language"],
            created_at=now,
        )


def _plain(given: Any) -> Any:
    return given.model_dump() if isinstance(given, BaseModel) else given
