"""Drawing a case for its team: who, what happened, what they said, why it matters, who acts by when. Short lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxbot.ports import Choice, Limits
from cxbot.wording import recovery_facts
from cxbot.wording.formatting import clip, one_line
from cxbot.wording.voice import QUOTE, Voice

Facts = Mapping[str, Any]
REASON = 48
REASONS = 5
NAME = 40
HISTORY = 6
REMARKS = 3
REPORT = 200
"""Characters of what was done, what the customer was told, or why it waits, that a card shows."""
_ACTIONS = {
    "open": ("claim", "reply", "snooze", "hand_over", "resolve", "dismiss"),
    "claimed": ("resolve", "reply", "snooze", "hand_over", "release", "dismiss"),
    "resolved": ("reopen", "reply"),
    "closed": ("reopen",),
    "dismissed": ("reopen",),
}
_FIRST_TO_GO = ("merge", "goodwill", "step")
"""What is left out where a channel has no room for all: "undo" stands last and is wanted most."""
_WITH_STEPS = ("claimed", "resolved", "closed")
"""Nobody's case is claimed first: its card stays small enough for every channel's buttons."""
_STYLES = {"claim": "primary", "resolve": "primary", "dismiss": "danger"}
_TONES = ("low", "medium", "high", "critical")


def draw(voice: Voice, facts: Facts, limits: Limits) -> dict[str, Any]:
    """The fields of an `Outgoing` that shows a case as it stands; absent facts are left out."""
    choices = _choices(voice, facts)
    text = _text(voice, facts)
    if choices and not limits.buttons:
        names = [choice.label for choice in choices]
        text = f"{text}\n{voice.say('card.no_buttons', {'actions': names, 'code': facts.get('code', '')})}"
        choices = ()
    return {
        "title": _title(voice, facts),
        "tone": _tone(facts),
        "facts": _facts(voice, facts),
        "text": text,
        "choices": tuple(
            Choice(choice.key, clip(choice.label, limits.choice_label), choice.style)
            for choice in _fitting(choices, limits.choices)
        ),
    }


def _fitting(choices: Sequence[Choice], most: int) -> Sequence[Choice]:
    for action in _FIRST_TO_GO:
        if len(choices) > most:
            choices = [choice for choice in choices if choice.key.split(":")[1] != action]
    return choices[:most]


def _short(value: Any, length: int = NAME) -> str:
    """A name or a remark of somebody, on one line."""
    return clip(one_line(value), length) if isinstance(value, str) else ""


def _title(voice: Voice, facts: Facts) -> str:
    severity = voice.name("severity", _short(facts.get("severity")))
    name = _short(facts.get("person_name")) or voice.say("card.somebody")
    return " · ".join(part for part in (severity, name, _score(facts)) if part)


def _score(facts: Facts) -> str:
    score, high = facts.get("score"), facts.get("scale_high")
    if not isinstance(score, int) or not isinstance(high, int) or high <= 1:
        return ""
    return f"{score}/{high}"


def _tone(facts: Facts) -> str:
    state, severity = facts.get("state"), facts.get("severity")
    if state in ("resolved", "closed"):
        return "good"
    return str(severity) if severity in _TONES and state in ("open", "claimed") else ""


def _facts(voice: Voice, facts: Facts) -> tuple[tuple[str, str], ...]:
    lines = (
        ("card.fact.what", _happened(voice, facts)),
        ("card.fact.why", _reasons(voice, facts)),
        ("card.fact.customer", _customer(voice, facts)),
        ("card.fact.earlier", _earlier(voice, facts)),
        ("card.fact.files", _files(voice, facts)),
        ("card.fact.who", _who(voice, facts)),
        (_due_label(facts), voice.write(facts.get("due_at"), "act_by")),
        ("card.fact.window", _window(voice, facts)),
        ("card.fact.state", _state(voice, facts)),
        ("card.fact.code", _short(facts.get("code"))),
        ("card.fact.steps", recovery_facts.steps(voice, facts.get("steps"))),
        ("card.fact.goodwill", recovery_facts.goodwill(voice, facts.get("goodwill"))),
    )
    return tuple((voice.say(label), value) for label, value in lines if value)


def _happened(voice: Voice, facts: Facts) -> str:
    touchpoint = voice.name("touchpoint", _short(facts.get("touchpoint")))
    outcome = voice.name("outcome", _short(facts.get("outcome")))
    parts = (
        voice.say("card.happened", {"touchpoint": touchpoint, "outcome": outcome}) if touchpoint else outcome,
        _short(facts.get("reference")),
        _short(facts.get("agent")),
    )
    return " · ".join(part for part in parts if part)


def _reasons(voice: Voice, facts: Facts) -> str:
    reasons = voice.parts(facts.get("reasons") or ())
    return " · ".join(clip(one_line(reason), REASON) for reason in reasons[:REASONS])


def _customer(voice: Voice, facts: Facts) -> str:
    value = facts.get("person_value")
    parts = (
        voice.say("card.vip") if facts.get("person_vip") else "",
        voice.say("card.value", {"value": value}) if value else "",
    )
    return " · ".join(part for part in parts if part)


def _earlier(voice: Voice, facts: Facts) -> str:
    history = facts.get("history")
    history = history if isinstance(history, Sequence) else ()
    scores = [str(each["score"]) for each in history if isinstance(each, Mapping) and each.get("score") is not None]
    cases = facts.get("earlier_cases")
    parts = (", ".join(scores[:HISTORY]), voice.say("card.earlier_cases", {"n": cases}) if cases else "")
    return " · ".join(part for part in parts if part)


def _files(voice: Voice, facts: Facts) -> str:
    media = facts.get("media")
    media = media if isinstance(media, Sequence) else ()
    names = [
        " ".join(filter(None, (voice.name("media", str(each.get("kind", ""))), _short(each.get("name"), 24))))
        for each in media
        if isinstance(each, Mapping)
    ]
    return clip(" · ".join(names), 100)


def _who(voice: Voice, facts: Facts) -> str:
    owner, team = _short(facts.get("owner_name")), _short(facts.get("team_name"))
    on_call = _short(facts.get("on_call"))
    if on_call and not owner:
        return voice.say("card.on_call", {"name": on_call, "team": team})
    return voice.say("card.owner_of_team", {"owner": owner, "team": team}) if owner and team else owner or team


def _window(voice: Voice, facts: Facts) -> str:
    """Until when the customer can be written to, while somebody has to."""
    if facts.get("state") not in ("open", "claimed") or not facts.get("window_until"):
        return ""
    return voice.say("card.window", {"until": facts["window_until"]})


_DUE = ("first_contact", "callback", "broken", "resolve", "confirm")


def _due_label(facts: Facts) -> str:
    kind = facts.get("due_kind")
    return f"card.due.{kind}" if kind in _DUE else "card.due.act"


def _state(voice: Voice, facts: Facts) -> str:
    state = str(facts.get("state") or "")
    names = {
        "owner": _short(facts.get("owner_name")) or _short(facts.get("claimed_by_name")),
        "by": _short(facts.get("closed_by_name")) or _short(facts.get("owner_name")),
    }
    parts: list[str] = []
    if state in ("open", "claimed") and facts.get("snoozed_until"):
        reason = _short(facts.get("snooze_reason"), REPORT)
        parts.append(voice.say("card.snoozed", {"until": facts["snoozed_until"], "reason": reason}))
    elif state == "resolved":
        parts += [voice.say("card.state.resolved", names), voice.name("card.confirm", _confirm(facts))]
    elif state == "closed":
        parts += [voice.say("card.state.closed", names), voice.name("card.confirm", _confirm(facts))]
    elif state == "dismissed":
        ending = voice.name("ending", _short(facts.get("ending")))
        parts.append(voice.say("card.state.dismissed", {**names, "ending": ending}))
    elif voice.knows(f"card.state.{state}"):
        parts.append(voice.say(f"card.state.{state}", {**names, "into": _short(facts.get("merged_into"))}))
    if facts.get("forwarded"):
        parts.append(voice.say("card.forwarded"))
    return " · ".join(part for part in parts if part)


def _confirm(facts: Facts) -> str:
    return _short(facts.get("confirm")) or "not_asked"


def _text(voice: Voice, facts: Facts) -> str:
    if facts.get("erased"):
        return voice.say("card.erased")
    lines = [_words(voice, facts)]
    if facts.get("state") in ("resolved", "closed"):
        told = _short(facts.get("told_words"), REPORT)
        cause = _cause(voice, facts.get("root_cause"))
        lines += [
            voice.say("card.cause", {"cause": cause}) if cause else "",
            voice.say("card.done", {"done": _short(facts.get("done_words"), REPORT)})
            if facts.get("done_words")
            else "",
            voice.say("card.told", {"told": told}) if told else voice.say("card.told_nothing"),
        ]
    return "\n".join(line for line in lines if line)


def _cause(voice: Voice, cause: Any) -> str:
    """The root cause: a code, or its label in every language."""
    return voice.name("cause", _short(cause)) if isinstance(cause, str) else _short(voice.plain(cause))


def _words(voice: Voice, facts: Facts) -> str:
    """What the customer said, newest first in importance: the last remarks, within the length of one quotation."""
    words = facts.get("words")
    said = [one_line(each) for each in words if isinstance(each, str)] if isinstance(words, Sequence) else []
    said = [each for each in said if each]
    name = _short(facts.get("person_name")) or voice.say("card.somebody")
    if not said:
        return voice.say("card.no_words", {"name": name})
    left, quoted = QUOTE, []
    for each in reversed(said[-REMARKS:]):
        if left < 12:
            break
        quoted.append(voice.say("word.quoted", {"words": clip(each, left)}))
        left -= len(each)
    return voice.say("card.said", {"name": name, "words": " ".join(reversed(quoted))})


def _choices(voice: Voice, facts: Facts) -> tuple[Choice, ...]:
    state, case_id = str(facts.get("state") or ""), facts.get("case_id", "")
    actions = list(_ACTIONS.get(state, ()))
    if state == "claimed" and facts.get("due_kind") in ("first_contact", "callback", "broken"):
        actions.insert(2, "contacted")
    step = recovery_facts.next_step(facts.get("steps")) if state in _WITH_STEPS else ""
    if step:
        actions.insert(2, "step")
    if facts.get("may_give") and state in ("claimed", "resolved"):
        actions.append("goodwill")
    if state in ("open", "claimed") and facts.get("earlier_cases"):
        actions.append("merge")
    if facts.get("undo"):
        actions = ["undo"] if state not in ("open", "claimed") else [*actions, "undo"]
    keys = {action: f"c:{action}:{case_id}" for action in actions}
    if step:
        # Which step is meant: pressed twice, or on a card that is behind, it ticks no other.
        keys["step"] = f"c:step:{case_id}:{step}"
    return tuple(
        Choice(keys[action], voice.say(f"card.action.{action}"), _STYLES.get(action, ""))  # type: ignore[arg-type]
        for action in actions
    )
