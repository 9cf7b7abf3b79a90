"""What another system does to a case, in the name of a colleague: once an id, with the refusals a button gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from cxbot.domain import cases as workflow
from cxbot.domain import codes
from cxbot.domain.cases import Refusal
from cxbot.ports import Row, Tx
from cxbot.transactions import (
    case_messages,
    case_steps,
    case_work,
    grant_requests,
    people,
    reach,
    reading,
    teams,
)
from cxbot.transactions.reach import Reach

Person = Mapping[str, str]
"""How a caller names somebody: `id`, or `channel` and `address`."""
SAYS = {"reply": "words", "resolve": "told", "goodwill": "told"}
"""Actions of which the customer reads something, and the argument that has it."""
KEPT_MS = 30 * 24 * 60 * 60 * 1000
"""How long the id of a request is known, in business time; after that it would be done again."""
PRUNED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: who calls, the id they gave it, a digest of its body, the case (id or code), who acts, and what."""

    caller: str
    id: str
    body: str
    case: str
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
class Acted:
    """What came of it: the case as it is now, and what the customer is told of it.

    `made` is the id of the step that was ticked or of the goodwill that was given, `says` what the caller is told.
    """

    case: Row
    event: str
    reach: Reach
    reads: Said | None = None
    repeated: bool = False
    made: str = ""
    says: Said | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """The id came before with another body."""


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such case."""


def act(tx: Tx, asked: Asked, now: int) -> Acted | Refusal | Conflict | Missing:
    """Carries a request out once: the same one again is answered as before. What was refused may be tried again."""
    case = tx.one("cases.get", id=asked.case) or tx.one("cases.by_code", code=codes.plain(asked.case))
    if case is None:
        return Missing()
    return once(
        tx, asked, case["id"], now, lambda: _act(tx, asked, case, now), lambda kept: _again(tx, asked, kept, now)
    )


def once(
    tx: Tx, asked: Asked, subject_id: str, now: int, do: Callable[[], Came | Refusal], again: Callable[[Row], Came]
) -> Came | Refusal | Conflict:
    """Does what is asked where its id is new, else says with `again` what came of it then; a preview is no request."""
    # The row is also the lock: of two with one id the second waits here until the first is committed.
    mine = asked.preview or tx.run(
        "case_requests.begin", caller=asked.caller, id=asked.id, body=asked.body, case_id=subject_id, made_at=now
    )
    if not mine:
        kept = tx.one("case_requests.get", caller=asked.caller, id=asked.id)
        assert kept is not None
        return again(kept) if kept["body"] == asked.body else Conflict()
    done = do()
    if asked.preview:
        return done
    if isinstance(done, Refusal):
        tx.run("case_requests.forget", caller=asked.caller, id=asked.id)
        return done
    tx.run("case_requests.done", caller=asked.caller, id=asked.id, event=done.event, made=done.made)
    return done


def has_old(tx: Tx, now: int) -> bool:
    """Whether there is anything to prune; a read."""
    return tx.one("case_requests.old", before=now - KEPT_MS) is not None


def prune(tx: Tx, now: int) -> int:
    """Forgets the ids of old requests, some at a time; returns how many. The cases keep what was done."""
    return tx.run("case_requests.prune", before=now - KEPT_MS, most=PRUNED_AT_ONCE)


def _again(tx: Tx, asked: Asked, kept: Row, now: int) -> Acted:
    case = tx.one("cases.get", id=kept["case_id"])
    assert case is not None
    actor = person_of(tx, asked.actor)
    reads = _reads(tx, case, asked, actor, kept["made"]) if actor is not None else None
    return _acted(tx, case, kept["event"], kept["made"], reads, now, repeated=True)


def _act(tx: Tx, asked: Asked, case: Row, now: int) -> Acted | Refusal:
    actor = person_of(tx, asked.actor)
    deciding = asked.action in grant_requests.DECIDES
    if actor is None or not (deciding or case_work.allowed(tx, case, actor["id"])):
        return Refusal("refuse.not_member", {"who": case_messages.lead_names(tx, case["team_id"])})
    if deciding or asked.action == grant_requests.GIVES:
        return _goodwill(tx, asked, case, actor, now)
    arguments = _arguments(tx, case, asked)
    if isinstance(arguments, Refusal):
        return arguments
    reads = _reads(tx, case, asked, actor)
    if asked.preview:
        decided = case_work.decide(tx, case, asked.action, actor["id"], now, arguments)
        if isinstance(decided, Refusal):
            return case_work.named(tx, decided)
        return _acted(tx, case, "", "", reads, now)
    via = f"api:{asked.caller}"
    done = case_work.act(tx, case["id"], asked.action, actor["id"], now, via=via, **arguments)
    if isinstance(done, Refusal):
        return done
    made = str(done.args["step"]) if done.event in case_steps.TICKED else ""
    return _acted(tx, done.case, done.event, made, reads, now)


def _goodwill(tx: Tx, asked: Asked, case: Row, actor: Row, now: int) -> Acted | Refusal:
    via = "" if asked.preview else f"api:{asked.caller}"
    done = grant_requests.act(tx, case, asked.action, actor["id"], asked.arguments, now, via=via, preview=asked.preview)
    if isinstance(done, Refusal):
        return done
    if done is None:
        return _acted(tx, case, "", "", _reads(tx, case, asked, actor), now)
    made = str(done.grant["id"])
    return _acted(tx, case, f"goodwill_{done.state}", made, _reads(tx, case, asked, actor, made), now)


def _acted(tx: Tx, case: Row, event: str, made: str, reads: Said | None, now: int, *, repeated: bool = False) -> Acted:
    shown = reading.one(tx, "cases", case["id"])
    assert shown is not None
    can = reach.of_case(tx, shown, now)
    return Acted(shown, event, can, reads, repeated, made, _says(tx, shown, event, made, can) if event else None)


def _says(tx: Tx, case: Row, event: str, made: str, can: Reach) -> Said:
    if event.startswith("goodwill_"):
        return grant_requests.says(tx, case, event, made)
    args: dict[str, Any] = {"code": case["code"], "seconds": workflow.UNDO_MS // 1000, "reach": can.once_sent}
    steps = case_steps.of_case(tx, case["id"]) if event in ("resolved", *case_steps.TICKED) else []
    args["open_steps"] = [dict(each.step.label) for each in steps if not each.done]
    args["label"] = next((dict(each.step.label) for each in steps if each.step.id == made), "")
    return f"case.done.{event}", args


def _reads(tx: Tx, case: Row, asked: Asked, actor: Row, made: str = "") -> Said | None:
    words, by = str(asked.arguments.get(SAYS.get(asked.action, ""), "")), str(actor["id"])
    if asked.action in grant_requests.DECIDES:
        words, by = grant_requests.told(tx, made)
    action = "resolve" if asked.action == "resolve" else "reply"
    return case_work.what_the_customer_reads(tx, case, action, by, words) if words else None


def _arguments(tx: Tx, case: Row, asked: Asked) -> dict[str, Any] | Refusal:
    """What the action takes, with our own ids for what the caller names."""
    given = dict(asked.arguments)
    match asked.action:
        case "hand_over":
            return _taker(tx, given)
        case "merge":
            into = tx.one("cases.get", id=given["into"]) or tx.one("cases.by_code", code=codes.plain(given["into"]))
            return {"into": into["id"]} if into else Refusal("refuse.no_such_case", {"typed": given["into"]})
        case "resolve":
            return unknown_cause(tx, case["team_id"], given["root_cause"]) or given
        case "step":
            done = given.pop("done")
            return {**given, "reopen": not done}
    return given


def unknown_cause(tx: Tx, team_id: str, cause: str) -> Refusal | None:
    """The refusal of a cause that is none of the team's."""
    team = case_messages.team_of(tx, team_id)
    known = [each.id for each in (teams.causes(team) if team else ())]
    return None if cause in known else Refusal("refuse.no_such_cause", {"cause": cause, "known": known})


def _taker(tx: Tx, given: Mapping[str, Any]) -> dict[str, Any] | Refusal:
    if given.get("team"):
        found = [team for team in teams.all(tx) if given["team"] in (team["id"], team["name"]) and team["place"]]
        if not found:
            known = [team["id"] for team in teams.all(tx)]
            return Refusal("refuse.no_such_team", {"team": given["team"], "known": known})
        return {"owner_id": f"{case_work.TEAM}{found[0]['id']}"}
    person = person_of(tx, given["to"])
    if person is None:
        named = given["to"]
        said = named.get("id") or f"{named.get('channel')}:{named.get('address')}"
        return Refusal("refuse.no_such_person", {"person": said})
    return {"owner_id": person["id"]}


def person_of(tx: Tx, named: Person) -> Row | None:
    """The colleague a caller names."""
    if named.get("id"):
        return people.get(tx, named["id"])
    return people.by_address(tx, named.get("channel", ""), named.get("address", ""))
