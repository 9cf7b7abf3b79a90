"""Cadences: relationship surveys by the calendar, and follow-ups after something happened.

Whom a run asks is decided at its beginning, so many at a time, by the same gate as everybody else: who may not be asked
leaves a decision with its reason, who may gets a turn within the working hours of their day. When the turn comes, the
gate is asked once more.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cxbot.domain import cadence
from cxbot.domain.cadence import NextTime, Plan
from cxbot.ports import Row, Tx
from cxbot.transactions import invitations, outbox, people, runs, settings, surveys

SOURCE = "cadence"
"""The source of interactions that a cadence makes."""
AT_ONCE = 100
"""People gone through in one transaction: others are not kept waiting by a large send."""
LOOK_AGAIN_MS = 60_000

Changed = Literal["done", "already", "over", "no_survey"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come; `held` counts by reason who was not asked, `ends` is the last turn (0: unknown)."""

    number: int
    state: str
    total: int
    asked: int
    answered: int
    held: Mapping[str, int] = field(default_factory=dict)
    ends: int = 0


def create(tx: Tx, survey: str, plan: Plan, name: str, actor_id: str, now: int) -> Row | None:
    """A draft; None where the name is taken. Without a name it is called as its survey, with a number where needed."""
    cadence_id = tx.new_id()
    for number in range(1, 100):
        wanted = name or (survey if number == 1 else f"{survey}-{number}")
        row = {"id": cadence_id, "name": wanted, "survey": survey, "touchpoint": plan.after, "plan": plan.dump()}
        if tx.run("cadences.insert", **row, created_by=actor_id, created_at=now):
            record(tx, cadence_id, actor_id, "cadence.drafted", {"survey": survey}, now)
            return tx.one("cadences.get", id=cadence_id)
        if name:
            return None
    return None


def named(tx: Tx, name: str) -> Row | None:
    """A cadence by its name."""
    return tx.one("cadences.named", name=name.casefold())


def all_of_them(tx: Tx) -> list[Row]:
    """Every cadence by name."""
    return tx.all("cadences.all")


def plan_of(row: Row) -> Plan:
    """What was said of a cadence."""
    return cadence.load(row["plan"])


def first_at(tx: Tx, row: Row, now: int, next_time: NextTime) -> int:
    """When a cadence would ask first if it were started now; 0 where that is over, or after something happens."""
    zone = settings.company(tx).time_zone
    return cadence.next_at(cadence.begun(plan_of(row), zone, now), zone, now - 1, next_time)


# Start, pause, resume, stop -------------------------------------------------------------------------------------------


def start(tx: Tx, cadence_id: str, actor_id: str, now: int, next_time: NextTime) -> Changed:
    """Starts a draft, or one that was stopped. Follow-ups are for what happens from now on."""
    row = lock(tx, cadence_id)
    if row["state"] in ("running", "paused"):
        return "already"
    if surveys.live(tx, row["survey"]) is None:
        return "no_survey"
    plan = cadence.begun(plan_of(row), settings.company(tx).time_zone, now)
    next_at = first_at(tx, row, now, next_time)
    if not next_at and not plan.after:
        return "over"
    tx.run("cadences.set_plan", id=cadence_id, plan=plan.dump())
    if plan.after:
        _begin_run(tx, row, "asking", now)
    _write(tx, row, {"state": "running", "next_at": next_at, "due_at": next_at})
    record(tx, cadence_id, actor_id, "cadence.started", {"next_at": next_at}, now)
    return "done"


