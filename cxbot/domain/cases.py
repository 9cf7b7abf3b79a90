"""The case workflow: what may be done to a case, who owns it, what falls due next. Pure; a case is its row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from cxbot.domain import calendar, callbacks
from cxbot.domain.policy import TeamPolicy

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
UNDO_MS = 30_000
"""How long an action can be taken back, and how long nothing of it leaves for the customer."""
LONGEST_SNOOZE_DAYS = 14
SEVERITIES = ("low", "medium", "high", "critical")
ENDINGS = ("misclick", "scale_misread", "not_ours", "spam")
"""Why a case is dismissed: nothing is sent, and it is counted apart."""
ACTIVE = ("open", "claimed", "resolved")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a case was opened under, frozen onto it: the policy, the hours and the time zone of its team."""

    policy: TeamPolicy
    hours: calendar.Hours
    zone: str

    def dump(self) -> str:
        """As JSON, for the case's row."""
        return json.dumps(
            {"policy": self.policy.model_dump(), "hours": json.loads(self.hours.dump()), "zone": self.zone}
        )

    @staticmethod
    def load(text: str) -> Terms:
        """From a case's row."""
        return _terms(text)

    def after(self, at: int, minutes: int) -> int:
        """The moment `minutes` of business time after `at`."""
        return calendar.add_business(self.hours, self.zone, at, minutes)

    def open_at(self, at: int) -> int:
        """The moment itself where the team is at work then, else its next opening."""
        return calendar.next_open(self.hours, self.zone, at)


@lru_cache(maxsize=256)
def _terms(text: str) -> Terms:
    data = json.loads(text)
    return Terms(
        TeamPolicy.model_validate(data["policy"]), calendar.Hours.load(json.dumps(data["hours"])), data["zone"]
    )


