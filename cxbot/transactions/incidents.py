"""Storms: from so many cases of one cause in so many minutes on, a team sees one card that counts, and works them all.

Each case keeps its owner, its clock and its customer; what they would each say to the team is said once for all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cxbot.domain import cases as workflow
from cxbot.domain.cases import Refusal
from cxbot.domain.roles import may
from cxbot.ports import Row, Tx
from cxbot.transactions import case_messages, case_work, cases, outbox, people, places, rotas, teams

KEY = "incident.card"
REDRAW_MS = 60_000
"""The card counts up once a minute at most."""
OVER_MS = 60 * 60_000
"""A storm is over when nothing has come for so long."""
REMIND_MS = 15 * 60_000
"""What the clocks of its cases would say is said once in so long."""
AT_ONCE = 20
"""Cases worked in one transaction: others are not kept waiting by a storm."""
ACTIONS = ("claim", "reply", "resolve")
READ = {"reply": "words", "resolve": "told"}
"""The argument that customers read."""


def join(tx: Tx, case: Row, now: int) -> Row | None:
    """The incident a new case belongs to: one that goes on, or one that this case makes; None where it stands alone."""
    policy = workflow.Terms.load(case["policy"]).policy
    if not policy.storm_cases or not case["team_id"]:
        return None
    of = {"team_id": case["team_id"], "cause": case["cause"]}
    found = tx.one("incidents.open_of", **of)
    if found is None:
        since = now - policy.storm_minutes * workflow.MINUTE
        lately = tx.one("incidents.lately", since=since, **of)
        if lately is None or lately["n"] < policy.storm_cases:
            return None
        found = _begin(tx, case, of, since, now)
    incident = tx.one("incidents.lock", id=found["id"])
    assert incident is not None
    cases.put_into(tx, case["id"], incident["id"])
    incident = _write(tx, incident, {"last_at": now, "due_at": _sooner(incident, now + OVER_MS, now)})
    _redraw(tx, incident, now)
    return incident


def _begin(tx: Tx, case: Row, of: Mapping[str, str], since: int, now: int) -> Row:
    incident_id = tx.new_id()
    tx.run("incidents.insert", id=incident_id, code=f"S{case['code']}", now=now, due_at=now + OVER_MS, **of)
    tx.run("incidents.gather", incident_id=incident_id, since=since, **of)
    incident = tx.one("incidents.lock", id=incident_id)
    assert incident is not None
    cases.record(tx, incident_id, "", "storm", {"cause": case["cause"]}, now)
    return _write(tx, incident, {"card_id": _card(tx, incident, now), "drawn_at": now})


def nag(tx: Tx, case: Row, now: int) -> bool:
    """Says for all cases of a storm at once that some wait; whether this case belongs to one, and so says nothing."""
    incident = tx.one("incidents.lock", id=case["incident_id"]) if case["incident_id"] else None
    if incident is None:
        return False
    if incident["reminded_at"] + REMIND_MS <= now:
        _write(tx, incident, {"reminded_at": now})
        facts_now = facts(tx, incident["id"], now)
        acting = rotas.acting(tx, case_messages.team_of(tx, incident["team_id"]), "", now)
        args = {
            "who": ", ".join(row["name"] for row in acting),
            "n": facts_now["to_work"],
            "late": facts_now["late"],
            "code": incident["code"],
        }
        says(tx, incident, "incident.waits", args, now, mention=[row["person_id"] for row in acting])
    return True


def act(
    tx: Tx,
    incident_id: str,
    action: str,
    actor_id: str,
    now: int,
    *,
    via: str = "",
    by_language: Mapping[str, str] | None = None,
    **arguments: str,
) -> Row | Refusal:
    """Begins to do something to every case of a storm: not before it can no longer be undone, then a few at a time.

    `by_language` are the words for those who read such a language; all others read those of the arguments.
    """
    incident = tx.one("incidents.lock", id=incident_id)
    if incident is None:
        return Refusal("refuse.stale")
    if (refusal := why_not(tx, incident, action, actor_id, now)) is not None:
        return refusal
    if action == "undo":
        incident = _write(tx, incident, {"work": "", "due_at": incident["last_at"] + OVER_MS})
    else:
        start = now + workflow.UNDO_MS
        work = {"action": action, "actor": actor_id, "via": via, "from": start, "after": "", "done": 0, "left": 0}
        work.update(arguments)
        work["by_language"] = {language: words for language, words in (by_language or {}).items() if words}
        incident = _write(tx, incident, {"work": json.dumps(work, ensure_ascii=False), "due_at": start})
    cases.record(tx, incident_id, actor_id, f"all_{action}", cases.came_by(via), now)
    _redraw(tx, incident, now, at_once=True)
    return incident


def why_not(tx: Tx, incident: Row, action: str, actor_id: str, now: int) -> Refusal | None:
    """Why something cannot be done to all cases of a storm as it is now; None where it can."""
    if action not in (*ACTIONS, "undo"):
        return Refusal("refuse.stale")
    if not may(teams.roles_of(tx, actor_id), "work_case", incident["team_id"] or "none"):
        return Refusal("refuse.not_member", {"who": case_messages.lead_names(tx, incident["team_id"])})
    work = json.loads(incident["work"]) if incident["work"] else None
    if action == "undo":
        own = work is not None and work["from"] > now and work["actor"] == actor_id
        return None if own else Refusal("refuse.nothing_to_undo")
    if work is not None:
        args = {"by": people.name_of(tx, work["actor"]), "own": work["actor"] == actor_id}
        return Refusal("incident.busy", {**args, "seconds": _seconds_left(work, now) or ""})
    if not tx.all("incidents.to_work", id=incident["id"], after="", most=1):
        return Refusal("incident.nothing_left", {"code": incident["code"]})
    return None


def step(tx: Tx, incident_id: str, now: int) -> str:
    """Carries out what is due on an incident: the next few cases of what is done to all, or its end."""
    incident = tx.one("incidents.lock", id=incident_id)
    if incident is None or not incident["due_at"] or incident["due_at"] > now:
        return "none"
    if incident["work"]:
        return _work(tx, incident, json.loads(incident["work"]), now)
    if incident["state"] == "open" and incident["last_at"] + OVER_MS <= now:
        incident = _write(tx, incident, {"state": "ended", "due_at": 0})
        cases.record(tx, incident_id, "", "storm_over", {}, now)
        _redraw(tx, incident, now, at_once=True)
        return "ended"
    _write(tx, incident, {"due_at": incident["last_at"] + OVER_MS if incident["state"] == "open" else 0})
    return "none"


def _work(tx: Tx, incident: Row, work: dict[str, Any], now: int) -> str:
    rows = tx.all("incidents.to_work", id=incident["id"], after=work["after"], most=AT_ONCE)
    for row in rows:
        via = work.get("via", "")
        arguments = _arguments(work, row["language"])
        outcome = case_work.act(tx, row["id"], work["action"], work["actor"], now, via=via, of_many=True, **arguments)
        work["left" if isinstance(outcome, Refusal) else "done"] += 1
        if isinstance(outcome, case_work.Done) and (at := outcome.args.get("callback_at")):
            work["promised"] = work.get("promised", 0) + 1
            work["promised_at"] = min(work.get("promised_at", at), at)
        work["after"] = row["id"]
    if len(rows) == AT_ONCE:
        _write(tx, incident, {"work": json.dumps(work, ensure_ascii=False), "due_at": now})
        return "working"
    over = incident["last_at"] + OVER_MS if incident["state"] == "open" else 0
    incident = _write(tx, incident, {"work": "", "due_at": max(over, now + 1) if over else 0})
    args = {"by": people.name_of(tx, work["actor"]), "n": work["done"], "left": work["left"] or "",
            "code": incident["code"], "words": work.get("words", ""), "own": _own_words(work)}  # fmt: skip
    says(tx, incident, f"incident.done.{work['action']}", args, now)
    if work.get("promised"):
        promise = {"n": work["promised"], "at": work["promised_at"], "code": incident["code"]}
        says(tx, incident, "incident.promised", promise, now)
    _redraw(tx, incident, now, at_once=True)
    return "worked"


def _arguments(work: Mapping[str, Any], language: str) -> dict[str, str]:
    wanted = {"reply": ("words",), "resolve": ("root_cause", "done_words", "told")}.get(work["action"], ())
    given = {"done" if name == "done_words" else name: str(work.get(name, "")) for name in wanted}
    own = work.get("by_language", {}).get(language)
    return {**given, READ[work["action"]]: own} if own else given


def _own_words(work: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What those read who were written to in words of their own, a line each language."""
    return [
        {"key": "incident.done.own", "args": {"of": {"key": f"language.{language}", "args": {}}, "words": words}}
        for language, words in work.get("by_language", {}).items()
    ]