def pause(tx: Tx, cadence_id: str, actor_id: str, now: int) -> Changed:
    """Nothing further leaves: who was not asked yet waits, and a question that has not left is taken back."""
    row = lock(tx, cadence_id)
    if row["state"] != "running":
        return "already"
    _write(tx, row, {"state": "paused", "due_at": 0})
    tx.run("runs.hold_all", cadence_id=cadence_id)
    unsent = tx.all("runs.unsent", cadence_id=cadence_id)
    for invitation in unsent:
        tx.run("outbox.cancel_of_invitation", invitation_id=invitation["id"], reason=runs.PAUSED)
        tx.run("runs.ask_again", id=invitation["id"], reason=runs.PAUSED, due_at=runs.PUT_BACK)
    _cancel_nudges(tx, cadence_id, runs.PAUSED)
    waiting = tx.run("runs.put_back", cadence_id=cadence_id, due_at=runs.PUT_BACK, reason=runs.PAUSED)
    runs.give_back(tx, now)
    record(tx, cadence_id, actor_id, "cadence.paused", {"waiting": waiting, "taken_back": len(unsent)}, now)
    return "done"


def resume(tx: Tx, cadence_id: str, actor_id: str, now: int, next_time: NextTime) -> Changed:
    """Goes on: who waits gets a new turn, at the same pace. A date that passed meanwhile is made up for."""
    row = lock(tx, cadence_id)
    if row["state"] != "paused":
        return "already"
    plan = plan_of(row)
    lined_up = line_up(tx, cadence_id, plan, now)
    for late in tx.all("follow_ups.overdue", cadence_id=cadence_id, now=now):
        tx.run("follow_ups.look_at", id=late["id"], due_at=_turn(tx, plan, late["person_id"], lined_up, now))
        lined_up += 1
    run = tx.one("runs.latest", cadence_id=cadence_id)
    under_way = run is not None and run["state"] != "ended" and not plan.after
    _write(tx, row, {"state": "running", "due_at": now if under_way else row["next_at"]})
    record(tx, cadence_id, actor_id, "cadence.resumed", {"waiting": lined_up}, now)
    return "done"


def line_up(tx: Tx, cadence_id: str, plan: Plan, now: int) -> int:
    """Gives everybody who waits in a cadence a new turn, from now on; says how many wait."""
    lined_up = 0
    for lined_up, invitation in enumerate(tx.all("runs.waiting", cadence_id=cadence_id), 1):
        tx.run("runs.turn", id=invitation["id"], due_at=_turn(tx, plan, invitation["person_id"], lined_up - 1, now))
    tx.run("runs.line_up", cadence_id=cadence_id, lined_up=lined_up, line_at=now)
    return lined_up


def stop(tx: Tx, cadence_id: str, actor_id: str, now: int) -> Changed:
    """Ends it: nobody who was not asked yet is, what has not left is taken back, and nobody is reminded any more."""
    row = lock(tx, cadence_id)
    if row["state"] not in ("running", "paused"):
        return "already"
    _write(tx, row, {"state": "stopped", "next_at": 0, "due_at": 0})
    tx.run("runs.hold_all", cadence_id=cadence_id)
    tx.run("runs.end_all", cadence_id=cadence_id, now=now)
    tx.run("follow_ups.end_all", cadence_id=cadence_id, reason=runs.STOPPED, now=now)
    not_asked = [*tx.all("runs.waiting", cadence_id=cadence_id), *tx.all("runs.unsent", cadence_id=cadence_id)]
    for invitation in not_asked:
        invitations.end(tx, invitation, "retracted", runs.STOPPED, now)
        invitations.decide(tx, invitation["person_id"], "retracted", runs.STOPPED, now, invitation=invitation)
    _cancel_nudges(tx, cadence_id, runs.STOPPED)
    runs.give_back(tx, now)
    record(tx, cadence_id, actor_id, "cadence.stopped", {"not_asked": len(not_asked)}, now)
    return "done"


def _cancel_nudges(tx: Tx, cadence_id: str, reason: str) -> None:
    for nudge in tx.all("runs.unsent_nudges", cadence_id=cadence_id):
        outbox.cancel(tx, nudge["id"], reason)


# What is due ----------------------------------------------------------------------------------------------------------


