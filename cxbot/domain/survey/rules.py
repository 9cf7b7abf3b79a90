"""What makes a survey valid: every fault at once, each with where it stands and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from cxbot.domain.survey import flow, texts
from cxbot.domain.survey.fault import Fault, Path
from cxbot.domain.survey.model import LANGUAGES, SEVERITIES, Question, Rule, Survey
from cxbot.domain.variants import OWN

SCALES = {"nps": (0, 10), "enps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
TELLING = ("name", "agent", "reference")
"""Variables that tell who answers."""
MOST_NUDGES = 2
MOST_FACES = 5
HIGHEST = 100
LONGEST_ID = 24
LONGEST_PRESS = 34
"""Question id and option id together: they travel in a choice key of 64 bytes beside the invitation's id."""
RESERVED = ("end", "skip", "done", "change", "yes", "no", "default")
_ID = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{LONGEST_ID - 1}}}")
_VARIANT_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{LONGEST_ID - 1}}}")
_BAND_NAME = re.compile(rf"[a-z][a-z0-9_]{{0,{LONGEST_ID - 1}}}")


def mistakes_in(survey: Survey, limits: Sequence[texts.TextLimits] = ()) -> tuple[Fault, ...]:
    """Everything that is wrong with a survey, for the channels whose limits are given; empty where it is valid."""
    faults = [fault for check in CHECKS for fault in check(survey)]
    customers = [limit for limit in limits if limit.customers]
    faults.extend(texts.lengths(survey, customers))
    faults.extend(texts.variant_lengths(survey, customers))
    return tuple(dict.fromkeys(faults))


def _top(survey: Survey) -> Iterator[Fault]:
    if not _ID.fullmatch(survey.key):
        message = f'{survey.key!r} is no key: write small letters, digits, "-" and "_", up to {LONGEST_ID}'
        yield Fault(("key",), message, "id", (("name", survey.key),))
    if survey.time_zone and not _zone_exists(survey.time_zone):
        message = f'{survey.time_zone!r} is no time zone: write an IANA name such as "Asia/Shanghai"'
        yield Fault(("time_zone",), message, "time_zone", (("name", survey.time_zone),))
    if survey.expires_ms <= 0:
        yield Fault(("expires",), 'a survey must be open for a while: write expires = "7d"', "expires")
    if len(survey.nudges_ms) > MOST_NUDGES:
        yield Fault(("nudges",), f'at most {MOST_NUDGES} nudges: write nudges = ["24h", "72h"]', "nudges_many")
    if list(survey.nudges_ms) != sorted(set(survey.nudges_ms)) or 0 in survey.nudges_ms:
        message = 'nudges are counted from the question, each later than the one before: ["24h", "72h"]'
        yield Fault(("nudges",), message, "nudges_order")
    if any(nudge >= survey.expires_ms for nudge in survey.nudges_ms):
        yield Fault(
            ("nudges",), "a nudge comes after the survey has expired: nudge earlier or expire later", "nudges_late"
        )
    if not 0 <= survey.trigger.sample_percent <= 100:
        yield Fault(("trigger", "sample_percent"), "sample_percent is a share of 100: write a number from 0 to 100")


def _zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _names(survey: Survey) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, question in enumerate(survey.questions):
        path: Path = ("questions", place)
        yield from _bad_id(question.id, seen, (*path, "id"), "question")
        options: set[str] = set()
        for at, option in enumerate(question.options):
            yield from _bad_id(option.id, options, (*path, "options", at, "id"), "option")
            if len(question.id) + len(option.id) > LONGEST_PRESS:
                message = f"the ids {question.id!r} and {option.id!r} are too long together: at most {LONGEST_PRESS}"
                yield Fault((*path, "options", at, "id"), message)
    names: set[str] = set()
    for place, band in enumerate(survey.bands):
        if not _BAND_NAME.fullmatch(band.name) or band.name in RESERVED:
            message = f'{band.name!r} is no name for a band: write small letters and "_", such as "promoter"'
            yield Fault(("bands", place, "name"), message)
        if band.name in names:
            yield Fault(("bands", place, "name"), f"another band above is {band.name!r}: write another name")
        names.add(band.name)


