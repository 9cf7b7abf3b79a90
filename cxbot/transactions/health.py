"""How the bot itself is doing: what waits, what is late, what failed."""

from __future__ import annotations

from dataclasses import dataclass

from cxbot.ports import Tx
from cxbot.transactions import audit


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages of one channel in one state; `oldest`: since when (epoch ms) one may leave, 0 if none."""

    channel: str
    state: str
    n: int
    oldest: int


@dataclass(frozen=True, slots=True)
class Figures:
    """One look at the store. `due_since`: since when (epoch ms) due work waits, 0 where none does."""

    queue: tuple[Waiting, ...]
    dead: dict[str, int]
    cases: dict[str, int]
    overdue: int
    answers: dict[str, int]
    due_since: int
    findings: tuple[audit.Standing, ...] = ()


def alive(tx: Tx) -> bool:
    """Whether the store answers a query."""
    return tx.one("health.alive") is not None


def queue(tx: Tx, now: int) -> tuple[Waiting, ...]:
    """What waits to be said, by channel and state."""
    rows = tx.all("health.queue", now=now)
    return tuple(Waiting(row["channel"], row["state"], int(row["n"]), int(row["oldest"] or 0)) for row in rows)


def due_since(tx: Tx, now: int) -> int:
    """Since when (epoch ms) what is due and oldest waits, of whatever has a timer; 0 where nothing does."""
    statements = (
        "health.due_case",
        "health.due_invitation",
        "health.due_incident",
        "health.due_opening",
        "health.due_cadence",
        "health.due_follow_up",
        "health.due_grant",
        "health.due_improvement",
    )
    found = [tx.one(statement, now=now) for statement in statements]
    return min((int(row["since"]) for row in found if row and row["since"]), default=0)


def in_flight(tx: Tx, worker: str) -> bool:
    """Whether this worker has a message in flight."""
    return tx.one("health.in_flight", worker=worker) is not None


def next_due(tx: Tx, now: int) -> int:
    """When (epoch ms) something falls due next, after now; 0 where nothing will."""
    statements = (
        "health.next_message",
        "health.next_case",
        "health.next_invitation",
        "health.next_incident",
        "health.next_opening",
        "health.next_cadence",
        "health.next_follow_up",
        "health.next_grant",
        "health.next_improvement",
    )
    found = [tx.one(statement, now=now) for statement in statements]
    return min((int(row["due_at"]) for row in found if row and row["due_at"]), default=0)


def figures(tx: Tx, now: int) -> Figures:
    """Everything the metrics show that lives in the store."""
    cases = tx.all("health.cases", now=now)
    return Figures(
        queue=queue(tx, now),
        dead={row["channel"]: int(row["n"]) for row in tx.all("health.dead")},
        cases={row["state"]: int(row["n"]) for row in cases},
        overdue=sum(int(row["overdue"] or 0) for row in cases),
        answers={row["survey"]: int(row["n"]) for row in tx.all("health.answers")},
        due_since=due_since(tx, now),
        findings=tuple(audit.standing(tx)),
    )
