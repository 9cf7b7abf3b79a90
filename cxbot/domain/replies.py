"""Reads what people type to a question: a rating, a choice, yes or no, a wish. Pure, total and three languages at once.

Whatever is not clearly an answer is None: the person's own words, which are kept and shown, never counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cxbot.domain.folding import CHINESE_NUMERAL, ENGLISH_NUMERAL, FEELINGS, fold, numeral, spell_out
from cxbot.domain.ratings import Scale, bare, original_words, read_rating
from cxbot.domain.sentiment import contradicts
from cxbot.domain.wishes import NO, WISHES, YES, Intent

__all__ = [
    "Intent", "Scale", "contradicts", "fold", "read_choice", "read_choices", "read_intent", "read_scale", "read_yes_no",
    "words_beside",
]  # fmt: skip

LONGEST_CHOICE: Final = 400
"""Characters of a reply beyond which it is no choice, no yes and no stop word."""

Options = Sequence[tuple[str, Sequence[str]]]


def read_scale(text: str, scale: Scale) -> int | None:
    """Returns the rating on the scale that the whole reply is, or None: the person's own words."""
    rating = read_rating(text, scale)
    return rating.value if rating is not None else None


def words_beside(text: str, scale: Scale) -> str:
    """Returns the person's own words when the rating is taken out of "3 slow delivery"; '' for mere politeness ("8
    thanks") and where there is no rating.
    """
    rating = read_rating(text, scale)
    return original_words(text, rating) if rating is not None else ""


_PLACE: Final = re.compile(
    rf"(?:option |number |no\.? ?|choice |answer |the |选择?|第|是|我选|回复|选项)*"
    rf"(?P<number>\d{{1,2}}|(?:{ENGLISH_NUMERAL})|{CHINESE_NUMERAL}|first|second|third|fourth|fifth|sixth)"
    rf"(?:st|nd|rd|th)?(?: one| option)?[个项号]?(?P<rest>$|[\s.,:;)、-]+.*$)",
    re.DOTALL,
)
_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
_OPENING: Final = re.compile(r"(?:我选|选|是|就是|因为|i choose |i pick |i'd say |it'?s |it was |because of |the )")


def read_choice(text: str, options: Options) -> str | None:
    """Returns the id of the one option that the reply names by its label (in any language), by its number from 1, by
    its letter from a, or by the beginning of its label; None where it names none or more than one.
    """
    if len(text) > LONGEST_CHOICE or not options:
        return None
    said = bare(spell_out(text))
    exact = _labelled(fold(text), options) or _labelled(said, options)
    if exact is not None or not said:
        return exact
    for short in (_without_politeness(said), _OPENING.sub("", _without_politeness(said), count=1)):
        if (found := _labelled(short, options)) is not None:
            return found
    said = _without_politeness(said)
    if len(said) == 1 and "a" <= said <= "z":
        return options[ord(said) - 97][0] if ord(said) - 97 < len(options) else None
    if (placed := _PLACE.fullmatch(said)) is not None:
        return _at_place(placed, options)
    return _begun(said, options)


def _labelled(said: str, options: Options) -> str | None:
    found = {key for key, labels in options if any(said in _forms(label) for label in labels)} if said else set()
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=4096)
def _forms(label: str) -> tuple[str, ...]:
    return tuple({fold(label), bare(spell_out(label))} - {""})


def _at_place(placed: re.Match[str], options: Options) -> str | None:
    number = _ORDINALS.get(placed["number"]) or numeral(placed["number"])
    if number is None or not 1 <= number <= len(options):
        return None
    key, rest = options[number - 1][0], bare(placed["rest"])
    return key if not rest or rest == placed["number"] or _labelled(rest, options) == key else None


def _begun(said: str, options: Options) -> str | None:
    if len(said) < (2 if not said.isascii() else 4):
        return None
    found = {key for key, labels in options for label in labels for form in _forms(label) if form.startswith(said)}
    return found.pop() if len(found) == 1 else None


_ALL: Final = frozenset(
    "all|all of them|all of the above|everything|both|全部|都是|都有|全选|全都|以上都是|以上皆是|全部都系".split("|")
)
_NONE: Final = frozenset(
    "none|none of them|none of these|none of the above|neither|都不是|都没有|以上都不是|以上皆非|一个都没有|都冇".split(
        "|"
    )
)
_BETWEEN: Final = re.compile(r"\s*(?:[,、;/&+.\n]|\band\b|和|跟|与|及|以及|还有|同埋|同|加)+\s*(?:and\b)?\s*")
_GATHERED: Final = re.compile(r"[a-z]|\d{1,2}")


def read_choices(text: str, options: Options) -> tuple[str, ...] | None:
    """Returns the ids of the options that the reply names ("1,3", "1 和 3", "a and c", "all"), in the options' order;
    () for "none of these"; None where any part of it is something else.
    """
    if len(text) > LONGEST_CHOICE or not options:
        return None
    if (one := read_choice(text, options)) is not None:
        return (one,)
    said = _without_politeness(bare(spell_out(text)))
    if said in _ALL:
        return tuple(key for key, _ in options)
    if said in _NONE:
        return ()
    parts = [part for part in _BETWEEN.split(said) if part]
    if len(parts) == 1 and all(_GATHERED.fullmatch(part) for part in said.split()):
        parts = said.split()
    named = {read_choice(part, options) for part in parts}
    if not named or None in named:
        return None
    return tuple(key for key, _ in options if key in named)


