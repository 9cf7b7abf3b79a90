"""What a team does to a case from its channel: each action once, undone within 30 s, refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cxbot.domain import cases as workflow
from cxbot.domain import promises
from cxbot.domain.cases import Change, Refusal
from cxbot.domain.roles import may
from cxbot.ports import Row, Tx
from cxbot.transactions import (
    case_access,
    case_copies,
    case_merging,
    case_messages,
    case_opening,
    case_steps,
    cases,
    improvement_telling,
    invitations,
    outbox,
    people,
    reach,
    rotas,
    teams,
)

PLAIN = {
    "claim": workflow.claim,
    "release": workflow.release,
    "contacted": workflow.contacted,
    "call_off": workflow.call_off,
    "reached": workflow.reached,
}
"""Actions that need nothing but the case and who acts."""
IN_THEIR_WORDS = {"customer.reply": "words", "customer.resolved": "told"}
"""Messages to the customer in which somebody of the team speaks, and the argument that has what they wrote."""
TEAM = "team:"
"""How a team is named among those a case can be handed over to."""
UNDOABLE = (
    "claimed",
    "released",
    "snoozed",
    "handed_over",
    "resolved",
    "dismissed",
    "merged",
    "contacted",
    *case_steps.TICKED,
)


@dataclass(frozen=True, slots=True)
class Done:
    """An action that was carried out: the case as it is now."""

    case: Row
    event: str
    args: Mapping[str, Any] = field(default_factory=dict)


def act(
    tx: Tx,
    case_id: str,
    action: str,
    actor_id: str,
    now: int,
    *,
    via: str = "",
    **arguments: Any,
) -> Done | Refusal:
    """Carries out an action on a case, once: the case is locked, the workflow asked, the alert redrawn.

    `via` is where it came from, for the record: a channel, or "api:" and the token's name. `arguments` are the
    action's own: until and reason, owner_id, root_cause, done and told, ending, into, step; and of_many, where what is
    written to the customer is said to the team for all of them.
    """
    case = cases.lock(tx, case_id)
    if case is None:
        return Refusal("refuse.stale")
    if not case_access.allowed(tx, case, actor_id):
        return Refusal("refuse.not_member", {"who": case_messages.lead_names(tx, case["team_id"])})
    if action == "undo":
        return _undo(tx, case, actor_id, via, now)
    if case["alert_at"]:
        case = case_messages.show(tx, case, now)
    decided = decide(tx, case, action, actor_id, now, arguments)
    if isinstance(decided, Refusal):
        return named(tx, decided)
    if decided.event == "replied":
        invitations.give_way(tx, case["person_id"], now)
    leaving = _tell_customer(tx, case, decided, actor_id, arguments, now)
    ticked = case_steps.carry_out(tx, case, decided.event, decided.args, actor_id, now)
    columns = dict(decided.columns)
    if decided.event == "resolved" and arguments["told"] and not leaving:
        columns["untold"] = case_messages.why_not_told(tx, case)
    given = case_merging.give_over(tx, case, decided.args["into"], now) if decided.event == "merged" else {}
    if _undoable(case, decided.event):
        before = {name: case[name] for name in decided.columns}
        undo = {"event": decided.event, "columns": before, "cancel": leaving, "actor": actor_id, "steps": ticked}
        columns["undo"] = json.dumps({**undo, "given": given})
        columns["undo_until"] = now + workflow.UNDO_MS
    elif columns:
        # What came before can no longer be taken back by itself.
        columns.update(undo="", undo_until=0)
    if decided.event == "reopened":
        cases.take_back(tx, case)
        case_messages.stop_asking(tx, case, now)
    after = cases.write(tx, case, columns, now)
    cases.record(tx, case_id, actor_id, decided.event, {**decided.args, **cases.came_by(via)}, now)
    if decided.event == "moved":
        case_copies.redraw(tx, after, now)
        return Done(_to_the_other_team(tx, case, after, actor_id, now), decided.event)
    told = {**arguments, "message": "".join(leaving)}
    _tell_the_team(tx, after, decided.event, actor_id, told, now)
    case_messages.redraw(tx, after, now)
    return Done(after, decided.event, decided.args)


def _undoable(case: Row, event: str) -> bool:
    """Whether an action can be taken back; ticking a step takes the place of no resolution that still can be."""
    return event in UNDOABLE and (event not in case_steps.TICKED or case["state"] in ("open", "claimed"))


def _tell_the_team(tx: Tx, case: Row, event: str, actor_id: str, arguments: Mapping[str, Any], now: int) -> None:
    match event:
        case "resolved" if case["untold"]:
            case_messages.reach_otherwise(tx, case, now)
        case "handed_over":
            _tell_the_owner(tx, case, actor_id, now)
        case "replied" if not arguments.get("of_many"):
            args = {name: arguments[name] for name in ("words", "message")} | {"by": people.name_of(tx, actor_id)}
            case_messages.team_says(tx, case, "case.replied", args, now)
            if case["callback_at"]:
                _say_promised(tx, case, now)


def what_the_customer_reads(tx: Tx, case: Row, action: str, actor_id: str, words: str) -> tuple[str, dict[str, Any]]:
    """The message key and arguments with which an action tells the customer something; what a preview shows."""
    team = teams.get(tx, case["team_id"]) or {"name": ""}
    if action == "reply":
        return "customer.reply", {"words": words, "by": people.name_of(tx, actor_id), "team": team["name"]}
    return "customer.resolved", {"told": words, "team": team["name"]}


def promised_in(tx: Tx, case: Row, words: str, now: int) -> int:
    """By when words to the customer promise that they hear from us again (epoch ms); 0 where they promise nothing."""
    terms = workflow.Terms.load(case["policy"])
    person = people.get(tx, case["person_id"])
    zone = people.zone(person, terms.zone) if person else terms.zone
    return promises.read(words, terms.hours, terms.zone, zone, now) or 0


def _say_promised(tx: Tx, case: Row, now: int) -> None:
    """Says what was taken for a promise, with a way to take that back."""
    call_off = {"key": f"c:call_off:{case['id']}", "label": {"key": "card.action.call_off", "args": {}}, "style": ""}
    args = {"at": case["callback_at"], "who": case_messages.owner_name(tx, case), "choices": [call_off]}
    case_messages.team_says(tx, case, "case.callback_promised", args, now)


def confirm(tx: Tx, case_id: str, person: Row, answer: str, now: int) -> str:
    """The customer's word on whether it is fixed: yes closes, no reopens graver to the same owner, not yet waits.

    Returns the message key the customer is answered with, or '' where nothing was being asked any more.
    """
    case = cases.lock(tx, case_id)
    if case is None or case["person_id"] != person["id"] or answer not in ("yes", "no", "not_yet"):
        return ""
    if case["state"] == "closed" and answer == "no" and case["confirm"] in ("silent", "yes"):
        # Where they have complained about the same again, the work goes on in that case.
        newer = tx.one("cases.active_of_cause", person_id=case["person_id"], cause=case["cause"])
        return _not_fixed(tx, case, person, now) if newer is None else ""
    if case["state"] != "resolved":
        return ""
    case_messages.stop_asking(tx, case, now, answered=True)
    if answer == "yes":
        columns = {"state": "closed", "confirm": "yes", "ending": "confirmed", "closed_at": now}
        after = cases.write(tx, case, columns, now)
        cases.record(tx, case_id, person["id"], "confirmed", {}, now)
        case_messages.team_says(
            tx, after, "case.confirmed", {"name": person["name"], "owner": case_messages.who_fixed(tx, after)}, now
        )
        case_messages.redraw(tx, after, now)
        case_messages.tell_customer(tx, after, "customer.confirmed_yes", {}, now)
        return "customer.confirmed_yes"
    if answer == "not_yet":
        after = cases.write(tx, case, {"confirm": "not_yet", "confirm_asked_at": now}, now)
        # They were told to say so here once they know: a yes or a no still means this.
        expects = {"kind": "fixed", "case": case_id, "row": ""}
        people.expect(tx, case["channel"], case["address"], expects, after["due_at"])
        cases.record(tx, case_id, person["id"], "not_yet", {}, now)
        case_messages.team_says(
            tx, after, "case.not_yet", {"name": person["name"], "who": case_messages.owner_name(tx, after)}, now
        )
        case_messages.redraw(tx, after, now)
        case_messages.tell_customer(
            tx, after, "customer.confirmed_not_yet", {"owner": case_messages.owner_name(tx, after)}, now
        )
        return "customer.confirmed_not_yet"
    return _not_fixed(tx, case, person, now)


def _not_fixed(tx: Tx, case: Row, person: Row, now: int) -> str:
    improvement_telling.take_back(tx, person["id"], "open_case", now)
    change = workflow.reopen(case, person["id"], now, by_customer=True)
    assert isinstance(change, Change)
    reasons = workflow.reasons_line(json.loads(case["reasons"]), [{"key": "reason.no_to_fixed", "args": {}}])
    columns = {**change.columns, "reasons": json.dumps(reasons, ensure_ascii=False), "undo": "", "undo_until": 0}
    after = cases.write(tx, case, columns, now)
    case_steps.carry_out(tx, after, "reopened", {}, person["id"], now)
    case_steps.follow(tx, after, now)
    cases.record(tx, case["id"], person["id"], "reopened", change.args, now)
    case_messages.team_says(
        tx,
        after,
        "case.reopened",
        {"who": case_messages.acting_name(tx, after, now), "promised_at": after["promised_at"]},
        now,
        mention=case_messages.who_acts(tx, after, now),
    )
    case_messages.redraw(tx, after, now)
    args = {"owner": case_messages.owner_name(tx, after), "promised_at": after["promised_at"]}
    case_messages.tell_customer(tx, after, "customer.confirmed_no", args, now)
    return "customer.confirmed_no"


def decide(tx: Tx, case: Row, action: str, actor_id: str, now: int, arguments: Mapping[str, Any]) -> Change | Refusal:
    """What an action would change, or why it may not be done now; nothing is changed by asking."""
    if action == "reply" and (why_not := reach.refused(tx, case)):
        return Refusal(f"refuse.{why_not}")
    if action in PLAIN:
        return PLAIN[action](case, actor_id, now)
    match action:
        case "reply":
            return workflow.reply(case, actor_id, now, callback_at=promised_in(tx, case, arguments["words"], now))
        case "snooze":
            return workflow.snooze(case, actor_id, now, until=arguments["until"], reason=arguments["reason"])
        case "hand_over":
            return _hand_over(tx, case, actor_id, now, arguments["owner_id"])
        case "resolve":
            told, done, cause = arguments["told"], arguments["done"], arguments["root_cause"]
            return workflow.resolve(case, actor_id, now, root_cause=cause, done=done, told=told)
        case "dismiss":
            return workflow.dismiss(case, actor_id, now, ending=arguments["ending"])
        case "step":
            wanted = {name: arguments.get(name, False) for name in ("toggle", "reopen")}
            return case_steps.decide(tx, case, arguments.get("step", ""), **wanted)
        case "merge":
            return case_merging.decide(tx, case, actor_id, now, arguments["into"])
        case "reopen":
            if tx.one("cases.active_of_cause", person_id=case["person_id"], cause=case["cause"]) not in (None, case):
                return Refusal("refuse.another_open")
            return workflow.reopen(case, actor_id, now, by_customer=False)
    return Refusal("refuse.stale")


def _hand_over(tx: Tx, case: Row, actor_id: str, now: int, to: str) -> Change | Refusal:
    """To another team, or to somebody who may work this team's cases."""
    if to.startswith(TEAM):
        team = teams.get(tx, to.removeprefix(TEAM))
        if team is None:
            return Refusal("refuse.stale")
        return workflow.move(case, actor_id, now, team_id=team["id"], terms=case_opening.terms_of(tx, team))
    if not may(teams.roles_of(tx, to), "work_case", case["team_id"] or "none"):
        return Refusal("refuse.not_in_team", {"owner_id": to})
    if until := rotas.away_until(tx, to, now):
        zone = workflow.Terms.load(case["policy"]).zone
        return Refusal("refuse.owner_away", {"owner_id": to, "until": until, "zone": zone})
    return workflow.hand_over(case, actor_id, now, owner_id=to)


