"""Text on its way to Slack and back: escaped, with moments in each reader's own time, and with emoji as signs."""

from __future__ import annotations

import re

from cxbot.ports import Moment, pieces, without_marks
from cxbot.wording.formatting import clip

_TOKENS = {"when": "{date_short_pretty} {time}", "act_by": "{date_short_pretty} {time} ({ago})"}
# Slack writes the first letter of a date large; a sign of no width before it keeps "today" small within a sentence.
_WIDTHLESS = "\u200b"
_SIGNS = """
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 star ⭐ star2 🌟 heart ❤️ ok_hand 👌 clap 👏 pray 🙏
raised_hands 🙌 white_check_mark ✅ x ❌ smile 😄 smiley 😃 grinning 😀 slightly_smiling_face 🙂
blush 😊 heart_eyes 😍 neutral_face 😐 disappointed 😞 slightly_frowning_face 🙁
white_frowning_face ☹️ cry 😢 sob 😭 angry 😠 rage 😡 tada 🎉 zero 0️⃣ one 1️⃣ two 2️⃣
three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 100 💯
"""
EMOJI = dict(zip(_SIGNS.split()[::2], _SIGNS.split()[1::2], strict=True))
"""The emoji people answer with, by the names Slack sends; any other name stays as it is written."""
_NAMED = re.compile(r":([a-z0-9_+-]+):(?::skin-tone-\d:)?")
_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def mrkdwn(text: str) -> str:
    """A text as Slack reads it: nothing in it is a command, and moments are in the reader's time."""
    return "".join(_moment(piece) if isinstance(piece, Moment) else escaped(piece) for piece in pieces(text))


def plain(text: str, length: int) -> str:
    """A text where Slack reads none of it: on a button, in a title."""
    return clip(without_marks(text), length)


def escaped(text: str) -> str:
    """The three signs that mean something to Slack, as it wants them written."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def read(text: str) -> str:
    """What somebody wrote, as they saw it: links and mentions as words, emoji as signs."""
    text = _LINK.sub(lambda match: match[2] or match[1].lstrip("@#!"), text)
    text = _NAMED.sub(lambda match: EMOJI.get(match[1], match[0]), text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _moment(moment: Moment) -> str:
    words = escaped(moment.words.replace("|", "/").replace("^", "")).replace("\n", " ")
    return f"{_WIDTHLESS}<!date^{moment.at // 1000}^{_TOKENS[moment.kind]}|{words}>"


def chunks(text: str, length: int) -> list[str]:
    """The text in parts of at most `length`, broken at lines or blanks; never within an escaped sign or a date."""
    found: list[str] = []
    while len(text) > length:
        at = max(text.rfind("\n", 1, length), text.rfind(" ", length // 2, length))
        if at <= 0:
            at = length
        for opened, closed in (("<", ">"), ("&", ";")):
            start = text.rfind(opened, 0, at)
            if start > 0 and text.find(closed, start) >= at:
                at = start
        found.append(text[:at].rstrip())
        text = text[at:].lstrip("\n")
    found.append(text)
    return [part for part in found if part.strip()]