@dataclass(frozen=True, slots=True)
class Change:
    """An allowed action: the columns it sets and the event it leaves."""

    event: str
    columns: Mapping[str, Any]
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An action that may not be done now: a message key and its arguments, for the one who tried."""

    key: str
    args: Mapping[str, Any] = field(default_factory=dict)


Case = Mapping[str, Any]


def worse(first: str, second: str) -> str:
    """The graver of two severities."""
    return max(first, second, key=SEVERITIES.index)


def raised(severity: str) -> str:
    """One step graver, at most critical."""
    return SEVERITIES[min(SEVERITIES.index(severity) + 1, len(SEVERITIES) - 1)]


def promise(terms: Terms, severity: str, now: int) -> int:
    """By when the team comes back to the customer, in its own business time."""
    return terms.after(now, terms.policy.first_contact_minutes[severity])


def resolve_by(case: Case, terms: Terms) -> int:
    """By when the case is to be resolved."""
    return terms.after(case["begun_at"], terms.policy.resolve_minutes[case["severity"]])


def claim(case: Case, actor_id: str, now: int) -> Change | Refusal:
    """Takes the case; the first claim wins."""
    if case["state"] == "claimed":
        if case["owner_id"] == actor_id:
            return Refusal("refuse.already_yours")
        return Refusal("refuse.already_claimed", {"owner_id": case["owner_id"], "claimed_at": case["claimed_at"]})
    if case["state"] != "open":
        return Refusal("refuse.closed", {"state": case["state"]})
    return Change(
        "claimed",
        {
            "state": "claimed",
            "owner_id": actor_id,
            "claimed_at": now,
            "snoozed_until": 0,
            "snooze_reason": "",
            "reminders": 0,
            "escalations": min(case["escalations"], 1),
        },
    )


def release(case: Case, actor_id: str, now: int) -> Change | Refusal:
    """Gives the case back to the team; its clock goes on."""
    if case["state"] != "claimed":
        return Refusal("refuse.not_claimed", {"state": case["state"]})
    columns = {"state": "open", "owner_id": "", "claimed_at": 0, "snoozed_until": 0, "snooze_reason": ""}
    return Change("released", {**columns, "escalations": min(case["escalations"], 1)})


def contacted(case: Case, actor_id: str, now: int) -> Change | Refusal:
    """The customer has been spoken to; the promise is kept."""
    if case["state"] not in ("open", "claimed"):
        return Refusal("refuse.closed", {"state": case["state"]})
    if case["contacted_at"] and not case["callback_at"] and not case["broken_at"]:
        return Refusal("refuse.already_contacted")
    owner = case["owner_id"] or actor_id
    return Change(
        "contacted",
        {
            "state": "claimed",
            "owner_id": owner,
            "claimed_at": case["claimed_at"] or now,
            **_in_contact(case, now),
            **callbacks.KEPT,
            # A promise kept late must not silence the date by which the case is to be resolved.
            "escalations": min(case["escalations"], 1),
        },
    )


def _in_contact(case: Case, now: int) -> Mapping[str, Any]:
    """The customer hears from us: since the case was begun, and for the first time of all."""
    return {"contacted_at": case["contacted_at"] or now, "first_contact_at": case["first_contact_at"] or now}


def reply(case: Case, actor_id: str, now: int, *, callback_at: int = 0) -> Change | Refusal:
    """Somebody of the team writes to the customer: the promise is kept, and the case is theirs if it was nobody's.

    `callback_at` is what they promise by it (epoch ms).
    """
    promised = {"callback_at": callback_at} if callback_at else {}
    if case["state"] == "resolved":
        return Change("replied", _promised_after_all(case, callback_at, now), promised)
    if case["state"] not in ("open", "claimed"):
        return Refusal("refuse.closed", {"state": case["state"]})
    return Change(
        "replied",
        {
            "state": "claimed",
            "owner_id": case["owner_id"] or actor_id,
            "claimed_at": case["claimed_at"] or now,
            **_in_contact(case, now),
            "escalations": min(case["escalations"], 1),
            **callbacks.made(callback_at, now),
        },
        promised,
    )


def _promised_after_all(case: Case, callback_at: int, now: int) -> Mapping[str, Any]:
    """What words about a resolved case set where they promise something or keep it: silence counts from then on."""
    if not (callback_at or case["callback_at"] or case["broken_at"]):
        return {}
    asked = {"confirm_asked_at": now} if case["confirm"] in ("asked", "not_yet") else {}
    return {**callbacks.made(callback_at, now), **asked}


def call_off(case: Case, actor_id: str, now: int) -> Change | Refusal:
    """What was taken for a promise was none."""
    if not case["callback_at"]:
        return Refusal("refuse.no_callback")
    return Change("callback_off", dict(callbacks.KEPT))


def snooze(case: Case, actor_id: str, now: int, *, until: int, reason: str) -> Change | Refusal:
    """No reminders until then, for a stated reason."""
    if case["state"] not in ("open", "claimed"):
        return Refusal("refuse.closed", {"state": case["state"]})
    # The clocks may be set back in between, and a team may not open before some days later.
    latest = now + LONGEST_SNOOZE_DAYS * 24 * HOUR + HOUR
    if not now < until <= max(latest, Terms.load(case["policy"]).open_at(latest - HOUR)):
        return Refusal("refuse.snooze_range", {"days": LONGEST_SNOOZE_DAYS})
    return Change("snoozed", {"snoozed_until": until, "snooze_reason": reason}, {"until": until, "reason": reason})


def hand_over(case: Case, actor_id: str, now: int, *, owner_id: str) -> Change | Refusal:
    """Gives the case to a named person of the team."""
    if case["state"] not in ("open", "claimed"):
        return Refusal("refuse.closed", {"state": case["state"]})
    if owner_id == case["owner_id"]:
        return Refusal("refuse.already_theirs", {"owner_id": owner_id})
    return Change(
        "handed_over",
        {
            "state": "claimed",
            "owner_id": owner_id,
            "claimed_at": now,
            "snoozed_until": 0,
            "snooze_reason": "",
            "reminders": 0,
            "escalations": min(case["escalations"], 1),
        },
        {"from": case["owner_id"], "to": owner_id},
    )


def move(case: Case, actor_id: str, now: int, *, team_id: str, terms: Terms) -> Change | Refusal:
    """Gives the case to another team, under that one's terms; what the customer was promised stands."""
    if case["state"] not in ("open", "claimed"):
        return Refusal("refuse.closed", {"state": case["state"]})
    if team_id == case["team_id"]:
        return Refusal("refuse.stale")
    return Change(
        "moved",
        {
            "state": "open",
            "team_id": team_id,
            "policy": terms.dump(),
            "owner_id": "",
            "claimed_at": 0,
            "snoozed_until": 0,
            "snooze_reason": "",
            "reminders": 0,
            "escalations": 0,
        },
        {"from": case["team_id"], "to": team_id},
    )


