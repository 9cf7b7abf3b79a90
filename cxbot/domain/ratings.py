"""Finds the rating in a typed reply, or says that there is none. Precision first: the whole reply must be understood
as a rating with politeness around it, or as a rating and then, clearly set off, the person's own words.

What one integer is: "about 8", "8ish", "8左右" name one and count; "8+", "at least 8", "7-8", "8.5", "8分以上" and "8?"
do not. Five stars are a full row, so stars count on a scale to 5 (or where they are more than five).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from cxbot.domain.folding import CHINESE_NUMERAL, ENGLISH_NUMERAL, FEELINGS, fold, numeral, spell_out
from cxbot.domain.phrases import (
    ANOTHER,
    ASPECT_ZH,
    CLOSERS,
    CLOSERS_JOINED,
    CONDITION,
    COUNTED,
    COUNTED_FIRST,
    COUNTED_ZH,
    FULL_MARKS,
    HYPOTHETICAL,
    ONE_OF,
    OPENERS,
    OPINION_EN,
    OPINION_ZH,
    OPINION_ZH_JOINED,
    PERSON_ZH,
)

LONGEST_READ: Final = 4000
"""Characters of a reply beyond which it is a letter: the person's own words."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The range of a scale question and, for a value that has them, its labels in all languages."""

    low: int
    high: int
    labels: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


class Rating(NamedTuple):
    """A value on the scale and the folded words that stand beside it: after it, or before it when ``before``."""

    value: int
    words: str = ""
    before: bool = False