def facts(tx: Tx, incident_id: str, now: int) -> dict[str, Any]:
    """Everything its card shows, as plain data."""
    incident = tx.one("incidents.get", id=incident_id)
    assert incident is not None
    rows = tx.all("incidents.counts", id=incident_id, now=now)
    by_state: dict[str, int] = {}
    severity = "low"
    for row in rows:
        by_state[row["state"]] = by_state.get(row["state"], 0) + int(row["n"])
        severity = workflow.worse(severity, row["severity"])
    work = json.loads(incident["work"]) if incident["work"] else None
    team = teams.get(tx, incident["team_id"]) or {"name": "", "time_zone": ""}
    promised = [int(row["promised_at"]) for row in rows if row["promised_at"]]
    return {
        "incident": incident_id,
        "code": incident["code"],
        "state": incident["state"],
        "severity": severity,
        "cause": incident["cause"],
        "n": sum(by_state.values()),
        **{state: by_state.get(state, 0) for state in ("open", "claimed", "resolved", "closed", "dismissed", "merged")},
        "to_work": by_state.get("open", 0) + by_state.get("claimed", 0),
        "late": sum(int(row["late"] or 0) for row in rows),
        "promised_at": min(promised, default=0),
        "words": [row["words"] for row in tx.all("incidents.some", id=incident_id)],
        "opened_at": incident["opened_at"],
        "last_at": incident["last_at"],
        "team_id": incident["team_id"],
        "team_name": team["name"],
        "zone": team["time_zone"],
        "work": work["action"] if work else "",
        "work_by": people.name_of(tx, work["actor"]) if work else "",
        "work_done": work["done"] if work else 0,
        "undo": bool(work and work["from"] > now),
        "begins_in": _seconds_left(work, now) if work else 0,
    }


