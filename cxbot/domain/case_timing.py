"""What falls due next on a case, and when: reminders, escalation, promises, a window's end, "is it fixed?". Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cxbot.domain import callbacks, windows
from cxbot.domain.cases import ACTIVE, DAY, HOUR, MINUTE, UNDO_MS, Case, Terms, resolve_by

PROMISE_SOON_MINUTES = 15

StepKind = Literal[
    "none",
    "remind",
    "escalate",
    "promise_soon",
    "overdue",
    "snooze_over",
    "confirm",
    "close_silent",
    "window_ending",
    "window_lost",
    "callback_soon",
    "callback_late",
    "alert",
]


@dataclass(frozen=True, slots=True)
class Step:
    """What falls due next on a case, and when."""

    kind: StepKind
    at: int


NOTHING = Step("none", 0)


def next_step(case: Case) -> Step:
    """What falls due next, from the case's own frozen terms; a late timer that finds another answer here is stale."""
    terms = Terms.load(case["policy"])
    state = case["state"]
    if state not in ACTIVE:
        return NOTHING
    step = _after_resolution(case, terms) if state == "resolved" else _while_open(case, terms)
    window = windows.step(case, deadline(case, terms)) if state != "resolved" else None
    for sooner in (window, callbacks.step(case)):
        if sooner is not None and (step.kind == "none" or sooner[1] < step.at):
            step = Step(*sooner)
    # Nothing is said about a case before its alert is shown: what cannot wait brings that forward.
    return Step("alert", min(case["alert_at"], step.at)) if case["alert_at"] else step


def _while_open(case: Case, terms: Terms) -> Step:
    if case["snoozed_until"]:
        return Step("snooze_over", terms.open_at(case["snoozed_until"]))
    if case["state"] == "open":
        return _while_unclaimed(case, terms)
    return _while_claimed(case, terms)


def _while_unclaimed(case: Case, terms: Terms) -> Step:
    policy = terms.policy
    steps: list[Step] = []
    if case["reminders"] < len(policy.reminder_minutes):
        steps.append(Step("remind", terms.after(case["begun_at"], policy.reminder_minutes[case["reminders"]])))
    # Not after the promise has passed: a critical case is promised sooner than others are escalated.
    escalated_at = min(terms.after(case["begun_at"], policy.escalate_minutes), case["promised_at"])
    if case["escalations"] == 0 and policy.escalate_minutes:
        steps.append(Step("escalate", escalated_at))
    else:
        steps.append(_overdue(case, terms, deadline(case, terms)))
    return min(steps, key=lambda step: step.at)


def _while_claimed(case: Case, terms: Terms) -> Step:
    least = case["claimed_at"] + MINUTE
    if not case["contacted_at"] and case["reminders"] == 0:
        soon = terms.open_at(max(case["promised_at"] - PROMISE_SOON_MINUTES * MINUTE, least))
        if soon < case["promised_at"]:
            return Step("promise_soon", soon)
    return _overdue(case, terms, max(deadline(case, terms), least))


def _overdue(case: Case, terms: Terms, since: int) -> Step:
    """Said when the deadline passes, then each business day until somebody acts; never outside the team's hours."""
    if case["escalations"] < 2:
        return Step("overdue", terms.open_at(since))
    return Step("overdue", terms.open_at(since + (case["escalations"] - 1) * DAY))


def deadline(case: Case, terms: Terms) -> int:
    """What the team must keep next: the promise to contact the customer, then the time to resolve by."""
    return resolve_by(case, terms) if case["contacted_at"] else int(case["promised_at"])


def _after_resolution(case: Case, terms: Terms) -> Step:
    if case["confirm"] == "":
        # Not while the resolution can still be undone: nothing has been said to the customer yet.
        wait = max(terms.policy.confirm_after_minutes * MINUTE, UNDO_MS)
        return Step("confirm", case["resolved_at"] + wait)
    if case["confirm"] in ("asked", "not_yet"):
        # Not before a promise has come due, nor at once when it is broken: the customer waits for us, not we for them.
        since = max(case["confirm_asked_at"], case["callback_at"], case["broken_at"])
        return Step("close_silent", since + terms.policy.confirm_wait_hours * HOUR)
    return NOTHING


def overdue(case: Case, now: int) -> bool:
    """Whether a promise to the customer has passed: that of first contact, or one that a colleague made."""
    missed = case["broken_at"] or (not case["contacted_at"] and case["promised_at"] < now)
    return case["state"] in ("open", "claimed") and bool(missed)


def due_by(case: Case) -> tuple[int, str]:
    """What the team must do by when (epoch ms), and what: first_contact, callback, broken, resolve, or ''.

    A promise that was missed comes before what is still to come.
    """
    if case["state"] in ("open", "claimed"):
        if case["callback_at"]:
            return case["callback_at"], "callback"
        if case["broken_at"]:
            return case["broken_at"], "broken"
        if not case["contacted_at"]:
            return case["promised_at"], "first_contact"
        return deadline(case, Terms.load(case["policy"])), "resolve"
    return 0, ""


_TAKEN: Mapping[str, Mapping[str, Any]] = {
    "none": {},
    "alert": {"alert_at": 0},
    "snooze_over": {"snoozed_until": 0, "snooze_reason": ""},
    "window_ending": {"window_told": 1},
    "window_lost": {"window_told": 2},
    "callback_soon": {"callback_remind_at": 0},
}


def taken(case: Case, step: Step, now: int) -> Mapping[str, Any]:
    """The columns a step sets once it has been carried out, so that it is not carried out twice."""
    match step.kind:
        case "remind":
            # After a snooze or a standstill one reminder stands for all that were missed.
            terms = Terms.load(case["policy"])
            passed = sum(terms.after(case["begun_at"], minutes) <= now for minutes in terms.policy.reminder_minutes)
            return {"reminders": max(case["reminders"] + 1, passed)}
        case "callback_late":
            return callbacks.broken(case)
        case "promise_soon":
            return {"reminders": case["reminders"] + 1}
        case "escalate":
            # Where the promise has passed as well, one message says so.
            return {"escalations": 2 if case["promised_at"] <= now else 1}
        case "overdue":
            late = max(now - deadline(case, Terms.load(case["policy"])), 0)
            # After a weekend or a standstill one message stands for all the days that were missed.
            return {"escalations": max(case["escalations"] + 1, 2 + -(-late // DAY))}
        case "confirm":
            return {"confirm": "asked", "confirm_asked_at": now}
        case "close_silent":
            return {"state": "closed", "confirm": "silent", "ending": "unconfirmed", "closed_at": now}
    return _TAKEN[step.kind]
