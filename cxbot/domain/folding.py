"""What was typed, in one form: width, case, script, quotes, emoji codes and numerals made comparable."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from cxbot.domain.traditional import SIMPLIFIED

# Typed in many ways, meant as one; invisible characters and skin tones mean nothing here.
_LOOKALIKES: Final = {
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u0060\u00b4\u2032", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2014\u2015\u2e3a", " - "),
    **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u20e3\ufe0e\ufe0f"),
    **dict.fromkeys("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"),
    "\u301c": "~",
    "\u2026": "...",
    "\U0001f51f": "10",
    **{chr(0x2776 + digit): str(digit + 1) for digit in range(10)},
}
_CHARACTERS: Final = str.maketrans(
    {**SIMPLIFIED, **_LOOKALIKES},
)
_BLANKS: Final = re.compile(r"[^\S\n]+")
_LINE_ENDS: Final = re.compile(r" *\n\s*")


def fold(text: str) -> str:
    """Returns the text in its comparable form: NFKC, case folded, traditional characters made simplified, quotes and
    dashes made plain, blanks made single and trimmed; a line break stays a line break.
    """
    for _ in range(5):  # case folding may undo normalisation and the reverse: settled after two rounds in practice
        folded = text.casefold()
        if not text.isascii():
            folded = unicodedata.normalize("NFKC", folded.translate(_CHARACTERS)).casefold()
            folded = unicodedata.normalize("NFKC", folded).translate(_CHARACTERS)
        folded = _LINE_ENDS.sub("\n", _BLANKS.sub(" ", folded)).strip()
        if folded == text or folded.isascii():
            return folded
        text = folded
    return text


FEELINGS: Final = (  # emoji that say a mood; those that show a thing ("2 📦") are words and stay
    "\U0001f600-\U0001f64f\U0001f90c-\U0001f93a\U0001f970-\U0001f97a\U0001f9d0\U0001fae0-\U0001fae8\U0001faf0-\U0001faf8"
    "\U0001f44a-\U0001f450\U0001f490\U0001f339\U0001f48b\U0001f493-\U0001f49f\u2763\u2764\u263a\u2639\U0001f4af"
    "\U0001f525\U0001f389\U0001f38a\u2728\U0001f4a9\u270a-\u270d\U0001f595\U0001f479-\U0001f480\U0001f4a2\U0001f4aa"
    "\U0001f9e1\U0001f5a4\U0001f90d\U0001f90e\u2705\u274c\u2714"
)
_CODES: Final = {  # how Slack and WeChat spell emoji in text
    "star": "⭐", "star2": "🌟", "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "ok_hand": "👌",
    "white_check_mark": "✅", "x": "❌", "heart": "❤", "keycap_ten": "10", "zero": "0", "one": "1", "two": "2",
    "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "强": "👍", "赞": "👍", "thumbsup]": "👍", "弱": "👎", "ok": "👌", "strong": "👍", "weak": "👎",
}  # fmt: skip
_CODE: Final = re.compile(
    r":(\+1|-1|[a-z][a-z0-9_+-]*):|\[((?!nine|eight|zero|five|four|ten|one|two|three|six|"
    r"seven)[^\W\d_零一二三四五六七八九十]{1,8})\]"
    r"|(?<!\S)/:(\S{1,8})(?!\S)",
)
_EMOTICON: Final = re.compile(
    r"(?::-?[)(]+|;-?\)+|:'\(|(?<!\S)(?:[:;=x]-?[dpo3|/\])(]|<+/?3+|\^[_o.]?\^|[qt][_a.][qt]|qq|orz|-_-+|>_<|"
    r"=_=)(?!\S))",
)


def spell_out(text: str) -> str:
    """Returns the folded text with the platforms' emoji codes (``:star:``, ``[强]``, ``/:strong``) as emoji and
    smileys made of punctuation as one face.
    """
    folded = fold(text)
    if ":" in folded or "[" in folded:
        folded = _CODE.sub(_emoji_of, folded)
    return _EMOTICON.sub("🙂", folded).strip()


def _emoji_of(code: re.Match[str]) -> str:
    name = code[1] or code[2] or code[3]
    return "" if name.startswith("skin-tone") else _CODES.get(name, "🙂")


_ENGLISH: Final = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split(),
    )
}
_CHINESE: Final = (
    {digit: value for value, digit in enumerate("零一二三四五六七八九")}
    | {digit: value for value, digit in enumerate("〇壹贰叁肆伍陆柒捌玖")}
    | {"两": 2}
)
ENGLISH_NUMERAL: Final = "|".join(sorted(_ENGLISH, key=len, reverse=True))
CHINESE_NUMERAL: Final = "[零〇一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾]{1,3}"


def numeral(word: str) -> int | None:
    """Returns the value of a folded numeral ("9", "nine", "九", "十二"), or None where it is not one."""
    if word.isascii():
        return int(word) if word.isdigit() else _ENGLISH.get(word)
    tens, ten, ones = word.replace("拾", "十").partition("十")
    if not ten:
        return _CHINESE.get(word)
    high, low = _CHINESE.get(tens, 1 if not tens else None), _CHINESE.get(ones, 0 if not ones else None)
    return high * 10 + low if high and low is not None and (low or not ones) else None
