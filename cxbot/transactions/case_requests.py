"""What another system does to a case, in the name of a colleague: once an id, with the refusals a button gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cxbot.domain import codes
from cxbot.domain.cases import Refusal
from cxbot.ports import Row, Tx
from cxbot.transactions import case_messages, case_work, people, reach, reading, teams
from cxbot.transactions.reach import Reach

Person = Mapping[str, str]
"""How a caller names somebody: `id`, or `channel` and `address`."""
SAYS = {"reply": "words", "resolve": "told"}
"""Actions of which the customer reads something, and the argument that has it."""


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


@dataclass(frozen=True, slots=True)
class Acted:
    """What came of it: the case as it is now. `reads` is the message the customer is told, a key with its arguments."""

    case: Row
    event: str
    reach: Reach
    reads: tuple[str, Mapping[str, Any]] | None = None
    repeated: bool = False


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
    # The row is also the lock: of two with one id the second waits here until the first is committed.
    mine = asked.preview or tx.run(
        "case_requests.begin", caller=asked.caller, id=asked.id, body=asked.body, case_id=case["id"], made_at=now
    )
    if not mine:
        return _again(tx, asked, now)
    done = _act(tx, asked, case, now)
    if asked.preview:
        return done
    if isinstance(done, Refusal):
        tx.run("case_requests.forget", caller=asked.caller, id=asked.id)
        return done
    tx.run("case_requests.done", caller=asked.caller, id=asked.id, event=done.event)
    return done


def _again(tx: Tx, asked: Asked, now: int) -> Acted | Conflict:
    kept = tx.one("case_requests.get", caller=asked.caller, id=asked.id)
    assert kept is not None
    if kept["body"] != asked.body:
        return Conflict()
    case = tx.one("cases.get", id=kept["case_id"])
    assert case is not None
    actor = _person(tx, asked.actor)
    reads = _reads(tx, case, asked, actor) if actor is not None else None
    return Acted(_shown(tx, case), kept["event"], reach.of_case(tx, case, now), reads, repeated=True)


def _act(tx: Tx, asked: Asked, case: Row, now: int) -> Acted | Refusal:
    actor = _person(tx, asked.actor)
    if actor is None or not case_work.allowed(tx, case, actor["id"]):
        return Refusal("refuse.not_member", {"who": case_messages.lead_names(tx, case["team_id"])})
    arguments = _arguments(tx, case, asked)
    if isinstance(arguments, Refusal):
        return arguments
    reads = _reads(tx, case, asked, actor)
    if asked.preview:
        decided = case_work.decide(tx, case, asked.action, actor["id"], now, arguments)
        if isinstance(decided, Refusal):
            return case_work.named(tx, decided)
        return Acted(_shown(tx, case), "", reach.of_case(tx, case, now), reads)
    via = f"api:{asked.caller}"
    done = case_work.act(tx, case["id"], asked.action, actor["id"], now, via=via, **arguments)
    if isinstance(done, Refusal):
        return done
    return Acted(_shown(tx, done.case), done.event, reach.of_case(tx, done.case, now), reads)


def _reads(tx: Tx, case: Row, asked: Asked, actor: Row) -> tuple[str, Mapping[str, Any]] | None:
    words = str(asked.arguments.get(SAYS.get(asked.action, ""), ""))
    return case_work.what_the_customer_reads(tx, case, asked.action, actor["id"], words) if words else None


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
            team = case_messages.team_of(tx, case["team_id"])
            known = [cause.id for cause in (teams.causes(team) if team else ())]
            if given["root_cause"] not in known:
                return Refusal("refuse.no_such_cause", {"cause": given["root_cause"], "lines": known})
    return given


def _taker(tx: Tx, given: Mapping[str, Any]) -> dict[str, Any] | Refusal:
    if given.get("team"):
        found = [team for team in teams.all(tx) if given["team"] in (team["id"], team["name"]) and team["place"]]
        if not found:
            known = [team["id"] for team in teams.all(tx)]
            return Refusal("refuse.no_such_team", {"team": given["team"], "known": known})
        return {"owner_id": f"{case_work.TEAM}{found[0]['id']}"}
    person = _person(tx, given["to"])
    if person is None:
        named = given["to"]
        said = named.get("id") or f"{named.get('channel')}:{named.get('address')}"
        return Refusal("refuse.no_such_person", {"person": said})
    return {"owner_id": person["id"]}


def _person(tx: Tx, named: Person) -> Row | None:
    if named.get("id"):
        return people.get(tx, named["id"])
    return people.by_address(tx, named.get("channel", ""), named.get("address", ""))


def _shown(tx: Tx, case: Row) -> Row:
    row = reading.one(tx, "cases", case["id"])
    assert row is not None
    return row