def _tell_customer(
    tx: Tx, case: Row, change: Change, actor_id: str, arguments: Mapping[str, Any], now: int
) -> list[str]:
    """The outbox ids of what leaves for the customer; a resolution not before its undo has lapsed."""
    if change.event == "replied":
        key, args = what_the_customer_reads(tx, case, "reply", actor_id, arguments["words"])
        return [case_messages.tell_customer(tx, case, key, args, now)]
    if change.event != "resolved" or not arguments["told"]:
        return []
    key, args = what_the_customer_reads(tx, case, "resolve", actor_id, arguments["told"])
    row = case_messages.tell_customer(tx, case, key, args, now, due_at=now + workflow.UNDO_MS)
    return [row] if row else []


def _tell_the_owner(tx: Tx, case: Row, actor_id: str, now: int) -> None:
    """Says whose the case is now, to them; whoever took it over themselves knows."""
    if case["owner_id"] != actor_id:
        args = {
            "who": case_messages.owner_name(tx, case),
            "by": people.name_of(tx, actor_id),
            "promised_at": 0 if case["contacted_at"] else case["promised_at"],
        }
        case_messages.team_says(tx, case, "case.handed_over", args, now, mention=[case["owner_id"]])


def _to_the_other_team(tx: Tx, before: Row, case: Row, actor_id: str, now: int) -> Row:
    """The alert in the first team's channel says where the case has gone; in the other's there is a new one."""
    team = case_messages.team_of(tx, case["team_id"])
    assert team is not None
    args = {"team": team["name"], "by": people.name_of(tx, actor_id)}
    if before["card_id"]:
        case_messages.team_says(tx, before, "case.moved", args, now)
    case = cases.write(tx, case, {"card_id": case_messages.alert(tx, case, now)}, now)
    origin = (teams.get(tx, before["team_id"]) or {"name": ""})["name"]
    called = [lead["person_id"] for lead in case_messages.leads(tx, team["id"])]
    args = {
        "who": ", ".join(case_messages.lead_names(tx, team["id"])),
        "team": origin,
        "by": people.name_of(tx, actor_id),
        "promised_at": 0 if case["contacted_at"] else case["promised_at"],
        "callback_at": case["callback_at"],
        "resolve_by": workflow.resolve_by(case, workflow.Terms.load(case["policy"])),
    }
    case_messages.team_says(tx, case, "case.moved_here", args, now, mention=called)
    return case


