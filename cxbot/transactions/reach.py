"""Whether the customer of a case can be written to now: what they want, where they are, what their platform still lets.

The ledger's times are the machine's. Business time is ahead of it in the demo alone, whose channels count nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cxbot.ports import Row, Tx
from cxbot.transactions import people

State = Literal["now", "held", "unreachable", "opted_out_of_all", "no_address"]


@dataclass(frozen=True, slots=True)
class Reach:
    """What would become of a message. `left` messages `until` then, where the platform counts; 0: it does not."""

    state: State
    until: int = 0
    left: int = 0
    reason: str = ""

    @property
    def meaning(self) -> Mapping[str, Any]:
        """As a message key with its arguments."""
        args = {"until": self.until or "", "n": self.left or "", "reason": self.reason}
        return {"key": f"reach.{self.state}", "args": args}

    @property
    def once_sent(self) -> Mapping[str, Any] | str:
        """What there is to add when one more message was taken up: a message key with its arguments, or ''."""
        args = {"until": self.until or "", "n": max(self.left - 1, 0), "reason": self.reason}
        if self.state == "now":
            return {"key": "reach.sent.counted", "args": args} if self.left else ""
        return {"key": f"reach.sent.{self.state}", "args": args}


def of_case(tx: Tx, case: Row, now: int) -> Reach:
    """What would become of a colleague's words to the customer of a case, if they were sent now."""
    refused_for = refused(tx, case)
    if refused_for:
        return Reach(refused_for)
    channel, address = case["channel"], case["address"]
    there = tx.one("reach.address", channel=channel, address=address)
    if there is not None and there["unreachable"]:
        return Reach("unreachable", reason=there["unreachable"])
    if tx.one("reach.counts", channel=channel) is None:
        return Reach("now")
    # What has no end stands for one notice by a template, which takes none of a colleague's words.
    rows = [row for row in tx.all("allowances.left", channel=channel, address=address, machine=now) if row["until_at"]]
    if not rows:
        return Reach("held")
    return Reach("now", max(row["until_at"] for row in rows), sum(row["left_over"] for row in rows))


def refused(tx: Tx, case: Row) -> Literal["", "opted_out_of_all", "no_address"]:
    """Why nothing at all may be sent to the customer of a case; '' where it may."""
    person = people.get(tx, case["person_id"])
    if person is not None and person["opted_out"] == "all":
        return "opted_out_of_all"
    return "no_address" if person is None or not case["address"] else ""
