"""What the alert shows, read from the case at the moment it is drawn."""

from __future__ import annotations

import json
from typing import Any

from cxbot.domain import case_timing
from cxbot.domain import cases as workflow
from cxbot.ports import Row, Tx
from cxbot.transactions import case_messages, case_steps, cases, grants, people, rotas, teams

MOST_HISTORY = 5


def facts(tx: Tx, case_id: str, now: int) -> dict[str, Any]:
    """Everything a card shows of a case, as plain data; wording makes a message of it."""
    case = cases.get(tx, case_id)
    person = people.get(tx, case["person_id"]) or {"name": "", "vip": 0, "value": 0}
    interaction = tx.once("interactions.get", id=case["interaction_id"]) or {}
    response = tx.one("responses.get", id=case["response_id"]) or {}
    team = teams.get(tx, case["team_id"]) or {"name": "", "time_zone": workflow.Terms.load(case["policy"]).zone}
    low, _, high = case["scale"].partition("-")
    due_at, due_kind = case_timing.due_by(case)
    history = tx.all(
        "responses.latest_of_person", person_id=case["person_id"], except_id=case["response_id"], most=MOST_HISTORY
    )
    words, media = _said(tx, case)
    return {
        "case_id": case_id,
        "code": case["code"],
        "state": case["state"],
        "severity": case["severity"],
        "person_name": person["name"],
        "person_vip": bool(person["vip"]),
        "person_value": person["value"],
        "touchpoint": case["touchpoint"],
        "reference": interaction.get("reference", ""),
        "agent": interaction.get("agent", ""),
        "outcome": interaction.get("outcome", ""),
        "score": case["score"],
        "scale_low": int(low) if low else None,
        "scale_high": int(high) if high else None,
        "metric": response.get("metric", ""),
        "words": words,
        "media": media,
        "reasons": json.loads(case["reasons"]),
        "history": [{"score": row["score"], "at": row["started_at"]} for row in history],
        "earlier_cases": len(tx.all("cases.others_of_person", person_id=case["person_id"], except_id=case_id)),
        "steps": case_steps.shown(case_steps.of_case(tx, case_id)),
        "goodwill": grants.of_case(tx, case_id),
        "may_give": grants.budget(tx, case["team_id"]) is not None,
        "owner_name": people.name_of(tx, case["owner_id"]),
        **_on_call(tx, team, case, now),
        "team_name": team["name"],
        "due_at": due_at,
        "due_kind": due_kind,
        "window_until": case["window_until"] if case["window_until"] > now else 0,
        "contacted_at": case["contacted_at"],
        "snoozed_until": case["snoozed_until"],
        "snooze_reason": case["snooze_reason"],
        "root_cause": _cause_label(team, case["root_cause"]),
        "done_words": case["done_words"],
        "told_words": case["told_words"],
        "confirm": _confirm(tx, case),
        "ending": case["ending"],
        "closed_by_name": _ended_by(tx, case),
        "merged_into": _code(tx, case["merged_into"]),
        "undo": case["undo_until"] > now and bool(case["undo"]),
        "undo_until": case["undo_until"],
        "opened_at": case["opened_at"],
        **case_messages.team_times(tx, team, case, now),
        "forwarded": response.get("via") == "again",
        # Only what was said to somebody who had to be forgotten has no address any more.
        "erased": not case["address"],
    }


def _on_call(tx: Tx, team: Row, case: Row, now: int) -> dict[str, Any]:
    """Who takes what nobody has taken yet, and is called: the alert is theirs to act on."""
    shift = rotas.current(tx, team, now) if team.get("id") and case["state"] == "open" else None
    return {"on_call": people.name_of(tx, shift.person), "mention": [shift.person]} if shift else {}


def _said(tx: Tx, case: Row) -> tuple[list[str], list[dict[str, str]]]:
    """What they wrote and sent, oldest first: the card shows the end of it. A score alone is shown as the score."""
    remarks = tx.all("remarks.of_case", case_id=case["id"])
    written = [(row["said_at"], row["words"]) for row in remarks]
    if case["response_id"]:
        for row in tx.all("responses.answers", response_id=case["response_id"]):
            answer = json.loads(row["value"]) if row["kind"] == "text" else ""
            written += [(row["answered_at"], str(answer or "")), (row["answered_at"], row["words"])]
        beside = tx.all("remarks.of_response", response_id=case["response_id"])
        written += [(row["said_at"], row["words"]) for row in beside]
    ordered = [words for _, words in sorted(written, key=lambda each: int(each[0])) if words]
    sent = [json.loads(row["media"]) for row in remarks if row["media"]]
    media = [{"kind": each["kind"], "name": each["name"]} for each in sent]
    return [words for words in dict.fromkeys(ordered) if not words.strip().isdigit()], media


def _confirm(tx: Tx, case: Row) -> str:
    """What came of "is it fixed?"; "own_words" where they wrote since it was asked, and it is open what they meant."""
    if case["confirm"] != "asked":
        return str(case["confirm"])
    said = any(row["said_at"] >= case["confirm_asked_at"] for row in tx.all("remarks.of_case", case_id=case["id"]))
    return "own_words" if said else "asked"


def _ended_by(tx: Tx, case: Row) -> str:
    """Who resolved, dismissed or merged it: the owner need not be the one."""
    if case["state"] in ("resolved", "closed"):
        return case_messages.who_fixed(tx, case)
    if case["state"] not in ("dismissed", "merged"):
        return ""
    row = tx.one("cases.last_event", subject_id=case["id"], kind=case["state"])
    return str(row["actor_name"]) if row else ""


def _code(tx: Tx, case_id: str) -> str:
    case = tx.one("cases.get", id=case_id) if case_id else None
    return str(case["code"]) if case else ""


def _cause_label(team: Row, cause: str) -> Any:
    """The root cause in the words of the team's list, in every language it has."""
    for each in json.loads(team.get("causes") or "[]"):
        if each["id"] == cause:
            return each["label"]
    return cause
