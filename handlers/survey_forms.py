"""The forms in which a survey is written: what each asks, and what its fields make of the survey."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from cxbot import wording
from cxbot.domain.survey import LANGUAGES, SEVERITIES, VARIABLES, Option, Question, Survey, WordRule, editing, wordings
from cxbot.domain.survey.editing import Edited, Place, Wrong
from cxbot.domain.survey.model import duration
from cxbot.domain.variants import OWN
from cxbot.ports import Field, Form
from handlers import survey_desk
from handlers.grammar import Call

KINDS = ("scale", "yes_no", "one_of", "several_of", "text")
CODES = {
    "t": "title",
    "d": "definition",
    "i": "intro",
    "k": "thanks",
    "q": "question",
    "o": "option",
    "l": "low_label",
    "h": "high_label",
    "v": "label",
    "w": "words",
}
"""Parts that are texts, each by one letter: a form's key has to stay short."""
_SPLIT = re.compile(r"[,，、;；\n]+")
_OPTION_SPLIT = re.compile(r"\s*[|｜/]\s*")
_WORDING = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}")
FIRST = "first"


def listed(text: str) -> tuple[str, ...]:
    """What stands between commas or line breaks."""
    return tuple(dict.fromkeys(each.strip() for each in _SPLIT.split(text) if each.strip()))


def texts(call: Call, survey: Survey, place: Place, language: str = "") -> Form:
    """The texts at a place, one field a language, or one language alone."""
    held = editing.texts_at(survey, place) or {}
    letter = next(letter for letter, name in CODES.items() if name == place[0])
    fields = [
        Field(
            each,
            _language(call, each),
            "long_text",
            required=False,
            value=held.get(each, ""),
            hint=_variables(call) if each == (language or LANGUAGES[0]) else "",
        )
        for each in ((language,) if language else LANGUAGES)
    ]
    key = ":".join(filter(None, ("t", survey.key, letter, *place[1:], language)))
    where = " ".join(place[1:]) or wording.text(f"survey.part.{place[0]}", call.language)
    return survey_desk.form(
        call, key, "survey.form.texts", fields, submit="survey.form.save", survey=survey.key, where=where
    )


def take_texts(survey: Survey, words: Sequence[str], fields: Mapping[str, str]) -> Edited:
    """The survey with the texts that were filled in; `words` as they stand in the form's key."""
    return editing.with_texts(
        survey, text_place(words), {name: text for name, text in fields.items() if name in LANGUAGES}
    )


def text_place(words: Sequence[str]) -> Place:
    """The place that a form's key names, without the language."""
    return (CODES.get(words[0], ""), *(word for word in words[1:] if word not in LANGUAGES))


def question(call: Call, survey: Survey, _: Sequence[str]) -> Form:
    """A new question."""
    say = wording.text
    kinds = tuple((kind, say(f"survey.form.kind.{kind}", call.language)) for kind in KINDS)
    after = ((FIRST, say("survey.form.first", call.language)), *((each.id, each.id) for each in survey.questions))
    last = survey.questions[-1].id if survey.questions else FIRST
    fields = (
        Field("id", say("survey.form.id", call.language), hint=say("survey.form.id_hint", call.language)),
        Field("kind", _part(call, "kind"), "choice", kinds, value="text"),
        *_in_each_language(call),
        Field(
            "options",
            _part(call, "options"),
            "long_text",
            required=False,
            hint=say("survey.form.options_hint", call.language),
        ),
        Field(
            "range",
            say("survey.form.range", call.language),
            required=False,
            hint=say("survey.form.range_hint", call.language),
        ),
        Field("optional", _part(call, "optional"), "choice", _yes_no(call), value="yes"),
        Field("after", say("survey.form.after", call.language), "choice", after, value=last),
    )
    return survey_desk.form(
        call, f"aq:{survey.key}", "survey.form.question", fields, submit="survey.form.save", survey=survey.key
    )


def take_question(survey: Survey, _: Sequence[str], fields: Mapping[str, str]) -> Edited:
    """The survey with the new question."""
    kind = fields.get("kind", "text")
    span = editing.read_span(fields.get("range", "")) if kind == "scale" else (0, 0)
    if span is None:
        return Wrong("survey.edit.range", {"words": fields.get("range", "")})
    after = fields.get("after", "")
    made = Question.model_validate(
        {
            "id": fields["id"].strip().casefold(),
            "kind": kind,
            "text": _texts(fields),
            "optional": fields.get("optional") == "yes",
            "low": span[0],
            "high": span[1],
            "options": tuple(_options(fields.get("options", ""))) if kind in ("one_of", "several_of") else (),
        }
    )
    if after != FIRST:
        return editing.with_new_question(survey, made, after)
    added = editing.with_new_question(survey, made)
    return added if isinstance(added, Wrong) else editing.with_question(added, made.id, "after", ["first"])