def _seconds_left(work: Mapping[str, Any], now: int) -> int:
    """Until what is to be done to all begins, and can be undone no more."""
    return max(0, -((now - int(work["from"])) // 1000))


def _card(tx: Tx, incident: Row, now: int, *, replaces: str = "", due_at: int = 0) -> str:
    team = case_messages.team_of(tx, incident["team_id"])
    if team is None or not team["place"]:
        return ""
    channel, address = places.of_team(tx, team)
    return outbox.say(
        tx,
        now,
        channel=channel,
        address=address,
        language=team["language"],
        key=KEY,
        args={"incident": incident["id"]},
        order_key=incident["id"],
        replaces=replaces,
        due_at=due_at,
        supersedes=False,
    )


def _redraw(tx: Tx, incident: Row, now: int, *, at_once: bool = False) -> None:
    """Counts up, once a minute at most; the card is drawn when it leaves, so one that waits is enough."""
    if not incident["card_id"]:
        return
    if not at_once and tx.one("incidents.waiting_card", id=incident["id"], card_id=incident["card_id"]):
        return
    due_at = now if at_once else max(now, incident["drawn_at"] + REDRAW_MS)
    _card(tx, incident, now, replaces=incident["card_id"], due_at=due_at)
    _write(tx, incident, {"drawn_at": due_at})


def says(
    tx: Tx, incident: Row, key: str, args: Mapping[str, Any], now: int, *, mention: list[str] | None = None
) -> None:
    """Says something to its team, under the storm's card."""
    team = case_messages.team_of(tx, incident["team_id"])
    if team is None or not team["place"]:
        return
    channel, address = places.of_team(tx, team)
    called = {"mention": mention} if mention else {}
    outbox.say(
        tx,
        now,
        channel=channel,
        address=address,
        language=team["language"],
        key=key,
        args={"zone": team["time_zone"], **called, **args},
        order_key=incident["id"],
        thread_of=incident["card_id"],
    )


def _sooner(incident: Row, at: int, now: int) -> int:
    """When to look next: at what is being done to all first."""
    return int(incident["due_at"]) if incident["work"] else max(at, now)


def _write(tx: Tx, incident: Row, columns: Mapping[str, Any]) -> Row:
    after = {**incident, **columns}
    names = ("state", "card_id", "last_at", "drawn_at", "reminded_at", "due_at", "work")
    tx.run("incidents.write", id=incident["id"], **{name: after[name] for name in names})
    return after
