"""What a card shows of the service recovery: the steps of the case, ticked or not, and the goodwill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxbot.wording.formatting import clip, one_line
from cxbot.wording.voice import Voice

LABEL = 40
DONE, OPEN = "☑", "☐"


def steps(voice: Voice, given: Any) -> str:
    """How many are done, then each with its box on a line of its own: the number says the same as the boxes."""
    found = _members(given)
    if not found:
        return ""
    marked = [f"{DONE if each.get('done') else OPEN} {_label(voice, each)}" for each in found]
    done = sum(bool(each.get("done")) for each in found)
    return "\n".join([voice.say("card.steps", {"done": done, "n": len(found)}), *marked])


def next_step(given: Any) -> str:
    """The id of the first step that is not done; '' where all are."""
    return next((str(each.get("id", "")) for each in _members(given) if not each.get("done")), "")


def goodwill(voice: Voice, given: Any) -> str:
    """Each amount with what became of it ("CNY 20.00 granted")."""
    said = [
        voice.say(
            "card.goodwill",
            {"money": each.get("money"), "state": voice.name("goodwill.state", str(each.get("state", "")))},
        )
        for each in _members(given)
    ]
    return clip(" · ".join(said), 200)


def _label(voice: Voice, step: Mapping[str, Any]) -> str:
    return clip(one_line(voice.plain(step.get("label"))), LABEL)


def _members(given: Any) -> list[Mapping[str, Any]]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        return []
    return [each for each in given if isinstance(each, Mapping)]
