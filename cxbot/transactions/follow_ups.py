"""Somebody who is asked again and again after something happened, until they reply, have a case, or it is enough."""

from __future__ import annotations

from cxbot.domain import cadence
from cxbot.domain.cadence import Plan
from cxbot.ports import Row, Tx
from cxbot.transactions import cadences, invitations, people, settings, surveys

FOLLOWED = "followed"
"""Why nothing new begins: the person is being asked again about something earlier."""


def begin(tx: Tx, interaction: Row, now: int) -> None:
    """Begins to follow something that has just happened, for every cadence that is about such."""
    for row in tx.all("cadences.following", touchpoint=interaction["touchpoint"]):
        live, plan, person_id = surveys.live(tx, row["survey"]), cadences.plan_of(row), interaction["person_id"]
        if live is None or not cadences.is_in(tx, plan, live, person_id):
            continue
        if not cadence.drawn(row["id"], row["id"], person_id, plan.audience.sample):
            continue
        begun = tx.run(
            "follow_ups.insert",
            id=tx.new_id(),
            cadence_id=row["id"],
            person_id=person_id,
            interaction_id=interaction["id"],
            begun_at=interaction["happened_at"],
            due_at=_next_at(tx, plan, interaction["happened_at"], 0, person_id),
        )
        if not begun:
            of = {"interaction_id": interaction["id"], "survey": row["survey"]}
            invitations.decide(tx, person_id, "not_asked", FOLLOWED, now, **of)


def step(tx: Tx, follow_up_id: str, now: int) -> str:
    """Asks somebody once more, or ends it with its reason. Returns what it did."""
    found = tx.one("follow_ups.get", id=follow_up_id)
    if found is None:
        return "none"
    people.lock(tx, found["person_id"])
    found = tx.one("follow_ups.get", id=follow_up_id)
    assert found is not None
    row = tx.one("cadences.get", id=found["cadence_id"])
    if row is None or row["state"] != "running" or found["state"] != "following" or found["due_at"] > now:
        return "none"
    live, run = surveys.live(tx, row["survey"]), tx.one("runs.latest", cadence_id=row["id"])
    person, about = people.get(tx, found["person_id"]), tx.one("interactions.get", id=found["interaction_id"])
    if live is None or run is None or person is None or about is None:
        return _end(tx, found, "no_survey", now)
    ended = _reason_to_end(tx, found, row, person)
    if ended:
        return _end(tx, found, ended, now)
    source_id = f"{found['id']}:{found['times'] + 1}"
    interaction = cadences.interaction_of(live, person["id"], now, new_id=tx.new_id(), source_id=source_id, about=about)
    if tx.run("interactions.insert", **interaction):
        invitations.invite(tx, interaction, {}, now, live=live, run_id=run["id"], due_at=now)
    times, due_at = _after(tx, cadences.plan_of(row), found, now)
    if not due_at:
        return _end(tx, {**found, "times": times}, "enough", now)
    tx.run("follow_ups.write", id=found["id"], state="following", reason="", times=times, ended_at=0,
           due_at=due_at)  # fmt: skip
    return "asked"


def _reason_to_end(tx: Tx, found: Row, row: Row, person: Row) -> str:
    if person["opted_out"]:
        return "opted_out"
    since = {"person_id": person["id"], "since": found["begun_at"]}
    if tx.one("follow_ups.replied", survey=row["survey"], **since):
        return "replied"
    return "case" if tx.one("follow_ups.has_case", **since) else ""


def _end(tx: Tx, found: Row, reason: str, now: int) -> str:
    tx.run(
        "follow_ups.write", id=found["id"], state="ended", reason=reason, times=found["times"], ended_at=now, due_at=0
    )
    return "ended"


def _after(tx: Tx, plan: Plan, found: Row, now: int) -> tuple[int, int]:
    """How often somebody's turn has come by now, and when it comes next (0: no more): one stands for all it missed."""
    times, due_at = int(found["times"]), now
    while 0 < due_at <= now:
        times += 1
        due_at = _next_at(tx, plan, found["begun_at"], times, found["person_id"])
    return times, due_at


def _next_at(tx: Tx, plan: Plan, begun_at: int, times: int, person_id: str) -> int:
    person = people.get(tx, person_id)
    zone = settings.company(tx).time_zone
    hours = cadence.hours_of(plan, settings.sending(tx))
    return cadence.follow_up_at(plan, begun_at, times, people.zone(person, zone) if person else zone, hours)


def counts(tx: Tx, cadence_id: str) -> dict[str, int]:
    """How many are being followed, and how many ended for which reason."""
    return {row["reason"] or "following": int(row["n"]) for row in tx.all("follow_ups.counts", cadence_id=cadence_id)}
