"""What other systems ask for in the name of a colleague: each request once, by the id its caller gave it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from cxbot.domain.cases import Refusal
from cxbot.ports import Row, Tx
from cxbot.transactions import people

Person = Mapping[str, str]
"""How a caller names somebody: `id`, or `channel` and `address`."""
KEPT_MS = 30 * 24 * 60 * 60 * 1000
"""How long the id of a request is known, in business time; after that it would be done again."""
PRUNED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: who calls, the id they gave it, a digest of its body, what it is about, who acts, and what.

    `subject` is a case, a storm or an improvement, by its id or its number; '' for something new.
    """

    caller: str
    id: str
    body: str
    subject: str
    actor: Person
    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    preview: bool = False
    """Only what the customer would read is wanted; nothing is done."""


Said = tuple[str, Mapping[str, Any]]
"""A message key and its arguments."""


class Outcome(Protocol):
    """What came of a request: the event it left, and what it made besides; kept for its repeats."""

    @property
    def event(self) -> str: ...
    @property
    def made(self) -> str: ...


Came = TypeVar("Came", bound=Outcome)


@dataclass(frozen=True, slots=True)
class Conflict:
    """The id came before with another body."""


@dataclass(frozen=True, slots=True)
class Missing:
    """There is nothing of that id or number."""


def once(
    tx: Tx, asked: Asked, subject_id: str, now: int, do: Callable[[], Came | Refusal], again: Callable[[Row], Came]
) -> Came | Refusal | Conflict:
    """Does what is asked where its id is new, else says with `again` what came of it then; a preview is no request."""
    # The row is also the lock: of two with one id the second waits here until the first is committed.
    mine = asked.preview or tx.run(
        "api_requests.begin", caller=asked.caller, id=asked.id, body=asked.body, case_id=subject_id, made_at=now
    )
    if not mine:
        kept = tx.one("api_requests.get", caller=asked.caller, id=asked.id)
        assert kept is not None
        return again(kept) if kept["body"] == asked.body else Conflict()
    done = do()
    if asked.preview:
        return done
    if isinstance(done, Refusal):
        tx.run("api_requests.forget", caller=asked.caller, id=asked.id)
        return done
    tx.run("api_requests.done", caller=asked.caller, id=asked.id, event=done.event, made=done.made)
    return done


def has_old(tx: Tx, now: int) -> bool:
    """Whether there is anything to prune; a read."""
    return tx.one("api_requests.old", before=now - KEPT_MS) is not None


def prune(tx: Tx, now: int) -> int:
    """Forgets the ids of old requests, some at a time; returns how many. What they did stays on record."""
    return tx.run("api_requests.prune", before=now - KEPT_MS, most=PRUNED_AT_ONCE)


def colleague(tx: Tx, named: Person) -> Row | Refusal:
    """The colleague a caller names, or that nobody of that name is known."""
    said = named.get("id") or f"{named.get('channel')}:{named.get('address')}"
    return person_of(tx, named) or Refusal("refuse.no_such_person", {"person": said})


def person_of(tx: Tx, named: Person) -> Row | None:
    """The colleague a caller names."""
    if named.get("id"):
        return people.get(tx, named["id"])
    return people.by_address(tx, named.get("channel", ""), named.get("address", ""))
