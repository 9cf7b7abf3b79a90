"""One time round of a cadence, as far as those who are asked in it are concerned: whether they may be asked now."""

from __future__ import annotations

from typing import Literal

from cxbot.ports import Row, Tx

State = Literal["running", "paused", "stopped", "ended", ""]

PUT_BACK = 253_402_300_799_000
"""When somebody is asked whose cadence is paused: not before it goes on, which sets a time again."""
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