_STARS = "⭐🌟★✭✮✯"
_NO_STARS = "☆✩✰"
_SPARE = rf"\s,.;:!?()\[\]\"'*~。、・「」『』【】《》>|_{FEELINGS}"
_EDGES: Final = re.compile(rf"^[{_SPARE}-]+|[{_SPARE}-]+$")
_MAY_RATE: Final = re.compile(
    rf"[0-9零〇一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾满{_STARS}]|full|top|perfect|"
    rf"\b(?:{ENGLISH_NUMERAL})"
)
_RATING: Final = re.compile(
    rf"""(?:[\s(\["'*~「『【《{FEELINGS}]|>\s)*
    (?P<openers>{OPENERS.replace(" ", "[ ]").replace("#", "[#]")})[\s("'*~「『【《{FEELINGS}]*
    (?:(?P<digits>\d{{1,3}}(?:\.0(?!\d))?)|(?P<english>{ENGLISH_NUMERAL})(?![a-z'])|(?P<chinese>{CHINESE_NUMERAL}))
    (?:["'*」』】《》]*)
    (?:\s?(?P<stars>[颗个粒]?星(?:级|好评)?|[ -]?stars?(?![a-z])|[{_STARS}]+)
    |(?P<half>\.5|\s?(?:\d/\d|½))
    |\s?(?:分\s?)?(?:/|\\|\||out\s?(?:of|ta)(?:\sa\spossible)?|outa|of|over)\s?(?P<top>\d{{1,3}}|{ENGLISH_NUMERAL})(?![\d/a-z]|[.,:-]\d)(?:\s?分)?
    |\s?(?P<points>分儿?(?:\s?\((?:满分|总分)\s?(?P<full>\d{{1,3}})\s?分?\))?|points?(?![a-z])|pts?(?![a-z])|marks?(?![a-z])))?
    """,
    re.VERBOSE,
)
_RANGE: Final = re.compile(  # "on a scale of 0 to 10, ...", "满分10分我给..."
    r"(?:on a |on the |from a )?(?:scale )?(?:of |from )?[01]\s?(?:-|to|~)\s?(?P<a>\d{1,3}|"
    r"ten)(?: scale)?(?:分?的话|分)?[\s,:]+"
    r"|out of (?P<b>\d{1,3}|ten)[\s,:]+|(?:满分|总分)是?(?P<c>\d{1,3}|十)分?(?:的话)?[\s,:]*|(?P<d>\d{1,3}|"
    r"十)分(?:满分|为满分|制)(?:的话)?[\s,:]*",
)
_STAR_ROW: Final = re.compile(rf"(?P<row>[{_STARS}{_NO_STARS}][{_STARS}{_NO_STARS}\s]*+)(?![½\d.+/-])")
_SEPARATOR: Final = re.compile(rf"[{_SPARE}-]*")
_STRONG: Final = re.compile(rf"[,;!。(~\n{FEELINGS}]|\.|:\s|:(?=$)|-\s|\s-")
_MEASURED_MOOD: Final = re.compile("[满感失不喜差开棒赞烂垃无普一]|好(?!评)")  # "十分满意", "三分满意七分无奈"
_EDGES_END: Final = re.compile(rf"[{_SPARE}-]+$")
_SLACK: Final = 48  # emoji codes and wide forms make the folded words shorter or longer than the written ones
_QUANTITY: Final = re.compile(rf"\d|\b(?:{ENGLISH_NUMERAL})\b|[一二两三四五六七八九十几][个件单次天]")
_NEGATED_END: Final = re.compile(r"(?:不|没|别|不想|不会|not|n't|never)\s?$")
_SAID_AS_RATING: Final = re.compile(r"分|/|out of|stars?\b|星")
_CLAUSE_END: Final = re.compile(r"[,.;!。\n]")
_SENTENCE_END: Final = re.compile(r"[。!\n]")
_TAIL: Final = re.compile(
    rf"(?P<set_off>[,.;!。~)\n{FEELINGS}]+\s*|"
    rf"\s-\s)(?P<tail>[^,.;!?。\n]{{1,60}}[.!。~\s{FEELINGS}]*)$"
)
_GIVEN: Final = re.compile(
    r"(?:我们?(?:就|只|想|会|要|先|勉强|只能|还是)?[给打评畀俾]|只能给|勉强给|给个|打个|"
    r"给(?=[\d一二三四五六七八九十零])|总评|评分|打分|"
    r"i'?(?:d|ll| would| will)? ?(?:give|rate|say)\b|\brating\b|\bscore\b|\boverall\b)[^,;。!\n]{0,40}$",
)
_EXPLICIT_TAIL: Final = re.compile(
    rf"(?P<head>.*\S)\s(?P<tail>(?:[我给打畀俾]{{1,2}}个?)?(?:\d{{1,2}}|{CHINESE_NUMERAL})\s?(?:分|/\s?\d+|"
    rf"out of \d+)[^\d]{{0,12}})$",
    re.DOTALL,
)
_OPINION_ANYWHERE: Final = re.compile(
    r"\b(?:great|good|excellent|amazing|awesome|perfect|fantastic|brilliant|love|loved|wonderful|best|bad|"
    r"poor|terrible|awful|horrible|"
    r"worst|useless|rude|slow|disgusting|pathetic|disappointed|disappointing|rubbish|happy|unhappy|satisfied|"
    r"dissatisfied|ok|okay|nice|"
    r"fast|quick|helpful|unhelpful|friendly|average|meh|shocking)\b|满意|(?:非常|特别|十分|"
    r"[太很好真超最挺极蛮])(?:好|差|慢|快|棒|烂|赞|久|贵|糟|用心|专业|正|失望|贴心|方便|细心|满|专业|耐心)|"
    r"不错|还行|还可以|一般|失望|垃圾|差劲|方便|周到|耐心|糟糕|没话说|普通|尚可|差评|好评|^差$|慢|快(?!递)",
)
_BEFORE_A_DATE: Final = re.compile(
    r"(?:\b(?:since|on|from|by|at|until|till|before|after|of|about|around|my|got|order|only|no|"
    r"not|to|and|or|than)|(?<![很太好真超最极])差|(?<![差好慢烂多少棒赞久贵快满意])了|[少才到只第共前过没有不别个])$"
)


def read_rating(text: str, scale: Scale) -> Rating | None:
    """Returns the rating that the reply is, with the folded words beside it, or None: the person's own words."""
    if len(text) > LONGEST_READ:
        return None
    folded = spell_out(text)
    if folded.isdigit() and folded.isascii():
        value = int(folded) if len(folded) < 4 and (folded == "0" or folded[0] != "0") else None
        return _on(scale, value)
    if scale.labels and (labelled := label_value(text, scale)) is not None:
        return Rating(labelled)
    if not _MAY_RATE.search(folded):
        return None
    return _read_start(folded, scale) or _read_end(folded, scale)


def label_value(text: str, scale: Scale) -> int | None:
    """Returns the one value of the scale that has the whole text (punctuation around it ignored) as a label."""
    said = {fold(text), bare(spell_out(text))} - {""}
    values = {
        value for value, labels in scale.labels.items() for label in labels if not said.isdisjoint(_label_forms(label))
    }
    return values.pop() if len(values) == 1 else None


@lru_cache(maxsize=4096)
def _label_forms(label: str) -> frozenset[str]:
    return frozenset({fold(label), bare(spell_out(label))} - {""})


def bare(folded: str) -> str:
    """Returns the folded text without the punctuation and moods around it."""
    return _EDGES.sub("", folded)


