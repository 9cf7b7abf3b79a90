"""What time does to a case: reminders, escalation, the end of a snooze, "is it fixed?", and closing in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxbot.domain import case_timing, contact
from cxbot.domain import cases as workflow
from cxbot.domain.roles import RANK
from cxbot.ports import Row, Tx
from cxbot.transactions import (
    case_messages,
    cases,
    incident_promises,
    incidents,
    outbox,
    people,
    settings,
    talks,
    teams,
)

RETRY_MS = 60 * 60 * 1000
NAGS = ("remind", "promise_soon", "escalate", "overdue")


def step(tx: Tx, case_id: str, now: int) -> str:
    """Carries out the one step that is due on a case and returns its kind; a stale timer only puts itself right."""
    case = cases.lock(tx, case_id)
    if case is None:
        return "none"
    due = case_timing.next_step(case)
    if due.kind == "none" or due.at > now:
        cases.write(tx, case, {}, now)
        return "none"
    if due.kind == "confirm" and _cannot_ask_yet(tx, case, now):
        return "wait"
    columns = dict(case_timing.taken(case, due, now))
    while due.kind in NAGS:
        # After a snooze or a standstill several are due at once: only the gravest is said.
        further = case_timing.next_step({**case, **columns})
        if further.kind not in NAGS or further.at > now:
            break
        due = further
        columns.update(case_timing.taken({**case, **columns}, due, now))
    after = cases.write(tx, case, columns, now)
    cases.record(tx, case_id, "", due.kind, {}, now)
    _carry_out(tx, case, after, due.kind, now)
    if due.kind != "alert":
        case_messages.redraw(tx, after, now)
    return due.kind


def _carry_out(tx: Tx, before: Row, case: Row, kind: str, now: int) -> None:
    """Says or does what a step is about; `before` is the case as it was."""
    if kind in NAGS and incidents.nag(tx, case, now):
        return
    who = {"who": case_messages.acting_name(tx, case, now), "promised_at": case["promised_at"]}
    called = case_messages.who_acts(tx, case, now)
    match kind:
        case "alert":
            case_messages.show(tx, case, now)
        case "callback_late":
            _callback_late(tx, before, case, now)
        case "callback_soon" if incident_promises.nag(tx, case, kind, before["callback_at"], called, now):
            return
        case "remind":
            _remind(tx, case, now)
        case "promise_soon" | "callback_soon" | "window_ending" | "window_lost":
            args = {**who, "until": case["window_until"], "at": before["callback_at"]}
            case_messages.team_says(tx, case, f"case.{kind}", args, now, mention=called)
        case "snooze_over":
            args = {"who": who["who"], "reason": before["snooze_reason"]}
            case_messages.team_says(tx, case, "case.snooze_over", args, now, mention=called)
        case "escalate" | "overdue" if before["escalations"] < 2:
            _escalate(tx, case, kind, now)
        case "overdue":
            case_messages.team_says(tx, case, "case.still_overdue", who, now, mention=called)
        case "confirm":
            _ask_if_fixed(tx, case, now)
        case "close_silent":
            case_messages.stop_asking(tx, case, now)


def _callback_late(tx: Tx, before: Row, case: Row, now: int) -> None:
    """A promise is broken: the customer hears it from us first, and the team and its leads that it was."""
    args = {"at": before["callback_at"], "owner": people.name_of(tx, case["owner_id"])}
    case_messages.tell_customer(tx, case, "customer.callback_late", args, now)
    called = [*case_messages.who_acts(tx, case, now), *(row["person_id"] for row in _seniors(tx, case["team_id"]))]
    if incident_promises.nag(tx, case, "callback_late", before["callback_at"], called, now):
        return
    args = {"at": before["callback_at"], "who": case_messages.acting_name(tx, case, now)}
    case_messages.team_says(tx, case, "case.callback_late", args, now, mention=list(dict.fromkeys(called)))


def _remind(tx: Tx, case: Row, now: int) -> None:
    minutes = (now - case["begun_at"]) // workflow.MINUTE
    args = {"who": case_messages.acting_name(tx, case, now), "minutes": minutes, "promised_at": case["promised_at"]}
    case_messages.team_says(tx, case, "case.reminder", args, now, mention=case_messages.who_acts(tx, case, now))


def _escalate(tx: Tx, case: Row, kind: str, now: int) -> None:
    """Goes to the next person or team of the frozen policy instead of repeating itself to those who did not act."""
    escalate_to = workflow.Terms.load(case["policy"]).policy.escalate_to
    other = teams.get(tx, escalate_to) if escalate_to else None
    person = people.get(tx, escalate_to) if escalate_to and other is None else None
    if other is not None:
        to = f"{other['name']} ({', '.join(case_messages.lead_names(tx, other['id']))})"
        called = [lead["person_id"] for lead in case_messages.leads(tx, other["id"])]
    elif person is not None:
        to, called = person["name"], [person["id"]]
    else:
        seniors = _seniors(tx, case["team_id"])
        to, called = ", ".join(row["name"] for row in seniors), [row["person_id"] for row in seniors]
    why = {"key": f"case.why.{kind}", "args": {"promised_at": case["promised_at"]}}
    elsewhere = other is not None and other["id"] != case["team_id"]
    args = {"to": to, "why": why}
    # Those who read it in a place of their own are called there.
    case_messages.team_says(tx, case, "case.escalated", args, now, mention=() if elsewhere else called)
    if other is not None and elsewhere:
        told = _told_elsewhere(tx, case, why)
        case_messages.team_says(tx, case, "case.escalated_here", told, now, team=other, mention=called)
    elif person is not None:
        _tell_person(tx, case, person, why, now)


def _told_elsewhere(tx: Tx, case: Row, why: dict[str, Any]) -> dict[str, Any]:
    """What those need who do not see the alert itself, with the button to take the case."""
    customer = people.get(tx, case["person_id"]) or {"name": ""}
    args: dict[str, Any] = {
        "name": customer["name"],
        "team": (teams.get(tx, case["team_id"]) or {"name": ""})["name"],
        "why": why,
        "severity": {"key": f"severity.{case['severity']}", "args": {}},
        "promised_at": case["promised_at"],
    }
    if case["state"] == "open":
        claim = {"key": "card.action.claim", "args": {}}
        args["choices"] = [{"key": f"c:claim:{case['id']}", "label": claim, "style": "primary"}]
    return args


def _tell_person(tx: Tx, case: Row, person: Row, why: dict[str, Any], now: int) -> None:
    """Writes to the one the policy names; recorded where that is not possible."""
    address = people.address_of(tx, person["id"])
    if address is None:
        cases.record(tx, case["id"], "", "not_told", {"message": "case.escalated_here", "reason": "no_address"}, now)
        return
    outbox.say(
        tx,
        now,
        channel=address["channel"],
        address=address["address"],
        language=person["language"] or settings.company(tx).language,
        key="case.escalated_here",
        args={"code": case["code"], **case_messages.times(tx, person, case, now), **_told_elsewhere(tx, case, why)},
        case_id=case["id"],
    )


def _seniors(tx: Tx, team_id: str) -> list[Row]:
    """The team's leads and, where nobody leads it, whoever has a role everywhere."""
    leads = [row for row in teams.members(tx, team_id) if RANK[row["role"]] >= RANK["lead"]]
    return leads or teams.members(tx, "")