def _bad_id(name: str, seen: set[str], path: Path, what: str) -> Iterator[Fault]:
    if not _ID.fullmatch(name):
        message = f'{name!r} is no id: write small letters, digits, "-" or "_", at most {LONGEST_ID}'
        yield Fault(path, message, "id", (("name", name),))
    elif name in RESERVED:
        yield Fault(path, f"{name!r} has a meaning of its own: write another id", "reserved", (("name", name),))
    if name in seen:
        yield Fault(path, f"another {what} above is {name!r}: write another id", "twice", (("name", name),))
    seen.add(name)


def _questions(survey: Survey) -> Iterator[Fault]:
    if not survey.questions:
        yield Fault(("questions",), "there is nothing to ask: add [[questions]] with id, kind and text", "no_questions")
    scored = [place for place, question in enumerate(survey.questions) if question.score]
    for place in scored[1:]:
        first = survey.questions[scored[0]].id
        yield Fault(("questions", place, "score"), f"one question is scored, and {first!r} is: take `score` out")
    if not scored and survey.metric != "none":
        message = f"no question is scored: write `score = true` in the question that gives the {survey.metric.upper()}"
        yield Fault(("metric",), message, "no_score")
    for place, question in enumerate(survey.questions):
        yield from _shape(question, ("questions", place))
    if scored:
        yield from _scored(survey, survey.questions[scored[0]], ("questions", scored[0]))


def _shape(question: Question, path: Path) -> Iterator[Fault]:
    choosing = question.kind in {"one_of", "several_of"}
    if question.kind == "scale":
        if not 0 <= question.low < question.high <= HIGHEST:
            message = f"{question.low} to {question.high} is no scale: write low = 0 and high = 10, say"
            yield Fault((*path, "high"), message)
        if question.faces and question.high - question.low >= MOST_FACES:
            yield Fault((*path, "faces"), "there are five faces: take `faces` out, or write low = 1 and high = 5")
        for value in question.labels:
            if not question.low <= value <= question.high:
                message = f"{value} is not on the scale: label values from {question.low} to {question.high}"
                yield Fault((*path, "labels", str(value)), message)
    else:
        for key in ("low", "high", "low_label", "high_label", "labels", "faces"):
            if key in question.model_fields_set and getattr(question, key):
                yield Fault((*path, key), f"`{key}` belongs to a scale, and this is {question.kind!r}: take it out")
    if choosing and len(question.options) < 2:
        message = "a dead end: nothing can be chosen here; add [[questions.options]] with id and label, two at least"
        yield Fault((*path, "kind"), message, "few_options")
    if question.options and not choosing:
        yield Fault((*path, "options"), f'options belong to "one_of" or "several_of", and this is {question.kind!r}')


def _scored(survey: Survey, question: Question, path: Path) -> Iterator[Fault]:
    if question.kind not in {"scale", "yes_no"}:
        yield Fault((*path, "score"), 'only a "scale" or a "yes_no" gives a score: take `score` out here')
    if question.optional:
        yield Fault(
            (*path, "optional"), "the scored question cannot be optional: take `optional` out", "score_optional"
        )
    if survey.metric == "fcr" and question.kind != "yes_no":
        yield Fault((*path, "kind"), 'FCR is asked with yes or no: write kind = "yes_no"')
    if survey.metric in SCALES:
        low, high = SCALES[survey.metric]
        if question.kind != "scale" or (question.low, question.high) != (low, high):
            wanted = f'write kind = "scale", low = {low}, high = {high}'
            message = f"{survey.metric.upper()} is asked from {low} to {high}: {wanted}"
            span = (("metric", survey.metric.upper()), ("low", str(low)), ("high", str(high)))
            yield Fault((*path, "low" if question.kind == "scale" else "kind"), message, "scale", span)