def step(tx: Tx, cadence_id: str, now: int, next_time: NextTime) -> str:
    """Does what is due: begins a run, goes through the next few of its audience, or ends it. Returns what it did."""
    row = lock(tx, cadence_id)
    if row["state"] != "running" or not row["due_at"] or row["due_at"] > now:
        return "none"
    run = tx.one("runs.latest", cadence_id=cadence_id)
    if run is not None and run["state"] == "gathering":
        return _gather(tx, row, run, now)
    if run is not None and run["state"] == "asking":
        return _look(tx, row, run, now)
    if not row["next_at"] or row["next_at"] > now:
        _write(tx, row, {"due_at": row["next_at"]})
        return "none"
    _begin_run(tx, row, "gathering", now)
    zone = settings.company(tx).time_zone
    _write(tx, row, {"next_at": cadence.next_at(plan_of(row), zone, now, next_time), "due_at": now})
    return "begun"


def _begin_run(tx: Tx, row: Row, state: str, now: int) -> None:
    before = tx.one("runs.latest", cadence_id=row["id"])
    number = before["number"] + 1 if before else 1
    frozen = {"plan": row["plan"], "survey": row["survey"]}
    tx.run("runs.insert", id=tx.new_id(), cadence_id=row["id"], number=number, state=state, begun_at=now, **frozen)


def _gather(tx: Tx, row: Row, run: Row, now: int) -> str:
    """The next few of the audience: each is asked in turn, or not, with the reason."""
    live, plan = surveys.live(tx, run["survey"] or row["survey"]), plan_of(row)
    # Whom it asks was settled when it began; how fast may be changed under way.
    wanted = plan_of(run) if run["plan"] else plan
    found = page(tx, wanted, live, run["after_id"], AT_ONCE) if live else []
    lined_up = run["lined_up"]
    for person in found:
        if live is None or not cadence.drawn(row["id"], str(run["number"]), person["id"], wanted.audience.sample):
            continue
        interaction = interaction_of(
            live, person["id"], now, new_id=tx.new_id(), source_id=f"{run['id']}:{person['id']}"
        )
        if not tx.run("interactions.insert", **interaction):
            continue  # they have been gone through
        turn = max(_turn(tx, plan, person["id"], lined_up, run["line_at"]), now + 1)
        invited = invitations.invite(tx, interaction, {}, now, live=live, run_id=run["id"], due_at=turn)
        lined_up += int(invited.state == "waiting")
    done = len(found) < AT_ONCE
    after_id = found[-1]["id"] if found else run["after_id"]
    _write_run(tx, run, {"state": "asking" if done else "gathering", "after_id": after_id, "lined_up": lined_up})
    _write(tx, row, {"due_at": now})
    return "gathered"


def _look(tx: Tx, row: Row, run: Row, now: int) -> str:
    """Ends a run when everybody has been asked."""
    left = tx.one("runs.still_to_ask", run_id=run["id"])
    if left is not None and left["n"]:
        _write(tx, row, {"due_at": max(left["last_at"], now) + LOOK_AGAIN_MS})
        return "asking"
    _write_run(tx, run, {"state": "ended", "ended_at": now})
    _write(tx, row, {"due_at": row["next_at"]})
    record(tx, row["id"], "", "cadence.run_ended", {"run": run["id"], "number": run["number"]}, now)
    return "ended"


def _turn(tx: Tx, plan: Plan, person_id: str, before: int, start_at: int) -> int:
    person, sending = people.get(tx, person_id), settings.sending(tx)
    zone = settings.company(tx).time_zone
    zone = people.zone(person, zone) if person else zone
    return cadence.slot(before, cadence.pace_of(plan, sending), zone, start_at, cadence.hours_of(plan, sending))