def _on(scale: Scale, value: int | None, words: str = "") -> Rating | None:
    return Rating(value, words) if value is not None and scale.low <= value <= scale.high else None


def _read_start(folded: str, scale: Scale) -> Rating | None:
    """Reads a reply that begins with its rating, whatever politeness stands before it."""
    if (row := _STAR_ROW.match(folded)) is not None:
        return _read_stars(row["row"], folded[row.end() :], scale)
    if (span := _RANGE.match(folded)) is not None and span.end() < len(folded):
        if numeral(next(group for group in span.groups() if group)) != scale.high:
            return None
        folded = folded[span.end() :]
    match = _RATING.match(folded)
    if match is None:
        return _read_full_marks(folded, scale)
    written = match["digits"] or match["english"] or match["chinese"]
    value = numeral(written.removesuffix(".0"))
    if value is None or match["half"] or (written[0] == "0" and len(written) > 1 and written != "0.0"):
        return None
    top = match["top"] or match["full"]
    if top is not None and numeral(top) != scale.high:
        return None
    if match["stars"] and not _stars_fit(value, match["stars"], scale):
        return None
    if (
        match["chinese"]
        and not (match["points"] or match["stars"])
        and (written == "两" or match["openers"].endswith(("一", "二")))
    ):
        return None
    words = _words_after(folded[match.end() :], value, match)
    return None if words is None else _on(scale, value, words)


def _read_full_marks(folded: str, scale: Scale) -> Rating | None:
    opened = re.match(rf"[\s(\"'*~{FEELINGS}]*{OPENERS}", folded)
    full = FULL_MARKS.match(folded) or FULL_MARKS.match(folded, opened.end() if opened else 0)
    if full is None:
        return None
    words = _words_set_off(folded[full.end() :])
    return None if words is None else Rating(scale.high, words)


def _read_stars(row: str, rest: str, scale: Scale) -> Rating | None:
    """Reads drawn stars: five make a full row, so they are honest on a scale to 5, or beyond five on a wider one."""
    filled, empty = (sum(row.count(star) for star in stars) for stars in (_STARS, _NO_STARS))
    if not filled or (
        empty and (filled + empty != scale.high or any(star in row.rstrip(_NO_STARS + " ") for star in _NO_STARS))
    ):
        return None
    if not _stars_fit(filled, "", scale) and not (empty and filled + empty == scale.high):
        return None
    words = _words_set_off(rest if filled == 1 or not rest else f", {rest}")
    return None if words is None or rest.lstrip().startswith("?") else _on(scale, filled, words)


def _stars_fit(value: int, drawn: str, scale: Scale) -> bool:
    count = len(drawn) if drawn and drawn[0] in _STARS else 0
    return count in {0, 1, value} and (scale.high == 5 or value > 5 or value == 0)


def _words_after(rest: str, value: int, match: re.Match[str]) -> str | None:
    """Returns the words after a number ('' for mere politeness), or None where they make it something else."""
    found = _SEPARATOR.match(rest)
    separator = found.group() if found else ""
    body = rest[len(separator) :]
    if "?" in separator or (not body and "-" in separator.replace(" - ", "")[:1]):
        return None
    if not body:
        return ""
    strong, joined = _STRONG.search(separator) is not None, not separator
    explicit = bool(match["points"] or match["top"] or match["stars"])
    closed = CLOSERS.match(body) if not joined or explicit or CLOSERS_JOINED.match(body) else None
    if closed is not None and not _means_more(body, value, match, joined=joined):
        if closed.end() == len(body):
            return ""
        set_off, later = closed.group()[len(_EDGES_END.sub("", closed.group())) :], body[closed.end() :]
        if _STRONG.search(set_off) or (set_off and OPINION_ZH.match(later)):
            body, strong, joined = later, strong or _STRONG.search(set_off) is not None, False
    if "(" in separator and numeral(bare(body)) == value:
        return ""
    if explicit and body in {"了", "的", "了吧", "的吧", "咗", "嘅"}:
        return ""
    if CONDITION.match(body) or ANOTHER.search(body):
        return None
    if not explicit and (body[0].isdigit() or (not _SENTENCE_END.search(separator) and COUNTED_FIRST.match(body))):
        return None
    if strong:
        return None if "、" in separator and not explicit else body
    if match["stars"] and match["stars"].strip(" -") == "star" and value != 1:
        return None
    return body if _sounds_like_an_opinion(body, value, explicit=explicit, joined=joined, match=match) else None