def _cannot_ask_yet(tx: Tx, case: Row, now: int) -> bool:
    """Puts "is it fixed?" off while it is night for the customer, another question is open or a colleague talks."""
    person = people.get(tx, case["person_id"])
    if person is None or person["opted_out"] == "all":
        return False
    zone = people.zone(person, workflow.Terms.load(case["policy"]).zone)
    policy = settings.contact_policy(tx)
    night = contact.night_wait(zone, now, person["acted_at"], policy)
    talk = contact.talk_wait(talks.last_at(tx, person["id"]), now, policy)
    busy = tx.one("invitations.open_of_person", person_id=person["id"])
    expected = people.expected(tx, case["channel"], case["address"], now)
    if night is None and talk is None and busy is None and expected is None:
        return False
    at = night.until if night is not None else now + RETRY_MS
    tx.run("cases.look_at", id=case["id"], due_at=at)
    return True


def _ask_if_fixed(tx: Tx, case: Row, now: int, *, again: bool = False) -> None:
    until = now + workflow.Terms.load(case["policy"]).policy.confirm_wait_hours * workflow.HOUR
    choices = [
        {"key": f"o:fixed:{case['id']}:{answer}", "label": {"key": f"customer.fixed.{answer}", "args": {}}, "style": ""}
        for answer in ("yes", "no", "not_yet")
    ]
    row = case_messages.tell_customer(tx, case, "customer.confirm", {"choices": choices}, now, expires_at=until)
    if row:
        expects = {"kind": "fixed", "case": case["id"], "row": row, "again": again}
        people.expect(tx, case["channel"], case["address"], expects, until)


def ask_again(tx: Tx, expected: Mapping[str, Any] | None, now: int) -> None:
    """Puts "is it fixed?" once more to who answered it in words that say neither yes nor no, and waits anew.

    Not where a colleague has written since it was asked: the words may be meant for them.
    """
    if expected is None or expected.get("kind") != "fixed" or not expected["row"] or expected.get("again"):
        return
    case = cases.lock(tx, expected["case"])
    if case is None or case["state"] != "resolved" or case["confirm"] != "asked":
        return
    if talks.last_written_at(tx, case["person_id"]) > case["confirm_asked_at"]:
        return
    case_messages.tell_customer(tx, case, "question.asked_again", {}, now, replaces=expected["row"])
    case = cases.write(tx, case, {"confirm_asked_at": now}, now)
    cases.record(tx, case["id"], "", "confirm", {"again": True}, now)
    _ask_if_fixed(tx, case, now, again=True)


def close_confirm(tx: Tx, case: Row, row_id: str, answer: str, now: int) -> None:
    """Replaces "is it fixed?" on the customer's screen by what they answered."""
    person = people.get(tx, case["person_id"])
    if person is None or person["opted_out"] == "all":
        return
    args = {
        "question": {"key": "customer.confirm", "args": {"code": case["code"]}},
        "answer": {"key": f"customer.fixed.{answer}", "args": {}},
    }
    outbox.say(
        tx,
        now,
        channel=case["channel"],
        address=case["address"],
        language=case["language"],
        key="question.answered",
        args=args,
        person_id=case["person_id"],
        case_id=case["id"],
        replaces=row_id,
    )