def interaction_of(
    live: surveys.LiveSurvey,
    person_id: str,
    now: int,
    *,
    new_id: str = "",
    source_id: str = "",
    about: Row | None = None,
) -> Row:
    """What stands for the occasion: at the survey's own touchpoint, with what is known of what it follows."""
    touchpoints = live.survey.trigger.touchpoints
    own = touchpoints[0] if touchpoints else live.survey.key
    about = about or {"touchpoint": own, "team_id": "", "agent": "", "reference": "", "attributes": "{}"}
    return {
        "id": new_id,
        "source": SOURCE,
        "source_id": source_id,
        "body": "{}",
        "person_id": person_id,
        "touchpoint": about["touchpoint"] if about["touchpoint"] in touchpoints else own,
        "stage": "",
        "outcome": "",
        **{name: about[name] for name in ("team_id", "agent", "reference", "attributes")},
        "happened_at": now,
        "reopened_at": 0,
        "created_at": now,
    }


# Whom it asks, and how far it has come --------------------------------------------------------------------------------


def page(tx: Tx, plan: Plan, live: surveys.LiveSurvey, after: str, most: int, *, since: int = 0) -> list[Row]:
    """People of an audience by id; of follow-ups those to whom it happened lately. Colleagues only where it is eNPS."""
    return tx.all("cadences.audience", after=after, most=most, **_wanted(plan, live, since))


def _wanted(plan: Plan, live: surveys.LiveSurvey, since: int) -> dict[str, Any]:
    wanted = plan.audience
    return {
        "segment": wanted.segment,
        "language": wanted.language,
        "channel": wanted.channel,
        "touchpoint": plan.after or wanted.touchpoint,
        "since": since if plan.after else 0,
        "value": wanted.value,
        "vip": int(wanted.vip),
        "staff": int(live.survey.metric == "enps"),
    }


def is_in(tx: Tx, plan: Plan, live: surveys.LiveSurvey, person_id: str) -> bool:
    """Whether somebody belongs to the audience of follow-ups."""
    return tx.one("cadences.belongs", person_id=person_id, **_wanted(plan, live, 0)) is not None


def progress(tx: Tx, cadence_id: str) -> Progress | None:
    """How far the newest run has come; None where there was none."""
    run = tx.one("runs.latest", cadence_id=cadence_id)
    if run is None:
        return None
    rows = tx.all("runs.counts", run_id=run["id"])
    held = Counter[str]()
    for row in rows:
        if row["state"] in ("not_asked", "retracted", "unreachable"):
            held[row["reason"] or row["state"]] += int(row["n"])
    asked = sum(int(row["asked"]) for row in rows)
    ends = max((int(row["last_at"]) for row in rows), default=0)
    return Progress(
        number=run["number"],
        state=run["state"],
        total=asked + sum(int(row["n"]) for row in rows if row["state"] == "waiting"),
        asked=asked,
        answered=sum(int(row["answered"]) for row in rows),
        held=dict(held),
        ends=0 if ends >= runs.PUT_BACK else ends,
    )


def lock(tx: Tx, cadence_id: str) -> Row:
    """Holds a cadence until the commit, and gives the row as it now stands."""
    row = tx.one("cadences.lock", id=cadence_id)
    assert row is not None
    return row


def _write(tx: Tx, row: Row, columns: Mapping[str, Any]) -> None:
    after = {**row, **columns}
    tx.run("cadences.write", **{name: after[name] for name in ("id", "state", "next_at", "due_at")})


def _write_run(tx: Tx, run: Row, columns: Mapping[str, Any]) -> None:
    after = {**run, **columns}
    tx.run("runs.write", **{name: after[name] for name in ("id", "state", "after_id", "lined_up", "ended_at")})


def record(tx: Tx, cadence_id: str, actor_id: str, kind: str, args: Mapping[str, Any], now: int) -> None:
    """A line in the history of a cadence."""
    line = {"id": tx.new_id(), "subject_id": cadence_id, "actor_id": actor_id, "kind": kind, "happened_at": now}
    tx.run("cadences.record", **line, args=json.dumps(args, ensure_ascii=False))