def option(call: Call, survey: Survey, words: Sequence[str]) -> Form:
    """A new option of a question."""
    say = wording.text
    fields = (
        Field("id", say("survey.form.id", call.language), hint=say("survey.form.id_hint", call.language)),
        *_in_each_language(call),
        Field(
            "cause",
            _part(call, "cause"),
            required=False,
            hint=say("survey.form.cause_hint", call.language),
        ),
    )
    key = f"ao:{survey.key}:{words[0]}"
    return survey_desk.form(call, key, "survey.form.option", fields, submit="survey.form.save", where=words[0])


def take_option(survey: Survey, words: Sequence[str], fields: Mapping[str, str]) -> Edited:
    """The survey with the new option."""
    option_id, cause = fields["id"].strip().casefold(), fields.get("cause", "").strip()
    made = Option(id=option_id, label=_texts(fields), cause=cause)
    return editing.with_option(survey, words[0], made)


def words_rule(call: Call, survey: Survey, _: Sequence[str]) -> Form:
    """New words that raise a case."""
    say = wording.text
    severities = tuple((each, say(f"severity.{each}", call.language)) for each in SEVERITIES)
    fields = (
        Field(
            "words",
            _part(call, "words"),
            "long_text",
            hint=say("survey.form.words_hint", call.language),
        ),
        Field("severity", _part(call, "severity"), "choice", severities, value="high"),
        *_in_each_language(call, "survey.form.reason"),
    )
    return survey_desk.form(
        call, f"aw:{survey.key}", "survey.form.words", fields, submit="survey.form.save", survey=survey.key
    )


def take_words(survey: Survey, _: Sequence[str], fields: Mapping[str, str]) -> Edited:
    """The survey with the new rule."""
    rule = {"words": listed(fields["words"]), "severity": fields["severity"], "reason": _texts(fields)}
    return editing.with_words(survey, WordRule.model_validate(rule))


TRIGGER = ("touchpoints", "outcomes", "stages", "delay", "sample")
WHEN = (*TRIGGER, "expires", "nudges")


def trigger(call: Call, survey: Survey, _: Sequence[str]) -> Form:
    """Which interactions lead to the survey, when, and for how long it is open."""
    fields = trigger_fields(call, survey)
    return survey_desk.form(
        call, f"tr:{survey.key}", "survey.form.trigger", fields, submit="survey.form.save", survey=survey.key
    )


def trigger_fields(call: Call, survey: Survey) -> tuple[Field, ...]:
    """The fields of a trigger, as it stands."""
    held = {
        "touchpoints": ", ".join(survey.trigger.touchpoints),
        "outcomes": ", ".join(survey.trigger.outcomes),
        "stages": ", ".join(survey.trigger.stages),
        "delay": duration(survey.trigger.delay_ms),
        "sample": str(survey.trigger.sample_percent),
        "expires": duration(survey.expires_ms),
        "nudges": ", ".join(duration(nudge) for nudge in survey.nudges_ms),
    }
    hints = {"outcomes": "any_hint", "stages": "any_hint", "delay": "time_hint", "nudges": "nudges_hint"}
    return tuple(
        Field(
            name,
            _part(call, name if name != "sample" else "sample_percent"),
            required=name in ("touchpoints", "expires"),
            value=value,
            hint=wording.text(f"survey.form.{hints[name]}", call.language) if name in hints else "",
        )
        for name, value in held.items()
    )


def take_trigger(survey: Survey, _: Sequence[str], fields: Mapping[str, str]) -> Edited:
    """The survey with the trigger that was filled in."""
    edited: Edited = survey
    for name in WHEN:
        if name in fields and not isinstance(edited, Wrong):
            words = list(listed(fields[name])) or (["100"] if name == "sample" else [])
            edited = editing.with_setting(edited, name, words)
    return edited


def new(call: Call, survey: Survey, _: Sequence[str]) -> Form:
    """What a survey made of a template still needs: its key, its title and whom it asks."""
    label = _part(call, "title")
    titles = tuple(
        Field(each, f"{label} – {wording.text(f'language.{each}', call.language)}", value=survey.title.get(each, ""))
        for each in LANGUAGES
    )
    key = Field(
        "key",
        wording.text("survey.form.key", call.language),
        value=survey.key,
        hint=wording.text("survey.form.id_hint", call.language),
    )
    asked = [field for field in trigger_fields(call, survey) if field.name not in ("stages", "sample")]
    fields = (key, *titles, *asked)
    return survey_desk.form(
        call, f"new:{survey.key}", "survey.form.new", fields, submit="survey.form.save", survey=survey.key
    )