def _bands(survey: Survey) -> Iterator[Fault]:
    question = survey.scored
    if question is None:
        if survey.bands:
            yield Fault(("bands",), "bands divide a score and no question is scored: write `score = true` in one")
        return
    low, high = question.span
    if not survey.bands:
        yield Fault(("bands",), f"the score has no bands: add [[bands]] that cover {low} to {high}")
        return
    covered: dict[int, str] = {}
    for place, band in enumerate(survey.bands):
        path: Path = ("bands", place)
        if band.low > band.high:
            yield Fault((*path, "low"), f"low {band.low} is above high {band.high}: write the lower one first")
        if band.low < low or band.high > high:
            end = "low" if band.low < low else "high"
            message = f"the scale goes from {low} to {high}: stay inside it"
            yield Fault((*path, end), message, "band_outside", (("low", str(low)), ("high", str(high))))
        for value in range(max(band.low, low), min(band.high, high) + 1):
            if value in covered:
                message = f"{value} is already in the band {covered[value]!r}: bands may not overlap"
                yield Fault((*path, "low"), message, "band_overlap", (("n", str(value)), ("name", covered[value])))
                break
        covered.update(dict.fromkeys(range(max(band.low, low), min(band.high, high) + 1), band.name))
        yield from _severity(survey, band.detractor, band.severity, path)
    missing = [str(value) for value in range(low, high + 1) if value not in covered]
    if missing:
        message = f"no band holds {', '.join(missing)}: widen one or add [[bands]]"
        yield Fault(("bands",), message, "band_gap", (("n", ", ".join(missing)),))


def _severity(survey: Survey, detractor: bool, severity: str, path: Path) -> Iterator[Fault]:
    if detractor and not severity and not survey.anonymous:
        yield Fault((*path, "detractor"), f"how severe is it? write severity = one of {', '.join(SEVERITIES)}")
    if severity and not detractor:
        yield Fault((*path, "severity"), "only a detractor's band is severe: write `detractor = true` or take it out")


def _thanks(survey: Survey) -> Iterator[Fault]:
    names = {band.name for band in survey.bands} | {"default"}
    for name in survey.thanks:
        if name not in names:
            message = f"there is no band {name!r}: write one of {', '.join(sorted(names))}"
            yield Fault(("thanks", name), message)
    if "default" not in survey.thanks:
        message = "add [thanks.default]: what is said where no band has thanks of its own"
        yield Fault(("thanks",), message, "no_thanks")


def _detect(survey: Survey) -> Iterator[Fault]:
    for place, rule in enumerate(survey.detect.raising_words):
        path: Path = ("detect", "raising_words", place)
        if not rule.words or not all(word.strip() for word in rule.words):
            yield Fault((*path, "words"), 'write the words to look for: words = ["refund", "退款"]')
        if not rule.severity:
            yield Fault((*path, "severity"), f"write one of {', '.join(SEVERITIES)}")
    for place, each in enumerate(survey.detect.rules):
        yield from _rule(survey, each, ("detect", "rules", place))


def _rule(survey: Survey, rule: Rule, path: Path) -> Iterator[Fault]:
    if not rule.severity:
        yield Fault((*path, "severity"), f"write one of {', '.join(SEVERITIES)}")
    if not (rule.opens or rule.vip or rule.value or rule.contacts or rule.unkept):
        yield Fault(path, "this rule holds for everybody: say when, such as drop = 4, or take it out")
    if rule.drop and survey.scored is None:
        yield Fault((*path, "drop"), "no question is scored, so no score can drop: take `drop` out")
    if any(number < 0 for number in (rule.drop, rule.value, rule.contacts)):
        yield Fault(path, "drop, value and contacts are numbers from 0 on (0: it does not matter)")
    yield from _answers(survey, rule.answers, path)


def _answers(survey: Survey, answers: Mapping[str, str], path: Path) -> Iterator[Fault]:
    for name, when in answers.items():
        question = survey.question(name)
        if question is None:
            message = f"there is no question {name!r}: {flow.did_you_mean(survey, name)}"
            yield Fault((*path, "answers", name), message)
        elif problem := flow.wrong_when(survey, question, when):
            yield Fault((*path, "answers", name), problem)


