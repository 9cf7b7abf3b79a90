"""Drawing a storm for its team: how many, what about, how many nobody has dealt with, and what to do for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxbot.ports import Choice, Limits
from cxbot.wording.formatting import clip, one_line
from cxbot.wording.voice import Voice

WORDS = 60
_STATES = ("open", "claimed", "resolved", "closed", "dismissed", "merged")


def draw(voice: Voice, facts: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """The fields of an `Outgoing` that shows an incident as it stands."""
    cause = voice.name("touchpoint", str(facts.get("cause", "")))
    severity = voice.name("severity", str(facts.get("severity", "")))
    choices = _choices(voice, facts) if limits.buttons else ()
    lines = [voice.say("incident.ended" if facts.get("state") == "ended" else "incident.going_on", facts)]
    if facts.get("work"):
        what = voice.say(f"incident.action.{facts['work']}")
        key = "incident.work_waits" if facts.get("undo") else "incident.work"
        lines.append(voice.say(key, {**facts, "what": what}))
    quoted = [voice.say("word.quoted", {"words": clip(one_line(each), WORDS)}) for each in facts.get("words", ())]
    if quoted:
        lines.append(" ".join(quoted))
    counted = [
        voice.say("incident.count", {"n": facts[state], "state": voice.name("state", state)})
        for state in _STATES
        if facts.get(state)
    ]
    if _choices(voice, facts) and not limits.buttons:
        lines.append(voice.say("incident.typed", {"code": facts.get("code", "")}))
    pairs = (
        (voice.say("card.fact.state"), " · ".join(counted)),
        (voice.say("card.due.first_contact"), voice.write(facts.get("promised_at"), "act_by")),
        (voice.say("incident.fact.late"), str(facts["late"]) if facts.get("late") else ""),
        (voice.say("card.fact.who"), str(facts.get("team_name", ""))),
        (voice.say("incident.fact.code"), str(facts.get("code", ""))),
    )
    return {
        "title": voice.say("incident.title", {"severity": severity, "n": facts.get("n", 0), "cause": cause}),
        "tone": facts.get("severity", "") if facts.get("state") == "open" else "good",
        "facts": tuple((label, value) for label, value in pairs if value),
        "text": "\n".join(lines),
        "choices": tuple(Choice(c.key, clip(c.label, limits.choice_label), c.style) for c in choices[: limits.choices]),
    }


def _choices(voice: Voice, facts: Mapping[str, Any]) -> tuple[Choice, ...]:
    incident = facts.get("incident", "")
    if facts.get("undo"):
        return (Choice(f"n:undo:{incident}", voice.say("card.action.undo"), ""),)
    if facts.get("work") or not (facts.get("open") or facts.get("claimed")):
        return ()
    actions = [name for name, some in (("claim", facts.get("open")), ("reply", True), ("resolve", True)) if some]
    main = next(action for action in actions if action != "reply")
    return tuple(
        Choice(f"n:{action}:{incident}", voice.say(f"incident.action.{action}"), "primary" if action == main else "")
        for action in actions
    )
