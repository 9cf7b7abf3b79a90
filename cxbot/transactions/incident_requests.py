"""What another system does to all cases of a storm in the name of a colleague: once an id, as the buttons do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cxbot.domain import cases as workflow
from cxbot.domain.cases import Refusal
from cxbot.domain.roles import may
from cxbot.ports import Row, Tx
from cxbot.transactions import api_requests, case_messages, case_requests, case_work, incidents, teams
from cxbot.transactions.api_requests import Asked, Conflict, Missing, Said

EVENTS = {"claim": "all_claim", "reply": "all_reply", "resolve": "all_resolve", "undo": "all_undo"}
"""What can be done to all cases of a storm, and the event it leaves."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What those customers read who share a language: how many they are, one of their cases, and what it says."""

    case: Row
    n: int
    says: Said


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of it: the storm as it is now, what the caller is told, and what is read, the most frequent first."""

    facts: dict[str, Any]
    event: str
    says: Said
    readings: tuple[Reading, ...] = ()
    repeated: bool = False
    made: str = ""


def act(tx: Tx, asked: Asked, now: int) -> Worked | Refusal | Conflict | Missing:
    """Carries a request out once; `asked.subject` is the id of the incident, or its number."""
    incident = find(tx, asked.subject)
    if incident is None:
        return Missing()
    return api_requests.once(
        tx,
        asked,
        incident["id"],
        now,
        lambda: _act(tx, asked, incident, now),
        lambda kept: _worked(tx, asked, incident, kept["event"], now, repeated=True),
    )


def find(tx: Tx, named: str) -> Row | None:
    """An incident by its id or its number."""
    return tx.one("incidents.get", id=named) or tx.one("incidents.by_code", code=named.upper().lstrip("#"))


def _act(tx: Tx, asked: Asked, incident: Row, now: int) -> Worked | Refusal:
    actor = api_requests.person_of(tx, asked.actor)
    if actor is None or not may(teams.roles_of(tx, actor["id"]), "work_case", incident["team_id"]):
        return Refusal("refuse.not_member", {"who": case_messages.lead_names(tx, incident["team_id"])})
    given = dict(asked.arguments)
    if asked.action == "resolve":
        if (refusal := case_requests.unknown_cause(tx, incident["team_id"], given["root_cause"])) is not None:
            return refusal
        given["done_words"] = given.pop("done")
    if asked.preview:
        return _worked(tx, asked, incident, "", now)
    done = incidents.act(tx, incident["id"], asked.action, actor["id"], now, via=f"api:{asked.caller}", **given)
    return done if isinstance(done, Refusal) else _worked(tx, asked, incident, EVENTS[asked.action], now)


def _worked(tx: Tx, asked: Asked, incident: Row, event: str, now: int, *, repeated: bool = False) -> Worked:
    facts = incidents.facts(tx, incident["id"], now)
    return Worked(facts, event, _says(event, facts), _readings(tx, asked, incident), repeated)


def _readings(tx: Tx, asked: Asked, incident: Row) -> tuple[Reading, ...]:
    """What is read in each language: words of its own where there are some, else those for all."""
    actor = api_requests.person_of(tx, asked.actor)
    said = str(asked.arguments.get(incidents.READ.get(asked.action, ""), ""))
    own = asked.arguments.get("by_language", {})
    found = []
    for row in tx.all("incidents.languages", id=incident["id"]) if actor is not None else ():
        words = str(own.get(row["language"]) or said)
        case = tx.one("incidents.sample", id=incident["id"], language=row["language"])
        if words and case is not None and actor is not None:
            says = case_work.what_the_customer_reads(tx, case, asked.action, actor["id"], words)
            found.append(Reading(case, int(row["n"]), says))
    return tuple(found)


def _says(event: str, facts: dict[str, Any]) -> Said:
    if not event:
        return "incident.form.intro", {"n": facts["to_work"]}
    if event == EVENTS["undo"]:
        return "incident.undone", {}
    return "incident.begun", {"n": facts["to_work"], "seconds": workflow.UNDO_MS // 1000}
