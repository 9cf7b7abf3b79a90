"""The window in which a customer can be written to: where it ends before the team's own deadline, it decides. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

HOUR_MS = 60 * 60 * 1000
BEFORE_MS = 2 * HOUR_MS
"""So long before its end somebody is reminded, whatever the hour and the day: afterwards it is too late."""
SHORTEST_MS = HOUR_MS
"""A window that is open for less is one of a tap or a scan, and over before anybody could use it."""
Kind = Literal["window_ending", "window_lost"]


def step(case: Mapping[str, Any], deadline: int) -> tuple[Kind, int] | None:
    """What is to be said about the window of an open case, and when; None where it does not end before the deadline."""
    until, told = int(case.get("window_until") or 0), int(case.get("window_told") or 0)
    if not until or until >= deadline or told >= 2:
        return None
    return ("window_ending", until - BEFORE_MS) if told == 0 else ("window_lost", until)


def after(case: Mapping[str, Any], until: int, now: int) -> Mapping[str, int]:
    """The columns that a window which is open until then sets; nothing where it is too short, or known already."""
    if until - now < SHORTEST_MS or until <= int(case["window_until"]):
        return {}
    return {"window_until": until, "window_told": 0}