def _means_more(body: str, value: int, match: re.Match[str], *, joined: bool) -> bool:
    """Whether what looks like a closing word is part of another: of "二姐", or after "十分" as in "十分感谢"."""
    if match["points"]:
        return joined and value == 10 and (body[0] in "感o" or (body[0] == "谢" and match["chinese"] is not None))
    return bool(match["chinese"]) and not match["stars"] and body[0] in "拉姐收整辣捏巴上"


def _sounds_like_an_opinion(body: str, value: int, *, explicit: bool, joined: bool, match: re.Match[str]) -> bool:
    if body[0].isascii():
        said = OPINION_EN.match(body)
        if said is None or joined or match["chinese"] or (match["english"] and not explicit):
            return False
        noun = said["noun"] or ""
        if COUNTED.match(noun) or (noun and value == 1 and not explicit and not ONE_OF.match(noun)):
            return False
        following = body[said.end() :].split(maxsplit=1)
        return not (noun and following and COUNTED.match(following[0]) and not ONE_OF.match(noun))
    if explicit:
        as_very = joined and match["points"] is not None and (value == 10 or match["chinese"] is not None)
        return (
            not (as_very and _MEASURED_MOOD.match(body))
            and (OPINION_ZH.match(body) or PERSON_ZH.match(body)) is not None
        )
    if match["chinese"] or match["english"]:
        return False
    if COUNTED_ZH.match(body) or (value == 0 and ASPECT_ZH.match(body)):
        return False
    return (OPINION_ZH_JOINED if joined else OPINION_ZH).match(body) is not None


def _words_set_off(rest: str) -> str | None:
    """Returns the words after stars or "full marks" when they are set off or mere politeness."""
    found = _SEPARATOR.match(rest)
    separator = found.group() if found else ""
    body = rest[len(separator) :]
    if "?" in separator:
        return None
    if not body or CLOSERS.fullmatch(body):
        return ""
    if CONDITION.match(body) or ANOTHER.search(body):
        return None
    return body if _STRONG.search(separator) or OPINION_EN.match(body) or OPINION_ZH.match(body) else None


def _read_end(folded: str, scale: Scale) -> Rating | None:
    """Reads a reply whose own words come first and whose rating, clearly set off or clearly given, comes last."""
    if not _MAY_RATE.search(folded, max(0, len(folded) - 40)):
        return None
    for found in (_TAIL.search(folded), _GIVEN.search(folded), _EXPLICIT_TAIL.match(folded)):
        if found is None:
            continue
        tail = found.groupdict().get("tail") or found.group()
        start = len(folded) - len(tail)
        head = folded[: found.start() if found.re is not _EXPLICIT_TAIL else start].rstrip()
        rating = _read_start(tail.strip(), scale)
        if rating is None or rating.words or not head:
            continue
        if _set_off_well(head, tail, found.groupdict().get("set_off")) and not HYPOTHETICAL.search(
            folded[: start + 12]
        ):
            return Rating(rating.value, bare(head), before=True)
    return None


def _set_off_well(head: str, tail: str, set_off: str | None) -> bool:
    if head.endswith("?") or ANOTHER.search(head) or _NEGATED_END.search(head):
        return False
    opinion = _OPINION_ANYWHERE.search(head) is not None
    if set_off is None:
        opinion = _OPINION_ANYWHERE.search(_CLAUSE_END.split(head)[-1]) is not None
        return (_GIVEN.match(tail) is not None and (opinion or not tail.startswith("给"))) or (
            opinion and not _BEFORE_A_DATE.search(head)
        )
    if _SAID_AS_RATING.search(tail):
        return opinion or not _BEFORE_A_DATE.search(head)
    if _GIVEN.match(tail):
        return True
    if not opinion or _QUANTITY.search(head):
        return False
    return (
        not set_off.startswith(",") or OPINION_EN.fullmatch(head) is not None or not (head.isascii() or len(head) > 10)
    )


def original_words(text: str, rating: Rating) -> str:
    """Returns the words beside the rating as the person wrote them (folded where they cannot be found again)."""
    if not rating.words:
        return ""
    first = rating.words[0] if not rating.before else ""
    guess = len(rating.words) if rating.before else len(text) - len(rating.words)
    for cut in range(min(len(text), guess + _SLACK), max(-1, guess - _SLACK), -1):
        if rating.before:
            if bare(spell_out(text[:cut])) == rating.words:
                return text[:cut].strip().rstrip(",，;；:：、-—–~ ")
        elif fold(text[cut : cut + 1]).startswith(first) and spell_out(text[cut:]) == rating.words:
            return text[cut:].strip()
    return rating.words