def _routes(survey: Survey) -> Iterator[Fault]:
    for place, route in enumerate(survey.routes):
        path: Path = ("routes", place)
        if not route.team.strip():
            yield Fault((*path, "team"), 'write the id of the team, such as team = "support"')
        if not route.model_fields_set - {"team"}:
            yield Fault(path, "this route takes every case: name touchpoints, attributes or answers, or take it out")
        unknown = [language for language in route.languages if language not in LANGUAGES]
        if unknown:
            message = f"no such language: {', '.join(unknown)}; there are {', '.join(LANGUAGES)}"
            yield Fault((*path, "languages"), message)
        yield from _answers(survey, route.answers, path)


def _variants(survey: Survey) -> Iterator[Fault]:
    seen: set[str] = set()
    shared = 0
    for place, variant in enumerate(survey.variants):
        path: Path = ("variants", place)
        if not _VARIANT_NAME.fullmatch(variant.name):
            message = f'{variant.name!r} is no name for a wording: write letters, digits, "-" or "_", such as "B"'
            yield Fault((*path, "name"), message)
        if variant.name.casefold() == OWN.casefold():
            yield Fault((*path, "name"), f'{OWN} is the survey\'s own wording: write another name, such as "B"')
        elif variant.name.casefold() in seen:
            yield Fault((*path, "name"), f"another wording above is {variant.name!r}: write another name")
        seen.add(variant.name.casefold())
        shared += max(variant.share, 0)
        if not 1 <= variant.share <= 100:
            yield Fault((*path, "share"), "share is a share of 100: write a number from 1 to 100")
        elif shared > 100:
            yield Fault((*path, "share"), f"the shares come to {shared}: at most 100 together, {OWN} has what is left")
        if not variant.text:
            yield Fault(path, 'it words nothing otherwise: write text.<question>.en = "…"')
        for question_id in variant.text:
            if survey.question(question_id) is None:
                message = f"there is no question {question_id!r}: {flow.did_you_mean(survey, question_id)}"
                yield Fault((*path, "text", question_id), message)


def _anonymous(survey: Survey) -> Iterator[Fault]:
    """Nothing that would need to know who answered, or would show it."""
    if not survey.anonymous:
        return
    found: list[tuple[Path, str]] = [
        (("questions", place, "next"), "branches would tell who answered what; take `next` out")
        for place, question in enumerate(survey.questions)
        if question.next
    ]
    severe = [place for place, band in enumerate(survey.bands) if band.severity]
    found.extend((("bands", place, "severity"), "no case follows; take `severity` out") for place in severe)
    if survey.routes:
        found.append((("routes",), "no case follows; take the routes out"))
    if survey.detect.vip_severity:
        found.append((("detect", "vip_severity"), "nobody knows who is a VIP; take it out"))
    if survey.detect.raising_words:
        found.append((("detect", "raising_words"), "no case follows; take the words out"))
    if survey.detect.rules:
        found.append((("detect", "rules"), "no case follows; take the rules out"))
    other = [name for name in survey.thanks if name != "default"]
    found.extend((("thanks", name), "thanks per band show the answer; keep [thanks.default] only") for name in other)
    found.extend(_telling(survey))
    yield from (Fault(path, f"the survey is anonymous: {advice}") for path, advice in found)


def _telling(survey: Survey) -> Iterator[tuple[Path, str]]:
    for path, written, _ in texts.texts_of(survey):
        for language, text in written.items():
            for name in TELLING:
                if f"{{{name}}}" in text:
                    yield (*path, language), f"{{{name}}} tells who answers; take it out"


CHECKS = (
    _top,
    _names,
    _questions,
    _bands,
    _thanks,
    texts.languages,
    texts.introduction,
    _detect,
    _routes,
    _variants,
    _anonymous,
    flow.faults,
)
