"""A team's calendar taken over: its events become covers and absences, in the place of those it gave before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from cxbot.domain.rota_calendar import Event, is_name, meant_by, named_in
from cxbot.ports import Tx
from cxbot.transactions import people, rotas, teams

Why = Literal["nobody_known", "not_said", "no_end", "not_readable"]
Stretches = set[tuple[str, int, int]]
"""Who, from when, until when."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An event that was not taken over, and why."""

    line: int
    title: str
    why: Why


@dataclass(frozen=True, slots=True)
class Imported:
    """What a calendar gave: shifts and absences there are by it now, how many changed, and what was skipped."""

    shifts: int
    absences: int
    changed: int
    skipped: tuple[Skipped, ...]


def take(tx: Tx, team_id: str, events: Sequence[Event], actor_id: str, now: int) -> Imported | None:
    """Takes over a calendar; None where there is no such team. The same calendar again changes nothing."""
    if tx.one("teams.hold", id=team_id) is None:
        return None
    names = [*_names(tx, team_id)]
    shifts: Stretches = set()
    out: Stretches = set()
    skipped: dict[tuple[int, str], Skipped] = {}
    for event in events:
        kind, person_id = _read(event, names)
        if why := _why_not(event, kind, person_id):
            skipped[event.line, event.title] = Skipped(event.line, event.title, why)
        else:
            (shifts if kind == "shift" else out).add((person_id, event.start, event.end))
    source = f"calendar:{team_id}"
    changed = _replace_shifts(tx, team_id, source, shifts, now) + _replace_absences(tx, source, out, now)
    if changed:
        args = {"shifts": len(shifts), "absences": len(out), "skipped": len(skipped)}
        teams.record(tx, team_id, actor_id, "rota_imported", args, now)
    return Imported(len(shifts), len(out), changed, tuple(skipped.values()))


def _read(event: Event, names: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """What an event is, and of whom; one that is called only by a name is a shift."""
    kind: str = meant_by(event.title)
    if not kind:
        only = is_name(event.title, names)
        return ("shift" if only else ""), only
    person_id = named_in(event.title, names)
    if not person_id:
        taking_part = {found for each in event.people if (found := _taking_part(each, names))}
        person_id = taking_part.pop() if len(taking_part) == 1 else ""
    return kind, person_id


def _taking_part(words: str, names: Sequence[tuple[str, str]]) -> str:
    return is_name(words, names) or ("" if "@" in words else named_in(words, names))


def _why_not(event: Event, kind: str, person_id: str) -> Why | None:
    if not event.readable:
        return "not_readable"
    if not kind:
        return "not_said"
    if not person_id:
        return "nobody_known"
    return "no_end" if event.end <= event.start else None


def _names(tx: Tx, team_id: str) -> Iterator[tuple[str, str]]:
    """Everybody who may work the team's cases, by name and by address."""
    for each in (team_id, teams.EVERYWHERE):
        for member in teams.members(tx, each):
            if member["role"] != "viewer":
                yield member["person_id"], member["name"]
                for row in people.addresses(tx, member["person_id"]):
                    yield member["person_id"], row["address"]


def _replace_shifts(tx: Tx, team_id: str, source: str, wanted: Stretches, now: int) -> int:
    rows = tx.all("rotas.covers_from", team_id=team_id, source=source)
    there = {(row["person_id"], row["from_at"], row["until_at"]) for row in rows}
    gone = [
        row
        for row in rows
        if (row["person_id"], row["from_at"], row["until_at"]) not in wanted and row["until_at"] > now
    ]
    for row in gone:
        tx.run("rotas.uncover", id=row["id"])
    for person_id, start, end in sorted(wanted - there, key=lambda each: (each[1:], each[0])):
        rotas.add_cover(tx, team_id, person_id, start, end, source)
    return len(gone) + len(wanted - there)


def _replace_absences(tx: Tx, source: str, wanted: Stretches, now: int) -> int:
    """Whoever came back sooner than the calendar says stays in."""
    rows = tx.all("rotas.absences_from", source=source)
    there = {(row["person_id"], row["from_at"], row["planned_until"]) for row in rows}
    gone = [
        row
        for row in rows
        if (row["person_id"], row["from_at"], row["planned_until"]) not in wanted and row["until_at"] > now
    ]
    for row in gone:
        tx.run("rotas.forget", id=row["id"])
    for person_id, start, end in sorted(wanted - there, key=lambda each: (each[1:], each[0])):
        rotas.add_absence(tx, person_id, start, end, source=source)
    return len(gone) + len(wanted - there)
