"""One time round of a cadence, as far as those who are asked in it are concerned: whether they may be asked now."""

from __future__ import annotations

from typing import Literal

from cxbot.domain import cadence, calendar, contact
from cxbot.ports import Row, Tx
from cxbot.transactions import people, settings

State = Literal["running", "paused", "stopped", "ended", ""]

PUT_BACK = 253_402_300_799_000
"""When somebody is asked whose cadence is paused: not before it goes on, which sets a time again."""
CADENCES = "cadences"
"""What the rate of sends is limited of: all cadences together."""
TURN, RATE = "turn", "rate"
"""Why somebody waits: their turn is later; so many are asked a minute, and their place is in a later one."""
PAUSED, STOPPED = "cadence_paused", "cadence_stopped"


def state(tx: Tx, invitation: Row) -> State:
    """The state of the cadence an invitation belongs to; '' where it belongs to none."""
    if not invitation["run_id"]:
        return ""
    row = tx.one("runs.state", id=invitation["run_id"])
    return row["state"] if row else ""


def keeps_back(tx: Tx, invitation: Row, now: int) -> bool:
    """Whether the first question must not leave, because its cadence was paused or stopped in this very moment.

    Holds the run until the commit, so that whoever pauses or stops it comes before or after, never between.
    """
    if not invitation["run_id"]:
        return False
    tx.run("runs.hold", id=invitation["run_id"])
    now_is = state(tx, invitation)
    if now_is == "paused":
        tx.run("invitations.wait", id=invitation["id"], due_at=PUT_BACK, reason=PAUSED)
    elif now_is == "stopped":
        tx.run("invitations.end", id=invitation["id"], state="retracted", reason=STOPPED, ended_at=now)
    return now_is in ("paused", "stopped")


def closed(tx: Tx, invitation: Row, person: Row, now: int) -> contact.Wait | None:
    """A wait where the cadence does not work now in the person's time zone: the hours are over, or it is a holiday."""
    row = tx.one("runs.plan", id=invitation["run_id"]) if invitation["run_id"] else None
    if row is None:
        return None
    zone = people.zone(person, settings.company(tx).time_zone)
    opens = calendar.next_open(cadence.hours_of(cadence.load(row["plan"]), settings.sending(tx)), zone, now)
    return contact.Wait(TURN, opens) if opens > now else None


def room(tx: Tx, invitation: Row, person: Row, now: int) -> contact.Wait | None:
    """A wait where a first question must not leave now: outside working hours, or as many as may have in this minute.

    Who is put off to a later minute has a place in it and is not counted again.
    """
    if not invitation["run_id"]:
        return None
    if (wait := closed(tx, invitation, person, now)) is not None or invitation["reason"] == RATE:
        return wait
    most = settings.sending(tx).per_minute
    minute = now // calendar.MINUTE_MS
    row = tx.one("runs.take_room", name=CADENCES, minute=minute, most=most)
    assert row is not None
    if row["minute"] <= minute:
        return None
    later = row["minute"] * calendar.MINUTE_MS
    return closed(tx, invitation, person, later) or contact.Wait(RATE, later)


def give_back(tx: Tx, now: int) -> None:
    """Frees the places of those who are not asked after all, so that other cadences do not wait for them."""
    row = tx.one("runs.last_place", reason=RATE)
    last = max(row["due_at"] if row else 0, now) // calendar.MINUTE_MS
    tx.run("runs.give_back", name=CADENCES, minute=last, taken=settings.sending(tx).per_minute)
