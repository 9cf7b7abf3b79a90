"""Every change of how the bot is set up: read from the events, and the latest of one's own taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxbot.domain.policy import TeamPolicy
from cxbot.domain.roles import Action, may
from cxbot.domain.survey import Survey
from cxbot.ports import Row, Tx
from cxbot.transactions import cadence_changes, membership, people, person_changes, rotas, survey_changes, teams

UNDO_MS = 30 * 60 * 1000
"""How long a change can be taken back."""
MOST = 2_000
"""Changes of a time that are read; what is older is not shown."""
UNDONE = "change.undone"

Revert = Callable[[Tx, Row, str, int], bool | str]
"""revert(tx, event, actor_id, now) takes a change back where it still stands, and says whether it did, or why not."""
Second = Callable[[Tx, Row], Survey | None]
"""second(tx, event) gives what another admin has to approve before a change is taken back; None where nobody has to."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A change that was taken back, or could not be because something else was changed since.

    `waits_for`: the survey that would go live again, which another admin has to approve first. `before` is the change
    made before this one that is not taken back yet, where this one could not be.
    """

    event: Row
    done: bool
    why_not: str = ""
    """"not_yours", "last_owner" or "date_passed"; '' where it was changed since."""
    waits_for: Survey | None = None
    before: Row | None = None


def changes(tx: Tx, since: int, until: int, actor_id: str = "") -> list[Row]:
    """What people, or one of them, changed in a time, newest first; `actor`, `subject`, `team`, `cadence` are names."""
    return tx.all("change_log.changes", since=since, until=until, actor=actor_id, most=MOST)


def team_of(row: Mapping[str, Any]) -> str:
    """The id of the team whose matter a change is; '' where it is of no team."""
    args = json.loads(row["args"])
    return str(row["subject_id"]) if row["kind"].startswith("team.") else str(args.get("team", ""))


def left(tx: Tx, sender_id: str, now: int) -> list[Row]:
    """Somebody's changes that can be taken back and were not yet, newest first."""
    return _not_taken_back(changes(tx, now - UNDO_MS, now, sender_id))


def undo_latest(tx: Tx, sender_id: str, now: int, event_id: str = "") -> Undone | None:
    """Takes back the newest change of the sender's that was not yet, or the one named; None where there is none."""
    rows = left(tx, sender_id, now)
    names = [row["id"] for row in rows]
    if event_id:
        rows = rows[names.index(event_id) :] if event_id in names else []
    if not rows:
        return None
    row = rows[0]
    if not _may_now(tx, row, sender_id):
        return Undone(row, done=False, why_not="not_yours", before=rows[1] if len(rows) > 1 else None)
    if row["kind"] in SECOND and (wanted := SECOND[row["kind"]](tx, row)) is not None:
        return Undone(row, done=False, waits_for=wanted)
    first = tx.new_id()
    came = REVERT[row["kind"]](tx, row, sender_id, now)
    if came is not True:
        return Undone(row, False, came if isinstance(came, str) else "", before=rows[1] if len(rows) > 1 else None)
    args = {"event": row["id"], "since": first, "kind": row["kind"], "team": team_of(row)}
    people.record(tx, row["subject_id"], sender_id, UNDONE, args, now)
    return Undone(row, done=True)


def _not_taken_back(mine: Sequence[Row]) -> list[Row]:
    """Of somebody's changes, newest first, those that can be taken back and were not, nor came of taking one back."""
    taken_back, spans = set(), []
    for row in mine:
        if row["kind"] == UNDONE:
            args = json.loads(row["args"])
            taken_back.add(args["event"])
            spans.append((args["since"], row["id"]))
    return [
        row
        for row in mine
        if row["kind"] in REVERT
        and row["id"] not in taken_back
        and not any(first < row["id"] < last for first, last in spans)
    ]


def _may_now(tx: Tx, row: Row, actor_id: str) -> bool:
    """Whether somebody could make such a change with the roles they have at this moment."""
    if row["kind"] not in NEEDED:
        return True
    if not may(teams.roles_of(tx, actor_id), NEEDED[row["kind"]], team_of(row)):
        return False
    team = teams.get(tx, row["subject_id"]) if row["kind"].endswith(".policy_changed") else None
    if team is None:
        return True
    before = TeamPolicy.model_validate(json.loads(row["args"])["from"])
    return teams.may_set_policy(tx, team, before, actor_id)


def _column(column: str) -> Revert:
    def revert(tx: Tx, event: Row, actor_id: str, now: int) -> bool:
        team, args = teams.get(tx, event["subject_id"]), json.loads(event["args"])
        if team is None:
            return False
        stands = json.loads(team[column]) if column in teams.STRUCTURES else team[column]
        if stands != args["to"]:
            return False
        before = json.dumps(args["from"], ensure_ascii=False) if column in teams.STRUCTURES else args["from"]
        return teams.edit(tx, team["id"], column, before, actor_id, now)

    return revert


