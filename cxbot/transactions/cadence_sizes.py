"""How many people a cadence was wanted for, and what is held because it has outgrown that."""

from __future__ import annotations

from cxbot.ports import Row, Tx
from cxbot.transactions import settings

GROWTH_PERCENT = 20
"""By so much more than was approved a cadence may grow before it is approved anew."""


def started(tx: Tx, cadence_id: str, asked: int, *, seconded: bool) -> None:
    """Notes for how many it was wanted: by who started it, or `seconded` by another admin. Lifts a hold."""
    tx.run("cadence_sizes.started", cadence_id=cadence_id, asked=asked, seconded=int(seconded))


def wanted(tx: Tx, cadence_id: str) -> tuple[int, bool]:
    """The number it was wanted for, and whether a second admin did; of one that ran before this was noted, its last."""
    row = tx.one("cadence_sizes.get", cadence_id=cadence_id)
    if row is not None:
        return row["asked"], bool(row["seconded"])
    run = tx.one("runs.latest", cadence_id=cadence_id)
    asked = int(run["lined_up"]) if run else 0
    return asked, asked > settings.sending(tx).approve_above


def outgrown(tx: Tx, cadence_id: str, asked: int) -> bool:
    """Whether so many need the yes of a second admin, who has given none or gave it for considerably fewer."""
    if asked <= settings.sending(tx).approve_above:
        return False
    before, seconded = wanted(tx, cadence_id)
    return not seconded or asked * 100 > before * (100 + GROWTH_PERCENT)


def held(tx: Tx) -> list[Row]:
    """What waits for the yes of a second admin because it has outgrown its number, longest first."""
    return tx.all("cadence_sizes.held")


def held_of(tx: Tx, cadence_id: str) -> Row | None:
    """The same of one cadence: `asked` is what was wanted, `found` what it would be now, `code` that of the request."""
    return tx.one("cadence_sizes.held_of", cadence_id=cadence_id)


def release(tx: Tx, cadence_id: str) -> None:
    """It does not wait any more."""
    tx.run("cadence_sizes.release", cadence_id=cadence_id)