def resolve(case: Case, actor_id: str, now: int, *, root_cause: str, done: str, told: str) -> Change | Refusal:
    """States the cause, what was done, and what the customer is told (nothing where `told` is empty)."""
    if case["state"] not in ("open", "claimed"):
        return Refusal("refuse.closed", {"state": case["state"]})
    return Change(
        "resolved",
        {
            "state": "resolved",
            "owner_id": case["owner_id"] or actor_id,
            "claimed_at": case["claimed_at"] or now,
            **(_in_contact(case, now) if told else {}),
            "resolved_at": now,
            "root_cause": root_cause,
            "done_words": done,
            "told_words": told,
            "snoozed_until": 0,
            **callbacks.KEPT,
            "confirm": "",
            "confirm_asked_at": 0,
            "untold": "",
        },
        {"root_cause": root_cause},
    )


def reached(case: Case, actor_id: str, now: int) -> Change | Refusal:
    """The customer was told what was done in another way, for the message did not reach them."""
    if not case["untold"]:
        return Refusal("refuse.nothing_untold")
    return Change("reached", {"untold": ""})


def dismiss(case: Case, actor_id: str, now: int, *, ending: str) -> Change | Refusal:
    """Not a case after all: nothing is sent to the customer."""
    if case["state"] not in ("open", "claimed"):
        return Refusal("refuse.closed", {"state": case["state"]})
    if ending not in ENDINGS:
        return Refusal("refuse.stale")
    columns = {"state": "dismissed", "ending": ending, **_over(now)}
    return Change("dismissed", columns, {"ending": ending})


def merge(case: Case, actor_id: str, now: int, *, into: str) -> Change | Refusal:
    """The same trouble as another case of the same person: the work goes on there."""
    if case["state"] not in ("open", "claimed"):
        return Refusal("refuse.closed", {"state": case["state"]})
    return Change("merged", {"state": "merged", "merged_into": into, **_over(now)}, {"into": into})


def carried(case: Case, into: Case) -> Mapping[str, Any]:
    """What the case with which the work on another goes on takes over: the graver severity, and what was promised."""
    columns = {"severity": worse(into["severity"], case["severity"]), **callbacks.carried(case, into)}
    if case["state"] in ("open", "claimed") and not case["contacted_at"] and not into["contacted_at"]:
        columns["promised_at"] = min(into["promised_at"], case["promised_at"])
    return columns


def _over(now: int) -> Mapping[str, Any]:
    return {"closed_at": now, "snoozed_until": 0, "snooze_reason": "", **callbacks.KEPT}


def reopen(case: Case, actor_id: str, now: int, *, by_customer: bool) -> Change | Refusal:
    """Back to work for the same owner; graver where the customer says that it is not fixed."""
    if case["state"] not in ("resolved", "closed", "dismissed"):
        return Refusal("refuse.not_closed", {"state": case["state"]})
    terms = Terms.load(case["policy"])
    severity = raised(case["severity"]) if by_customer else case["severity"]
    return Change(
        "reopened",
        {
            "state": "claimed" if case["owner_id"] else "open",
            "severity": severity,
            "begun_at": now,
            "claimed_at": now if case["owner_id"] else 0,
            "contacted_at": 0,
            "promised_at": promise(terms, severity, now),
            "resolved_at": 0,
            "closed_at": 0,
            "ending": "",
            "confirm": "no" if by_customer else "",
            "reminders": 0,
            "escalations": 0,
            "reopened": case["reopened"] + 1,
            "untold": "",
        },
        {"by_customer": by_customer},
    )


def tomorrow(zone: str, now: int) -> int:
    """The next midnight in a time zone, epoch ms."""
    day = datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).date() + timedelta(days=1)
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp() * 1000)


def reasons_line(reasons: Sequence[Mapping[str, Any]], more: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The reasons of a case with new ones added, none twice."""
    line = list(reasons)
    line.extend(reason for reason in more if reason not in line)
    return line