def take_new(survey: Survey, words: Sequence[str], fields: Mapping[str, str]) -> Edited:
    """The survey with its title and trigger; its key is another matter."""
    titled = editing.with_texts(survey, ("title",), _texts(fields))
    return titled if isinstance(titled, Wrong) else take_trigger(titled, words, fields)


def may_name(name: str) -> bool:
    """Whether a wording can be called so: a form's key has to stay short, and simple."""
    return bool(_WORDING.fullmatch(name)) and name.casefold() != OWN.casefold()


def worded_first(survey: Survey) -> str:
    """The question that is asked in another wording where none is named: that of the score, else the first."""
    scored = next((each.id for each in survey.questions if each.score), "")
    return scored or (survey.questions[0].id if survey.questions else "")


def wording_of(call: Call, survey: Survey, words: Sequence[str]) -> Form:
    """A question in another wording, and who is asked in it: its name, the question, and a share that was typed."""
    name, question_id, typed = [*words, "", ""][:3]
    held = wordings.variant_named(survey, name)
    text = held.text.get(question_id, {}) if held else {}
    own = editing.texts_at(survey, ("question", question_id)) or {}
    share = Field(
        "share",
        wording.text("survey.form.share", call.language),
        value=typed or (str(held.share) if held else "50"),
        hint=wording.text("survey.form.share_hint", call.language),
    )
    fields = (
        share,
        *(
            Field(
                each,
                _language(call, each),
                "long_text",
                required=False,
                value=text.get(each, ""),
                hint=wording.text("survey.form.own_wording", call.language, text=own[each]) if own.get(each) else "",
            )
            for each in LANGUAGES
        ),
    )
    key = ":".join(filter(None, ("wo", survey.key, name, question_id, typed)))
    return survey_desk.form(
        call, key, "survey.form.wording", fields, submit="survey.form.save", name=name, where=question_id
    )


def take_wording(survey: Survey, words: Sequence[str], fields: Mapping[str, str]) -> Edited:
    """The survey with the other wording."""
    share = wordings.read_share(fields["share"])
    if share is None:
        return Wrong("survey.wording.share", {"words": fields["share"]})
    texts = {name: text for name, text in fields.items() if name in LANGUAGES}
    return wordings.with_wording(survey, words[0], share, words[1], texts)


def why(call: Call, key: str, survey: str) -> Form:
    """Why it is published, kept with the version."""
    label = wording.text("survey.form.why", call.language)
    field = Field("why", label, required=False, hint=wording.text("survey.form.why_hint", call.language))
    return survey_desk.form(call, key, "survey.form.publish", (field,), submit="survey.publish.button", survey=survey)


EDITS: Mapping[str, tuple[Callable[[Call, Survey, Sequence[str]], Form], Callable[..., Edited]]] = {
    "aq": (question, take_question),
    "ao": (option, take_option),
    "aw": (words_rule, take_words),
    "tr": (trigger, take_trigger),
    "wo": (wording_of, take_wording),
    "new": (new, take_new),
}
"""Forms that edit, by how their keys begin: what draws them, and what takes them."""


def _part(call: Call, name: str) -> str:
    """A part of a survey as the label of a field: amid a sentence it is written small."""
    label = wording.text(f"survey.part.{name}", call.language)
    return label[:1].upper() + label[1:]


def _language(call: Call, language: str) -> str:
    name = wording.text(f"language.{language}", call.language)
    return name[:1].upper() + name[1:]


def _in_each_language(call: Call, label: str = "") -> tuple[Field, ...]:
    before = f"{wording.text(label, call.language)} – " if label else ""
    return tuple(Field(each, before + _language(call, each), required=False) for each in LANGUAGES)


def _variables(call: Call) -> str:
    return wording.text("survey.form.variables", call.language, names=" ".join(f"{{{name}}}" for name in VARIABLES))


def _yes_no(call: Call) -> tuple[tuple[str, str], ...]:
    return tuple((each, wording.text(f"word.{each}", call.language)) for each in ("yes", "no"))


def _texts(fields: Mapping[str, str]) -> dict[str, str]:
    given = {language: fields.get(language, "").strip() for language in LANGUAGES}
    return {language: text for language, text in given.items() if text}


def _options(text: str) -> list[Option]:
    """Options from lines such as "slow | Too slow | 太慢 | 太慢": the id, then the languages in their order."""
    made = []
    for number, line in enumerate(filter(None, (line.strip() for line in text.splitlines())), 1):
        first, *rest = _OPTION_SPLIT.split(line)
        labels = rest or [first]
        option_id = first.casefold() if rest else f"option{number}"
        made.append(Option(id=option_id, label=dict(zip(LANGUAGES, labels, strict=False))))
    return made