_DRAWN_YES: Final = re.compile(r"[👍👌✅✔☑🙆💯👏♀♂\s]*[👍👌✅✔☑🙆💯][👍👌✅✔☑🙆💯👏♀♂\s]*")
_DRAWN_NO: Final = re.compile(r"[👎❌✖🙅♀♂\s]*[👎❌✖🙅][👎❌✖🙅♀♂\s]*")
_YES_WORD: Final = re.compile(
    r"y+e+s+|yes+ir|ye+a+h*|ya+|yah|yea|yess+s*|ye+p+|yu+p+|yas+|(?:yes ?){2,4}|是{2,4}|对{2,5}|"
    r"有{2,3}"
)
_NO_WORD: Final = re.compile(r"no+|nop+e+|na+h*|(?:no ?){2,4}|没{2,3}|不{2,4}")
_THEN: Final = re.compile(r"(?P<first>[^\s,.!;。~-]+)\s*(?:[,.!;。~\n]|\s-)\s*(?P<rest>.+)", re.DOTALL)
_UNDOES_YES: Final = re.compile(
    r"\b(?:but|no|not|never|still|except|however|though|until|only|almost|partly)\b|n't|不|没|"
    r"未|还|但|只|除了|冇|可惜|唔|\?"
)
_UNDOES_NO: Final = re.compile(
    r"\b(?:but|problems?|worries|issues?|complaints?|solved|fixed|resolved|works|working now|yes|good|great|"
    r"happy|need|thanks)\b|但|不过|问题|好了|解决了|可以|"
    r"满意|谢|需要|意见|必要|事|\?",
)


def read_yes_no(text: str) -> bool | None:
    """Returns True or False for a reply that is a yes or a no, alone or set off before words that do not take it back;
    None for anything else. "Not yet" is a no: where it has an answer of its own, ask read_choice first.
    """
    if len(text) > LONGEST_READ_YES_NO:
        return None
    folded = spell_out(text)
    if _DRAWN_YES.fullmatch(folded) or _DRAWN_NO.fullmatch(folded):
        return _DRAWN_YES.fullmatch(folded) is not None
    said = bare(folded)
    if (plain := _plain_yes_no(said)) is not None:
        return plain
    first = _THEN.fullmatch(said)
    if first is None:
        return None
    answer, rest = _plain_yes_no(first["first"]), first["rest"]
    if answer is None or (_UNDOES_YES if answer else _UNDOES_NO).search(rest):
        return None
    return answer


LONGEST_READ_YES_NO: Final = 1000


def _plain_yes_no(said: str) -> bool | None:
    for short in (said, re.sub(r"[,.!]", "", said), _without_politeness(said), _DRAWN_AFTER.sub("", said)):
        if short in YES or _YES_WORD.fullmatch(short):
            return True
        if short in NO or _NO_WORD.fullmatch(short):
            return False
    return None


_DRAWN_AFTER: Final = re.compile(rf"[\s{FEELINGS}👍👎👌]+$")
_POLITE_END: Final = re.compile(
    r"[\s,.!。~]*(?:please|pls|plz|thanks|thank you|thx|ty|cheers|mate|now|谢谢|谢谢你|谢谢您|谢|多谢|感谢|唔该|唔该晒|"
    rf"吧|啦|啊|呀|哦|喔|哈|呢|了啦)[\s.!。~{FEELINGS}]*$",
)


def _without_politeness(said: str) -> str:
    short = bare(_POLITE_END.sub("", said))
    return short or said


_WISH_OF: Final[dict[str, Intent]] = {
    phrase.strip(): wish
    for wish, phrases in WISHES.items()
    for phrase in phrases.replace("\n", "|").split("|")
    if phrase.strip()
}
_ASKED: Final = re.compile(
    r"(?:(?:please|pls|plz|hi|hello|hey|ok|okay|请|请问|麻烦|麻烦你|麻烦您|拜托|你好|"
    r"您好|唔该|帮我|请帮我|麻烦帮我|我想|想)[\s,.!]*)+"
)
_TRAILING: Final = re.compile(
    r"(?:please|pls|plz|thanks|thank you|thx|now|asap|谢谢|谢谢你|多谢|唔该|吧|啦|啊|呀|吖|哦|"
    r"喔|呢|谢)$"
)
LONGEST_WISH: Final = 80


def read_intent(text: str) -> Intent | None:
    """Returns the wish that the whole message is ("STOP", "退订", "any news?"), punctuation, moods and courtesy
    around it ignored; None for anything else.
    """
    if len(text) > LONGEST_WISH:
        return None
    said = _WITHOUT.sub(" ", spell_out(text)).strip()
    said = " ".join(said.split())
    for _ in range(4):
        if (wish := _WISH_OF.get(said)) is not None:
            return wish
        shorter = _TRAILING.sub("", said).strip()
        if shorter == said:
            shorter = _ASKED.sub("", said, count=1).strip() if _ASKED.match(said) else said
        if shorter == said:
            return None
        said = shorter
    return None


_WITHOUT: Final = re.compile(r"^[^\w]+|[^\w]+$|[,.!?。~、]+(?=\s|$)|(?<=[^\x00-\x7f])[,。!]")
