"""What another system does to a case, in the name of a colleague: once an id, with the refusals a button gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cxbot.domain import cases as workflow
from cxbot.domain import codes
from cxbot.domain.cases import Refusal
from cxbot.ports import Row, Tx
from cxbot.transactions import (
    api_requests,
    case_access,
    case_messages,
    case_steps,
    case_work,
    grant_requests,
    reach,
    reading,
    teams,
)
from cxbot.transactions.api_requests import Asked, Conflict, Missing, Said
from cxbot.transactions.reach import Reach

SAYS = {"reply": "words", "resolve": "told", "goodwill": "told"}
"""Actions of which the customer reads something, and the argument that has it."""


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


def act(tx: Tx, asked: Asked, now: int) -> Acted | Refusal | Conflict | Missing:
    """Carries a request out once: the same one again is answered as before. What was refused may be tried again."""
    case = tx.one("cases.get", id=asked.subject) or tx.one("cases.by_code", code=codes.plain(asked.subject))
    if case is None:
        return Missing()
    return api_requests.once(
        tx, asked, case["id"], now, lambda: _act(tx, asked, case, now), lambda kept: _again(tx, asked, kept, now)
    )


def _again(tx: Tx, asked: Asked, kept: Row, now: int) -> Acted:
    case = tx.one("cases.get", id=kept["case_id"])
    assert case is not None
    actor = api_requests.person_of(tx, asked.actor)
    reads = _reads(tx, case, asked, actor, kept["made"]) if actor is not None else None
    return _acted(tx, case, kept["event"], kept["made"], reads, now, repeated=True)


def _act(tx: Tx, asked: Asked, case: Row, now: int) -> Acted | Refusal:
    actor = api_requests.person_of(tx, asked.actor)
    deciding = asked.action in grant_requests.DECIDES
    if actor is None or not (deciding or case_access.allowed(tx, case, actor["id"])):
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
    person = api_requests.colleague(tx, given["to"])
    return person if isinstance(person, Refusal) else {"owner_id": person["id"]}
