"""What the bot says: meanings in, words out, in English, simplified and traditional Chinese. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from cxbot.domain.survey import Survey
from cxbot.ports import Choice, File, Limits, Media, Outgoing
from cxbot.wording import card, incident_card, question
from cxbot.wording.catalogue import LANGUAGES, negotiate
from cxbot.wording.formatting import clip
from cxbot.wording.voice import Voice, preload

__all__ = ["LANGUAGES", "Meaning", "negotiate", "preload", "render", "text"]
_STYLES = ("primary", "danger", "chosen")


@dataclass(frozen=True, slots=True)
class Meaning:
    """One outbox row as it is to be worded, with the survey it speaks of, where it speaks of one."""

    row_id: str
    channel: str
    address: str
    kind: Literal["message", "question", "card", "verbatim"]
    key: str
    args: Mapping[str, Any] = field(default_factory=dict)
    language: str = "en"
    survey: Survey | None = None
    replaces: str = ""
    thread: str = ""
    only_for: str = ""
    mentions: tuple[str, ...] = ()
    maybe_sent: bool = False
    file: File | None = None
    see: str = ""
    """Where a file that somebody sent can be looked at."""
    also: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the `Outgoing` that need no words."""


def render(meaning: Meaning, limits: Limits, now: int) -> Outgoing:
    """Words a meaning for a channel of these limits, at `now` (epoch ms). Never raises over what the arguments hold."""
    arguments = meaning.args
    mentions = meaning.mentions if limits.mentions else ()
    if mentions:
        # Called by name, they need not be named as well.
        arguments = {**arguments, "who": ""}
    variables = arguments.get("variables")
    voice = Voice(
        meaning.language,
        zone=str(arguments.get("zone") or ""),
        now=now,
        survey=meaning.survey,
        variables=variables if isinstance(variables, Mapping) else None,
        marked=limits.local_times,
        offset=bool(arguments.get("offset")),
    )
    drawn = _draw(meaning, voice, arguments, limits)
    # Set aside before the text is cut: half a link leads nowhere.
    below = f"\n{voice.say('media.see', {'url': meaning.see})}" if meaning.see and meaning.file is None else ""
    drawn["text"] = clip(drawn["text"], limits.text - len(below)) + below
    if limits.in_words and drawn.get("choices"):
        in_words = _draw(meaning, voice, arguments, replace(limits, buttons=False))["text"]
        drawn["in_words"] = clip(in_words, limits.text - len(below)) + below
    return Outgoing(
        row_id=meaning.row_id,
        channel=meaning.channel,
        address=meaning.address,
        replaces=meaning.replaces,
        thread=meaning.thread,
        only_for=meaning.only_for,
        confidential=meaning.key == "question.answered",
        mentions=mentions,
        maybe_sent=meaning.maybe_sent,
        file=meaning.file,
        media=_media(arguments.get("media"), meaning.see),
        language=voice.language,
        **meaning.also,
        **drawn,
    )


def _draw(meaning: Meaning, voice: Voice, arguments: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    if meaning.kind == "card":
        return card.draw(voice, arguments, limits)
    if meaning.kind == "question" and meaning.survey is not None:
        return question.draw(voice, meaning.survey, arguments, limits)
    if meaning.kind == "verbatim":
        said = arguments.get("text")
        return _with_choices(voice, said if isinstance(said, str) else "", arguments, limits)
    if meaning.key == "incident.card":
        return incident_card.draw(voice, arguments, limits)
    key = meaning.key
    if arguments.get("file") and meaning.file is None and voice.knows(f"{key}_in_words"):
        key = f"{key}_in_words"
    said = "\n\n".join([*voice.lines(arguments.get("note") or ""), voice.say(key, arguments)])
    return _with_choices(voice, said, arguments, limits)


def _media(given: Any, see: str) -> Media | None:
    """Something a customer sent; a card lists several, and shows none of them."""
    if not isinstance(given, Mapping):
        return None
    words = {name: str(given.get(name) or "") for name in ("kind", "name", "mime", "url", "kept")}
    if words["kept"]:
        words["url"] = see  # where its own channel has it, nobody else may ask
    if not words["url"] and not words["kept"]:
        return None
    size = given.get("size")
    return Media(**words, size=size if isinstance(size, int) else 0)


def text(key: str, language: str, /, **arguments: Any) -> str:
    """The text of a message key, for pages and forms. `zone` and `now` among the arguments set how times are shown."""
    zone, now = arguments.get("zone"), arguments.get("now")
    voice = Voice(
        language,
        zone=zone if isinstance(zone, str) else "",
        now=now if isinstance(now, int) else 0,
        offset=bool(arguments.get("offset")),
    )
    return voice.say(key, arguments)


def _with_choices(voice: Voice, said: str, arguments: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    given = arguments.get("choices")
    if not given or not isinstance(given, Sequence):
        return {"text": said}
    choices = tuple(
        Choice(str(each.get("key", "")), clip(voice.plain(each.get("label", "")), limits.choice_label), _style(each))
        for each in given
        if isinstance(each, Mapping) and (limits.forms or not each.get("form"))
    )
    if not choices:
        return {"text": said}
    if limits.buttons and len(choices) <= limits.choices:
        return {"text": said, "choices": choices}
    if arguments.get("typed"):
        # What can be pressed elsewhere is a command here: a number would answer nothing.
        return {"text": f"{said}\n{voice.plain(arguments['typed'])}"}
    if arguments.get("listed"):  # the text has them by number already
        return {"text": said}
    labels = question.numbered([choice.label for choice in choices])
    return {"text": "\n".join([said, *labels, question.hint(voice, "question.choice_hint", len(labels))])}


def _style(choice: Mapping[str, Any]) -> Literal["", "primary", "danger", "chosen"]:
    style = choice.get("style", "")
    return style if style in _STYLES else ""
