"""The panel "make something happen": what it can do, as the body of an interaction, and its outcome in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cxbot.transactions.interactions import Conflict, Taken

LANGUAGES = ("en", "zh-CN", "zh-TW")
MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that can happen: what it is in the journey, its icon, and what a reference to it looks like."""

    touchpoint: str
    outcome: str
    stage: str
    icon: str
    reference: str
    agent: str


HAPPENINGS: Mapping[str, Happening] = {
    "ticket_closed": Happening("ticket", "closed", "support", "ticket", "T-{n}", "Ben"),
    "order_delivered": Happening("delivery", "delivered", "delivery", "box", "HC-{n}", "Lao Zhou"),
    "delivery_late": Happening("delivery", "late", "delivery", "late", "HC-{n}", "Lao Zhou"),
    "store_visit": Happening("store", "visited", "purchase", "shop", "Pier 3", "Joy"),
    "account_check_in": Happening("account", "checked_in", "relationship", "account", "", ""),
}


def ready_for(touchpoints: Collection[str]) -> str:
    """What is chosen at first: something unpleasant enough, about which the team that is shown would be alerted."""
    fitting = [name for name, happening in HAPPENINGS.items() if happening.touchpoint in touchpoints]
    return "delivery_late" if "delivery_late" in fitting else next(iter([*fitting, *HAPPENINGS]))


def interaction_body(fields: Mapping[str, str], customer: str, now: int) -> dict[str, Any]:
    """The body the API would be sent, from what was filled in; empty fields are absent."""
    happening = HAPPENINGS[fields["what"]]
    language = fields.get("language", "")
    person: dict[str, Any] = {
        "addresses": [{"channel": "web", "address": customer}],
        "vip": fields.get("vip", "") == "on",
    }
    if language in LANGUAGES:
        person["language"] = language
    body: dict[str, Any] = {
        "id": fields["id"],
        "touchpoint": happening.touchpoint,
        "stage": happening.stage,
        "outcome": happening.outcome,
        "happened_at": now,
        "person": person,
    }
    for name in ("team", "agent", "reference"):
        value = " ".join(fields.get(name, "").split())[:64]
        if value:
            body[name] = value
    return body


def outcome_words(taken: Taken | Conflict, name: str, text: Callable[..., str], now: int) -> tuple[str, str]:
    """What became of it, in words, and the tone: good, medium, or '' where nothing was wrong and nobody is asked."""
    if isinstance(taken, Conflict):
        return text("page.outcome.conflict"), "medium"
    if taken.state == "asked":
        return text("page.outcome.asked", name=name), "good"
    if taken.state == "waiting":
        due_at = taken.detail.get("due_at", 0) or taken.detail.get("until", 0)
        minutes = max(1, -(-(int(due_at) - now) // MINUTE)) if due_at else 0
        reason = _reason(taken, name, text, now)
        key = "page.outcome.waiting" if minutes else "page.outcome.waiting_soon"
        return text(key, name=name, minutes=minutes, reason=reason), ""
    return text("page.outcome.not_asked", name=name, reason=_reason(taken, name, text, now)), ""


def _reason(taken: Taken, name: str, text: Callable[..., str], now: int) -> str:
    if not taken.reason:
        return ""
    asked_at = taken.detail.get("last", 0)
    ago = max(0, (now - int(asked_at)) // MINUTE) if asked_at else ""
    key = f"page.reason.{taken.reason}"
    words = text(key, ago=ago, name=name)
    return words if words != key else taken.reason.replace("_", " ")
