"""A voice: one language, one time zone, one moment, in which meanings are put into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cxbot.domain.survey import Question, Survey, fill
from cxbot.ports import marked
from cxbot.wording.catalogue import FALLBACK, LANGUAGES, messages, negotiate
from cxbot.wording.formatting import Template, clip, one_line, template

MINUTE = 60_000
QUOTE = 280
"""Characters of somebody's words that are quoted; the case keeps them all."""
VARIABLE = 120
"""Characters of a survey's variable; names and references come from other systems."""
DEEPEST = 6
_NAMES = frozenset({"cause", "media", "metric", "outcome", "touchpoint"})
"""Kinds of codes of which a company has its own; one that no catalogue names is shown as it is called."""
FACES = ("😞", "🙁", "😐", "🙂", "😀")


@lru_cache(maxsize=512)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


@lru_cache(maxsize=3)
def _templates(language: str) -> Mapping[str, Template]:
    return {key: template(text) for key, text in messages(language).items()}


def preload() -> None:
    """Reads and parses every catalogue, so that the first message does not wait for it."""
    for language in LANGUAGES:
        _templates(language)


class Voice:
    """Puts meanings into words. `now` is epoch ms, 0 where "today" would mean nothing; `zone` is an IANA name.

    With `offset` a time says how far it is from UTC: whoever reads it may be elsewhere.
    """

    __slots__ = ("_depth", "_templates", "language", "marked", "now", "offset", "survey", "variables", "zone")

    def __init__(
        self,
        language: str,
        *,
        zone: str = "",
        now: int = 0,
        survey: Survey | None = None,
        variables: Mapping[str, Any] | None = None,
        marked: bool = False,
        offset: bool = False,
    ) -> None:
        self.language = language if language in LANGUAGES else negotiate(language)
        self.zone = zone
        self.now = now
        self.survey = survey
        self.variables = variables or {}
        self.marked = marked
        self.offset = offset
        self._templates = _templates(self.language)
        self._depth = 0

    def say(self, key: str, arguments: Mapping[str, Any] | None = None) -> str:
        """The text of a message key; without one, the code in a name ("touchpoint.kiosk"), else the key itself."""
        arguments = arguments or {}
        if self.survey is not None and key in _FROM_SURVEY:
            return _FROM_SURVEY[key](self, self.survey, arguments)
        found = self._templates.get(key)
        if found is not None:
            return found.fill(arguments, self.write)
        kind, _, code = key.partition(".")
        return code.replace("_", " ") if kind in _NAMES and code else key

    def knows(self, key: str) -> bool:
        """Whether there is a text for the key."""
        return key in self._templates

    def name(self, kind: str, code: str) -> str:
        """The word for a code ("state", "claimed"); a code nobody has named is shown as it is."""
        if not code:
            return ""
        key = f"{kind}.{code}"
        return self.say(key) if key in self._templates else code.replace("_", " ")

    def write(self, value: Any, spec: str = "") -> str:
        """One argument in words, by the format a text asks for; never raises, whatever the value is."""
        if not spec:
            return value if type(value) is str else self.plain(value)
        kind, _, detail = spec.partition("=")
        written = _FORMATS.get(kind)
        return self.plain(value) if written is None else written(self, value, detail)

    def plain(self, value: Any) -> str:
        """A value as it is: a text, a number, yes or no, a meaning, texts by language, or a list of these."""
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.say("word.yes" if value else "word.no")
        if isinstance(value, int | float):
            return _number(value)
        if not isinstance(value, Mapping | Sequence) or self._depth >= DEEPEST:
            return ""
        self._depth += 1
        try:
            return self._meaning(value) if isinstance(value, Mapping) else self.joined(value)
        finally:
            self._depth -= 1

    def lines(self, notes: Any, **more: Any) -> list[str]:
        """Notes, one a line: message keys, meanings, or a list of these; `more` are arguments they may use."""
        if isinstance(notes, str):
            return [self.say(notes, more)] if notes else []
        if isinstance(notes, Mapping):
            arguments = notes.get("args")
            said = self.plain({**notes, "args": {**more, **(arguments if isinstance(arguments, Mapping) else {})}})
            return [said] if said else []
        if isinstance(notes, list | tuple):
            return [line for note in notes if not isinstance(note, list | tuple) for line in self.lines(note, **more)]
        return []

    def parts(self, values: Any) -> list[str]:
        """The members of a list in words, without the empty ones."""
        if isinstance(values, str) or not isinstance(values, Sequence):
            values = [values]
        return [words for words in map(self.plain, values) if words]

    def joined(self, values: Any, last: str = "list.and") -> str:
        """A list in words: "a, b and c", 「甲、乙和丙」."""
        words = self.parts(values)
        if len(words) < 2:
            return "".join(words)
        return self.say(last, {"first": self.say("list.separator").join(words[:-1]), "last": words[-1]})

    def _meaning(self, value: Mapping[str, Any]) -> str:
        key, arguments = value.get("key"), value.get("args")
        if not isinstance(key, str):
            return self.texts(value)
        if not isinstance(arguments, Mapping):
            return self.say(key)
        outer = self.zone, self.offset
        if arguments.get("zone"):
            self.zone, self.offset = str(arguments["zone"]), bool(arguments.get("offset"))
        try:
            return self.say(key, arguments)
        finally:
            self.zone, self.offset = outer

    # Times --------------------------------------------------------------------------------------------------------

    def at(self, ms: Any) -> datetime | None:
        """A moment in the voice's zone; None where it is no moment."""
        if isinstance(ms, bool) or not isinstance(ms, int | float) or ms <= 0:
            return None
        try:
            return datetime.fromtimestamp(ms / 1000, _zone(self.zone or "UTC"))
        except (ValueError, OverflowError, OSError):
            return None

    def when(self, ms: Any) -> str:
        """A moment: "today 14:30", "Mon 23 Nov 14:30"."""
        moment = self.at(ms)
        if moment is None:
            return ""
        clock = self._clock(moment)
        today = self.at(self.now)
        if today is not None:
            days = moment.toordinal() - today.toordinal()
            if -1 <= days <= 1:
                return self.say(("time.yesterday", "time.today", "time.tomorrow")[days + 1], {"time": clock})
        return self.say("time.day", {"day": self.date(ms), "time": clock})

    def date(self, ms: Any) -> str:
        """A day: "Mon 23 Nov", with its year where that is not this year."""
        moment = self.at(ms)
        if moment is None:
            return ""
        today = self.at(self.now)
        key = "time.date" if today is None or today.year == moment.year else "time.date_with_year"
        arguments = {
            "weekday": self.say(f"time.weekday.{moment.isoweekday()}"),
            "day": moment.day,
            "month": self.say(f"time.month.{moment.month}"),
            "year": moment.year,
        }
        return self.say(key, arguments)

    def clock(self, ms: Any) -> str:
        """The time of day: "14:30"."""
        moment = self.at(ms)
        return "" if moment is None else f"{moment:%H:%M}"

    def _clock(self, moment: datetime) -> str:
        """The time of day, with how far it is from UTC where that is wanted: "14:30 (UTC+8)"."""
        clock = f"{moment:%H:%M}"
        away = moment.utcoffset()
        if not self.offset or away is None:
            return clock
        minutes = round(away.total_seconds() / 60)
        hours, rest = divmod(abs(minutes), 60)
        sign = "−" if minutes < 0 else "+"
        offset = f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"
        return self.say("time.with_offset", {"time": clock, "offset": offset})

    def mark(self, ms: Any, kind: Literal["when", "act_by"], words: str) -> str:
        """The words of a moment with the moment itself, where each reader is shown it in their own time."""
        return marked(int(ms), kind, words) if self.marked and words and self.at(ms) is not None else words

    def act_by(self, ms: Any) -> str:
        """By when something is to be done and how far off that is: "14:30 (in 52 min)", "14:30 (38 min late)"."""
        moment, today = self.at(ms), self.at(self.now)
        if moment is None:
            return ""
        if today is None:
            return self.when(ms)
        same_day = moment.toordinal() == today.toordinal()
        left = int(ms) // MINUTE - self.now // MINUTE
        key = "time.late" if left < 0 else "time.left" if int(ms) > self.now else "time.just_now"
        time = self._clock(moment) if same_day else self.when(ms)
        return self.say(key, {"time": time, "left": self.duration(abs(left))})

    def ago(self, ms: Any) -> str:
        """How long ago a moment was: "12 min ago"."""
        if self.at(ms) is None or self.now < ms:
            return self.when(ms)
        return self.say("time.ago", {"left": self.duration((self.now - int(ms)) // MINUTE)})

    def duration(self, minutes: Any) -> str:
        """Minutes in the two largest units: "1 h 20 min"."""
        if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not -1e12 < minutes < 1e12:
            return self.plain(minutes)
        days, rest = divmod(abs(int(minutes)), 24 * 60)
        hours, left = divmod(rest, 60)
        amounts = (("time.days", days), ("time.hours", hours), ("time.minutes", left))
        said = [self.say(key, {"n": n}) for key, n in amounts if n]
        return " ".join(said[:2]) if said else self.say("time.moment")

    # A survey's own texts -----------------------------------------------------------------------------------------

    def texts(self, texts: Mapping[str, Any]) -> str:
        """A text given in several languages, with the survey's variables filled in."""
        found = texts.get(self.language) or texts.get(FALLBACK) or ""
        if not isinstance(found, str):
            return ""
        if "{" not in found:
            return found
        return fill(found, {name: self._variable(value) for name, value in self.variables.items()})

    def _variable(self, value: Any) -> str:
        words = self.plain(value)
        return words if words.startswith(("https://", "http://")) else clip(one_line(words), VARIABLE)

    def answer(self, question: Question, value: Any) -> str:
        """An answer in the words of its question: an option's label, "7", "yes", or what was written."""
        if question.kind == "yes_no":
            return self.say("word.yes" if value in ("yes", True, 1, "true", "1") else "word.no")
        if question.kind in ("one_of", "several_of"):
            labels = {option.id: self.texts(option.label) for option in question.options}
            chosen = value if isinstance(value, list | tuple) else (value,)
            return self.joined([labels.get(str(each), str(each)) for each in chosen or ()])
        return self.plain(value)


def face(value: int, low: int, high: int) -> str:
    """The face that stands beside a scale's value, unhappy to happy."""
    return FACES[round((value - low) * (len(FACES) - 1) / max(high - low, 1))]


def _number(value: float) -> str:
    if not isinstance(value, int):
        if not -1e15 < value < 1e15:  # infinite, or not a number at all
            return ""
        return f"{value:,.0f}" if round(value, 1).is_integer() else f"{value:,.1f}"
    return str(value) if -10_000 < value < 10_000 else f"{value:,}" if abs(value) < 10**30 else ""


def _whole(voice: Voice, value: Any, _: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e15 < value < 1e15:
        return voice.plain(value)
    return _number(round(value)).replace("-", "−")


def _signed(voice: Voice, value: Any, _: str) -> str:
    words = _whole(voice, value, "")
    return f"+{words}" if words and isinstance(value, int | float) and value >= 0.5 else words


def _some(voice: Voice, value: Any, _: str) -> str:
    return voice.plain(value) if value else ""


def _percent(voice: Voice, value: Any, _: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e9 < value < 1e9:
        return voice.plain(value)
    return f"{_number(round(float(value) * 100, 1))}%"


def _plural(voice: Voice, value: Any, forms: str) -> str:
    one, _, other = forms.partition("|")
    return one if value == 1 else other


def _quote(voice: Voice, value: Any, _: str) -> str:
    words = clip(one_line(voice.plain(value)), QUOTE)
    return voice.say("word.quoted", {"words": words}) if words else ""


def _spaced(words: str, where: str) -> str:
    """A name or a time between Chinese words: a space where its own edge is Latin ("Delivery 会", 「客服會」)."""
    before = " " if where != "end" and words[:1].isascii() and words[:1].isalnum() else ""
    after = " " if where != "start" and words[-1:].isascii() and words[-1:].isalnum() else ""
    return f"{before}{words}{after}"


def _lines(voice: Voice, value: Any, _: str) -> str:
    return "\n".join(voice.parts(value))


def _dots(voice: Voice, value: Any, _: str) -> str:
    return " · ".join(voice.parts(value))


def _thanks(voice: Voice, survey: Survey, arguments: Mapping[str, Any]) -> str:
    thanks = survey.thanks.get(str(arguments.get("band", ""))) or survey.thanks.get("default")
    return voice.texts(thanks) if thanks else voice.say("customer.thanks")


def _question_text(voice: Voice, survey: Survey, arguments: Mapping[str, Any]) -> str:
    question = _question(survey, arguments)
    return voice.texts(question.text) if question else ""


def _answer_text(voice: Voice, survey: Survey, arguments: Mapping[str, Any]) -> str:
    question = _question(survey, arguments)
    value = arguments.get("value", "")
    return voice.answer(question, value) if question else voice.plain(value)


def _question(survey: Survey, arguments: Mapping[str, Any]) -> Question | None:
    return survey.question(str(arguments.get("question", "")))


def _ordinal(voice: Voice, value: Any, _: str) -> str:
    """The English number of a day: 1st, 2nd, 3rd, 11th. Other languages count days in their own words."""
    if not isinstance(value, int):
        return voice.plain(value)
    ending = "th" if 10 < value % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


_FROM_SURVEY: Mapping[str, Callable[[Voice, Survey, Mapping[str, Any]], str]] = {
    "survey.thanks": _thanks,
    "survey.question": _question_text,
    "survey.answer": _answer_text,
    "survey.title": lambda voice, survey, _: voice.texts(survey.title),
}

_FORMATS: Mapping[str, Callable[[Voice, Any, str], str]] = {
    "when": lambda voice, value, _: voice.mark(value, "when", voice.when(value)),
    "date": lambda voice, value, _: voice.date(value),
    "time": lambda voice, value, _: voice.clock(value),
    "act_by": lambda voice, value, _: voice.mark(value, "act_by", voice.act_by(value)),
    "ago": lambda voice, value, _: voice.ago(value),
    "duration": lambda voice, value, _: voice.duration(value),
    "list": lambda voice, value, _: voice.joined(value),
    "or": lambda voice, value, _: voice.joined(value, "list.or"),
    "pad": lambda voice, value, spec: _spaced(voice.write(value, spec), "pad"),
    "start": lambda voice, value, spec: _spaced(voice.write(value, spec), "start"),
    "end": lambda voice, value, spec: _spaced(voice.write(value, spec), "end"),
    "dots": _dots,
    "lines": _lines,
    "whole": _whole,
    "some": _some,
    "number": lambda voice, value, _: voice.plain(value),
    "signed": _signed,
    "percent": _percent,
    "plural": _plural,
    "ordinal": _ordinal,
    "quote": _quote,
    "name": lambda voice, value, kind: voice.name(kind, value) if isinstance(value, str) else voice.plain(value),
}
