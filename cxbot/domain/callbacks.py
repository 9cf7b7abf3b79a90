"""What a colleague promised the customer: reminded of before its time, and if it is broken the customer is told. Pure.

It stands beside the promise of the team's policy, and is kept by writing to the customer again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

LEAD_MS = 15 * 60 * 1000
"""So long before its time a promise is reminded of; half the time where it was made for less than twice as long."""
Kind = Literal["callback_soon", "callback_late"]


def step(case: Mapping[str, Any]) -> tuple[Kind, int] | None:
    """What is to be said about the promise of a case, and when: whatever the hour, for the customer counts on it."""
    if not case["callback_at"]:
        return None
    if case["callback_remind_at"]:
        return "callback_soon", int(case["callback_remind_at"])
    return "callback_late", int(case["callback_at"])


def made(at: int, now: int) -> Mapping[str, int]:
    """The columns that words to the customer set: what they promise, 0 for nothing; what was missed before is over."""
    return {**KEPT, "callback_at": at, "callback_remind_at": at - min(LEAD_MS, (at - now) // 2) if at else 0}


def broken(case: Mapping[str, Any]) -> Mapping[str, int]:
    """The columns of a case whose promise has passed: it stays to be seen until the customer hears from us."""
    return {**KEPT, "broken_at": int(case["callback_at"])}


def carried(case: Mapping[str, Any], into: Mapping[str, Any]) -> Mapping[str, int]:
    """The columns of the case with which the work on another goes on: of two promises the earlier, of what was missed
    the longest ago.
    """
    both = (into, case)
    made_by = min((each for each in both if each["callback_at"]), key=lambda each: each["callback_at"], default=into)
    missed = [int(each["broken_at"]) for each in both if each["broken_at"]]
    return {
        "callback_at": int(made_by["callback_at"]),
        "callback_remind_at": int(made_by["callback_remind_at"]),
        "broken_at": min(missed, default=0),
    }


KEPT: Mapping[str, int] = {"callback_at": 0, "callback_remind_at": 0, "broken_at": 0}
"""The columns of a case whose customer has heard from us, or hears no more."""