def _undo(tx: Tx, case: Row, actor_id: str, via: str, now: int) -> Done | Refusal:
    """Takes back what was done last to a case, and says what that was; what cannot be taken back is named too."""
    if not case["undo"] or case["undo_until"] <= now:
        last = tx.one("cases.done_last", subject_id=case["id"], person_id=case["person_id"])
        return Refusal("refuse.cannot_undo", {"what": last["kind"]}) if last else Refusal("refuse.nothing_to_undo")
    saved = json.loads(case["undo"])
    what = str(saved.get("event", ""))
    for row_id in saved["cancel"]:
        if not outbox.cancel(tx, row_id, "undone"):
            return Refusal("refuse.cannot_undo", {"what": what})
    other = tx.one("cases.active_of_cause", person_id=case["person_id"], cause=case["cause"])
    if other is not None and other["id"] != case["id"]:
        return Refusal("refuse.another_open")
    after = cases.write(tx, case, {**saved["columns"], "undo": "", "undo_until": 0}, now)
    case_steps.put_back(tx, after, saved.get("steps", {}), actor_id, now)
    if saved.get("given"):
        case_merging.take_back(tx, saved["given"], now)
    cases.record(tx, case["id"], actor_id, "undone", {"what": what, **cases.came_by(via)}, now)
    case_messages.redraw(tx, after, now)
    kept_back = {"key": "case.kept_back", "args": {}} if saved["cancel"] else ""
    return Done(after, "undone", {"what": what, "kept_back": kept_back})


def named(tx: Tx, refusal: Refusal) -> Refusal:
    """The refusal with the owner's name in place of the id."""
    owner_id = refusal.args.get("owner_id")
    if not owner_id:
        return refusal
    owner = people.get(tx, owner_id)
    return Refusal(refusal.key, {**refusal.args, "owner": owner["name"] if owner else ""})