def _place(tx: Tx, event: Row, actor_id: str, now: int) -> bool:
    team, args = teams.get(tx, event["subject_id"]), json.loads(event["args"])
    if team is None or [team["channel"], team["place"]] != args["to"]:
        return False
    channel, place = args["from"]
    if place and teams.by_place(tx, channel, place) is not None:
        return False
    return teams.move(tx, team["id"], channel, place, actor_id, now)


def _rota(tx: Tx, event: Row, actor_id: str, now: int) -> bool:
    args = json.loads(event["args"])
    stands = rotas.turns(tx, event["subject_id"]) == args["to"]
    return stands and rotas.put(tx, event["subject_id"], args["from"], actor_id, now)


def _archived(archived: bool) -> Revert:
    def revert(tx: Tx, event: Row, actor_id: str, now: int) -> bool:
        busy = tx.one("teams.active_cases", team_id=event["subject_id"])
        if archived and busy and busy["n"]:
            return False
        return teams.archive(tx, event["subject_id"], archived, actor_id, now)

    return revert


def _role(tx: Tx, event: Row, actor_id: str, now: int) -> bool | str:
    """By the rights that the actor has now: what they could not give or take any more stays."""
    args = json.loads(event["args"])
    person = people.lock(tx, event["subject_id"])
    if person is None or teams.roles_of(tx, person["id"]).get(args["team"], "") != args["to"]:
        return False
    outcome = membership.set_role(tx, args["team"], person["id"], args["from"], actor_id, now)
    return {"higher": "not_yours", "no_right": "not_yours", "last_owner": "last_owner"}.get(outcome, outcome == "done")


def _fact(tx: Tx, event: Row, actor_id: str, now: int) -> bool:
    args, person = json.loads(event["args"]), people.lock(tx, event["subject_id"])
    if person is None or person[args["what"]] != args["to"]:
        return False
    return person_changes.set_fact(tx, person["id"], args["what"], args["from"], actor_id, now)


def _added(tx: Tx, event: Row, actor_id: str, now: int) -> bool:
    channel, _, address = str(json.loads(event["args"])["to"]).partition(":")
    return person_changes.remove_address(tx, event["subject_id"], channel, address, actor_id, now)


def _removed(tx: Tx, event: Row, actor_id: str, now: int) -> bool:
    channel, _, address = str(json.loads(event["args"])["from"]).partition(":")
    return person_changes.add_address(tx, event["subject_id"], channel, address, actor_id, now) == "done"


def _consent(tx: Tx, event: Row, actor_id: str, now: int) -> bool:
    args, person = json.loads(event["args"]), people.lock(tx, event["subject_id"])
    if person is None or "from" not in args or person["opted_out"] != args["scope"]:
        return False
    since = {"subject_id": person["id"], "actor_id": event["actor_id"], "at": event["happened_at"], "id": event["id"]}
    if tx.one("change_log.said_since", **since):
        return False
    return person_changes.set_consent(tx, person, args["from"], "undo", actor_id, now)


_TEAM: dict[str, Revert] = {
    **{
        f"{column}_changed": _column(column)
        for column in ("name", "language", "time_zone", "hours", "policy", "touchpoints", "causes")
    },
    "place_changed": _place,
    "rota_changed": _rota,
    "created": _archived(True),
    "archived": _archived(False),
    "restored": _archived(True),
}

REVERT: dict[str, Revert] = {
    **{f"team.{what}": revert for what, revert in _TEAM.items()},
    membership.CHANGED: _role,
    "person.changed": _fact,
    "person.address_added": _added,
    "person.address_removed": _removed,
    "opted_out": _consent,
    "opted_in": _consent,
    cadence_changes.CHANGED: cadence_changes.revert,
    **dict.fromkeys(survey_changes.REVERTS, survey_changes.revert),
}
"""What can be taken back, by kind of event, and how."""

NEEDED: dict[str, Action] = {
    **dict.fromkeys((f"team.{what}" for what in _TEAM), "edit_team"),
    **dict.fromkeys((f"team.{what}" for what in ("created", "archived", "restored")), "edit_teams"),
    **dict.fromkeys(("person.changed", "person.address_added", "person.address_removed"), "edit_person"),
    **dict.fromkeys(("opted_out", "opted_in"), "edit_person"),
    **dict.fromkeys((cadence_changes.CHANGED, *survey_changes.REVERTS), "edit_survey"),
}
"""What one must be allowed to take it back, by kind of event; roles ask for themselves."""

SECOND: dict[str, Second] = {"survey.published": survey_changes.needs_approval}
"""What is taken back only with another admin's approval, by kind of event."""
